"""Failures that can be explained, and awaited events that came too late."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from ..agents.agent import Agent
from ..concurrency import wait_until
from ..errors import BackendError, PhoneFailure
from ..events import ClosedBy, Event
from .observations import partner_of

#: Looks for what most likely explains a failure, given the other agents; a sentence or None.
Explain = Callable[[Sequence[Agent]], str | None]
#: Whether an event is the one that was waited for in vain.
Awaited = Callable[[Event], bool]
#: How long (s) after a timeout the awaited event may still come and be mentioned.
GRACE = 0.5


class CallFailure(PhoneFailure):
    """An agent's call, registration or audio did not become what the suite expected.

    `explain` is called when somebody asks for the explanation. `awaited` recognises the
    event that did not come in time, where the failure is a matter of time only. `others` are
    further agents that the failure is about.
    """

    def __init__(
        self,
        message: str,
        agent: Agent,
        explain: Explain | None = None,
        awaited: Awaited | None = None,
        others: Iterable[Agent] = (),
    ) -> None:
        super().__init__(message)
        #: The message without what explains it.
        self.unexplained = message
        self.agent = agent
        self.agents = list(dict.fromkeys([agent, *others]))
        self.awaited = awaited
        self._explain = explain
        self._is_explained = False

    def explain(self, agents: Sequence[Agent]) -> None:
        """Appends the one observation that most likely explains the failure, if there is one."""
        explanation = self.find_explanation(agents)
        if explanation:
            end = "" if str(self).endswith((".", "!", "?")) else "."
            self.args = (f"{self}{end} {explanation}",)

    def find_explanation(self, agents: Sequence[Agent]) -> str | None:
        """That observation. It is looked for once only."""
        if self._is_explained:
            return None
        self._is_explained = True
        with suppress(BackendError):  # an agent that dies just now explains itself
            explanation = explain_dead_or_stopped(self.agent, agents)
            if explanation or self._explain is None:
                return explanation
            return self._explain(agents)
        return None


def explain_dead_or_stopped(agent: Agent, agents: Sequence[Agent]) -> str | None:
    """That an agent or the other side of its call has died or is stopped; None when both run."""
    for suspect in (agent, _other_side(agent, agents)):
        if suspect is None:
            continue
        if suspect.death is not None:
            return suspect.death
        if suspect.backend.is_stopped:
            return f"The process of {suspect.name} is stopped."
    return None


def _other_side(agent: Agent, agents: Sequence[Agent]) -> Agent | None:
    call = agent.active_or_last_call
    if call is None or (call.closed and call.closed.by is not ClosedBy.FAILURE):
        return None  # a call that somebody has ended needs no other explanation
    partner = partner_of(call, agents, agent)
    if partner:
        return partner[0]
    return next((other for other in agents if other.uri == call.peer_uri), None)


class LateEvent:
    """Watches for the event that a failure has waited for in vain."""

    def __init__(self, failure: CallFailure) -> None:
        self.message = str(failure)
        #: The message without its explanation, which the event would contradict.
        self.unexplained = failure.unexplained
        self._failure = failure
        self._position = len(failure.agent.journal)
        self._since = time.monotonic()
        self._deadline = self._since + GRACE

    def end_grace(self) -> None:
        """Ignores the event from now on: the suite may have brought it about."""
        self._deadline = min(self._deadline, time.monotonic())

    def describe(self) -> str | None:
        """That the event came, and how late; waits for the rest of the grace."""
        remaining = max(0.0, self._deadline - time.monotonic())
        at = wait_until(self._failure.agent.changes, self._arrival, remaining)
        if at is None:
            return None
        late = max(1, round((at - self._since) * 1000))
        return f"It came {late} ms after the time ran out."

    def _arrival(self) -> float | None:
        agent, awaited = self._failure.agent, self._failure.awaited
        assert awaited is not None
        times = (event.at for event in agent.journal.since(self._position) if awaited(event))
        return next((at for at in times if at <= self._deadline), None)
