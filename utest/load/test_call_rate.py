"""An arrival rate of calls, on agents in memory that connect with each other."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from BaresipLibrary.backends.base import Headers
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import CommandRefused, UsageError
from BaresipLibrary.events import (
    AgentDied,
    ClosedBy,
)
from BaresipLibrary.load import call_rate, rated_call
from BaresipLibrary.load.call_rate import ENDED, LATE
from BaresipLibrary.load.call_run import NO_CALLEE, NO_CALLER, CallRun
from BaresipLibrary.load.call_run_failure import require_success
from BaresipLibrary.load.failure_reason import Cause, FailureReason
from BaresipLibrary.load.idle_agents import AgentPool
from BaresipLibrary.load.machine import Machine
from BaresipLibrary.load.plan import Plan
from BaresipLibrary.load.rated_call import RatedCall
from BaresipLibrary.load.run_counts import RunCounts, Tally

from .exchange import Exchange


def test_each_call_that_arrives_is_made_and_forgotten(exchange: Exchange) -> None:
    exchange.has(5, 5)
    run = exchange.result()
    assert (run.offered, run.attempted, run.established, run.succeeded) == (5, 5, 5, 5)
    assert not run.failed and not run.undecided and not run.not_attempted
    assert all(not agent.calls and not agent.journal.since(0) for agent in exchange.everybody())
    assert len(exchange.discarded) == 10
    assert not run.failed_at and run.peak >= 1


def test_arrivals_do_not_wait_for_agents(exchange: Exchange) -> None:
    exchange.has(1, 2)
    run = exchange.result(talk=1.0)
    assert not_attempted(run, NO_CALLER) == run.not_attempted == 4
    assert run.attempted == 1
    assert run.needed == 5
    exchange.has(5, 1)
    assert not_attempted(exchange.result(talk=1.0), NO_CALLEE) == 4


def not_attempted(run: CallRun, because: str) -> int:
    """How many were not attempted for that reason, whatever the agents did."""
    reasons = run.not_attempted_because.items()
    return sum(count for reason, count in reasons if reason.startswith(because))


def test_agents_that_wait_for_an_answer_are_not_called_too_few(exchange: Exchange) -> None:
    exchange.has(2, 2)
    for phone in exchange.callees:
        phone.backend.is_silent = True
    run = exchange.result(timeout=1.0)
    assert run.not_attempted_because == {
        "no caller was idle, as most had a call that was not established yet": 3
    }
    exchange.has(2, 2)
    for phone in exchange.callees:
        phone.backend.is_silent = True
    late = exchange.run(timeout=1.0, max_lag=1000.0)
    late._machine.note(late._began - 2000, late._began + 2)
    late.run()
    [reason] = late.result().not_attempted_because
    assert reason.endswith("not established yet, and this machine was late")


def test_agents_that_have_died_are_told(exchange: Exchange) -> None:
    exchange.has(1, 3)
    for phone in exchange.callees:
        phone.backend.feed(AgentDied(time.monotonic(), -9, ""))
    assert exchange.result().not_attempted_because == {"no callee was idle, as most had died": 5}


def test_the_agent_that_has_waited_longest_is_taken_if_it_can_call(exchange: Exchange) -> None:
    exchange.has(4, 1)
    busy, dead, first, second = exchange.callers
    pool = AgentPool([phone.agent for phone in exchange.callers], NO_CALLER)
    busy.rings("in-1")
    dead.backend.feed(AgentDied(time.monotonic(), -9, ""))
    assert pool.take() is first.agent
    pool.give_back(first.agent)
    assert pool.take() is second.agent
    assert pool.take() is first.agent
    assert pool.take() is None
    busy.closes("in-1", ClosedBy.PEER)
    assert pool.take() is busy.agent


def test_a_refusal_is_counted_by_code_and_phrase(exchange: Exchange) -> None:
    exchange.has(5, 5)
    exchange.callees[1].backend.refuses = (486, "Busy Here")
    exchange.callees[3].backend.refuses = (603, "Decline")
    run = exchange.result()
    assert run.failures == {"486 Busy Here": 1, "603 Decline": 1}
    assert run.failed_percent == 40.0
    assert [call.callee for call in run.failed_calls] == ["callee2", "callee4"]
    assert exchange.callers[1].agent.calls, "what failed is kept"
    assert len(run.failed_at) == 2 and all(0 <= at <= run.seconds for at in run.failed_at)


def test_nothing_is_established_in_time(exchange: Exchange) -> None:
    exchange.has(2, 2)
    exchange.callees[0].backend.is_silent = True
    run = exchange.result(duration=0.04, timeout=2.0)
    assert run.failures == {"not established within 2 s, and the callee was not called": 1}
    assert run.succeeded == 1
    assert exchange.callers[0].agent.live_calls == []


def test_a_call_that_others_have_given_up_is_not_taken_for_it(exchange: Exchange) -> None:
    """A phone system that was dead delivers such a call late, just before ours."""
    exchange.has(1, 1)
    caller, callee = exchange.callers[0], exchange.callees[0]
    dial, answer = caller.backend.dial, callee.backend.answer

    def come_late(uri: str, headers: Headers = ()) -> str:
        callee.rings("given up")
        return dial(uri, headers)

    def end(call_id: str, headers: Headers = ()) -> None:
        answer(call_id, headers)
        callee.closes("given up", ClosedBy.PEER)

    caller.backend.dial, callee.backend.answer = come_late, end  # type: ignore[method-assign]
    callee.backend.partners["given up"] = callee.backend
    run = exchange.result(duration=0.01, timeout=2.0)
    assert (run.succeeded, run.failures) == (1, {})


def test_a_side_that_stays_in_the_call_is_told_and_hung_up(exchange: Exchange) -> None:
    exchange.has(1, 1)
    exchange.callees[0].backend.keeps_calls = True
    run = exchange.result(duration=0.01, timeout=2.0)
    assert run.failures == {"not over within 2 s after the hang-up": 1}
    assert run.established == 1
    assert "callee1: " in run.failed_calls[0].details
    assert exchange.callees[0].agent.live_calls == []


def test_a_step_that_has_to_wait_for_a_thread_makes_the_machine_late(exchange: Exchange) -> None:
    exchange.has(1, 1)
    run, now = exchange.run(max_lag=0.5), time.monotonic()
    run._do(Mock(), lambda: None, now - 0.1)
    assert not run._machine.was_late(now - 2.0, now)
    run._do(Mock(), lambda: None, now - 1.0)
    assert run._machine.was_late(now - 2.0, now)


def test_a_late_machine_attempts_nothing(exchange: Exchange) -> None:
    exchange.has(3, 3)
    run = exchange.run(max_lag=1e-9)
    run.run()
    result = run.result()
    assert result.not_attempted_because == {LATE: 5}
    with pytest.raises(UsageError, match="says nothing of the phone system: this machine was late"):
        require_success(result, run.failed)


def test_what_fails_while_the_machine_is_late_is_undecided(
    exchange: Exchange, tmp_path: Path
) -> None:
    exchange.has(1, 1)
    now = time.monotonic()
    agents = (exchange.callers[0].agent, exchange.callees[0].agent)
    call = RatedCall(now, agents, "sip:x", Plan(1, 1, None), set())
    machine = Machine(0.5)
    counts = RunCounts(Tally(5.0, 0.0), machine, lambda: 0.0)
    either, theirs, ours = (
        FailureReason("x", "", cause, now)
        for cause in (Cause.either, Cause.phone_system, Cause.machine)
    )
    assert not counts.is_ours(call, either)
    machine.note(now - 5, now - 3)
    assert not counts.is_ours(call, either)
    machine.note(now - 1, now + 0.1)
    assert counts.is_ours(call, either)
    assert not counts.is_ours(call, theirs)
    assert counts.is_ours(call, ours)


def test_an_agent_that_dies_is_no_failure_of_the_phone_system(exchange: Exchange) -> None:
    exchange.has(1, 1)
    phone = exchange.callees[0]
    phone.backend.answer = lambda *_: phone.backend.feed(  # type: ignore[method-assign]
        AgentDied(time.monotonic(), -9, "")
    )
    run = exchange.result(duration=0.05)
    assert run.undecided == 1 and run.failed == 0
    assert run.undecided_because == {"the process of an agent has died": 1}
    # The caller may still be at the end of the first call when the second one arrives.
    assert not_attempted(run, NO_CALLEE) + not_attempted(run, NO_CALLER) == run.not_attempted == 2


def test_a_run_ends_as_soon_as_its_condition_holds(exchange: Exchange) -> None:
    exchange.has(5, 5)
    for phone in exchange.callees[1:]:
        phone.backend.refuses = (486, "Busy Here")
    run = exchange.run(duration=60.0, talk=60.0, stop_when="failures > 1")
    began = time.monotonic()
    run.run()
    assert time.monotonic() - began < 30
    result = run.result()
    assert 2 <= result.failed <= 4, "on a busy machine, several may end at the same moment"
    assert result.stopped == "failures > 1"
    assert result.established >= 1
    assert result.attempted == result.failed + result.unfinished
    assert result.unfinished and not result.needed, "nobody knows how long those would have taken"
    assert not any(agent.live_calls for agent in exchange.everybody())
    with pytest.raises(
        CallFailure, match=r"([2-4]) of \1 calls failed, so 'failures > 1' holds after .* s: 486"
    ):
        require_success(result, run.failed)


def test_a_few_calls_are_judged_by_their_share_at_the_end(exchange: Exchange) -> None:
    exchange.has(5, 5)
    exchange.callees[0].backend.refuses = (486, "Busy Here")
    run = exchange.run(stop_when="failures > 5%")
    run.run()
    assert run.result().offered == 5
    assert run.result().stopped == "failures > 5%"


def test_no_call_was_established(exchange: Exchange) -> None:
    exchange.has(5, 5)
    for phone in exchange.callees:
        phone.backend.refuses = (486, "Busy Here")
    run = exchange.run()
    run.run()
    with pytest.raises(CallFailure, match=r"None of 5 calls was established: 486 Busy Here \(5\)"):
        require_success(run.result(), run.failed)


def test_no_call_arrived(exchange: Exchange) -> None:
    with pytest.raises(UsageError, match="No call arrived"):
        require_success(CallRun(rate=1.0, began=0.0), [])


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_whatever_ends_a_run_its_calls_are_hung_up(
    exchange: Exchange, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.has(2, 2)
    run = exchange.run(duration=60.0, talk=60.0)
    settle: Callable[[], None] = run._settle

    def interrupt() -> None:
        settle()
        if len(run._calls) == 2 and all(call.is_established for call in run._calls):
            raise error

    monkeypatch.setattr(run, "_settle", interrupt)
    with pytest.raises(error):
        run.run()
    assert run.result().established == 2
    assert not any(agent.live_calls for agent in exchange.everybody())


def test_a_mistake_of_ours_is_no_failed_call(exchange: Exchange) -> None:
    exchange.has(1, 1)
    exchange.callers[0].backend.dial = lambda *_: 1 / 0  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        exchange.run().run()


def test_a_call_that_still_lives_is_not_forgotten_but_told(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_rate, "_KEPT", 0)
    monkeypatch.setattr(call_rate, "_CUT_SHORT", 0.01)
    monkeypatch.setattr(rated_call, "_FORCED", 0.01)
    exchange.has(1, 1)
    callee = exchange.callees[0]
    callee.backend.keeps_calls = True
    callee.backend.hang_up = lambda call_id: None  # type: ignore[method-assign]
    run = exchange.run(duration=0.01, timeout=2.0)
    run.run()
    assert len(callee.agent.live_calls) == 1
    assert run.left_over.startswith("1 of 1 calls have not ended after 0.01 s. callee1: ")
    assert run.result().failures == {"not over within 2 s after the hang-up": 1}


def test_failed_and_undecided_calls_are_kept_apart(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_rate, "_KEPT", 1)
    exchange.has(5, 5)
    exchange.callees[3].backend.refuses = (486, "Busy Here")

    def refuse(call_id: str, headers: Headers = ()) -> None:
        raise CommandRefused("it is out of order")

    for phone in exchange.callees[:2]:
        phone.backend.answer = refuse  # type: ignore[method-assign]
    run = exchange.run()
    run.run()
    assert run.result().undecided == 2
    assert [str(call) for call in run.failed] == ["caller4 to callee4"]


def test_calls_that_had_not_begun_when_the_run_ended_were_not_attempted(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.has(2, 2)
    run = exchange.run(duration=60.0, talk=60.0)

    def submit(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run._threads, "submit", submit)
    with pytest.raises(KeyboardInterrupt):
        run.run()
    result = run.result()
    assert (result.offered, result.attempted, result.unfinished) == (1, 0, 0)
    assert result.not_attempted_because == {ENDED: 1}


def test_one_long_call_does_not_make_many_agents_needed() -> None:
    """Each call held its agents for about 0.1 s on average, so that those skipped need five."""
    counts = RunCounts(Tally(50.0, 0.0), Machine(0.5), lambda: 0.0)
    held = [*((0.02 * number, 0.01) for number in range(9)), (0.08, 1.0)]
    assert counts._needed(held) == 2
    counts._skipped = [0.2 + 0.02 * number for number in range(20)]
    assert 5 <= counts._needed(held) <= 7, "one is in the long call"
