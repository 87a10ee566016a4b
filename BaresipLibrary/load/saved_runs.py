"""Reads saved runs of calls, and adds runs up."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from ..errors import UsageError
from .call_run import LONGEST, MOST_TOLD, CallRun, FailedCall, Tally

#: Moments, and calls with theirs: in seconds after the start of their run.
_MOMENTS = ("went_up", "went_down", "failed_at", "undecided_at", "not_attempted_at")
_CALLS = ("failed_calls", "undecided_calls")
#: What a sum says of itself; all else of runs is added.
_OF_THE_SUM = ("rate", "began", "seconds", "stopped", "worst_delay")


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


def _add_reasons(total: dict[str, int], more: Mapping[str, int]) -> None:
    for reason, count in more.items():
        total[reason] = total.get(reason, 0) + count
