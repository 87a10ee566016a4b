"""Packets that arrive, compared with what offer and answer agreed on."""

import time
from pathlib import Path

import pytest

from BaresipLibrary.agents.rtp import (
    look_at_rtp,
    newest_length,
    packet_milliseconds,
    rtp_differences,
    watching_rtp,
)
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.errors import UsageError
from BaresipLibrary.events import RtpCounted
from BaresipLibrary.rtp import PacketLength, RtpCounts, SequenceJump

from ..scripted import Phone

_OFFER = (
    "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0 8 96 101\r\n"
    "a=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"
)
_ANSWER = "v=0\r\nc=IN IP4 192.0.2.2\r\nm=audio 6000 RTP/AVP 0\r\n"


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    """Alice in a call that agreed on PCMU, in packets of 20 ms."""
    phone = Phone(tmp_path)
    call_id = phone.agent.dial("sip:bob@127.0.0.1:40002")
    head = f"Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\n\r\n"
    phone.sip(f"INVITE sip:bob@127.0.0.1 SIP/2.0\r\n{head}{_OFFER}", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{head}{_ANSWER}")
    phone.is_established(call_id)
    return phone


def arrive(phone: Phone, payload_type: int, units: int, since: float = 0.0) -> list[str]:
    """The differences once packets of that payload type and length have arrived."""
    call = phone.agent.calls[-1]
    now = time.monotonic()
    length = PacketLength(payload_type, units, since or now, now)
    keys = PacketLength(101, 1920, now, now + 1)
    received = RtpCounts(100, lengths=(PacketLength(0, 80, 0.0, 1.0), length, keys))
    phone.backend.feed(RtpCounted(time.monotonic(), call.call_id, received, RtpCounts(0)))
    return rtp_differences(phone.agent, call)


def test_packets_as_agreed_do_not_differ(phone: Phone) -> None:
    assert arrive(phone, 0, 160) == []


def test_counts_are_not_in_the_journal(phone: Phone) -> None:
    arrive(phone, 0, 160)
    assert not list(phone.agent.journal.of_kind(RtpCounted))


@pytest.mark.parametrize(
    ("payload_type", "told"),
    [
        (18, "payload type 18 arrive at alice, which its SDP does not have"),
        (8, "PCMA/8000 (payload type 8) arrive at alice"),
        (96, "opus/48000/2 (payload type 96) arrive at alice"),
    ],
)
def test_another_payload_type_is_told(phone: Phone, payload_type: int, told: str) -> None:
    (difference,) = arrive(phone, payload_type, 160 if payload_type != 96 else 960)
    assert difference == f"RTP packets of {told}: agreed was PCMU/8000 as payload type 0."


def test_every_codec_that_both_have_is_agreed(phone: Phone) -> None:
    """Which of them a side sends is up to it (RFC 3264, section 7)."""
    reinvites(phone, _ANSWER.replace("AVP 0", "AVP 8 0"))
    assert arrive(phone, 8, 160) == arrive(phone, 0, 160) == []
    assert arrive(phone, 18, 160) == [
        "RTP packets of payload type 18 arrive at alice, which its SDP does not have: agreed was"
        " PCMU/8000 as payload type 0 or PCMA/8000 as payload type 8."
    ]


def reinvites(phone: Phone, answer: str) -> None:
    head = f"Call-ID: {phone.agent.calls[-1].call_id}\r\nCSeq: 2 INVITE\r\n\r\n"
    phone.sip(f"INVITE sip:bob@127.0.0.1 SIP/2.0\r\n{head}{_OFFER}", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{head}{answer}")


def test_packets_from_before_the_agreement_are_not_judged_by_it(phone: Phone) -> None:
    assert arrive(phone, 8, 160, since=1.0) == []


def test_another_length_is_told(phone: Phone) -> None:
    assert arrive(phone, 0, 240) == [
        "RTP packets of 30 ms, by their timestamps, arrive at alice, whose SDP asks for 20 ms"
        " (a=ptime)."
    ]


def test_sources_that_come_in_turns_are_told(phone: Phone) -> None:
    """Then no packet may have a length: each is followed by one of another source."""
    received = RtpCounts(100, in_turns=(0x5EED, 0xBEEF))
    call = phone.agent.calls[-1]
    phone.backend.feed(RtpCounted(time.monotonic(), call.call_id, received, RtpCounts(0)))
    assert rtp_differences(phone.agent, call) == [
        "RTP packets of 2 sources arrive at alice in turns (SSRC 0x5eed and 0xbeef)."
    ]


@pytest.mark.parametrize(
    ("received", "told"),
    [
        (
            RtpCounts(100, went_back=SequenceJump(0x5EED, 1099, 5)),
            [
                "The sequence numbers of the RTP packets that arrive at alice jumped from 1099"
                " to 5 (SSRC 0x5eed): a jitter buffer drops them as late until they are past 1099."
            ],
        ),
        (
            RtpCounts(100, padded=(0, 101)),
            [
                "RTP packets with padding arrive at alice: baresip takes the padding for a part of"
                " the audio."
            ],
        ),
        (RtpCounts(100, padded=(101, 126)), []),  # a key has its length, and 126 is not in the SDP
    ],
)
def test_what_is_odd_in_packets_is_told(phone: Phone, received: RtpCounts, told: list[str]) -> None:
    call = phone.agent.calls[-1]
    phone.backend.feed(RtpCounted(time.monotonic(), call.call_id, received, RtpCounts(0)))
    assert rtp_differences(phone.agent, call) == told


def test_silence_that_is_left_out_is_not_a_length(phone: Phone) -> None:
    assert arrive(phone, 0, 3200) == []


def test_nothing_differs_before_packets_have_a_length(phone: Phone) -> None:
    call = phone.agent.calls[-1]
    assert rtp_differences(phone.agent, call) == []
    phone.backend.feed(RtpCounted(0.0, call.call_id, RtpCounts(1), RtpCounts(0)))
    assert rtp_differences(phone.agent, call) == []


@pytest.mark.parametrize(
    ("number", "units", "length"),
    [(0, 160, 20.0), (18, 80, 10.0), (111, 160, None)],
    ids=["assigned", "assigned and not offered", "assigned by nobody"],
)
def test_a_length_needs_a_clock_rate(number: int, units: int, length: float | None) -> None:
    assert packet_milliseconds(PacketLength(number, units, 0.0, 1.0), None) == length


def test_a_length_that_only_one_packet_has_is_not_known() -> None:
    counts = RtpCounts(9, lengths=(PacketLength(0, 160, 0.0, 1.0), PacketLength(8, 0, 1.0, 2.0)))
    assert newest_length(counts, None) == counts.lengths[0]
    assert newest_length(RtpCounts(1), None) is None


def test_comfort_noise_has_no_length() -> None:
    counts = RtpCounts(9, lengths=(PacketLength(0, 160, 0.0, 1.0), PacketLength(13, 800, 1.0, 2.0)))
    assert newest_length(counts, None) == counts.lengths[0]


def test_a_backend_that_cannot_count_is_named(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = phone.agent.calls[-1]
    few = phone.backend.capabilities - {Capability.COUNT_PACKETS, Capability.SEE_RTP}
    monkeypatch.setattr(phone.backend, "capabilities", few)
    with (
        pytest.raises(UsageError, match="alice cannot count RTP packets"),
        watching_rtp(phone.agent, call),
    ):
        pass
    look_at_rtp(phone.agent, call)
    assert not [one for one in phone.backend.commands if one[0] == "watch_rtp"]


def test_a_watch_ends_with_its_block(phone: Phone) -> None:
    call = phone.agent.calls[-1]
    with watching_rtp(phone.agent, call):
        pass
    watches = [one for one in phone.backend.commands if one[0] == "watch_rtp"]
    assert watches == [("watch_rtp", call.call_id, True), ("watch_rtp", call.call_id, False)]
