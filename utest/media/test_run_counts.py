"""What a call that is over counts as."""

from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.media.call_run import CallRun, FailedCall
from BaresipLibrary.media.call_run_failure import require_success
from BaresipLibrary.media.machine import Machine
from BaresipLibrary.media.rated_call import Measured
from BaresipLibrary.media.run_counts import RunCounts


class Named(NamedTuple):
    """Of an agent, what a failure says."""

    name: str


def a_call(**values: Any) -> Any:
    plain = {"is_established": True, "is_checked": True, "is_verified": True, "reason": None}
    return SimpleNamespace(arrived_at=0.0, measured=Measured(), **{**plain, **values})


def test_a_call_whose_audio_nobody_checked_has_not_succeeded() -> None:
    run = CallRun(rate=1.0, began=0.0)
    counts = RunCounts(run, Machine(0.5), lambda: 0.0)
    counts.finish(a_call())
    counts.finish(a_call(is_checked=False, is_verified=False))
    assert (run.attempted, run.established, run.verified) == (2, 2, 1)
    assert (run.succeeded, run.unchecked, run.failed) == (1, 1, 0)


def test_the_first_failure_is_not_that_of_a_call_which_is_undecided() -> None:
    run = CallRun(rate=1.0, began=0.0, attempted=2, failed=1, failures={"486 Busy Here": 1})
    run.failed_calls.append(FailedCall(2.0, "carol", "dave", "", "486 Busy Here", "it was refused"))

    def between(caller: str, callee: str) -> Any:
        agents = [Named(caller), Named(callee)]
        return SimpleNamespace(agents=agents, call=None, is_established=True)

    failed = [between("alice", "bob"), between("carol", "dave")]
    with pytest.raises(CallFailure) as caught:
        require_success(run, failed)
    assert caught.value.agent is failed[1].agents[0]
