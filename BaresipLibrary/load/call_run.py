"""What came of a run of calls: counts, spreads and a timeline, which can be saved and added up."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, field, fields, replace
from enum import Enum, auto
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..errors import UsageError
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


def read_run(source: object) -> CallRun:
    """A run from what `Run Calls` returned, here or over Remote, or from the JSON file of one.

    Raises:
        UsageError: it is not a run.
        OSError: the file cannot be read.
    """
    if isinstance(source, CallRun):
        return source
    table = source
    if isinstance(source, str | Path):
        try:
            table = json.loads(Path(source).read_text(encoding="utf-8"))
        except ValueError:
            raise UsageError(f"{source} is not a file that Run Calls has saved.") from None
    if not isinstance(table, Mapping):
        raise UsageError(f"{source!r} is neither what Run Calls returned nor a file with that.")
    return _run_of(table, str(source) if isinstance(source, str | Path) else "the run")


def _run_of(table: Mapping[str, Any], name: str) -> CallRun:
    names = [each.name for each in fields(Tally)]
    lacking = next((each for each in names if each not in table), None)
    if lacking is not None:
        raise UsageError(f"{name} is not a run of calls: it has no '{lacking}'.")
    values = {each: table[each] for each in names}
    try:
        for name_of_list in _CALLS:
            values[name_of_list] = [_failed_call(one) for one in values[name_of_list]]
        _require_kinds(values)
    except TypeError as error:
        raise UsageError(f"{name} is not a run of calls: {error}.") from None
    return CallRun(**values)


def _failed_call(value: Any) -> FailedCall:
    return value if isinstance(value, FailedCall) else FailedCall(**value)


def _require_kinds(values: Mapping[str, Any]) -> None:
    """Raises `TypeError` when a value is not of the kind that a run has there."""
    for name, plain in vars(Tally(rate=0.0, began=0.0)).items():
        value = values[name]
        numbers: list[object] = []
        if isinstance(plain, list):
            is_right = isinstance(value, list)
            numbers = value if is_right and name not in _CALLS else []
        elif isinstance(plain, dict):
            is_right = isinstance(value, Mapping)
            numbers = [*value.values()] if is_right else []
        else:
            is_right = isinstance(value, str if isinstance(plain, str) else int | float)
        if not is_right or not all(isinstance(each, int | float) for each in numbers):
            raise TypeError(f"its '{name}' is not what Run Calls saves")


#: Moments, and calls with theirs: in seconds after the start of their run.
_MOMENTS = ("went_up", "went_down", "failed_at", "undecided_at", "not_attempted_at")
_CALLS = ("failed_calls", "undecided_calls")
#: What a sum says of itself; all else of runs is added.
_OF_THE_SUM = ("rate", "began", "seconds", "stopped", "worst_delay")


def add_up(runs: Sequence[CallRun]) -> CallRun:
    """The runs of several processes as one: counts and rates are added, percentiles taken of all.

    What was going on at the same time, by the clocks of their machines, is added.

    Raises:
        UsageError: one of them is there twice, or began more than a day after another.
    """
    twice = next((run for number, run in enumerate(runs) if run in runs[:number]), None)
    if twice is not None:
        raise UsageError(f"The run '{twice}' is given twice; it would count double.")
    began = min(run.began for run in runs)
    later = max(run.began for run in runs) - began
    if later > LONGEST:
        raise UsageError(
            f"One of the runs began {later / 3600:.0f} hours after another, by the clocks of their"
            " machines, so they were not at the same time. Is there an old file among them?"
        )
    total = Tally(
        rate=round(sum(run.rate for run in runs), 6),
        began=began,
        seconds=round(max(run.began + run.seconds for run in runs) - began, 3),
        stopped="; ".join(dict.fromkeys(run.stopped for run in runs if run.stopped)),
        worst_delay=max(run.worst_delay for run in runs),
    )
    for run in runs:
        _add(total, run)
    if any(run.offered and not run.needed for run in runs):
        total.needed = 0  # that of one is not known
    for name in _CALLS:
        first = sorted(getattr(total, name), key=lambda call: call.at)[:MOST_TOLD]
        setattr(total, name, first)
    return CallRun(**vars(total))


def _add(total: Tally, run: CallRun) -> None:
    """Adds a run to a sum that began when it did, or before."""
    later = run.began - total.began
    for name, so_far in list(vars(total).items()):
        more = getattr(run, name)
        if name in _MOMENTS:
            so_far.extend(round(at + later, 3) for at in more)
        elif name in _CALLS:
            so_far.extend(replace(call, at=round(call.at + later, 3)) for call in more)
        elif isinstance(so_far, list):
            so_far.extend(more)
        elif isinstance(so_far, dict):
            _add_reasons(so_far, more)
        elif name not in _OF_THE_SUM:
            setattr(total, name, so_far + more)


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


def _add_reasons(total: dict[str, int], more: Mapping[str, int]) -> None:
    for reason, count in more.items():
        total[reason] = total.get(reason, 0) + count


def listed(reasons: Mapping[str, int]) -> str:
    """Reasons with how often each was met, the most frequent first."""
    most_first = sorted(reasons.items(), key=lambda item: -item[1])
    words = [f"{reason} ({count})" for reason, count in most_first[:_MOST_REASONS]]
    more = len(most_first) - _MOST_REASONS
    return ", ".join(words) + (f" and {more} more reasons" if more > 0 else "")
