"""Failures that know enough of their agent to be explained, and to be recognised when late."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from ..errors import BackendError, PhoneFailure
from ..events import Event
from .absence import on_absence
from .agent import Agent

#: Looks for what most likely explains a failure, given the other agents; a sentence or None.
Because = Callable[[Sequence[Agent]], str | None]
#: Whether an event is the one that was waited for in vain.
Awaited = Callable[[Event], bool]


class CallFailure(PhoneFailure):
    """An agent's call, registration or audio did not become what the suite expected.

    `because` finds the explanation when somebody asks. `awaited` recognises what did not come in
    time, for a failure that is only a matter of time. `others` are the agents that it is about,
    too.
    """

    def __init__(
        self,
        message: str,
        agent: Agent,
        because: Because | None = None,
        awaited: Awaited | None = None,
        others: Iterable[Agent] = (),
    ) -> None:
        super().__init__(message)
        #: The message without what explains it.
        self.unexplained = message
        self.agent = agent
        self.agents = list(dict.fromkeys([agent, *others]))
        self.awaited = awaited
        self._because = because
        self._is_explained = False

    def explain(self, agents: Sequence[Agent]) -> None:
        """Appends the one observation that most likely explains the failure, if there is one."""
        why = self.why(agents)
        if why:
            self.args = (f"{self} {why}",)

    def why(self, agents: Sequence[Agent]) -> str | None:
        """That observation. It is made once."""
        if self._is_explained:
            return None
        self._is_explained = True
        with suppress(BackendError):  # an agent that dies just now explains itself
            because = self._because
            return on_absence(self.agent, agents) or (because(agents) if because else None)
        return None
