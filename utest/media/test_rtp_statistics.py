"""RTP counts in the units of a tester."""

import time
from pathlib import Path

import pytest

from BaresipLibrary.events import RtpCounted
from BaresipLibrary.media.rtp_statistics import RtpStatistics, statistics_of
from BaresipLibrary.rtp import PacketLength, RtpCounts, RtpGap, TelephoneEvent

from ..scripted import Phone

_SDP = (
    "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 96 {0}\r\n"
    "a=rtpmap:96 opus/48000/2\r\na=rtpmap:{0} telephone-event/{1}\r\n"
)

#: 20 ms of opus.
_OPUS = PacketLength(96, 960, 0.0, 1.0)


def statistics(
    folder: Path, received: RtpCounts, sent: RtpCounts, *later: tuple[str, str]
) -> RtpStatistics:
    """Those of a call in which alice takes events as 97, and bob as 101.

    `later` are offers of bob, each with the status line and the body of the answer.
    """
    phone = Phone(folder)
    call_id = phone.agent.dial("sip:bob@127.0.0.1:40002")
    head = f"Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\n\r\n"
    offer, answer = _SDP.format(97, 48000), _SDP.format(101, 8000)
    phone.sip(f"INVITE sip:bob@127.0.0.1 SIP/2.0\r\n{head}{offer}", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{head}{answer}")
    phone.is_established(call_id)
    for number, (offer, answer) in enumerate(later):
        head = f"Call-ID: {call_id}\r\nCSeq: {number} INVITE\r\n"
        phone.sip(f"INVITE sip:alice@127.0.0.1 SIP/2.0\r\n{head}\r\n{offer}")
        start, _, body = answer.partition("\n")
        phone.sip(f"SIP/2.0 {start}\r\n{head}\r\n{body}", sent=True)
    call = phone.agent.calls[-1]
    assert statistics_of(phone.agent, call) is None
    phone.backend.feed(RtpCounted(time.monotonic(), call_id, received, sent))
    result = statistics_of(phone.agent, call)
    assert result is not None
    return result


def event(payload_type: int, number: int, duration: int) -> TelephoneEvent:
    return TelephoneEvent(payload_type, number, duration, 0, 0.0, 3, True)


def test_each_direction_has_the_numbers_and_clocks_of_its_receiver(tmp_path: Path) -> None:
    events = (event(97, 10, 4800), event(101, 11, 800))
    counts = RtpCounts(9, lengths=(_OPUS,), events=events)
    both = statistics(tmp_path, counts, counts)
    assert both.received.ptime == both.sent.ptime == 20.0
    assert [(one.digit, one.duration) for one in both.received.events or ()] == [("*", 100.0)]
    assert [(one.digit, one.duration) for one in both.sent.events or ()] == [("#", 100.0)]


def test_what_is_not_a_key_keeps_its_number(tmp_path: Path) -> None:
    events = tuple(event(97, number, 480) for number in (9, 15, 16, 255))
    both = statistics(tmp_path, RtpCounts(4, events=events), RtpCounts(0))
    assert [one.digit for one in both.received.events or ()] == ["9", "D", "16", "255"]


def test_a_live_call_without_packets_has_a_gap_that_grows(tmp_path: Path) -> None:
    now = time.monotonic()
    old = RtpCounts(3, last_at=now - 5, longest_gap=1.0, gaps=(RtpGap(now - 9, 1.0),))
    fresh = RtpCounts(3, last_at=now + 60, longest_gap=1.0, gaps=())
    both = statistics(tmp_path, old, fresh)
    assert both.received.gaps is not None and len(both.received.gaps) == 2
    assert both.received.longest_gap == both.received.gaps[1].seconds >= 5
    assert (both.sent.gaps, both.sent.longest_gap) == ([], 1.0)


def test_what_a_backend_does_not_know_is_none(tmp_path: Path) -> None:
    both = statistics(tmp_path, RtpCounts(3), RtpCounts(4, lost=1))
    known = {name: value for name, value in vars(both.received).items() if value is not None}
    assert known == {"packets": 3}
    assert str(both.received) == "3 RTP packets"
    assert str(both.sent) == "4 RTP packets, 1 lost"


def test_none_are_lost_of_no_packets_is_not_said(tmp_path: Path) -> None:
    both = statistics(tmp_path, RtpCounts(0, 0, 0, 0), RtpCounts(0, 0, 0, 0))
    for stream in (both.received, both.sent):
        assert (stream.lost, stream.late, stream.duplicates) == (None, None, None)


def test_the_words_of_all_that_is_known(tmp_path: Path) -> None:
    counts = RtpCounts(9, 1, 2, 3, (1, 2), (96, 97), (_OPUS,))
    both = statistics(tmp_path, counts, counts)
    assert str(both.received) == (
        "9 RTP packets, payload type 96 and 97, 20 ms, 1 lost, 2 late, 3 duplicates, 2 SSRCs"
    )


@pytest.mark.parametrize("number", [97, 101])
def test_events_of_a_payload_type_that_is_not_in_the_sdp_are_no_keys(
    tmp_path: Path, number: int
) -> None:
    counts = RtpCounts(9, events=(event(number, 5, 480),))
    both = statistics(tmp_path, counts, RtpCounts(0))
    assert bool(both.received.events) is (number == 97)


_IMAGE = "v=0\r\nc=IN IP4 192.0.2.2\r\nm=image 5000 udptl t38\r\n"


@pytest.mark.parametrize(
    "later",
    [
        (_IMAGE, "488 Not Acceptable Here\n"),
        (_IMAGE, f"200 OK\n{_IMAGE}"),
        (_SDP.format(110, 8000), f"200 OK\n{_SDP.format(110, 8000)}"),
        (_SDP.format(110, 8000), "488 Not Acceptable Here\n"),
    ],
    ids=["fax refused", "fax", "other numbers", "other numbers refused"],
)
def test_what_was_sent_keeps_the_meaning_it_had(tmp_path: Path, later: tuple[str, str]) -> None:
    counts = RtpCounts(9, lengths=(_OPUS,), events=(event(101, 5, 800),))
    both = statistics(tmp_path, counts, counts, later)
    assert [one.digit for one in both.sent.events or ()] == ["5"]
    assert both.sent.ptime == 20.0
    assert both.received.events == []


def test_a_number_means_what_it_meant_when_the_packet_came(tmp_path: Path) -> None:
    """First 97 is telephone-event and 110 nothing; then 110 is telephone-event and 97 opus."""
    now = _SDP.format(110, 8000).replace("96", "97")
    soon = time.monotonic() + 60
    events = (
        event(97, 1, 480),
        event(110, 2, 480)._replace(at=soon),
        event(97, 3, 8)._replace(at=soon),
    )
    both = statistics(tmp_path, RtpCounts(9, events=events), RtpCounts(0), (now, f"200 OK\n{now}"))
    assert [one.digit for one in both.received.events or ()] == ["1", "2"]
