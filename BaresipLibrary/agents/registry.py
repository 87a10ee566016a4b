"""The agents of a suite, by name, and the scope that each belongs to."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from ..concurrency import run_concurrently
from ..errors import UsageError
from ..frozen import frozen
from .agent import Agent

#: Up to this many agents are stopped one by one, more at the same time.
_FEW = 12


@frozen
class _Entry:
    agent: Agent
    scope: str


class Watcher(Protocol):
    """Follows the agents of a registry. Its methods return at once and never raise."""

    def agent_starts(self, agent: Agent) -> None:
        """An agent is about to start."""

    def agent_stopped(self, agent: Agent) -> None:
        """An agent has been stopped; several may be at the same time, each in a thread."""


class Registry:
    """The running agents. The registry stops what it has started."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        #: The names of those that the end of a test has stopped.
        self._ended_by_test: set[str] = set()
        self.watchers: list[Watcher] = []

    def __iter__(self) -> Iterator[Agent]:
        return iter([entry.agent for entry in self._entries.values()])

    def start(self, name: str, scope: str, make: Callable[[], Agent]) -> Agent:
        """Makes and starts an agent that belongs to a scope.

        Raises:
            UsageError: the name is taken or cannot be one.
            BackendError: it did not start.
        """
        self._check_name(name)
        agent = make()
        for watcher in self.watchers:
            watcher.agent_starts(agent)
        try:
            agent.start()
            self._entries[name] = _Entry(agent, scope)
            self._ended_by_test.discard(name)
        except BaseException:
            self._entries.pop(name, None)
            agent.stop()  # an interruption may come when it runs and is not registered here yet
            raise
        return agent

    def _check_name(self, name: str) -> None:
        if name in self._entries:
            raise UsageError(
                f"There is an agent '{name}' already; stop it first or choose another name."
            )
        if not name.strip() or not name.isprintable() or '"' in name:
            raise UsageError(
                f"{name!r} cannot be an agent's name: it needs at least one character,"
                " all of them printable and none a double quote."
            )

    def find(self, name: str) -> Agent | None:
        """The agent of that name, if there is one."""
        entry = self._entries.get(name)
        return entry.agent if entry else None

    def get(self, agent: str | Agent) -> Agent:
        """The agent of that name, or the one that `Start Agent` returned.

        Raises:
            UsageError: there is none; the message names the nearest one and all there are.
        """
        name = agent.name if isinstance(agent, Agent) else agent
        running = self.find(name)
        if running is None:
            raise UsageError(f"There is no agent '{name}'. {self.known(name)}")
        return running

    def known(self, name: str) -> str:
        """Which agents there are, and which of them may be meant by a name that none has."""
        near = difflib.get_close_matches(name, self._entries, n=1)
        meant = f"Did you mean '{near[0]}'? " if near else ""
        if name in self._ended_by_test:
            meant = (
                "The last one ended with the test that started it: start it in this test or in the"
                " suite's setup, or import the library with auto_closing=SUITE. "
            )
        if not self._entries:
            return f"{meant}No agent is running."
        return f"{meant}Agents: {', '.join(self._entries)}."

    def begin_keyword(self, *, ends: bool = False) -> None:
        """Tells every agent that a keyword is about to act: later waits ignore earlier events.

        `ends`: it ends calls, and the end of one at the other side is on its way from now on.
        """
        for agent in self:
            agent.begin_keyword(ends=ends)

    def note_action(self) -> None:
        """Tells every agent that a keyword is about to send something that concerns no state.

        Later waits for messages ignore earlier ones.
        """
        for agent in self:
            with agent.changes:
                agent.journal.note_action()

    def stop(self, agent: str | Agent) -> None:
        """Stops one agent and forgets it."""
        running = self.get(agent)
        running.stop()
        del self._entries[running.name]
        for watcher in self.watchers:
            watcher.agent_stopped(running)

    def stop_scope(self, scope: str) -> None:
        """Stops the agents that belong to a scope, newest first."""
        agents = [entry.agent for entry in self._entries.values() if entry.scope == scope]
        self._stop(agents)
        if scope.startswith("test "):
            self._ended_by_test.update(agent.name for agent in agents)

    def stop_all(self) -> None:
        """Stops every agent, newest first."""
        self._stop(list(self))

    def _stop(self, agents: Sequence[Agent]) -> None:
        # One by one where they are few, so that it is the same agent every time that ends a call.
        newest_first = agents[::-1]
        if len(agents) > _FEW:
            run_concurrently(self.stop, newest_first)
            return
        for agent in newest_first:
            self.stop(agent)
