"""Many calls at the same time, each with a verdict of its own."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from functools import partial

from ..agents.agent import Agent
from ..agents.call import Call, newest
from ..concurrency import Crew, run_concurrently, sharing_lock, wait_until
from ..diagnosis.call_setup import explain_setup
from ..diagnosis.failure import CallFailure
from ..errors import BackendError, PhoneFailure, UsageError
from ..events import AgentDied, CallClosed, CallDialled, CallEstablished, CallIncoming, Event
from ..frozen import changeable, frozen
from ..quantiles import percentiles
from ..signalling.calls import hang_up_unless_over
from ..signalling.failover import dial
from ..types import AgentState
from ..wording import first_few

#: How long a call that was just hung up may take to end (s).
_ENDING = 0.5


@changeable
class BulkCall:
    """One of many calls: who dials what, who is to accept, and what has become of it.

    `callee` is None when the other side answers by itself.
    """

    caller: Agent
    target: str
    callee: Agent | None = None
    call: Call | None = None
    accepted: set[str] = field(default_factory=set)
    """The Call-IDs of the calls that were accepted, though baresip may not have done so yet."""
    trouble: str | None = None
    #: From the dialling until both sides were established.
    seconds: float | None = None
    #: The Call-IDs that were dialled in all calls of the same keyword.
    dialled: set[str] = field(default_factory=set)
    _made_at: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        return f"{self.caller.name} to {self.callee.name if self.callee else self.target}"

    @property
    def agents(self) -> list[Agent]:
        """The agents of the suite that take part."""
        return [self.caller, self.callee] if self.callee else [self.caller]

    @property
    def is_open(self) -> bool:
        """Whether its verdict is still to come."""
        return self.trouble is None and self.seconds is None

    def dial(self) -> None:
        """Has the caller dial."""
        call_id = dial(self.caller, self.target)
        with self.caller.changes:
            self.call = self.caller.require_call("that was dialled", call_id)
            self.dialled.add(call_id)

    def waiting(self) -> Call | None:
        """The call that rings at the callee, and that this is to accept: not `When Called`.

        Another one may ring there, too: a phone system that was dead delivers late what others
        have given up. Which it is shows where the phone system keeps the Call-ID.
        """
        if self.callee is None or not self.is_open:
            return None
        by_itself = self.callee.reactions.will_answer
        waiting = [
            call
            for call in self.callee.calls
            if call.is_waiting and call.call_id not in self.accepted and not by_itself(call.call_id)
        ]
        own = self.own_side(waiting)
        return own if own or self.accepted else next(iter(waiting), None)

    def own_side(self, calls: Sequence[Call]) -> Call | None:
        """The callee's side of the call, where the phone system keeps the Call-ID."""
        own = (call for call in calls if self.call and call.call_id == self.call.call_id)
        return next(own, None)

    @property
    def callees_side(self) -> Call | None:
        """The callee's side of it: the callee may tell of it before the caller does.

        What others have dialled is not it, nor what began before. Of several it is the one that
        came up.
        """
        callee = self.callee
        sides = [call for call in callee.calls if call.began_at >= self._made_at] if callee else []
        unknown = [call for call in sides if call.call_id not in self.dialled]
        came_up = newest(unknown, lambda call: call.established_at is not None)
        return self.own_side(sides) or came_up

    @property
    def up_since(self) -> float | None:
        """When it was established at both sides, whether it is over by now or not."""
        if self.call is None or self.call.established_at is None:
            return None
        theirs = self.callees_side if self.callee else self.call
        if theirs is None or theirs.established_at is None:
            return None
        return max(self.call.established_at, theirs.established_at)

    def accept(self) -> None:
        """Has the callee accept the call that rings, if it is still to do so."""
        with self.caller.changes:
            call = self.waiting()
            self.accepted |= {call.call_id} if call else set()
        if self.callee is not None and call is not None:
            self.callee.answer(call)
            with self.callee.changes:
                call.note_keyword(final=True)

    def judge(self) -> bool:
        """Reaches a verdict if there can be one by now; returns whether it has just done so."""
        if not self.is_open or self.call is None:
            return False
        dead = next((agent for agent in self.agents if not agent.alive), None)
        if dead is not None:
            self.trouble = f"the process of {dead.name} has died"
        elif not self.call.is_live:
            self.trouble = self.call.describe()
        elif (since := self.up_since) is not None and not self._is_over_at_callee:
            self.seconds = since - self.call.began_at
        return not self.is_open

    @property
    def _is_over_at_callee(self) -> bool:
        """Whether the callee's side has ended, so that the end of the caller's is on its way."""
        theirs = self.callees_side
        return theirs is not None and not theirs.is_live

    def describe(self) -> str:
        """What it is doing, and what its callee does meanwhile."""
        state = self.call.describe() if self.call else "it was not dialled"
        calls = self.callee.live_calls if self.callee else []
        return "; ".join([state, *(f"{self.callee}: {call.describe()}" for call in calls)])


@frozen
class Percentiles:
    """Percentiles of how long calls took, in seconds, interpolated between measured values."""

    p50: float
    p95: float
    max: float

    @classmethod
    def of(cls, calls: Sequence[BulkCall]) -> "Percentiles | None":
        """The percentiles of the calls that were established; None when none was."""
        seconds = [call.seconds for call in calls if call.seconds is not None]
        if not seconds:
            return None
        of = percentiles(seconds)
        return cls(of[50], of[95], of[100])

    def __str__(self) -> str:
        return f"p50 {self.p50:.3f} s, p95 {self.p95:.3f} s, longest {self.max:.3f} s"


def establish(calls: Sequence[BulkCall], timeout: float) -> None:
    """Makes all callers dial, and every callee accept as soon as it rings; `timeout` in seconds.

    Returns when every call has its verdict, good or bad.

    Raises:
        UsageError: an agent takes part twice, or has a call already. Nobody has dialled then.
    """
    require_free([agent for bulk_call in calls for agent in bulk_call.agents])
    _attempt_all(calls, time.monotonic() + timeout)
    for bulk_call in calls:
        if bulk_call.is_open:
            bulk_call.trouble = f"after {timeout:g} s, {bulk_call.describe()}"


#: What may decide a call, or have it ring.
_DECISIVE = (CallIncoming, CallEstablished, CallClosed, AgentDied)


def _attempt_all(calls: Sequence[BulkCall], deadline: float) -> None:
    """Callees accept while others are still to be dialled, as phones on desks would do.

    The agents' own threads follow the calls: this one wakes for verdicts, not for every event.
    """
    news = sharing_lock(calls[0].caller.changes)
    with Crew(news) as dialling, Crew(news) as accepting:

        def go_on(bulk_call: BulkCall) -> None:
            if bulk_call.waiting() and time.monotonic() < deadline:
                accepting.begin(partial(_attempt, bulk_call, bulk_call.accept, go_on))
            if bulk_call.judge():
                news.notify_all()

        with _followed(calls, go_on):
            for bulk_call in calls:
                dialling.begin(partial(_attempt, bulk_call, bulk_call.dial, go_on))
            remaining = deadline - time.monotonic()
            wait_until(news, partial(_all_decided, calls, (dialling, accepting)), remaining)


@contextmanager
def _followed(calls: Sequence[BulkCall], go_on: Callable[[BulkCall], None]) -> Iterator[None]:
    """Has calls go on with each event of their agents that matters, with `changes` held."""

    def take(bulk_call: BulkCall, event: Event) -> None:
        if isinstance(event, CallDialled):  # before a callee that it leads to is up
            bulk_call.dialled.add(event.call_id)
        elif isinstance(event, _DECISIVE):
            go_on(bulk_call)

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


def _all_decided(calls: Sequence[BulkCall], crews: Sequence[Crew]) -> bool | None:
    for crew in crews:
        crew.require_success()
    return not any(bulk_call.is_open for bulk_call in calls) or None


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


def _attempt(
    bulk_call: BulkCall, act: Callable[[], None], go_on: Callable[[BulkCall], None]
) -> None:
    try:
        act()
    except (BackendError, PhoneFailure) as error:
        bulk_call.trouble = str(error).rstrip(".")
    with bulk_call.caller.changes:  # what has happened before it was known which call it is
        go_on(bulk_call)


def failure(calls: Sequence[BulkCall]) -> CallFailure:
    """The failure of calls of which at least one failed, naming the first few."""
    failed = [bulk_call for bulk_call in calls if bulk_call.trouble is not None]
    first = failed[0]
    stories = [f"{bulk_call}: {bulk_call.trouble}" for bulk_call in failed]
    return CallFailure(
        f"{len(failed)} of {len(calls)} calls failed. {first_few(stories)}.",
        first.caller,
        lambda agents: explain_setup(first.caller, first.call, agents),
        others=[agent for bulk_call in failed for agent in bulk_call.agents],
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
