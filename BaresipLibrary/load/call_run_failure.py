"""What makes a whole run of calls fail, and what the failure says."""

from collections.abc import Sequence

from ..diagnosis.call_setup import explain_setup
from ..diagnosis.failure import CallFailure
from ..errors import UsageError
from .call_run import CallRun, listed
from .rated_call import RatedCall

#: How many calls have their agents in the ladder of a failure.
_NAMED = 5


def require_success(run: CallRun, failed: Sequence[RatedCall]) -> None:
    """Checks that a run is worth looking at; `failed` are its first failed calls.

    Raises:
        CallFailure: its `stop_when` holds, or calls failed and none was established.
        UsageError: this machine is the reason why none was established.
    """
    if run.stopped:
        judged = run.succeeded + run.failed
        what = f"{run.failed} of {judged} calls failed, so '{run.stopped}' holds"
        raise _failure(f"{what} after {run.seconds:.1f} s", run, failed)
    if run.established:
        return
    if run.failed:
        raise _failure(f"None of {run.attempted} calls was established", run, failed)
    if not run.offered:
        raise UsageError(
            "No call arrived in that time; make the duration longer or the rate higher."
        )
    reasons = listed({**run.not_attempted_because, **run.undecided_because})
    raise UsageError(
        f"None of {run.offered} calls was established, which says nothing of the phone system:"
        f" {reasons}."
    )


def _failure(what: str, run: CallRun, failed: Sequence[RatedCall]) -> CallFailure:
    first, told = failed[0], run.failed_calls[0]
    caller, call = first.agents[0], first.call
    is_setup = not first.is_established
    return CallFailure(
        f"{what}: {listed(run.failures)}. The first: {first}: {told.details}.",
        caller,
        (lambda agents: explain_setup(caller, call, agents)) if is_setup else None,
        others=[agent for one in failed[:_NAMED] for agent in one.agents],
    )
