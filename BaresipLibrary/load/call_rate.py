"""Keeps an arrival rate of calls, whatever becomes of them (open loop), and counts that."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from ..agents.agent import Agent
from ..agents.call import Call
from ..concurrency import run_concurrently, wait_until
from ..errors import BaresipLibraryError
from ..frozen import frozen
from ..media.connections import TONE_PAIRS
from .arrivals import Arrivals, arrival_times
from .bulk import hang_up_all
from .call_run import NO_CALLEE, NO_CALLER, CallRun, Tally
from .idle_agents import AgentPool
from .machine import Load, Machine
from .plan import Plan
from .rated_call import Phase, RatedCall, Step, Tones
from .run_counts import RunCounts
from .stop_condition import StopCondition

#: Of so many failed and of so many undecided calls messages and recordings stay; runs may be long.
_KEPT = 50
#: How many steps are done at the same time: most of their time they wait for baresip's answer.
_AT_ONCE = 16
#: How long (s) the calls may take to end when a run is cut short.
_CUT_SHORT = 3.0
LATE, ENDED = "this machine was late", "the run was cut short"


@frozen
class RunSettings:
    """What a run of calls is to do; times in seconds.

    `target`: the URI that a caller dials for a callee; `discard`: is told each side of a call that
    went well and is to be forgotten.
    """

    rate: float
    duration: float
    arrivals: Arrivals
    seed: int
    plan: Plan
    stop_when: StopCondition | None
    target: Callable[[Agent, Agent], str]
    discard: Callable[[Agent, Call], None]
    load: Load

    def times(self) -> Iterator[float]:
        """When calls arrive, in seconds from the start."""
        return arrival_times(self.rate, self.duration, self.arrivals, self.seed)


class CallRate:
    """A run of calls. `run` returns when all are over; `result` says what came of it so far."""

    def __init__(
        self, callers: Sequence[Agent], callees: Sequence[Agent], settings: RunSettings
    ) -> None:
        self.failed: list[RatedCall] = []
        #: What could not be hung up at the end; empty when all is over.
        self.left_over = ""
        self._undecided: list[RatedCall] = []
        self._agents = [*callers, *callees]
        self._settings = settings
        self._changes = callers[0].changes
        self._pools = (AgentPool(callers, NO_CALLER), AgentPool(callees, NO_CALLEE))
        self._machine = Machine(settings.plan.max_lag)
        tally = Tally(float(settings.rate), round(time.time(), 3), seeds=[settings.seed])
        self._counts = RunCounts(tally, self._machine, settings.load)
        self._began = time.monotonic()
        self._times = settings.times()
        self._next = next(self._times, None)
        self._calls: list[RatedCall] = []
        self._dialled: set[str] = set()
        self._busy: set[RatedCall] = set()
        self._bugs: list[Exception] = []
        self._is_step_done = False
        self._free_tones: list[Tones] = list(TONE_PAIRS)
        self._stale: dict[Agent, tuple[Call, int]] = {}
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="call-rate")

    def run(self) -> None:
        """Has calls arrive, and returns when all of them are over or `stop_when` holds.

        However it ends, the calls that it has made are over then, or `left_over` names them.
        """
        try:
            while (self._next is not None or self._calls) and not self.is_stopped:
                self._offer_what_is_due()
                steps = wait_until(self._changes, self._ready, self._time_left())
                if self._bugs:
                    raise self._bugs[0]
                for call, step in steps or ():
                    self._begin_step(call, step)
                self._settle()
        finally:
            self._end()

    @property
    def is_stopped(self) -> bool:
        """Whether `stop_when` holds."""
        at_end = self._next is None and not self._calls
        tally, condition = self._counts.tally, self._settings.stop_when
        judged = tally.succeeded + tally.failed
        return condition is not None and condition.is_met(tally.failed, judged, at_end=at_end)

    def result(self) -> CallRun:
        """What came of it so far."""
        tally = self._counts.tally
        tally.worst_delay = round(self._machine.worst, 3)
        tally.stopped = str(self._settings.stop_when) if self.is_stopped else ""
        return self._counts.result([call for call in self._calls if not call.is_skipped])

    def _time_left(self) -> float:
        """Seconds until something is due."""
        if self._next is None and not self._calls:
            return 0.0
        due = [call.due for call in self._calls if call not in self._busy]
        due.append(self._counts.next_second)
        if self._next is not None:
            due.append(self._began + self._next)
        return max(0.0, min(due) - time.monotonic())

    def _offer_what_is_due(self) -> None:
        self._counts.note_time()
        while self._next is not None and self._began + self._next <= time.monotonic():
            self._offer(self._began + self._next)
            self._next = next(self._times, None)

    def _offer(self, due: float) -> None:
        """A call arrives that was due at a moment."""
        self._counts.offer()
        if self._machine.note(due, time.monotonic()):
            self._counts.skip(due, LATE)
            return
        with self._changes:
            caller, callee = (pool.take() for pool in self._pools)
            if caller is None or callee is None:
                self._give_back(caller, callee)
                short = self._pools[0 if caller is None else 1]
                why = short.why_none(self._calls, self._machine, time.monotonic())
                self._counts.skip(due, why)
                return
            self._machine.watch((caller, callee))
        for agent in (caller, callee):
            self._forget(agent)
        target = self._settings.target(caller, callee)
        call = RatedCall(due, (caller, callee), target, self._settings.plan, self._dialled)
        self._calls.append(call)
        self._begin_step(call, lambda: self._dial(call))

    def _give_back(self, *agents: Agent | None) -> None:
        for pool, agent in zip(self._pools, agents, strict=True):
            if agent is not None:
                pool.give_back(agent)

    def _dial(self, call: RatedCall) -> None:
        if self._machine.note(call.arrived_at, time.monotonic()):
            call.skip()
        else:
            call.dial()

    def _begin_step(self, call: RatedCall, step: Step) -> None:
        self._busy.add(call)
        self._threads.submit(self._do, call, step, time.monotonic())

    def _do(self, call: RatedCall, step: Step, due: float) -> None:
        """Does a step that was due at a moment, in a thread of the pool, once one is free."""
        began = time.monotonic()
        self._machine.note(due, began)
        is_command = call.only_commands
        try:
            step()
            if is_command:  # what it waits for is its agent, on this machine
                self._machine.note(began, time.monotonic())
        except BaresipLibraryError as error:
            call.take_error(error)
        except Exception as bug:
            self._bugs.append(bug)
        finally:
            with self._changes:
                call.look_again()
                self._is_step_done = True
                self._busy.discard(call)
                self._changes.notify_all()

    def _ready(self) -> list[tuple[RatedCall, Step]] | None:
        """The steps to be done now; empty when what is due next may have changed, else None."""
        now, steps = time.monotonic(), []
        is_changed, self._is_step_done = self._is_step_done, False
        for call in self._calls:
            self._machine.note_events(call.agents)
            if call in self._busy or not call.has_news(now):
                continue
            self._machine.note(call.due_since(now), now)
            due, step = call.due, call.next_step(now, self._free_tones)
            if step is not None:
                steps.append((call, step))
            is_changed = is_changed or call.phase is Phase.OVER or call.due != due
        return steps if steps or is_changed else None

    def _settle(self) -> None:
        """Counts the calls that are over, and takes their agents back."""
        over = [call for call in self._calls if call.phase is Phase.OVER and call not in self._busy]
        for call in over:
            self._calls.remove(call)
            self._give_back(*call.agents)
            if call.is_skipped:
                self._counts.skip(call.arrived_at, LATE)
                continue
            is_failure = self._counts.finish(call)
            kept = self.failed if is_failure else self._undecided
            if call.reason is not None and len(kept) < _KEPT:
                kept.append(call)
                continue
            for agent, side in call.calls():
                if not side.is_live:
                    self._stale[agent] = (side, call.positions[agent])

    def _forget(self, agent: Agent) -> None:
        """Forgets the last call of an agent: by now its last messages have come."""
        if agent in self._stale:
            call, since = self._stale.pop(agent)
            self._settings.discard(agent, call)
            agent.forget_call(call, since)

    def _end(self) -> None:
        """Ends what is left of the run."""
        self._counts.end()
        self._threads.shutdown(cancel_futures=True)
        for call in self._calls:
            if not call.is_begun:
                self._counts.skip(call.arrived_at, LATE if call.is_skipped else ENDED)
                call.skip()
        run_concurrently(_abandon, self._calls)
        try:
            hang_up_all([agent for agent in self._agents if agent.alive], _CUT_SHORT)
        except BaresipLibraryError as error:
            self.left_over = str(error)
        for agent in list(self._stale):
            self._forget(agent)


def _abandon(call: RatedCall) -> None:
    with suppress(BaresipLibraryError):
        call.abandon()
