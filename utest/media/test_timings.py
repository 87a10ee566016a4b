"""Timings, from messages and from recordings with known times."""

import threading
import time
from pathlib import Path

import pytest

from BaresipLibrary.agents.call import Call
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.errors import PhoneFailure, UsageError
from BaresipLibrary.events import (
    CallClosed,
    ClosedBy,
    SipMessage,
    TransferRequested,
)
from BaresipLibrary.media.timings import Timings
from BaresipLibrary.types import CallTiming

from ..scripted import Phone
from .recorded import hears, silence, tone

BOB = "sip:bob@127.0.0.1:40002"
SDP = "v=0\r\nm=audio 4000 RTP/AVP 0\r\na={}\r\n"


def message(
    phone: Phone, call: Call, at: float, first: str, cseq: str, *, sent: bool, sdp: str = ""
) -> None:
    head = f"{first}\r\nCall-ID: {call.call_id}\r\nCSeq: {cseq}\r\n\r\n"
    body = SDP.format(sdp) if sdp else ""
    phone.backend.feed(SipMessage(at, sent, "UDP", "a:1", "b:2", head + body))


@pytest.fixture
def call(phone: Phone) -> Call:
    """A call of alice: INVITE at 100 s, 180 at 101 s, 200 at 103 s."""
    phone.agent.dial(BOB)
    call = phone.agent.calls[0]
    message(phone, call, 100.0, "INVITE sip:bob SIP/2.0", "1 INVITE", sent=True)
    message(phone, call, 100.1, "SIP/2.0 100 Trying", "1 INVITE", sent=False)
    message(phone, call, 101.0, "SIP/2.0 180 Ringing", "1 INVITE", sent=False)
    message(phone, call, 103.0, "SIP/2.0 200 OK", "1 INVITE", sent=False, sdp="sendrecv")
    phone.is_established(call.call_id)
    return call


def holds(phone: Phone, call: Call, began: float, ended: float | None) -> None:
    for cseq, at, offer, answer in (
        ("2 INVITE", began, "sendonly", "recvonly"),
        ("3 INVITE", ended, "sendrecv", "sendrecv"),
    ):
        if at is not None:
            message(phone, call, at, "INVITE sip:bob SIP/2.0", cseq, sent=True, sdp=offer)
            message(phone, call, at + 0.01, "SIP/2.0 200 OK", cseq, sent=False, sdp=answer)


def read(phone: Phone, call: Call, timing: str) -> float:
    return Timings(phone.agent, call).read(CallTiming[timing]).seconds


def test_an_18x_that_a_proxy_forwards_after_the_200_is_not_the_first_answer(phone: Phone) -> None:
    phone.agent.dial(BOB)
    call = phone.agent.calls[0]
    message(phone, call, 100.0, "INVITE sip:bob SIP/2.0", "1 INVITE", sent=True)
    message(phone, call, 101.0, "SIP/2.0 200 OK", "1 INVITE", sent=False, sdp="sendrecv")
    assert read(phone, call, "post_dial_delay") == pytest.approx(1.0)
    message(phone, call, 101.1, "SIP/2.0 180 Ringing", "1 INVITE", sent=False)
    assert read(phone, call, "post_dial_delay") == pytest.approx(1.0)


def test_a_199_is_not_the_first_answer(phone: Phone) -> None:
    phone.agent.dial(BOB)
    call = phone.agent.calls[0]
    message(phone, call, 100.0, "INVITE sip:bob SIP/2.0", "1 INVITE", sent=True)
    message(phone, call, 101.0, "SIP/2.0 199 Early Dialog Terminated", "1 INVITE", sent=False)
    with pytest.raises(PhoneFailure, match="there was no 18x"):
        read(phone, call, "post_dial_delay")
    message(phone, call, 103.0, "SIP/2.0 183 Session Progress", "1 INVITE", sent=False)
    assert read(phone, call, "post_dial_delay") == pytest.approx(3.0)


def test_a_message_that_is_due_is_waited_for(phone: Phone) -> None:
    """The event that the call is up may come before the trace of what brought it up."""
    phone.agent.dial(BOB)
    call = phone.agent.calls[0]
    message(phone, call, 100.0, "INVITE sip:bob SIP/2.0", "1 INVITE", sent=True)
    phone.is_established(call.call_id)
    late = threading.Timer(
        0.05,
        lambda: message(phone, call, 102.0, "SIP/2.0 200 OK", "1 INVITE", sent=False, sdp="x"),
    )
    late.start()
    assert read(phone, call, "setup_time") == pytest.approx(2.0)
    late.join()


@pytest.mark.parametrize(("timing", "seconds"), [("post_dial_delay", 1.0), ("setup_time", 3.0)])
def test_phases_are_timed_by_their_messages(
    phone: Phone, call: Call, timing: str, seconds: float
) -> None:
    assert read(phone, call, timing) == pytest.approx(seconds)


def test_a_challenged_invite_counts_from_its_first_sending(phone: Phone, call: Call) -> None:
    message(phone, call, 102.0, "INVITE sip:bob SIP/2.0", "2 INVITE", sent=True)
    assert read(phone, call, "setup_time") == pytest.approx(3.0)


def test_an_invite_that_arrives_is_timed_alike(phone: Phone) -> None:
    phone.rings()
    call = phone.agent.calls[0]
    message(phone, call, 100.0, "INVITE sip:alice SIP/2.0", "1 INVITE", sent=False)
    message(phone, call, 100.5, "SIP/2.0 183 Session Progress", "1 INVITE", sent=True)
    assert read(phone, call, "post_dial_delay") == pytest.approx(0.5)


def test_teardown_lasts_from_bye_to_its_answer(phone: Phone, call: Call) -> None:
    with pytest.raises(PhoneFailure, match="there was no BYE, and its call to .* is up"):
        read(phone, call, "teardown")
    message(phone, call, 110.0, "BYE sip:bob SIP/2.0", "2 BYE", sent=True)
    with pytest.raises(PhoneFailure, match="teardown of alice is not known: the BYE was not answ"):
        read(phone, call, "teardown")
    message(phone, call, 110.2, "SIP/2.0 200 OK", "2 BYE", sent=False)
    assert read(phone, call, "teardown") == pytest.approx(0.2)


def test_the_bye_of_the_other_side_is_no_answer(phone: Phone, call: Call) -> None:
    """Both sides hang up at the same time; the answer of each is to the BYE of the other."""
    message(phone, call, 110.0, "BYE sip:bob SIP/2.0", "2 BYE", sent=True)
    message(phone, call, 110.1, "BYE sip:alice SIP/2.0", "2 BYE", sent=False)
    message(phone, call, 110.1, "SIP/2.0 200 OK", "2 BYE", sent=True)
    with pytest.raises(PhoneFailure, match="the BYE was not answered"):
        read(phone, call, "teardown")
    message(phone, call, 110.7, "SIP/2.0 200 OK", "2 BYE", sent=False)
    assert read(phone, call, "teardown") == pytest.approx(0.7)


def test_a_challenged_bye_counts_from_its_first_sending_to_the_last_answer(
    phone: Phone, call: Call
) -> None:
    message(phone, call, 110.0, "BYE sip:bob SIP/2.0", "2 BYE", sent=True)
    message(phone, call, 110.1, "SIP/2.0 407 Proxy Authentication Required", "2 BYE", sent=False)
    message(phone, call, 110.2, "BYE sip:bob SIP/2.0", "3 BYE", sent=True)
    message(phone, call, 110.5, "SIP/2.0 200 OK", "3 BYE", sent=False)
    assert read(phone, call, "teardown") == pytest.approx(0.5)


def test_audio_is_timed_by_its_stretch(phone: Phone, call: Call, tmp_path: Path) -> None:
    hears(phone, call, tmp_path, (102.0, silence(0.5)), (104.0, silence(0.5)), (105.0, tone(1.0)))
    assert read(phone, call, "answer_to_audio") == pytest.approx(2.0, abs=0.005)
    assert read(phone, call, "first_audio") == pytest.approx(5.0, abs=0.005)


def test_early_media_goes_on_after_the_answer(phone: Phone, call: Call, tmp_path: Path) -> None:
    hears(phone, call, tmp_path, (102.0, tone(2.0)))
    assert read(phone, call, "first_audio") == pytest.approx(2.0, abs=0.005)
    assert read(phone, call, "answer_to_audio") == 0


def test_early_media_that_ends_is_no_audio_after_the_answer(
    phone: Phone, call: Call, tmp_path: Path
) -> None:
    hears(phone, call, tmp_path, (102.0, tone(0.5)), (103.5, silence(1.0)))
    with pytest.raises(
        PhoneFailure, match=r"nothing audible came after the answer \(1\.5 s of aud"
    ):
        read(phone, call, "answer_to_audio")


def test_a_timing_by_audio_says_how_exact_it_is(phone: Phone, call: Call, tmp_path: Path) -> None:
    hears(phone, call, tmp_path, (104.0, tone(1.0)))
    found = Timings(phone.agent, call).read(CallTiming.first_audio)
    assert found.error == pytest.approx(0.006)
    assert str(found) == "4.0000 s, right to 6.0 ms"


def test_the_gap_of_a_hold_is_not_in_the_recording(
    phone: Phone, call: Call, tmp_path: Path
) -> None:
    holds(phone, call, 110.0, 112.0)
    hears(phone, call, tmp_path, (104.0, tone(6.1)), (112.2, tone(1.0)))
    assert read(phone, call, "hold_gap") == pytest.approx(2.1, abs=0.01)


def test_music_on_hold_leaves_the_breaks(phone: Phone, call: Call, tmp_path: Path) -> None:
    holds(phone, call, 110.0, 112.0)
    hears(phone, call, tmp_path, (104.0, tone(6.0)), (110.3, tone(1.7, 300.0)), (112.1, tone(1.0)))
    assert read(phone, call, "hold_gap") == pytest.approx(0.3, abs=0.01)


def test_a_pause_before_the_hold_is_not_its_gap(phone: Phone, call: Call, tmp_path: Path) -> None:
    holds(phone, call, 110.0, 112.0)
    hears(phone, call, tmp_path, (104.0, tone(1.0)), (109.0, tone(1.0)), (112.5, tone(1.0)))
    assert read(phone, call, "hold_gap") == pytest.approx(2.5, abs=0.01)


@pytest.mark.parametrize(
    ("ended", "after", "said"),
    [
        (None, 115.0, "the call is still on hold"),
        (112.0, 104.5, "nothing audible came after the hold"),
    ],
)
def test_a_gap_without_sound_around_it_is_not_known(
    phone: Phone, call: Call, tmp_path: Path, ended: float | None, after: float, said: str
) -> None:
    holds(phone, call, 110.0, ended)
    hears(phone, call, tmp_path, (104.0, tone(0.2)), (after, tone(0.2)))
    with pytest.raises(PhoneFailure, match=f"The hold_gap of alice is not known: {said}"):
        read(phone, call, "hold_gap")


def test_a_call_without_a_hold_has_no_hold_gap(phone: Phone, call: Call) -> None:
    with pytest.raises(UsageError, match="alice has no hold_gap: its call was not on hold"):
        read(phone, call, "hold_gap")


def test_the_gap_of_a_transfer_lies_between_two_calls(
    phone: Phone, call: Call, tmp_path: Path
) -> None:
    hears(phone, call, tmp_path, (104.0, tone(1.0)))
    with pytest.raises(UsageError, match="nobody has transferred it"):
        read(phone, call, "transfer_gap")
    phone.backend.feed(TransferRequested(time.monotonic(), call.call_id, "sip:carol@x"))
    with pytest.raises(PhoneFailure, match="it has not called the target"):
        read(phone, call, "transfer_gap")
    phone.agent.dial("sip:carol@x")
    phone.closes(call.call_id, ClosedBy.PEER)
    new = phone.agent.calls[-1]
    with pytest.raises(
        PhoneFailure, match="nothing audible came after the transfer, and its call to"
    ):
        read(phone, call, "transfer_gap")
    hears(phone, new, tmp_path, (106.0, silence(0.5)), (107.0, tone(0.5)))
    assert read(phone, call, "transfer_gap") == pytest.approx(2.0, abs=0.01)


def test_a_stack_may_report_a_transfer_after_it_has_dialled(
    phone: Phone, call: Call, tmp_path: Path
) -> None:
    hears(phone, call, tmp_path, (104.0, tone(1.0)))
    message(phone, call, 105.5, "REFER sip:alice SIP/2.0", "2 REFER", sent=False)
    phone.agent.dial("sip:carol@x")
    phone.backend.feed(TransferRequested(time.monotonic(), call.call_id, "sip:carol@x"))
    hears(phone, phone.agent.calls[-1], tmp_path, (107.0, tone(0.5)))
    assert read(phone, call, "transfer_gap") == pytest.approx(2.0, abs=0.01)


def test_a_call_that_was_refused_has_no_setup_time(phone: Phone) -> None:
    phone.agent.dial(BOB)
    call = phone.agent.calls[0]
    message(phone, call, 100.0, "INVITE sip:bob SIP/2.0", "1 INVITE", sent=True)
    closed = CallClosed(101.0, call.call_id, ClosedBy.REFUSAL, 486, "Busy Here", "486 Busy Here")
    phone.backend.feed(closed)
    with pytest.raises(
        PhoneFailure, match="there was no 200, and its call to .* refused with 486 Bus"
    ):
        read(phone, call, "setup_time")


def test_a_backend_that_does_not_time_audio_says_so(phone: Phone, call: Call) -> None:
    phone.backend.capabilities = frozenset(Capability) - {Capability.TIME_AUDIO}
    with pytest.raises(
        UsageError, match="alice cannot tell when audio was sent and heard: the scr"
    ):
        read(phone, call, "first_audio")
    assert read(phone, call, "setup_time") == pytest.approx(3.0)
