"""Calls in which the stack has forgotten a re-INVITE after a collision are found."""

import pytest

from BaresipLibrary.events import CallClosed, ClosedBy, SipMessage
from BaresipLibrary.sip.owed_requests import Collisions


class Trace:
    """Messages of one call."""

    def __init__(self) -> None:
        self.collisions = Collisions()

    def take(self, line: str, *headers: str, sent: bool, method: str = "INVITE") -> str:
        text = "\r\n".join([line, "Call-ID: a", f"CSeq: 2 {method}", *headers, "", ""])
        self.collisions.take(SipMessage(0.0, sent, "UDP", "x:1", "y:2", text))
        return text

    def refused(self, line: str = "SIP/2.0 491 Request Pending", *headers: str) -> None:
        self.take("INVITE sip:b SIP/2.0", sent=True)
        self.take(line, *headers, sent=False)

    def peers(self, method: str = "INVITE") -> str:
        text = self.take(f"{method} sip:a SIP/2.0", sent=False, method=method)
        self.take("SIP/2.0 200 OK", sent=True, method=method)
        return text

    @property
    def stuck(self) -> str | None:
        return self.collisions.message_of("a")


@pytest.fixture
def trace() -> Trace:
    return Trace()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize(
    "refusal",
    [("SIP/2.0 491 Request Pending",), ("SIP/2.0 500 Server Internal Error", "Retry-After: 3")],
)
def test_a_waiting_reinvite_is_lost_to_an_offer_of_the_peer(
    trace: Trace, refusal: tuple[str, ...], method: str
) -> None:
    trace.refused(*refusal)
    assert trace.stuck is None
    text = trace.peers(method)
    assert trace.stuck == text
    trace.take("INVITE sip:b SIP/2.0", sent=True)  # pushed, by the library
    assert trace.stuck == text


def test_a_reinvite_sent_again_in_time_is_not_lost(trace: Trace) -> None:
    trace.refused()
    trace.take("INVITE sip:b SIP/2.0", sent=True)
    trace.peers()
    assert trace.stuck is None


def test_another_collision_restarts_the_wait(trace: Trace) -> None:
    trace.refused()
    trace.peers()
    trace.refused()
    assert trace.stuck is None


@pytest.mark.parametrize("line", ["SIP/2.0 488 No", "SIP/2.0 500 No", "SIP/2.0 200 OK"])
def test_after_other_answers_no_reinvite_waits(trace: Trace, line: str) -> None:
    trace.refused(line)
    trace.peers()
    assert trace.stuck is None


def test_a_call_that_is_over_is_forgotten(trace: Trace) -> None:
    trace.refused()
    trace.peers()
    trace.collisions.take(CallClosed(0.0, "a", ClosedBy.US, None, "", ""))
    assert trace.stuck is None
