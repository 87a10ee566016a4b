"""Which reliable provisional responses have no PRACK."""

from BaresipLibrary.sip.messages import Message
from BaresipLibrary.sip.transactions import UnacknowledgedResponses


def response(status: int, *headers: str, call_id: str = "one", cseq: str = "3 INVITE") -> Message:
    lines = [f"SIP/2.0 {status} x", f"Call-ID: {call_id}", f"CSeq: {cseq}", *headers]
    return Message("\r\n".join([*lines, "", ""]))


def prack(acknowledged: str, call_id: str = "one") -> Message:
    lines = ["PRACK sip:x SIP/2.0", f"Call-ID: {call_id}", "CSeq: 4 PRACK", f"RAck: {acknowledged}"]
    return Message("\r\n".join([*lines, "", ""]))


def test_a_response_waits_for_its_prack() -> None:
    waiting = UnacknowledgedResponses()
    waiting.take(response(180, "RSeq: 7"), sent=True)
    for other in ("8 3 INVITE", "7 4 INVITE", ""):
        waiting.take(prack(other), sent=False)
    waiting.take(prack("7 3 INVITE", call_id="two"), sent=False)
    assert waiting.are_of("one") and not waiting.are_of("two")
    waiting.take(prack("7  3\tINVITE"), sent=False)
    assert not waiting.are_of("one")


def test_what_waits_for_none() -> None:
    waiting = UnacknowledgedResponses()
    waiting.take(response(180), sent=True)
    waiting.take(response(200, "RSeq: 7"), sent=True)
    waiting.take(response(183, "RSeq: 7"), sent=False)
    assert not waiting.are_of("one")


def test_a_repeated_response_waits_once() -> None:
    waiting = UnacknowledgedResponses()
    for _ in range(3):
        waiting.take(response(183, "RSeq: 7"), sent=True)
    waiting.take(prack("7 3 INVITE"), sent=False)
    assert not waiting.are_of("one")


def test_a_call_that_is_over_waits_for_nothing() -> None:
    waiting = UnacknowledgedResponses()
    waiting.take(response(180, "RSeq: 7"), sent=True)
    waiting.take(response(180, "RSeq: 7", call_id="two"), sent=True)
    waiting.forget("one")
    assert not waiting.are_of("one") and waiting.are_of("two")
