"""Many calls at the same time, each with a verdict of its own."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from ..agents.agent import Agent
from ..concurrency import Crew, run_concurrently, sharing_lock, wait_until
from ..diagnosis.call_setup import explain_setup
from ..diagnosis.failure import CallFailure
from ..errors import BackendError, PhoneFailure, UsageError
from ..events import AgentDied, CallClosed, CallDialled, CallEstablished, CallIncoming, Event
from ..frozen import frozen
from ..quantiles import percentiles
from ..signalling.calls import hang_up_unless_over
from ..types import AgentState
from ..wording import first_few
from .call_attempt import CallAttempt

#: How long a call that was just hung up may take to end (s).
_ENDING = 0.5


@frozen
class Percentiles:
    """Percentiles of how long calls took, in seconds, interpolated between measured values."""

    p50: float
    p95: float
    max: float

    @classmethod
    def of(cls, calls: Sequence[CallAttempt]) -> "Percentiles | None":
        """The percentiles of the calls that were established; None when none was."""
        seconds = [call.seconds for call in calls if call.seconds is not None]
        if not seconds:
            return None
        of = percentiles(seconds)
        return cls(of[50], of[95], of[100])

    def __str__(self) -> str:
        return f"p50 {self.p50:.3f} s, p95 {self.p95:.3f} s, longest {self.max:.3f} s"


def establish(calls: Sequence[CallAttempt], timeout: float) -> None:
    """Makes all callers dial, and every callee accept as soon as it rings; `timeout` in seconds.

    Returns when every call has its verdict, good or bad.

    Raises:
        UsageError: an agent takes part twice, or has a call already. Nobody has dialled then.
    """
    require_free([agent for attempt in calls for agent in attempt.agents])
    _attempt_all(calls, time.monotonic() + timeout)
    for attempt in calls:
        if attempt.is_open:
            attempt.trouble = f"after {timeout:g} s, {attempt.describe()}"


#: What may decide a call, or have it ring.
_DECISIVE = (CallIncoming, CallEstablished, CallClosed, AgentDied)


def _attempt_all(calls: Sequence[CallAttempt], deadline: float) -> None:
    """Callees accept while others are still to be dialled, as phones on desks would do.

    The agents' own threads follow the calls: this one wakes for verdicts, not for every event.
    """
    news = sharing_lock(calls[0].caller.changes)
    with Crew(news) as dialling, Crew(news) as accepting:

        def go_on(attempt: CallAttempt) -> None:
            if attempt.waiting() and time.monotonic() < deadline:
                accepting.begin(partial(_try, attempt, attempt.accept, go_on))
            if attempt.judge():
                news.notify_all()

        with _followed(calls, go_on):
            for attempt in calls:
                dialling.begin(partial(_try, attempt, attempt.dial, go_on))
            remaining = deadline - time.monotonic()
            wait_until(news, partial(_all_decided, calls, (dialling, accepting)), remaining)


@contextmanager
def _followed(calls: Sequence[CallAttempt], go_on: Callable[[CallAttempt], None]) -> Iterator[None]:
    """Has calls go on with each event of their agents that matters, with `changes` held."""

    def take(attempt: CallAttempt, event: Event) -> None:
        if isinstance(event, CallDialled):  # before a callee that it leads to is up
            attempt.dialled.add(event.call_id)
        elif isinstance(event, _DECISIVE):
            go_on(attempt)

    watched = [(agent, partial(take, call)) for call in calls for agent in call.agents]
    changes = calls[0].caller.changes
    with changes:
        for agent, watch in watched:
            agent.watchers.append(watch)
    try:
        yield
    finally:
        with changes:
            for agent, watch in watched:
                agent.watchers.remove(watch)


def _all_decided(calls: Sequence[CallAttempt], crews: Sequence[Crew]) -> bool | None:
    for crew in crews:
        crew.require_success()
    return not any(attempt.is_open for attempt in calls) or None


def require_free(agents: Sequence[Agent]) -> None:
    """Raises `UsageError` when an agent is listed twice, or has a call; waits for one to end."""
    for agent in agents:
        agent.require_alive()
        if agents.count(agent) > 1:
            raise UsageError(f"{agent.name} can take part in only one of the calls.")
        if not wait_until(agent.changes, partial(_is_idle, agent), _ENDING):
            raise UsageError(f"{agent.name} has a call already; hang it up first.")


def _is_idle(agent: Agent) -> bool | None:
    return agent.state is AgentState.IDLE or None


def _try(
    attempt: CallAttempt, act: Callable[[], None], go_on: Callable[[CallAttempt], None]
) -> None:
    try:
        act()
    except (BackendError, PhoneFailure) as error:
        attempt.trouble = str(error).rstrip(".")
    with attempt.caller.changes:  # what has happened before it was known which call it is
        go_on(attempt)


def failure(calls: Sequence[CallAttempt]) -> CallFailure:
    """The failure of calls of which at least one failed, naming the first few."""
    failed = [attempt for attempt in calls if attempt.trouble is not None]
    first = failed[0]
    stories = [f"{attempt}: {attempt.trouble}" for attempt in failed]
    return CallFailure(
        f"{len(failed)} of {len(calls)} calls failed. {first_few(stories)}.",
        first.caller,
        lambda agents: explain_setup(first.caller, first.call, agents),
        others=[agent for attempt in failed for agent in attempt.agents],
    )


def hang_up_all(agents: Sequence[Agent], timeout: float) -> None:
    """Ends every call of every agent, and waits until all are over, `timeout` in seconds.

    Raises:
        CallFailure: some are not over in time; the message names them.
    """
    calls = [(agent, call) for agent in agents for call in agent.calls if call.is_live]
    run_concurrently(lambda one: hang_up_unless_over(*one), calls)

    def all_over() -> bool | None:
        return not any(call.is_live for _, call in calls) or None

    if calls and not wait_until(calls[0][0].changes, all_over, timeout):
        stories = [f"{agent.name}: {call.describe()}" for agent, call in calls if call.is_live]
        raise CallFailure(
            f"{len(stories)} of {len(calls)} calls have not ended after {timeout:g} s."
            f" {first_few(stories)}.",
            calls[0][0],
            others=[agent for agent, call in calls if call.is_live],
        )
