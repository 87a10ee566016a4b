"""Counts what becomes of the calls of a run, and when."""

import copy
import statistics
import time
from collections.abc import Sequence

from .arrivals import most_at_once
from .call_run import MOST_TOLD, CallRun, FailedCall, Tally
from .failure_reason import Cause, FailureReason
from .machine import Load, Machine
from .rated_call import RatedCall

#: Over less time (s) a share of CPU time says nothing.
_SHORTEST_LOAD = 0.1


class RunCounts:
    """Adds up the calls of one run, in a `Tally` and second by second."""

    def __init__(self, tally: Tally, machine: Machine, load: Load) -> None:
        self.tally = tally
        self._machine = machine
        self._load = load
        self._began = time.monotonic()
        #: Since when (monotonic) and for how long (s) each call needed its agents.
        self._held: list[tuple[float, float]] = []
        #: When those arrived that were not attempted.
        self._skipped: list[float] = []

    @property
    def seconds(self) -> float:
        """Seconds since the start of the run."""
        return time.monotonic() - self._began

    @property
    def next_second(self) -> float:
        """When the next second of the run begins (monotonic)."""
        return self._began + len(self.tally.cpu) + 1

    def note_time(self) -> None:
        """Measures the load of the seconds that have ended."""
        tally, second = self.tally, int(self.seconds)
        if second > len(tally.cpu):  # one reading for all of them: the next one would be of no time
            tally.cpu += [self._load()] * (second - len(tally.cpu))

    def end(self) -> None:
        """The run is over; what it has measured of its last second counts, if that is enough."""
        self.note_time()
        seconds = self.seconds
        self.tally.seconds = round(seconds, 3)
        if seconds - len(self.tally.cpu) >= _SHORTEST_LOAD:
            self.tally.cpu.append(self._load())

    def offer(self) -> None:
        """A call has arrived."""
        self.tally.offered += 1

    def skip(self, arrived_at: float, because: str) -> None:
        """A call that has arrived was not attempted."""
        self._skipped.append(arrived_at)
        _count(self.tally.not_attempted_because, because)
        self.tally.not_attempted_at.append(self._since_begin(arrived_at))

    def finish(self, call: RatedCall) -> bool:
        """A call that was attempted is over; returns whether it is a failure."""
        tally = self.tally
        self._attempt(tally, self._held, call)
        tally.verified += call.is_verified
        for values, value in self._measured(call):
            if value is not None:
                values.append(value)
        if call.reason is None and call.is_checked:
            tally.succeeded += 1
        elif call.reason is None:
            tally.unchecked += 1
        elif self.is_ours(call, call.reason):
            _count(tally.undecided_because, call.reason.words)
            tally.undecided_at.append(self._since_begin(call.reason.at))
            self._tell(tally.undecided_calls, call, call.reason)
        else:
            self._fail(call, call.reason)
            return True
        return False

    def _attempt(self, tally: Tally, held: list[tuple[float, float]], call: RatedCall) -> None:
        """Counts a call that was dialled: when it was up, and how long it has had its agents."""
        now = time.monotonic()
        tally.attempted += 1
        held.append((call.arrived_at, now - call.arrived_at))
        if call.went_up is not None:
            tally.established += 1
            tally.went_up.append(self._since_begin(call.went_up))
            tally.went_down.append(self._since_begin(call.went_down or now))

    def _since_begin(self, at: float) -> float:
        """A moment (monotonic) in seconds after the start of the run."""
        return round(at - self._began, 3)

    def result(self, unfinished: Sequence[RatedCall]) -> CallRun:
        """The run so far, with the calls that go on."""
        run, held = copy.deepcopy(self.tally), [*self._held]
        for call in unfinished:
            self._attempt(run, held, call)
        run.unfinished = len(unfinished)
        run.needed = 0 if unfinished else self._needed(held)
        return CallRun(**vars(run))

    def _needed(self, held: Sequence[tuple[float, float]]) -> int:
        """How many agents all arrivals need, if those not attempted take as long as the others.

        They take the mean: how many calls there are at once depends on the mean time that they take
        (Little's law). Those beside them tell less: calls find nobody idle while long ones go on.
        """
        if not held:
            return 0
        usual = statistics.fmean(seconds for _, seconds in held)
        return most_at_once([*held, *((at, usual) for at in self._skipped)])

    def _measured(self, call: RatedCall) -> list[tuple[list[float], float | None]]:
        tally, measured = self.tally, call.measured
        return [
            (tally.post_dial_delays, measured.post_dial_delay),
            (tally.setup_times, measured.setup_time),
            (tally.teardowns, measured.teardown),
            (tally.scores, measured.mos),
        ]

    def is_ours(self, call: RatedCall, reason: FailureReason) -> bool:
        """Whether a call may have failed because of this machine, not of the phone system."""
        if reason.cause is Cause.either:
            return self._machine.was_late(call.arrived_at, time.monotonic())
        return reason.cause is Cause.machine

    def _fail(self, call: RatedCall, reason: FailureReason) -> None:
        tally = self.tally
        tally.failed += 1
        _count(tally.failures, reason.words)
        tally.failed_at.append(self._since_begin(reason.at))
        self._tell(tally.failed_calls, call, reason)

    def _tell(self, told: list[FailedCall], call: RatedCall, reason: FailureReason) -> None:
        """Keeps what was seen of one of the first calls of a kind."""
        if len(told) < MOST_TOLD:
            at = self._since_begin(call.arrived_at)
            caller, callee = (agent.name for agent in call.agents)
            call_id = call.call.call_id if call.call else ""
            told.append(FailedCall(at, caller, callee, call_id, reason.words, reason.details))


def _count(reasons: dict[str, int], reason: str) -> None:
    reasons[reason] = reasons.get(reason, 0) + 1
