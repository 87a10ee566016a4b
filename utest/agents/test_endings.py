"""How calls ended, in the words of the message that ended them."""

from pathlib import Path

import pytest

from BaresipLibrary.agents.endings import Endings
from BaresipLibrary.agents.info import info_of
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import CallClosed, ClosedBy
from BaresipLibrary.signalling.states import wait_for_state
from BaresipLibrary.sip.messages import Message
from BaresipLibrary.types import AgentState

from ..scripted import Phone

BOB = "sip:bob@127.0.0.1:40002"
ELSEWHERE = 'Reason: SIP;cause=200;text="Call completed elsewhere"'


def request(method: str, call_id: str, *headers: str, number: int = 1) -> str:
    lines = [f"{method} sip:x SIP/2.0", f"Call-ID: {call_id}", f"CSeq: {number} {method}"]
    return "\r\n".join([*lines, *headers, "", ""])


def response(start: str, call_id: str, *headers: str, method: str = "INVITE") -> str:
    return "\r\n".join([start, f"Call-ID: {call_id}", f"CSeq: 1 {method}", *headers, "", ""])


def test_the_reason_phrase_comes_from_the_status_line(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.sip(response("SIP/2.0 486 Busy, SIP;cause=1", call_id))
    phone.closes(call_id, ClosedBy.REFUSAL, 486, "Busy")
    assert (phone.agent.reason, phone.agent.status_code) == ("Busy, SIP;cause=1", 486)


@pytest.mark.parametrize("traced_first", [True, False])
def test_a_reason_waits_for_its_message_in_the_trace(phone: Phone, traced_first: bool) -> None:
    phone.rings()
    phone.sip(request("INVITE", "in-1"))
    cancel = request("CANCEL", "in-1", ELSEWHERE)
    if traced_first:
        phone.sip(cancel)
    phone.closes("in-1", ClosedBy.PEER)
    if not traced_first:
        assert phone.agent.reason == "cancelled by the caller"  # after a moment's wait
        phone.sip(cancel)
    assert phone.agent.reason == "cancelled by the caller, answered elsewhere"
    call = info_of(phone.agent)["calls"][0]
    assert call["closed_by"] == "peer"
    assert call["reasons"] == [
        {"protocol": "SIP", "cause": 200, "text": "Call completed elsewhere"}
    ]
    assert call["q850_cause"] is None


def test_a_connection_that_is_reset_is_no_end_by_the_peer(phone: Phone) -> None:
    """Baresip says the same of a BYE."""
    call_id = phone.agent.dial(BOB)
    phone.sip(request("INVITE", call_id), sent=True)
    phone.closes(call_id, ClosedBy.PEER, None, "Connection reset by peer")
    assert phone.agent.reason == "Connection reset by peer"
    (closed,) = phone.agent.journal.of_kind(CallClosed)  # which ladder and console show
    assert closed.by is ClosedBy.FAILURE


@pytest.mark.parametrize(
    ("traced", "reason"),
    [(True, "Connection reset by peer"), (False, "ended by the peer before it was answered")],
)
def test_a_peer_that_got_no_invite_has_ended_nothing(
    phone: Phone, traced: bool, reason: str
) -> None:
    """A server that ends a TLS connection at once. Without a trace, the report is all there is."""
    phone.backend.shows_messages = traced
    call_id = phone.agent.dial(BOB)
    phone.closes(call_id, ClosedBy.PEER, None, "Connection reset by peer")
    assert phone.agent.reason == reason


def test_a_bye_before_the_answer_is_an_end_by_the_peer(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.sip(request("INVITE", call_id), sent=True)
    phone.sip(request("BYE", call_id))
    phone.closes(call_id, ClosedBy.PEER, None, "Connection reset by peer")
    assert phone.agent.reason == "ended by the peer before it was answered"


@pytest.mark.parametrize(
    ("status", "words"), [(487, "cancelled by the caller"), (486, "rejected by this agent")]
)
def test_a_cancel_may_be_quicker_than_a_refusal(phone: Phone, status: int, words: str) -> None:
    """Then 487 was sent, and not what the agent was to refuse the call with."""
    phone.rings()
    phone.sip(request("INVITE", "in-1"))
    phone.sip(request("CANCEL", "in-1"))
    phone.sip(response(f"SIP/2.0 {status} x", "in-1"), sent=True)
    phone.closes("in-1", ClosedBy.US)
    assert phone.agent.reason == words


def test_what_no_cancel_was_sent_for_is_not_cancelled(phone: Phone) -> None:
    """Before any answer none may be sent (RFC 3261, section 9.1)."""
    call_id = phone.agent.dial(BOB)
    phone.sip(request("INVITE", call_id), sent=True)
    phone.closes(call_id, ClosedBy.US)
    phone.sip(response("SIP/2.0 180 Ringing", call_id))  # which nothing follows
    assert phone.agent.reason == "given up by this agent without a CANCEL"
    phone.sip(request("CANCEL", call_id), sent=True)
    assert phone.agent.reason == "cancelled by this agent"


def test_a_call_whose_answer_was_quicker_than_the_cancel_ended_with_a_bye(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.sip(request("INVITE", call_id), sent=True)
    phone.sip(response("SIP/2.0 180 Ringing", call_id))
    phone.closes(call_id, ClosedBy.US)
    phone.sip(request("CANCEL", call_id), sent=True)
    phone.sip(response("SIP/2.0 200 OK", call_id))
    phone.sip(response("SIP/2.0 200 OK", call_id, method="CANCEL"))
    assert phone.agent.reason == "cancelled by this agent"  # the BYE is still to come
    phone.sip(request("BYE", call_id, number=2), sent=True)
    assert phone.agent.reason == "hung up by this agent"


def test_a_bye_of_the_caller_before_the_answer_is_no_cancel(phone: Phone) -> None:
    phone.rings()
    phone.sip(request("INVITE", "in-1"))
    phone.sip(request("BYE", "in-1", number=2))
    phone.sip(response("SIP/2.0 487 Request Terminated", "in-1"), sent=True)
    phone.closes("in-1", ClosedBy.PEER)
    assert phone.agent.reason == "ended by the caller before it was answered"


def test_the_trace_of_a_cancel_may_be_late(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.sip(request("INVITE", call_id), sent=True)
    phone.sip(response("SIP/2.0 180 Ringing", call_id))
    phone.closes(call_id, ClosedBy.US)
    assert phone.agent.reason == "cancelled by this agent"


def test_a_call_that_waits_for_its_stun_server_is_not_cancelled(tmp_path: Path) -> None:
    phone = Phone(tmp_path, stun_server="stun:127.0.0.1:3478")
    call_id = phone.agent.dial(BOB)
    phone.closes(call_id, ClosedBy.US)
    assert phone.agent.reason == "given up by this agent before an INVITE was sent"


def test_a_call_that_has_come_by_two_ways_ends_with_the_bye(phone: Phone) -> None:
    phone.rings()
    for words in ("482 Loop Detected", "200 OK"):
        phone.sip(response(f"SIP/2.0 {words}", "in-1"), sent=True)
    phone.is_established("in-1")
    phone.sip(request("BYE", "in-1", "Reason: Q.850;cause=16"), sent=True)
    phone.closes("in-1", ClosedBy.US)
    assert info_of(phone.agent)["calls"][0]["q850_cause"] == 16


def test_a_bye_for_a_phone_that_accepts_too_late_ends_nothing() -> None:
    def said(start: str, method: str = "INVITE") -> Message:
        return Message(f"{start}\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n\r\n")

    bye, closed = said("BYE sip:b SIP/2.0", "BYE"), CallClosed(1.0, "c", ClosedBy.US, None, "", "")
    for answer, method in (("SIP/2.0 487 No", "CANCEL"), ("SIP/2.0 200 OK", "BYE")):
        endings = Endings()
        endings.take(said("INVITE sip:b SIP/2.0"), sent=True)
        endings.take(said("CANCEL sip:b SIP/2.0", "CANCEL"), sent=True)
        endings.take(said(answer), sent=False)
        endings.take(said("SIP/2.0 200 OK"), sent=False)
        endings.take(bye, sent=True)
        ending = endings.of(closed)
        assert ending is not None and ending.method == method


def test_a_plain_cancel_is_not_answered_elsewhere(phone: Phone) -> None:
    phone.rings()
    phone.sip(request("CANCEL", "in-1", "Reason: SIP;cause=487"))
    phone.closes("in-1", ClosedBy.PEER)
    assert phone.agent.reason == "cancelled by the caller"


def test_a_bye_gives_its_reasons(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.is_established(call_id)
    phone.sip(request("BYE", call_id, 'Reason: Q.850;cause=16;text="Bye, bye"'))
    phone.closes(call_id, ClosedBy.PEER)
    assert phone.agent.reason == "hung up by the peer"
    assert info_of(phone.agent)["calls"][0]["q850_cause"] == 16


def test_a_refusal_gives_its_warnings(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.sip(response("SIP/2.0 603 ", call_id, 'Warning: 399 pbx "Call barred"'))
    phone.closes(call_id, ClosedBy.REFUSAL, 603, "")
    assert phone.agent.reason == ""
    warnings = info_of(phone.agent)["calls"][0]["warnings"]
    assert warnings == [{"code": 399, "agent": "pbx", "text": "Call barred"}]


def test_a_live_call_has_not_ended(phone: Phone) -> None:
    phone.rings()
    call = info_of(phone.agent)["calls"][0]
    assert (call["closed_by"], call["reasons"], call["warnings"]) == (None, [], [])


def test_a_failure_after_a_refusal_is_the_refusal(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.sip(response("SIP/2.0 302 Moved Temporarily", call_id))
    phone.closes(call_id, ClosedBy.FAILURE, None, "Bad message")
    with pytest.raises(PhoneFailure, match="was refused with 302 Moved Temporarily"):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, 1)
    assert (phone.agent.status_code, phone.agent.reason) == (302, "Moved Temporarily")


def test_a_failure_after_another_try_is_a_failure(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.sip(response("SIP/2.0 407 Who Are You", call_id))
    phone.sip(request("INVITE", call_id, number=2), sent=True)
    phone.closes(call_id, ClosedBy.FAILURE, None, "Connection timed out")
    assert (phone.agent.status_code, phone.agent.reason) == (None, "Connection timed out")


def test_a_call_that_was_up_is_not_refused_by_an_earlier_answer(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.is_established(call_id)
    phone.sip(response("SIP/2.0 488 No", call_id))
    phone.closes(call_id, ClosedBy.FAILURE, None, "rtp stream error")
    assert (phone.agent.status_code, phone.agent.reason) == (None, "rtp stream error")


def test_without_a_trace_the_stack_is_believed(phone: Phone) -> None:
    phone.rings()
    phone.closes("in-1", ClosedBy.PEER, None, "Connection reset by peer [104],SIP;cause=200")
    assert phone.agent.reason == "cancelled by the caller, answered elsewhere"


def test_other_transactions_do_not_end_a_call() -> None:
    endings = Endings()
    for text in (
        response("SIP/2.0 486 Busy", "x", method="INFO"),
        response("SIP/2.0 200 OK", "x"),
        response("SIP/2.0 999999 What", "x"),
        request("INFO", "x"),
    ):
        endings.take(Message(text), sent=False)
    assert endings._answer is endings._received is endings._sent is None
