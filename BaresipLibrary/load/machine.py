"""Whether this machine keeps up with what a run of calls asks of it."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from ..agents.agent import Agent
from ..events import CallClosed, CallEstablished, CallIncoming, SipMessage

#: The share of CPU time that all processes use, in percent, since it was asked for the last time.
Load = Callable[[], float]
#: So many stretches in which the machine was late are remembered, the newest.
_MOST = 1000
#: Events that a backend reports as soon as they happen; others are timed back.
_PROMPT = (SipMessage, CallIncoming, CallEstablished, CallClosed)


class Machine:
    """Notes when something came later than it should have, by more than `allowed` seconds."""

    def __init__(self, allowed: float) -> None:
        self.allowed = allowed
        self.worst = 0.0
        self._lock = threading.Lock()
        self._late: deque[tuple[float, float]] = deque(maxlen=_MOST)
        self._seen: dict[Agent, int] = {}

    def note(self, due: float, came: float) -> bool:
        """Takes in when something was due and when it came; returns whether that was too late."""
        with self._lock:
            self.worst = max(self.worst, came - due)
            if came - due <= self.allowed:
                return False
            if self._late and self._late[-1][1] >= due:
                due = min(due, self._late.pop()[0])
            self._late.append((due, came))
            return True

    def watch(self, agents: Sequence[Agent]) -> None:
        """Begins to follow when the events of agents get here; what came before does not count."""
        for agent in agents:
            self._seen[agent] = len(agent.journal)

    def note_events(self, agents: Sequence[Agent]) -> None:
        """Takes in how long the new events of agents took to get here; `changes` is held."""
        for agent in agents:
            position, self._seen[agent] = self._seen[agent], len(agent.journal)
            news = (event for event in agent.journal.since(position) if isinstance(event, _PROMPT))
            oldest = min((event.at for event in news), default=None)
            if oldest is not None:
                self.note(oldest, time.monotonic())

    def was_late(self, since: float, until: float) -> bool:
        """Whether it was too late at any time between two moments (monotonic)."""
        with self._lock:
            return any(begin <= until and end >= since for begin, end in self._late)
