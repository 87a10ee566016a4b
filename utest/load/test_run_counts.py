"""What a call that is over counts as."""

from types import SimpleNamespace
from typing import Any

import pytest

from BaresipLibrary.load.call_run import Tally
from BaresipLibrary.load.machine import Machine
from BaresipLibrary.load.measured import Measured
from BaresipLibrary.load.rated_call import Cause, FailureReason
from BaresipLibrary.load.run_counts import RunCounts


def a_call(**values: Any) -> Any:
    plain = {"is_checked": True, "is_verified": True, "reason": None, "went_up": 1, "went_down": 2}
    return SimpleNamespace(**{**plain, "arrived_at": 0.0, "measured": Measured(), **values})


def test_a_call_whose_audio_nobody_checked_has_not_succeeded() -> None:
    run = Tally(rate=1.0, began=0.0)
    counts = RunCounts(run, Machine(0.5), lambda: 0.0)
    counts.finish(a_call())
    counts.finish(a_call(is_checked=False, is_verified=False))
    assert (run.attempted, run.established, run.verified) == (2, 2, 1)
    assert (run.succeeded, run.unchecked, run.failed) == (1, 1, 0)


def test_as_many_agents_are_needed_as_calls_had_at_the_same_time() -> None:
    counts = RunCounts(Tally(rate=1.0, began=0.0), Machine(0.5), lambda: 0.0)
    one_long_among_short = [(0.0, 10.0), (1.0, 0.1), (2.0, 0.1)]
    assert counts._needed(one_long_among_short) == 2
    counts.skip(1.05, "no caller was idle")
    assert counts._needed(one_long_among_short) == 3, "as if it had taken 3.4 s"
    assert counts._needed([]) == 0


def test_each_call_that_did_not_go_well_has_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(monotonic=lambda: 100.0)
    monkeypatch.setattr("BaresipLibrary.load.run_counts.time", clock)
    counts = RunCounts(Tally(rate=1.0, began=0.0), Machine(0.5), lambda: 0.0)
    ours = FailureReason("an agent could not act", "", Cause.machine, 102.25)
    theirs = FailureReason("486 Busy Here", "", Cause.phone_system, 103.5)
    agents = (SimpleNamespace(name="alice"), SimpleNamespace(name="bob"))
    for reason in (ours, theirs):
        counts.finish(
            a_call(reason=reason, agents=agents, call=None, arrived_at=101.0, went_up=None)
        )
    counts.skip(104.0, "no caller was idle")
    run = counts.result([])
    assert (run.undecided_at, run.failed_at, run.not_attempted_at) == ([2.25], [3.5], [4.0])
    assert run.failed_calls[0].at == 1.0, "when it arrived"
    assert [call.reason for call in run.undecided_calls] == ["an agent could not act"]


def test_each_second_has_the_load_that_was_measured_over_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, loads = [100.0], iter([30.0, 90.0, 50.0])
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("BaresipLibrary.load.run_counts.time", clock)
    run = Tally(rate=1.0, began=0.0)
    counts = RunCounts(run, Machine(0.5), lambda: next(loads))
    seen = []
    for now[0] in (100.0, 101.2, 104.1):  # the loop was late: one reading for three seconds
        counts.note_time()
        seen.append([*run.cpu])
    now[0] = 104.6
    counts.end()
    assert seen == [[], [30.0], [30.0, 90.0, 90.0, 90.0]]
    assert run.cpu == [30.0, 90.0, 90.0, 90.0, 50.0]
    assert (run.seconds, len(counts.result([]).concurrent)) == (4.6, 5)
