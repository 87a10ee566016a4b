"""Digits are sent as tones, and heard in recordings."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.agents.call import Call
from BaresipLibrary.audio.dtmf import dtmf_tone
from BaresipLibrary.backends.base import PromptSource
from BaresipLibrary.errors import NothingYet, PhoneFailure, UsageError
from BaresipLibrary.events import ClosedBy, DtmfSent, Muted, PromptEnded
from BaresipLibrary.media import dtmf
from BaresipLibrary.media.dtmf import HeardDigits

from ..scripted import Phone
from .recorded import RATE, hears, silence


def test_digits_are_heard_in_order_and_the_last_one_after_the_call(
    talking: Phone, tmp_path: Path
) -> None:
    call = talking.agent.calls[0]
    digits = [piece for key in "12#" for piece in (silence(0.06), dtmf_tone(key, RATE))]
    hears(talking, call, tmp_path, (100.0, np.concatenate(digits)))
    heard = HeardDigits(call)
    assert heard.so_far() == "12"
    talking.closes("in-1", ClosedBy.PEER)
    assert heard.so_far() == "12#"
    assert heard.so_far() == "12#"


@pytest.mark.parametrize("inband", [False, True])
def test_digits_of_an_unknown_call_are_refused_with_the_known_calls(
    talking: Phone, inband: bool
) -> None:
    refused = r"alice has no call 'x' to receive digits in\. Its calls: in-1\."
    with pytest.raises(NothingYet, match=refused):
        dtmf.wait_until_received(talking.agent, "1", "x", 60, inband=inband)
    with pytest.raises(NothingYet, match=r"alice has no call 'x' .* Its calls: in-1\."):
        dtmf.received(talking.agent, "x")


def test_an_agent_without_a_call_has_received_no_digits(phone: Phone) -> None:
    assert dtmf.received(phone.agent, None) == ""
    with pytest.raises(UsageError, match="alice has no call to hear digits in"):
        dtmf.heard(phone.agent, None)


def sends_prompts(phone: Phone) -> list[PromptSource]:
    """Lets every prompt end at once; returns those that were sent."""
    sent: list[PromptSource] = []
    original = phone.backend.set_audio_source

    def told(call_id: str | None, source: object) -> None:
        original(call_id, source)  # type: ignore[arg-type]
        if isinstance(source, PromptSource):
            sent.append(source)
            phone.backend.feed(PromptEnded(1.0, call_id or ""))

    phone.backend.set_audio_source = told  # type: ignore[method-assign]
    return sent


def test_digits_are_sent_as_tones_and_then_what_was_sent_before(talking: Phone) -> None:
    call = talking.agent.calls[0]
    sent = sends_prompts(talking)
    dtmf.send(talking.agent, call, "1a", 0.05, "inband")
    (noted,) = talking.agent.journal.of_kind(DtmfSent)
    assert (noted.digits, noted.mode) == ("1A", "inband")
    assert talking.backend.commands[-1] == ("set_audio_source", "in-1", None)
    samples = np.frombuffer(sent[0].renderings[8000].read_bytes(), dtype="<i2") / 32768
    assert samples.size == round((0.05 + 0.1 + 0.05 + 0.1 + 0.2) * RATE)


def test_an_account_may_send_in_band_by_itself(make_phone: Callable[..., Phone]) -> None:
    phone = make_phone(dtmf_mode="inband")
    phone.rings()
    phone.is_established("in-1")
    sends_prompts(phone)
    dtmf.send(phone.agent, phone.agent.calls[0], "1", 0.05, None)
    assert not [command for command in phone.backend.commands if command[0] == "send_digits"]
    assert "dtmfmode" not in Account("a", dtmf_mode="inband").line("127.0.0.1", 5060)


def test_a_muted_agent_sends_no_tones(talking: Phone) -> None:
    talking.backend.feed(Muted(1.0, "in-1", True))
    with pytest.raises(UsageError, match="alice is muted and cannot send '1' in-band; use Unmute"):
        dtmf.send(talking.agent, talking.agent.calls[0], "1", 0.05, "inband")


def test_digits_of_a_call_that_ends_are_not_sent(talking: Phone) -> None:
    original = talking.backend.set_audio_source

    def ends(call_id: str | None, source: object) -> None:
        original(call_id, source)  # type: ignore[arg-type]
        talking.closes("in-1", ClosedBy.PEER)

    talking.backend.set_audio_source = ends  # type: ignore[method-assign]
    with pytest.raises(PhoneFailure, match="could not send '1' in-band: the call from .* hung up"):
        dtmf.send(talking.agent, talking.agent.calls[0], "1", 0.05, "inband")


@pytest.mark.parametrize("mode", ["rtpevent", "inband"])
def test_secret_digits_are_in_no_event(talking: Phone, mode: str) -> None:
    call = talking.agent.calls[0]
    sends_prompts(talking)
    dtmf.send(talking.agent, call, "4711#", 0.05, mode, hidden=True)
    assert [sent.digits for sent in talking.agent.journal.of_kind(DtmfSent)] == ["***"]
    told = [repr(replace(event, at=0.0)) for event in talking.agent.journal.since(0)]
    assert not [event for event in told if "4711" in event]


def test_secret_digits_are_not_sent_in_messages_nor_shown_in_errors(talking: Phone) -> None:
    call = talking.agent.calls[0]
    with pytest.raises(UsageError, match="does not send secret digits by SIP INFO"):
        dtmf.send(talking.agent, call, "4711#", 0.05, "info", hidden=True)
    with pytest.raises(UsageError, match=r"^'\*\*\*' is not DTMF"):
        dtmf.send(talking.agent, call, "4711x", 0.05, None, hidden=True)
    assert not talking.agent.journal.latest_messages()
    assert not list(talking.agent.journal.of_kind(DtmfSent))


def agrees_on(phone: Phone, events: str) -> Call:
    """The agent has called a phone whose SDP has these telephone events, and the call is up."""
    call_id = phone.agent.dial("sip:bob@127.0.0.1:40002")
    head = f"Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\nc=IN IP4 192.0.2.1\r\n"
    head += "m=audio 4 RTP/AVP"
    own = f"{head} 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
    phone.sip(f"INVITE sip:bob@127.0.0.1 SIP/2.0\r\n{own}", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{head} 0 110\r\na=rtpmap:110 {events}\r\n")
    phone.is_established(call_id)
    return phone.agent.require_live_call("", call_id)


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (
            "telephone-event/48000",
            "the SDP of the other side has telephone-event/48000, and alice's telephone-event/8000",
        ),
        ("x-other/8000", "the SDP of the other side has no telephone-event"),
    ],
)
def test_digits_that_baresip_would_not_send_are_refused(
    phone: Phone, events: str, told: str
) -> None:
    call = agrees_on(phone, events)
    with pytest.raises(PhoneFailure, match=f"cannot send '1' as RTP events: {told}. Send them"):
        dtmf.send(phone.agent, call, "1", 0.0, "rtpevent")
    assert not list(phone.agent.journal.of_kind(DtmfSent))


@pytest.mark.parametrize("events", ["telephone-event/8000", "telephone-event/48000"])
def test_digits_may_be_left_to_baresip(phone: Phone, events: str) -> None:
    """With `auto`, it sends INFO where it has no event in common."""
    dtmf.send(phone.agent, agrees_on(phone, events), "1", 0.0, "auto")
    assert phone.agent.journal.of_kind(DtmfSent)
