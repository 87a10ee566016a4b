"""One call of a run, step by step."""

import re
import time

import pytest

from BaresipLibrary.backends.base import Headers
from BaresipLibrary.errors import CommandRefused
from BaresipLibrary.events import (
    AgentDied,
    ClosedBy,
    QualityReported,
)
from BaresipLibrary.load.failure_reason import Cause
from BaresipLibrary.load.plan import Plan
from BaresipLibrary.load.rated_call import Phase, RatedCall

from .exchange import Exchange


class OneCall:
    """One call of a run, which a test leads from step to step."""

    def __init__(self, exchange: Exchange, timeout: float = 5.0) -> None:
        exchange.has(1, 1)
        self.caller, self.callee = exchange.callers[0], exchange.callees[0]
        agents = (self.caller.agent, self.callee.agent)
        plan = Plan(0.0, timeout, None)
        self.began = time.monotonic()
        self.dialled = {"another"}
        target = self.callee.agent.uri
        self.call = RatedCall(self.began, agents, target, plan, self.dialled)
        self.call.dial()

    def go_on(self, later: float = 0.0) -> None:
        """Takes the next step, some time later (s)."""
        with self.caller.agent.changes:
            step = self.call.next_step(time.monotonic() + later, [])
        if step is not None:
            step()

    def sip(self, start_line: str, *, sent: bool) -> None:
        """A message of the BYE's transaction shows in the trace of the caller."""
        assert self.call.call is not None
        ids = f"Call-ID: {self.call.call.call_id}\r\nCSeq: 2 BYE"
        via = "Via: SIP/2.0/UDP a;branch=z9hG4bK1"
        self.caller.sip(f"{start_line}\r\n{via}\r\n{ids}\r\n\r\n", sent=sent)

    def hang_up(self) -> None:
        """Goes on until both sides are idle, and the trace has the BYE."""
        for _ in range(3):  # accepts, is up, hangs up
            self.go_on()
        self.caller.backend.shows_messages = True
        self.sip("BYE sip:x SIP/2.0", sent=True)


def test_a_callee_that_tells_of_the_call_before_the_caller_is_its_other_side(
    exchange: Exchange,
) -> None:
    one = OneCall(exchange)
    assert one.call.call is not None
    [called] = one.callee.agent.calls
    one.call.call.began_at = called.began_at + 0.01
    assert [call for _, call in one.call.calls()] == [one.call.call, called]


def test_a_call_that_is_being_accepted_is_not_accepted_again(exchange: Exchange) -> None:
    """Not either while baresip has not answered, where its Call-ID is that of the caller."""
    one = OneCall(exchange)
    seen = []
    answer = one.callee.backend.answer

    def slowly(call_id: str, headers: Headers = ()) -> None:
        seen.append(one.call._setup.waiting())
        answer(call_id, headers)

    one.callee.backend.answer = slowly  # type: ignore[method-assign]
    assert one.call._setup.waiting() is not None
    one.call._setup.accept()
    assert seen == [None]


def test_a_callee_that_rings_in_vain_says_so(exchange: Exchange) -> None:
    one = OneCall(exchange, timeout=2.0)
    one.callee.agent.reactions.will_answer = lambda _: True  # type: ignore[method-assign]
    one.go_on(later=2.1)
    assert one.call.reason is not None
    assert one.call.reason.words == "not established within 2 s"
    whose = re.escape(f"{one.callee.agent}: the call from ")
    assert re.search(f"^its call to .*; {whose}.* rings ", one.call.reason.details)


def test_a_call_that_another_caller_has_given_up_is_not_its_other_side(exchange: Exchange) -> None:
    one = OneCall(exchange, timeout=2.0)
    assert one.call.call is not None
    assert one.dialled == {"another", one.call.call.call_id}
    one.callee.agent._calls.clear()  # it never arrived
    one.callee.rings("another")
    one.callee.closes("another", ClosedBy.PEER)
    one.go_on(later=2.1)
    assert one.call.reason is not None
    assert one.call.reason.words == "not established within 2 s, and the callee was not called"
    assert "; " not in one.call.reason.details


def test_an_answer_to_the_bye_that_comes_late_is_measured(exchange: Exchange) -> None:
    one = OneCall(exchange)
    one.hang_up()
    assert one.call.is_idle
    one.go_on(later=1.0)
    assert one.call.phase is Phase.END
    one.sip("SIP/2.0 200 OK", sent=False)
    one.go_on(later=1.0)
    assert one.call.phase is Phase.OVER and one.call.reason is None
    assert one.call.measured.teardown is not None


def test_a_bye_that_is_never_answered_is_a_failure(exchange: Exchange) -> None:
    one = OneCall(exchange, timeout=2.0)
    one.hang_up()
    one.go_on(later=1.9)
    assert one.call.phase is Phase.END
    one.go_on(later=2.1)
    assert one.call.phase is Phase.OVER
    assert one.call.reason is not None
    assert one.call.reason.words == "the BYE was not answered within 2 s"
    assert one.call.measured.teardown is None


def test_a_phone_that_died_before_it_could_answer_the_bye_is_its_cause(exchange: Exchange) -> None:
    one = OneCall(exchange, timeout=2.0)
    one.hang_up()
    one.callee.backend.feed(AgentDied(time.monotonic(), -9, ""))
    one.go_on(later=2.1)
    assert one.call.reason is not None
    assert one.call.reason.words == "the process of an agent has died"
    assert one.call.reason.cause is Cause.machine
    assert "the BYE was not answered within 2 s; alice is dead" in one.call.reason.details.replace(
        one.callee.agent.name, "alice"
    )


def test_the_teardown_is_that_of_a_bye_which_the_caller_has_sent(exchange: Exchange) -> None:
    one = OneCall(exchange)
    for _ in range(2):
        one.go_on()
    one.caller.backend.shows_messages = True
    one.sip("BYE sip:x SIP/2.0", sent=False)
    one.sip("SIP/2.0 200 OK", sent=True)
    assert one.call.call is not None
    one.callee.backend.hang_up(next(iter(one.callee.agent.calls)).call_id)
    for _ in range(2):
        one.go_on()
    assert one.call.reason is not None and one.call.phase is Phase.OVER
    assert one.call.measured.teardown is None


def test_a_call_that_the_phone_system_cancels_is_no_fault_of_an_agent(exchange: Exchange) -> None:
    one = OneCall(exchange)
    [called] = one.callee.agent.calls
    one.callee.closes(called.call_id, ClosedBy.PEER)
    one.call.take_error(CommandRefused("there is no such call"))
    one.go_on()
    assert one.call.reason is not None
    assert one.call.reason.words == "the call of the callee was cancelled by the caller"
    assert one.call.reason.cause is Cause.either


def test_what_is_looked_at_late_was_due_since_then(exchange: Exchange) -> None:
    one = OneCall(exchange, timeout=5.0)
    assert one.call.due_since(one.began + 1) == one.began + 1
    assert one.call.due_since(one.began + 8) == one.began + 5


def test_a_bye_that_is_refused_is_a_failure(exchange: Exchange) -> None:
    one = OneCall(exchange)
    one.hang_up()
    one.sip("SIP/2.0 481 Call/Transaction Does Not Exist", sent=False)
    one.go_on()
    assert one.call.phase is Phase.OVER
    assert one.call.reason is not None
    assert one.call.reason.words == "the BYE was answered with 481"
    assert one.call.reason.cause is Cause.either
    assert one.call.measured.teardown is not None


@pytest.mark.parametrize(
    ("answer", "words", "told"),
    [
        ("SIP/2.0 500 Error", "the BYE was answered with 500", "the BYE was answered with 500"),
        (
            "SIP/2.0 200 OK",
            "not over within 2 s after the hang-up",
            "the BYE was answered with 200",
        ),
        ("", "the BYE was not answered within 2 s", "the BYE was not answered within 2 s"),
    ],
)
def test_a_call_that_is_not_over_at_the_callee_says_what_became_of_the_bye(
    exchange: Exchange, answer: str, words: str, told: str
) -> None:
    one = OneCall(exchange, timeout=2.0)
    one.callee.backend.keeps_calls = True
    one.hang_up()
    if answer:
        one.sip(answer, sent=False)
    one.go_on(later=2.1)
    assert one.call.reason is not None
    assert one.call.reason.words == words
    assert one.call.reason.details.startswith(f"{one.caller.agent}: {told}; {one.callee.agent}: ")


@pytest.mark.parametrize(("at_caller", "mos"), [(True, 3.46), (False, None)])
def test_a_side_that_has_reported_nothing_may_be_the_worse_one(
    exchange: Exchange, at_caller: bool, mos: float | None
) -> None:
    one = OneCall(exchange)
    for _ in range(3):
        one.go_on()
    for phone, loss in ((one.caller, 9), (one.callee, 0)):
        [call] = phone.agent.calls
        if at_caller or phone is one.callee:
            call.quality = QualityReported(1.0, call.call_id, 0.0, 0.0, 91, loss)
    one.go_on()
    assert one.call.measured.mos == mos


def test_a_challenge_of_the_bye_is_not_the_end(exchange: Exchange) -> None:
    one = OneCall(exchange)
    one.hang_up()
    one.sip("SIP/2.0 407 Proxy Authentication Required", sent=False)
    one.go_on(later=1.0)
    assert one.call.phase is Phase.END
    one.sip("SIP/2.0 200 OK", sent=False)
    one.go_on(later=1.0)
    assert one.call.phase is Phase.OVER and one.call.reason is None


def test_a_challenge_of_the_bye_that_is_not_met_is_a_refusal(exchange: Exchange) -> None:
    one = OneCall(exchange)
    one.hang_up()
    one.sip("SIP/2.0 407 Proxy Authentication Required", sent=False)
    one.go_on(later=6.0)
    assert one.call.reason is not None
    assert one.call.reason.words == "the BYE was answered with 407"
