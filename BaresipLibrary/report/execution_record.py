"""What the agents did, and which keywords ran, during one test or between tests.

It is kept in every test, and shown in few: what draws it is loaded when it is first shown.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..agents.agent import Agent
from ..concurrency import wait_until
from ..events import MediaStarted, SipMessage
from ..speech.masking import Secrets
from .moments import Failed, Mark, Step, in_which_call

if TYPE_CHECKING:
    from .conversation import SpokenText
    from .flow import CallFlow
    from .players import Recorded

#: How long (s) nothing must come for the journals to be complete, and how long that may take.
_QUIET, _CATCH_UP = 0.04, 0.4


class ExecutionRecord:
    """What the agents did, and which keywords ran, during one test or between tests.

    Agents that start later are added; stopped ones stay.
    """

    def __init__(self, agents: Iterable[Agent]) -> None:
        self.began = time.monotonic()
        self.agents = {agent: len(agent.journal) for agent in agents}
        self.failures: list[Failed] = []
        self._steps: list[Step] = []
        self._moments: dict[Path, list[Mark]] = defaultdict(list)

    def add(self, agent: Agent) -> None:
        """An agent starts."""
        self.agents.setdefault(agent, 0)

    def step(self, at: float, words: str) -> None:
        """A keyword runs from that moment on (monotonic seconds)."""
        self._steps.append(Step(at, words))

    def failure(self, words: str) -> float:
        """A keyword has just failed: marks the moment, also in every recording that grows."""
        from ..audio.wav_reader import seconds_recorded

        at = time.monotonic()
        self._steps.append(Step(at, f"{words}: failed", failed=True))
        for media in self._running():
            for path in (media.rx, media.tx):
                self._moments[path].append(Mark(seconds_recorded(path), f"{words} failed"))
        return at

    def _running(self) -> Iterator[MediaStarted]:
        calls = (call for agent in self.agents for call in agent.calls if call.is_live)
        return (call.media for call in calls if call.media is not None)

    @property
    def has_news(self) -> bool:
        """Whether a keyword ran or an agent reported anything."""
        grown = (len(agent.journal) > position for agent, position in self.agents.items())
        return bool(self._steps) or any(grown)

    @property
    def has_forgotten(self) -> bool:
        """Whether the agents saw so much that the oldest SIP messages are gone."""
        return any(agent.journal.has_forgotten(since) for agent, since in self.agents.items())

    def settle(self) -> None:
        """Lets the journals catch up: stacks report what they saw of SIP a moment later.

        Returns once nothing has come for a moment and nothing is under way between its agents.
        """
        changes = next((agent.changes for agent in self.agents), None)
        deadline = time.monotonic() + _CATCH_UP
        while changes and time.monotonic() < deadline:
            quiet = not wait_until(changes, partial(self._has_grown, self._size()), _QUIET)
            if quiet and not self._under_way():
                return

    def _has_grown(self, size: int) -> bool | None:
        return self._size() > size or None

    def _size(self) -> int:
        return sum(len(agent.journal) for agent in self.agents)

    def _under_way(self) -> bool:
        """Whether a message was just sent to a living agent that has not seen it yet."""
        from ..sip.transmissions import merged

        recent = time.monotonic() - 2 * _CATCH_UP
        messages = [seen for seen in self.messages(self.agents) if seen[1].at > recent]
        own = {event.source if event.sent else event.destination for _, event in messages}
        return any(
            transmission.received is None and transmission.event.destination in own
            for transmission in merged(messages)
        )

    def flow(
        self,
        agents: Iterable[Agent],
        spoken: "Iterable[SpokenText]" = (),
        secrets: Secrets | None = None,
    ) -> "CallFlow":
        """The sequence diagram of these agents, with what they said and heard."""
        from .flow import AgentTrace, call_flow
        from .secret_digits import without_secret_digits

        words: dict[Agent, list[tuple[float, str]]] = defaultdict(list)
        for phrase in spoken:
            words[phrase.agent].append((phrase.begin, f"{phrase.verb.upper()} “{phrase.text}”"))
        traces = [
            AgentTrace(
                agent.name,
                agent.uri,
                without_secret_digits(
                    agent.journal.since(self.agents.get(agent, 0)),
                    agent.journal,
                    secrets or Secrets(),
                ),
                words[agent],
            )
            for agent in agents
        ]
        return call_flow(traces, self._steps, self.began)

    def messages(self, agents: Iterable[Agent]) -> list[tuple[str, SipMessage]]:
        """What these agents saw of SIP, each message with the agent's name."""
        return [
            (agent.name, event)
            for agent in agents
            for event in agent.journal.of_kind(SipMessage, self.agents.get(agent, 0))
        ]

    def recordings(
        self, agents: Iterable[Agent], href: Callable[[Path], str]
    ) -> "tuple[list[Recorded], list[Recorded]]":
        """What these agents heard, and what they sent, while the record was kept."""
        heard: list[Recorded] = []
        sent: list[Recorded] = []
        for agent in agents:
            streams = self._media(agent)
            heard += self._recorded(
                agent, "heard", [(stream, stream.rx) for stream in streams], href
            )
            sent += self._recorded(agent, "sent", [(stream, stream.tx) for stream in streams], href)
        return heard, sent

    def _recorded(
        self,
        agent: Agent,
        verb: str,
        files: Iterable[tuple[MediaStarted, Path]],
        href: Callable[[Path], str],
    ) -> "list[Recorded]":
        """The recordings of one direction, each file once, those in which nothing is left out."""
        from .players import Recorded

        recorded: dict[Path, Recorded] = {}
        begun: set[str] = set()
        for media, path in files:
            if path not in recorded and self._tells_something(path, later=media.call_id in begun):
                begun.add(media.call_id)
                title = f"{agent.name} {verb}{in_which_call(agent, media.call_id)}"
                recorded[path] = Recorded(title, path, href(path), tuple(self._moments[path]))
        return list(recorded.values())

    def _tells_something(self, path: Path, *, later: bool) -> bool:
        """Whether the file is worth showing: a later part of a call may be empty, as in a hold."""
        from ..audio.wav_reader import seconds_recorded

        if not path.exists():
            return False
        with suppress(OSError, ValueError):  # the player says why it cannot be read
            return not later or bool(self._moments[path]) or seconds_recorded(path) > 0
        return True

    def _media(self, agent: Agent) -> list[MediaStarted]:
        """The streams that began in the record's time, and those that ran when it began."""
        position = self.agents[agent]
        began_here = list(agent.journal.of_kind(MediaStarted, position))
        before = [
            call.media
            for call in agent.calls
            if call.media is not None
            and call.media not in began_here
            and (call.closed is None or call.closed.at >= self.began)
        ]
        return before + began_here
