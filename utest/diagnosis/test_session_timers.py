"""A session timer is named as the reason only where it can be seen that it was."""

import pytest

from BaresipLibrary.diagnosis.session_timers import explain_session_timer
from BaresipLibrary.events import CallClosed, ClosedBy

from ..scripted import Phone

SENTENCE = (
    "The peer's 200 OK wanted alice to refresh the session within {} s (Session-Expires), and alice"
    " sent no re-INVITE or UPDATE after it: baresip has no session timers (RFC 4028). Refresh Call"
    " sends a re-INVITE."
)


def call_answered_with(phone: Phone, *headers: str, cseq: str = "2 INVITE") -> None:
    phone.rings("in-1")
    phone.is_established("in-1")
    lines = ["SIP/2.0 200 OK", "Call-ID: in-1", f"CSeq: {cseq}", *headers]
    phone.sip("\r\n".join([*lines, "", ""]))


def explained(
    phone: Phone, after: float, by: ClosedBy = ClosedBy.PEER, status: int | None = None
) -> str | None:
    began = phone.agent.journal.messages("in-1")
    at = began[0].at + after if began else after
    phone.backend.feed(CallClosed(at, "in-1", by, status, "x", "x"))
    return explain_session_timer(phone.agent, phone.agent.calls[0])


@pytest.mark.parametrize(
    ("value", "after", "interval"),
    [
        ("3;refresher=uac", 2.1, 3),
        ("3;refresher=uac", 1.7, 3),  # the answer was seen late, on a busy machine
        ("1;refresher=uac", 0.6, 1),
        ("1800;refresher=uac", 1769, 1800),
        (" 90 ; refresher = UAC", 60, 90),
        ("90;x=y;refresher=uac;z", 100, 90),
    ],
)
def test_a_refresh_that_was_not_sent(phone: Phone, value: str, after: float, interval: int) -> None:
    call_answered_with(phone, f"Session-Expires: {value}")
    assert explained(phone, after) == SENTENCE.format(interval)


@pytest.mark.parametrize(
    ("value", "after", "by"),
    [
        ("90;refresher=uac", 59, ClosedBy.PEER),
        ("1;refresher=uac", 0.3, ClosedBy.PEER),
        ("90;refresher=uas", 90, ClosedBy.PEER),
        ("90", 90, ClosedBy.PEER),
        ("many;refresher=uac", 90, ClosedBy.PEER),
        ("9" * 5000 + ";refresher=uac", 90, ClosedBy.PEER),
        ("90;refresher=uac", 90, ClosedBy.US),
    ],
)
def test_nothing_is_said(phone: Phone, value: str, after: float, by: ClosedBy) -> None:
    call_answered_with(phone, f"Session-Expires: {value}")
    assert explained(phone, after, by) is None


def test_a_refresh_that_was_sent(phone: Phone) -> None:
    call_answered_with(phone, "Session-Expires: 3;refresher=uac")
    phone.sip("UPDATE sip:x SIP/2.0\r\nCall-ID: in-1\r\nCSeq: 3 UPDATE\r\n\r\n", sent=True)
    assert explained(phone, 5) is None


REFRESH = "{} sip:alice SIP/2.0\r\nCall-ID: in-1\r\nTo: <sip:alice>;tag=1\r\nCSeq: 7 {}\r\n\r\n"
ANSWER = "SIP/2.0 {}\r\nCall-ID: in-1\r\nCSeq: 7 {}\r\n\r\n"


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize(
    ("answer", "sentence"), [("200 OK", None), ("491 Request Pending", SENTENCE.format(3))]
)
def test_a_refresh_of_the_peer(
    phone: Phone, method: str, answer: str, sentence: str | None
) -> None:
    call_answered_with(phone, "Session-Expires: 3;refresher=uac")
    phone.sip(REFRESH.format(method, method))
    phone.sip(ANSWER.format(answer, method), sent=True)
    assert explained(phone, 5) == sentence


def test_the_compact_name(phone: Phone) -> None:
    call_answered_with(phone, "x: 3;refresher=uac")
    assert explained(phone, 3) == SENTENCE.format(3)


def test_the_wish_of_another_phone(phone: Phone) -> None:
    call_answered_with(phone, "To: <sip:b@h>;tag=1")
    wish = "SIP/2.0 200 OK\r\nCall-ID: in-1\r\nCSeq: 2 INVITE\r\nTo: <sip:b@h>;tag=2\r\n"
    phone.sip(f"{wish}Session-Expires: 3;refresher=uac\r\n\r\n")
    assert explained(phone, 3) is None


def test_a_request_of_the_peer_with_the_same_number(phone: Phone) -> None:
    call_answered_with(phone, "Session-Expires: 3;refresher=uac", "To: <sip:b@h>;tag=1")
    head = "Call-ID: in-1\r\nCSeq: 2 INVITE\r\nTo: <sip:alice@h>;tag=2\r\n\r\n"
    phone.sip(f"INVITE sip:alice@h SIP/2.0\r\n{head}")
    phone.sip(f"SIP/2.0 200 OK\r\n{head}", sent=True)
    assert explained(phone, 3) is None


def test_an_answer_to_another_request(phone: Phone) -> None:
    call_answered_with(phone, "Session-Expires: 3;refresher=uac", cseq="2 INFO")
    assert explained(phone, 5) is None


def test_a_call_that_is_up(phone: Phone) -> None:
    call_answered_with(phone, "Session-Expires: 3;refresher=uac")
    assert explain_session_timer(phone.agent, phone.agent.calls[0]) is None
