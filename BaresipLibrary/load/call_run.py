"""What came of a run of calls: counts, spreads and a timeline, which can be saved."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, field
from enum import Enum, auto
from itertools import pairwise
from pathlib import Path

from ..frozen import changeable, frozen
from ..quantiles import percentiles

#: Why calls were not attempted, when nothing but too few agents is known to be the cause.
NO_CALLER, NO_CALLEE = "no caller was idle", "no callee was idle"
#: No run is longer (s): what is measured of each call is kept until its end.
LONGEST = 24 * 3600.0
#: How many calls that failed are told one by one.
MOST_TOLD = 20
#: How many reasons a message has.
_MOST_REASONS = 5


class RunField(Enum):
    """A figure of a run of calls; `Run Calls` defines each."""

    offered = auto()
    attempted = auto()
    not_attempted = auto()
    established = auto()
    established_percent = auto()
    succeeded = auto()
    failed = auto()
    failed_percent = auto()
    undecided = auto()
    verified = auto()
    unchecked = auto()
    peak = auto()
    post_dial_delay = auto()
    setup_time = auto()
    teardown = auto()
    mos = auto()


class Percentile(Enum):
    """A figure of many values: the smallest, percentiles of them, the largest."""

    min = auto()
    p5 = auto()
    p50 = auto()
    p95 = auto()
    p99 = auto()
    max = auto()


@frozen
class Spread:
    """How many values were measured, and percentiles of them.

    ``count``; ``min``, ``p5``, ``p50``, ``p95``, ``p99`` and ``max``, which are ``None`` when
    nothing was measured. Percentiles are interpolated between measured values.
    """

    count: int = 0
    min: float | None = None
    p5: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    max: float | None = None

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """The spread of values in any order."""
        measured = [*values]
        if not measured:
            return cls()
        of = percentiles(measured)
        return cls(len(measured), *(round(of[percent], 4) for percent in (0, 5, 50, 95, 99, 100)))


@frozen
class FailedCall:
    """A call that failed or is undecided.

    ``at``: when it arrived, in seconds after the start of the run; ``caller`` and ``callee``:
    names; ``call_id``: empty without one; ``reason``: what it is counted under; ``details``: what
    was seen of it.
    """

    at: float
    caller: str
    callee: str
    call_id: str
    reason: str
    details: str


@changeable
class Tally:
    """The counts and measured values of a run: all that is needed to add it to others."""

    rate: float
    began: float
    seconds: float = 0.0
    seeds: list[int] = field(default_factory=list)
    stopped: str = ""
    offered: int = 0
    attempted: int = 0
    established: int = 0
    succeeded: int = 0
    failed: int = 0
    unfinished: int = 0
    verified: int = 0
    unchecked: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    undecided_because: dict[str, int] = field(default_factory=dict)
    not_attempted_because: dict[str, int] = field(default_factory=dict)
    failed_calls: list[FailedCall] = field(default_factory=list)
    undecided_calls: list[FailedCall] = field(default_factory=list)
    needed: int = 0
    worst_delay: float = 0.0
    cpu: list[float] = field(default_factory=list)
    went_up: list[float] = field(default_factory=list)
    went_down: list[float] = field(default_factory=list)
    failed_at: list[float] = field(default_factory=list)
    undecided_at: list[float] = field(default_factory=list)
    not_attempted_at: list[float] = field(default_factory=list)
    post_dial_delays: list[float] = field(default_factory=list)
    setup_times: list[float] = field(default_factory=list)
    teardowns: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)


@changeable
class CallRun(Tally):
    """What came of `Run Calls`, or of several runs that `Add Up Call Runs` has added up.

    The fields are those that `Run Calls` lists.
    """

    undecided: int = field(init=False)
    not_attempted: int = field(init=False)
    failed_percent: float | None = field(init=False)
    established_percent: float | None = field(init=False)
    concurrent: list[int] = field(init=False)
    peak: int = field(init=False)
    post_dial_delay: Spread = field(init=False)
    setup_time: Spread = field(init=False)
    teardown: Spread = field(init=False)
    mos: Spread = field(init=False)

    def __post_init__(self) -> None:
        self.undecided = sum(self.undecided_because.values())
        self.not_attempted = sum(self.not_attempted_because.values())
        self.failed_percent = _percent(self.failed, self.succeeded + self.failed)
        self.established_percent = _percent(self.established, self.attempted)
        self.concurrent = most_each_second(self.went_up, self.went_down, self.seconds)
        self.peak = max(self.concurrent, default=0)
        self.post_dial_delay = Spread.of(self.post_dial_delays)
        self.setup_time = Spread.of(self.setup_times)
        self.teardown = Spread.of(self.teardowns)
        self.mos = Spread.of(self.scores)

    def __str__(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return (
            f"{self.offered} calls in {self.seconds:.1f} s: {self.attempted} attempted,"
            f" {self.established} established{failed}"
        )

    def shortcomings(self) -> Iterator[str]:
        """What it leaves open about the phone system, each in a sentence."""
        if self.not_attempted:
            each = f"{self.needed} callers and as many callees"
            too_few = {NO_CALLER, NO_CALLEE} & self.not_attempted_because.keys()
            is_told = self.needed and too_few
            needed = f" At this rate about {each} are needed." if is_told else ""
            were = "was" if self.not_attempted == 1 else "were"
            yield (
                f"{self.not_attempted} of {self.offered} calls {were} not attempted:"
                f" {listed(self.not_attempted_because)}.{needed}"
            )
        if self.undecided:
            yield (
                f"{self.undecided} of {self.attempted} calls failed while this machine was late or"
                f" an agent did not work, which may be the cause: {listed(self.undecided_because)}."
            )
        if self.unchecked:
            yield (
                f"The audio of {self.unchecked} of {self.established} calls was not checked, as the"
                " talk was over before that: make talk= longer."
            )

    def save(self, path: Path) -> None:
        """Writes it as JSON.

        Raises:
            OSError: it cannot be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def _percent(part: int, whole: int) -> float | None:
    return round(100.0 * part / whole, 2) if whole else None


def most_each_second(
    went_up: Iterable[float], went_down: Iterable[float], seconds: float
) -> list[int]:
    """How many calls were up at most in each second of a run, from when they went up and down (s).

    The last second may be a part of one.
    """
    changes = sorted([*((at, -1) for at in went_up), *((at, 1) for at in went_down)])
    count = math.ceil(seconds)
    most, up = [0] * count, 0
    for (at, down), (until, _) in pairwise([*changes, (float(count), 0)]):
        up -= down
        for second in range(int(at), min(int(until) + 1, count)):
            most[second] = max(most[second], up)
    return most


def listed(reasons: Mapping[str, int]) -> str:
    """Reasons with how often each was met, the most frequent first."""
    most_first = sorted(reasons.items(), key=lambda item: -item[1])
    words = [f"{reason} ({count})" for reason, count in most_first[:_MOST_REASONS]]
    more = len(most_first) - _MOST_REASONS
    return ", ".join(words) + (f" and {more} more reasons" if more > 0 else "")
