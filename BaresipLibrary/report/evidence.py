"""What a test leaves in log.html to show why it failed: its record, and when it is shown."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from markupsafe import Markup

from ..agents.agent import Agent
from ..agents.journal import MOST_MESSAGES
from ..agents.registry import Registry
from ..audio.wav_reader import seconds_recorded
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure, LateEvent
from ..diagnosis.observations import partner_of
from ..events import MediaStarted, SipMessage
from ..sip.capture import as_pcap, as_text
from ..sip.transmissions import merged
from ..sip.uris import user_part
from ..types import Occasion
from .conversation import Conversations, Failed, SpokenText, captions_by_recording
from .flow import AgentTrace, CallFlow, Step, call_flow
from .ladder import ladder
from .log import flush
from .players import Mark, Recorded, players
from .recording_store import RecordingStore, UniquePaths, file_name

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
        recent = time.monotonic() - 2 * _CATCH_UP
        messages = [seen for seen in self.messages(self.agents) if seen[1].at > recent]
        own = {event.source if event.sent else event.destination for _, event in messages}
        return any(
            transmission.received is None and transmission.event.destination in own
            for transmission in merged(messages)
        )

    def flow(self, agents: Iterable[Agent], spoken: Iterable[SpokenText] = ()) -> CallFlow:
        """The sequence diagram of these agents, with what they said and heard."""
        words: dict[Agent, list[tuple[float, str]]] = defaultdict(list)
        for phrase in spoken:
            words[phrase.agent].append((phrase.begin, f"{phrase.verb.upper()} “{phrase.text}”"))
        traces = [
            AgentTrace(
                agent.name,
                agent.uri,
                agent.journal.since(self.agents.get(agent, 0)),
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
    ) -> tuple[list[Recorded], list[Recorded]]:
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
    ) -> list[Recorded]:
        """The recordings of one direction, each file once, those in which nothing is left out."""
        recorded: dict[Path, Recorded] = {}
        begun: set[str] = set()
        for media, path in files:
            if path not in recorded and self._tells_something(path, later=media.call_id in begun):
                begun.add(media.call_id)
                title = f"{agent.name} {verb}{_other_side(agent, media)}"
                recorded[path] = Recorded(title, path, href(path), tuple(self._moments[path]))
        return list(recorded.values())

    def _tells_something(self, path: Path, *, later: bool) -> bool:
        """Whether the file is worth showing: a later part of a call may be empty, as in a hold."""
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


def _other_side(agent: Agent, media: MediaStarted) -> str:
    """The peer of the stream's call, where the agent had several calls."""
    peers = {call.call_id: user_part(call.peer_uri) for call in agent.calls}
    return f" in its call with {peers[media.call_id]}" if len(peers) > 1 else ""


_FOLDER = "sip-traces"
CAPTURE = ".pcap"
#: When there are more agents than this, the log shows only those that failed and their peers.
MOST_SHOWN = 12


class Evidence:
    """Follows the keywords of a test, and shows the ladder, the audio and the packets of it."""

    def __init__(
        self,
        when: Occasion,
        agents: Registry,
        recordings: RecordingStore,
        conversations: Conversations,
    ) -> None:
        self._when = when
        self._agents = agents
        self._recordings = recordings
        self._conversations = conversations
        self._captures = UniquePaths()
        self._capture = Path()
        self._record = ExecutionRecord([])
        self._late: list[LateEvent] = []
        self._failed: list[Agent] = []

    def enter(self, output: Path, *names: str) -> None:
        """A test, or what a suite does outside its tests, begins."""
        self._capture = (output / _FOLDER).joinpath(*(file_name(name) for name in names))
        self._record = ExecutionRecord(self._agents)
        self._late, self._failed = [], []

    def watch(self, agent: Agent) -> None:
        """An agent starts."""
        self._record.add(agent)

    @contextmanager
    def keyword(self, words: str, *, quiet: bool) -> Iterator[None]:
        """A keyword runs. A quiet one shows in the ladder only when it fails."""
        began = time.monotonic()
        for event in self._late:
            event.end_grace()
        if not quiet:
            self._record.step(began, words)
        try:
            yield
        except BaseException as error:
            failed_at = self._record.failure(words)
            if isinstance(error, CallFailure):
                self._explain(error)
            self._record.failures.append(Failed(failed_at, f"{words}: {error}"))
            raise
        finally:
            flush(self._agents, began)

    def _explain(self, failure: CallFailure) -> None:
        self._failed += failure.agents
        failure.explain(list(self._agents))
        if failure.awaited is not None:
            self._late.append(LateEvent(failure))

    def with_late_events(self, message: str) -> str:
        """A test's message: where the awaited event came late, that replaces the explanation."""
        for event in self._late:
            lateness = event.message in message and event.describe()
            if lateness:
                message = message.replace(event.message, f"{event.unexplained} {lateness}")
        return message

    def is_due(self, *, failed: bool) -> bool:
        """Whether what has ended, failed or not, is to be shown."""
        return self._when.is_now(failed=failed) and self._record.has_news

    def flow(self, agents: Iterable[Agent] | None = None) -> str:
        """The ladder of these agents, or of all that matter, so far."""
        self._record.settle()
        if agents is None:
            focus = self._focus()
            shown = self._shown() + ladder(self._record.flow(focus, self._spoken(focus)))
        else:
            chosen = list(agents)
            shown = ladder(self._record.flow(chosen, self._spoken(chosen)))
        return self._forgotten() + shown

    def _spoken(self, agents: Iterable[Agent]) -> list[SpokenText]:
        """What is known of what these agents have said and heard so far."""
        return self._conversations.of(agents, self._record.began)

    def words(self) -> str:
        """A table of what was said and heard, or nothing where no word is known."""
        spoken = self._spoken(self._focus())
        return self._conversations.table(spoken, self._record.failures, self._record.began)

    def _forgotten(self) -> str:
        """A sentence when the oldest messages are gone."""
        if not self._record.has_forgotten:
            return ""
        return (
            f"<p>Only the newest SIP messages of each agent are kept, {MOST_MESSAGES} at most.</p>"
        )

    def _focus(self) -> list[Agent]:
        """All agents, or of many those that failed and those that they called."""
        agents = list(self._record.agents)
        if len(agents) <= MOST_SHOWN:
            return agents
        partners = (
            partner_of(call, agents, agent) for agent in self._failed for call in agent.calls
        )
        concerned = [*self._failed, *(partner[0] for partner in partners if partner)]
        chosen = list(dict.fromkeys(concerned)) or agents
        return sorted(chosen[:MOST_SHOWN], key=agents.index)

    def _shown(self) -> str:
        """A sentence when not all agents are shown."""
        shown, everyone = len(self._focus()), len(self._record.agents)
        if shown == everyone:
            return ""
        whose = "those that failed first" if self._failed else "the first"
        return str(
            Markup(
                "<p>{} of {} agents are shown: {}. <i>Log Call Flow</i> shows others.</p>"
            ).format(shown, everyone, whose)
        )

    def packets(self) -> str:
        """Writes the capture of what has ended; returns a link to it, or nothing without one."""
        messages = self._record.messages(self._record.agents)
        if not messages:
            return ""
        path = self._captures.take(self._capture.with_name(self._capture.name + CAPTURE))
        try:
            self.save(path)
        except OSError as error:
            text = Markup("The SIP messages cannot be written to {}: {}.")
            return str(text.format(path, error.strerror))
        link = Markup('SIP messages: <a href="{}">{}</a>, for Wireshark, tshark or sngrep')
        return self._forgotten() + str(link.format(self._recordings.href(path), path.name))

    def save(self, path: Path, agents: Iterable[Agent] | None = None) -> None:
        """Writes what these agents, or all, saw of SIP so far: a capture, or else text.

        Raises:
            OSError: it cannot be written.
        """
        self._record.settle()
        chosen = self._record.agents if agents is None else agents
        transmissions = merged(self._record.messages(chosen))
        wall_clock = time.time() - time.monotonic()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == CAPTURE:
            path.write_bytes(as_pcap(transmissions, wall_clock))
        else:
            path.write_text(as_text(transmissions, wall_clock), encoding="utf-8")

    def audio(self) -> str:
        """Players for what was heard and sent, or nothing without any."""
        agents = self._focus()
        heard, sent = self._record.recordings(agents, self._recordings.href)
        captions = captions_by_recording(self._spoken(agents))
        for recordings in (heard, sent):
            recordings[:] = [
                replace(one, captions=captions.get(one.path, ())) for one in recordings
            ]
        return players(heard, sent) if heard else ""
