"""What a call that is over counts as."""

from types import SimpleNamespace
from typing import Any

from BaresipLibrary.media.call_run import CallRun
from BaresipLibrary.media.machine import Machine
from BaresipLibrary.media.rated_call import Measured
from BaresipLibrary.media.run_counts import RunCounts


def a_call(**values: Any) -> Any:
    plain = {"is_checked": True, "is_verified": True, "reason": None, "went_up": 1, "went_down": 2}
    return SimpleNamespace(arrived_at=0.0, measured=Measured(), **{**plain, **values})


def test_a_call_whose_audio_nobody_checked_has_not_succeeded() -> None:
    run = CallRun(rate=1.0, began=0.0)
    counts = RunCounts(run, Machine(0.5), lambda: 0.0)
    counts.finish(a_call())
    counts.finish(a_call(is_checked=False, is_verified=False))
    assert (run.attempted, run.established, run.verified) == (2, 2, 1)
    assert (run.succeeded, run.unchecked, run.failed) == (1, 1, 0)


def test_as_many_agents_are_needed_as_calls_had_at_the_same_time() -> None:
    counts = RunCounts(CallRun(rate=1.0, began=0.0), Machine(0.5), lambda: 0.0)
    one_long_among_short = [(0.0, 10.0), (1.0, 0.1), (2.0, 0.1)]
    assert counts._needed(one_long_among_short) == 2
    counts.skip(1.05, "no caller was idle")
    assert counts._needed(one_long_among_short) == 3, "as if it had taken 3.4 s"
    assert counts._needed([]) == 0
