"""An arrival rate of calls, on agents in memory that connect with each other."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.backends.base import Headers
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import UsageError
from BaresipLibrary.events import (
    AgentDied,
    CallClosed,
    CallDialled,
    CallEstablished,
    CallIncoming,
    ClosedBy,
)
from BaresipLibrary.media.call_rate import (
    LATE,
    NO_CALLEE,
    NO_CALLER,
    AgentPool,
    CallRate,
    RunSettings,
)
from BaresipLibrary.media.call_run import CallRun
from BaresipLibrary.media.call_run_failure import require_success
from BaresipLibrary.media.machine import Machine
from BaresipLibrary.media.rated_call import Cause, Plan, RatedCall, Reason
from BaresipLibrary.media.run_counts import RunCounts, Tally
from BaresipLibrary.signalling.arrivals import Arrivals
from BaresipLibrary.signalling.stop_condition import StopCondition

from ..scripted import Phone, ScriptedBackend


class Connected(ScriptedBackend):
    """A backend whose calls arrive at another one, which answers as it is told."""

    name = "connected"
    shows_messages = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.others: dict[str, Connected] = {}
        self.partners: dict[str, Connected] = {}
        self.refuses: tuple[int, str] | None = None
        self.is_silent = self.keeps_calls = False

    def dial(self, uri: str, headers: Headers = ()) -> str:
        self._note("dial", uri)
        call_id, now, other = f"{id(self)}-{len(self.commands)}", time.monotonic(), self.others[uri]
        self.feed(CallDialled(now, call_id, uri))
        self.partners[call_id], other.partners[call_id] = other, self
        if other.refuses is not None:
            self.feed(CallClosed(now, call_id, ClosedBy.REFUSAL, *other.refuses, "raw"))
        elif not other.is_silent:
            other.feed(CallIncoming(now, call_id, "sip:caller@127.0.0.1"))
        return call_id

    def answer(self, call_id: str, headers: Headers = ()) -> None:
        self._note("answer", call_id)
        for backend in (self, self.partners[call_id]):
            backend.feed(CallEstablished(time.monotonic(), call_id))

    def hang_up(self, call_id: str) -> None:
        self._note("hang_up", call_id)
        self.feed(CallClosed(time.monotonic(), call_id, ClosedBy.US, None, "", ""))
        if not self.partners[call_id].keeps_calls:
            self.partners[call_id].feed(
                CallClosed(time.monotonic(), call_id, ClosedBy.PEER, None, "", "")
            )


class Exchange:
    """Callers and callees, and what to run with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.callers: list[Phone] = []
        self.callees: list[Phone] = []
        self.discarded: list[tuple[Agent, str]] = []

    def has(self, callers: int, callees: int) -> None:
        """Makes so many of each."""
        phones = [self._phone(f"caller{n}") for n in range(1, callers + 1)]
        others = [self._phone(f"callee{n}") for n in range(1, callees + 1)]
        changes = phones[0].agent.changes
        for phone in [*phones, *others]:
            phone.agent.changes = phone.backend._changes = changes
            phone.backend.others = {one.agent.uri: one.backend for one in others}  # type: ignore[attr-defined]
        self.callers, self.callees = phones, others

    def _phone(self, name: str) -> Phone:
        phone = Phone(self._folder, name)
        backend = Connected(phone.agent.changes, self._folder)
        phone.backend = phone.agent.backend = backend
        backend.start(phone.agent.on_event)
        phone.agent.uri = f"sip:{name}@127.0.0.1"
        return phone

    def run(
        self,
        rate: float = 50.0,
        duration: float = 0.1,
        *,
        talk: float = 0.01,
        timeout: float = 5.0,
        max_lag: float = 60.0,
        stop_when: str | None = None,
    ) -> CallRate:
        """A run with even arrivals, without audio, that is ready to run."""
        settings = RunSettings(
            rate=rate,
            duration=duration,
            arrivals=Arrivals.even,
            seed=1,
            plan=Plan(talk, timeout, None),
            max_lag=max_lag,
            stop_when=StopCondition.parse(stop_when) if stop_when else None,
            target=lambda _, callee: callee.uri,
            discard=lambda agent, call: self.discarded.append((agent, call.call_id)),
            load=lambda: 0.0,
        )
        callers = [phone.agent for phone in self.callers]
        return CallRate(callers, [phone.agent for phone in self.callees], settings)

    def result(self, **options: Any) -> CallRun:
        """What comes of a run."""
        run = self.run(**options)
        run.run()
        return run.result()

    def everybody(self) -> list[Agent]:
        """All agents."""
        return [phone.agent for phone in [*self.callers, *self.callees]]


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    return Exchange(tmp_path)


def test_each_call_that_arrives_is_made_and_forgotten(exchange: Exchange) -> None:
    exchange.has(5, 5)
    run = exchange.result()
    assert (run.offered, run.attempted, run.established, run.succeeded) == (5, 5, 5, 5)
    assert not run.failed and not run.undecided and not run.not_attempted
    assert all(not agent.calls and not agent.journal.since(0) for agent in exchange.everybody())
    assert len(exchange.discarded) == 10
    assert sum(run.failures_over_time) == 0 and run.peak >= 1


def test_arrivals_do_not_wait_for_agents(exchange: Exchange) -> None:
    exchange.has(1, 2)
    run = exchange.result(talk=1.0)
    assert run.not_attempted_because == {NO_CALLER: 4}
    assert run.attempted == 1
    assert run.needed == 5
    exchange.has(5, 1)
    assert exchange.result(talk=1.0).not_attempted_because == {NO_CALLEE: 4}


def test_the_agent_that_has_waited_longest_is_taken_if_it_can_call(exchange: Exchange) -> None:
    exchange.has(4, 1)
    busy, dead, first, second = exchange.callers
    pool = AgentPool([phone.agent for phone in exchange.callers])
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
    exchange.callees[1].backend.refuses = (486, "Busy Here")  # type: ignore[attr-defined]
    exchange.callees[3].backend.refuses = (603, "Decline")  # type: ignore[attr-defined]
    run = exchange.result()
    assert run.failures == {"486 Busy Here": 1, "603 Decline": 1}
    assert run.failed_percent == 40.0
    assert [call.callee for call in run.failed_calls] == ["callee2", "callee4"]
    assert exchange.callers[1].agent.calls, "what failed is kept"
    assert sum(run.failures_over_time) == 2


def test_nothing_is_established_in_time(exchange: Exchange) -> None:
    exchange.has(2, 2)
    exchange.callees[0].backend.is_silent = True  # type: ignore[attr-defined]
    run = exchange.result(duration=0.04, timeout=2.0)
    assert run.failures == {"not established within 2 s, and the callee was not called": 1}
    assert run.succeeded == 1
    assert exchange.callers[0].agent.live_calls == []


def test_a_side_that_stays_in_the_call_is_told_and_hung_up(exchange: Exchange) -> None:
    exchange.has(1, 1)
    exchange.callees[0].backend.keeps_calls = True  # type: ignore[attr-defined]
    run = exchange.result(duration=0.01, timeout=2.0)
    assert run.failures == {"not over within 2 s after the hang-up": 1}
    assert run.established == 1
    assert "callee1: " in run.failed_calls[0].details
    assert exchange.callees[0].agent.live_calls == []


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
    call = RatedCall(now, agents, "sip:x", Plan(1, 1, None))
    machine = Machine(0.5)
    counts = RunCounts(Tally(5.0, 0.0), machine, lambda: 0.0)
    either, theirs = Reason("timeout", ""), Reason("486", "", Cause.phone_system)
    assert not counts.is_ours(call, either)
    machine.note(now - 5, now - 3)
    assert not counts.is_ours(call, either)
    machine.note(now - 1, now + 0.1)
    assert counts.is_ours(call, either)
    assert not counts.is_ours(call, theirs)
    assert counts.is_ours(call, Reason("died", "", Cause.machine))


def test_an_agent_that_dies_is_no_failure_of_the_phone_system(exchange: Exchange) -> None:
    exchange.has(1, 1)
    phone = exchange.callees[0]
    phone.backend.answer = lambda *_: phone.backend.feed(  # type: ignore[method-assign]
        AgentDied(time.monotonic(), -9, "")
    )
    run = exchange.result(duration=0.05)
    assert run.undecided == 1 and run.failed == 0
    # The caller may still be at the end of the first call when the second one arrives.
    assert run.not_attempted_because.keys() <= {NO_CALLEE, NO_CALLER}
    assert run.not_attempted == 2


def test_a_run_ends_as_soon_as_its_condition_holds(exchange: Exchange) -> None:
    exchange.has(5, 5)
    for phone in exchange.callees[1:]:
        phone.backend.refuses = (486, "Busy Here")  # type: ignore[attr-defined]
    run = exchange.run(duration=60.0, talk=60.0, stop_when="failures > 1")
    began = time.monotonic()
    run.run()
    assert time.monotonic() - began < 30
    result = run.result()
    assert (result.failed, result.stopped) == (2, "failures > 1")
    assert result.established >= 1
    assert result.attempted == result.failed + result.unfinished
    assert not any(agent.live_calls for agent in exchange.everybody())
    with pytest.raises(
        CallFailure, match=r"2 of 2 calls failed, so 'failures > 1' holds after .* s: 486"
    ):
        require_success(result, run.failed)


def test_a_few_calls_are_judged_by_their_share_at_the_end(exchange: Exchange) -> None:
    exchange.has(5, 5)
    exchange.callees[0].backend.refuses = (486, "Busy Here")  # type: ignore[attr-defined]
    run = exchange.run(stop_when="failures > 5%")
    run.run()
    assert run.result().offered == 5
    assert run.result().stopped == "failures > 5%"


def test_no_call_was_established(exchange: Exchange) -> None:
    exchange.has(5, 5)
    for phone in exchange.callees:
        phone.backend.refuses = (486, "Busy Here")  # type: ignore[attr-defined]
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
        if run._counts.tally.offered == 2 and run._calls[-1].is_established:
            raise error

    monkeypatch.setattr(run, "_settle", interrupt)
    with pytest.raises(error):
        run.run()
    assert run.result().offered == 2
    assert not any(agent.live_calls for agent in exchange.everybody())


def test_a_mistake_of_ours_is_no_failed_call(exchange: Exchange) -> None:
    exchange.has(1, 1)
    exchange.callers[0].backend.dial = lambda *_: 1 / 0  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        exchange.run().run()
