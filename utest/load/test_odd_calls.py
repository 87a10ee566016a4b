"""Calls of a run that do not go as a call usually does: what is told is what happened."""

import re
import threading
import time
from typing import Any
from unittest.mock import Mock

import pytest

from BaresipLibrary.backends.base import Headers
from BaresipLibrary.concurrency import wait_until
from BaresipLibrary.events import CallEstablished, ClosedBy
from BaresipLibrary.load import call_rate
from BaresipLibrary.load.bulk import establish
from BaresipLibrary.load.call_attempt import CallAttempt
from BaresipLibrary.load.failure_reason import Cause
from BaresipLibrary.load.rated_call import Phase
from BaresipLibrary.types import AgentState

from .exchange import Exchange
from .test_rated_call import OneCall


def accepted(exchange: Exchange) -> OneCall:
    """A call that has been accepted, which is the last that the run has seen of it."""
    one = OneCall(exchange)
    one.go_on()
    return one


def end_at_both(one: OneCall) -> None:
    """The phone system ends it."""
    for phone in (one.caller, one.callee):
        phone.closes(phone.agent.calls[0].call_id, ClosedBy.PEER)


def test_a_call_that_is_over_before_it_is_looked_at_was_established(exchange: Exchange) -> None:
    one = accepted(exchange)
    end_at_both(one)
    for _ in range(3):
        one.go_on()
    assert one.call.phase is Phase.OVER
    assert one.call.is_established
    assert one.call.reason is not None
    assert one.call.reason.words == "ended early: hung up by the peer"


def test_a_callee_may_tell_of_it_after_the_caller_has_told_of_its_end(exchange: Exchange) -> None:
    one = accepted(exchange)
    theirs = one.callee.agent.calls[0]
    theirs.established_at = None  # that event is still on its way
    one.caller.closes(one.caller.agent.calls[0].call_id, ClosedBy.PEER)
    event = CallEstablished(time.monotonic(), theirs.call_id)
    late = threading.Timer(0.05, one.callee.backend.feed, [event])
    late.start()
    for _ in range(3):
        one.go_on()
    late.join()
    assert one.call.is_established
    assert one.call.reason is not None
    assert one.call.reason.words == "ended early: hung up by the peer"


def test_it_was_up_from_one_event_to_another_whenever_that_is_noticed(exchange: Exchange) -> None:
    one = accepted(exchange)
    ours, theirs = one.caller.agent.calls[0], one.callee.agent.calls[0]
    one.caller.backend.feed(CallEstablished(1000.0, ours.call_id))
    one.callee.backend.feed(CallEstablished(1001.0, theirs.call_id))
    assert one.call.went_up is None, "the run does not know of it yet"
    one.go_on()
    assert (one.call.went_up, one.call.went_down) == (1001.0, None)
    end_at_both(one)
    assert theirs.closed is not None
    assert one.call.went_down == theirs.closed.at


def crossed(exchange: Exchange) -> list[CallAttempt]:
    """Two calls, each of which leads to the callee of the other one."""
    exchange.has(2, 2)
    first, second = exchange.callees
    for caller in exchange.callers:
        others = {first.agent.uri: second.backend, second.agent.uri: first.backend}
        caller.backend.others = others
    dialled: set[str] = set()
    return [
        CallAttempt(caller.agent, callee.agent.uri, callee.agent, dialled=dialled)
        for caller, callee in zip(exchange.callers, exchange.callees, strict=True)
    ]


def test_calls_that_lead_to_one_anothers_callees_are_not_established(exchange: Exchange) -> None:
    calls = crossed(exchange)
    establish(calls, 1.0)
    assert [call.up_since for call in calls] == [None, None]
    [trouble, _] = [str(call.trouble) for call in calls]
    assert re.fullmatch(
        r"after 1 s, its call to sip:callee1@\S+ is up \(.*\);"
        r" callee1: the call from sip:caller@\S+ is up \(.*\)",
        trouble,
    )


def test_what_is_still_dialled_is_nobody_elses_call(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = crossed(exchange)
    agents, late = exchange.everybody(), exchange.callers[1].backend
    dial = late.dial

    def all_up() -> bool | None:
        return all(agent.state is AgentState.ESTABLISHED for agent in agents) or None

    def dial_late(uri: str, headers: Headers = ()) -> str:
        call_id = dial(uri, headers)
        assert wait_until(agents[0].changes, all_up, 10.0)
        return call_id

    monkeypatch.setattr(late, "dial", dial_late)
    establish(calls, 1.0)
    assert [call.seconds for call in calls] == [None, None]


def test_tones_are_free_for_another_call_once_they_are_sent_no_more(exchange: Exchange) -> None:
    one = accepted(exchange)
    one.go_on()
    one.call._tones = (440.0, 620.0)
    free: list[tuple[float, float]] = []
    end = one.call.next_step(time.monotonic() + 1.0, free)
    assert end is not None and one.call.phase is Phase.END and free == []
    end()
    one.call.next_step(time.monotonic(), free)
    assert free == [(440.0, 620.0)]


@pytest.mark.parametrize(
    ("waited", "cause"), [(0.1, Cause.phone_system), (2.0, Cause.either)], ids=["at once", "late"]
)
def test_a_refusal_that_came_late_may_be_that_of_a_phone_which_was_late(
    exchange: Exchange, waited: float, cause: Cause
) -> None:
    """A phone system that has called a phone of a late machine in vain says so by 480 or 503."""
    one = OneCall(exchange)
    one.callee.agent._calls.clear()
    [call] = one.caller.agent.calls
    one.caller.closes(call.call_id, ClosedBy.REFUSAL, 480, "Temporarily Unavailable")
    assert call.closed is not None
    call.began_at = call.closed.at - waited
    one.go_on()
    assert one.call.reason is not None
    assert one.call.reason.words == "480 Temporarily Unavailable"
    assert one.call.reason.cause is cause


def test_what_fails_while_a_process_is_stopped_is_no_fault_of_the_phone_system(
    exchange: Exchange,
) -> None:
    one = OneCall(exchange, timeout=2.0)
    one.callee.backend.held = True
    one.callee.agent.reactions.will_answer = lambda _: True  # type: ignore[method-assign]
    one.go_on(later=2.1)
    assert one.call.reason is not None
    assert one.call.reason.words == "the process of an agent is stopped"
    assert one.call.reason.cause is Cause.machine
    assert one.call.reason.details.endswith("; the process of callee1 is stopped")


def test_a_refusal_tells_nothing_of_a_phone_system_that_could_not_reach_a_stopped_process(
    exchange: Exchange,
) -> None:
    one = OneCall(exchange)
    one.callee.agent._calls.clear()
    one.callee.backend.held = True
    one.caller.closes(one.caller.agent.calls[0].call_id, ClosedBy.REFUSAL, 480, "Unavailable")
    one.go_on()
    assert one.call.reason is not None
    assert one.call.reason.words == "the process of an agent is stopped"
    assert "was refused with 480" in one.call.reason.details


def test_a_call_that_rings_meanwhile_does_not_keep_another_from_its_end(exchange: Exchange) -> None:
    one = OneCall(exchange, timeout=2.0)
    one.hang_up()
    one.sip("SIP/2.0 200 OK", sent=False)
    one.callee.rings("of somebody else")
    one.go_on()
    assert one.call.phase is Phase.OVER and one.call.reason is None


@pytest.mark.parametrize("is_command", [True, False])
def test_a_command_that_takes_long_makes_the_machine_late(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch, is_command: bool
) -> None:
    exchange.has(1, 1)
    run = exchange.run(max_lag=0.5)
    times = iter([100.0, 103.0])
    clock: Any = Mock(monotonic=lambda: next(times))
    monkeypatch.setattr(call_rate, "time", clock)
    run._do(Mock(only_commands=is_command), lambda: None, 100.0)
    assert run._machine.was_late(101.0, 102.0) is is_command


def test_what_waits_for_a_proxy_is_not_only_a_command(exchange: Exchange) -> None:
    one = OneCall(exchange)
    assert one.call.only_commands
    one.go_on()
    one.go_on()
    assert one.call.phase is Phase.TALK and not one.call.only_commands
