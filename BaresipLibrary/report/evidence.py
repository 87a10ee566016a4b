"""What a test leaves in log.html for whoever asks why it failed, and when it does so."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from markupsafe import Markup

from ..agents.agent import Agent
from ..agents.journal import MOST_MESSAGES
from ..agents.registry import Registry
from ..diagnosis.failure import CallFailure, LateEvent
from ..diagnosis.observations import partner_of
from ..sip.capture import as_pcap, as_text
from ..sip.exchange import merged
from ..types import Occasion
from .execution_record import ExecutionRecord
from .ladder import ladder
from .log import flush
from .players import players
from .recording_store import RecordingStore, UniquePaths, file_name

_FOLDER = "sip-traces"
CAPTURE = ".pcap"
#: Of more agents than this only those are shown that something is wrong with.
CROWD = 12


class Evidence:
    """Follows the keywords of a test, and shows the ladder, the audio and the packets of it."""

    def __init__(self, when: Occasion, agents: Registry, recordings: RecordingStore) -> None:
        self._when = when
        self._agents = agents
        self._recordings = recordings
        self._captures = UniquePaths()
        self._capture = Path()
        self._chapter = ExecutionRecord([])
        self._overdue: list[LateEvent] = []
        self._failed: list[Agent] = []

    def enter(self, output: Path, *names: str) -> None:
        """A test, or what a suite does outside its tests, begins."""
        self._capture = (output / _FOLDER).joinpath(*(file_name(name) for name in names))
        self._chapter = ExecutionRecord(self._agents)
        self._overdue, self._failed = [], []

    def watch(self, agent: Agent) -> None:
        """An agent starts."""
        self._chapter.add(agent)

    @contextmanager
    def keyword(self, words: str, *, quiet: bool) -> Iterator[None]:
        """A keyword runs. A quiet one shows in the ladder only when it fails."""
        began = time.monotonic()
        for overdue in self._overdue:
            overdue.settle()
        if not quiet:
            self._chapter.step(began, words)
        try:
            yield
        except BaseException as error:
            self._chapter.failure(words)
            if isinstance(error, CallFailure):
                self._explain(error)
            raise
        finally:
            flush(self._agents, began)

    def _explain(self, failure: CallFailure) -> None:
        self._failed += failure.agents
        failure.explain(list(self._agents))
        if failure.awaited is not None:
            self._overdue.append(LateEvent(failure))

    def late(self, message: str) -> str:
        """A test's message, with what came after all in place of why it did not come."""
        for overdue in self._overdue:
            story = overdue.message in message and overdue.story()
            if story:
                message = message.replace(overdue.message, f"{overdue.unexplained} {story}")
        return message

    def is_due(self, *, failed: bool) -> bool:
        """Whether what has ended, failed or not, is to be shown."""
        return self._when.is_now(failed=failed) and self._chapter.has_news

    def flow(self, agents: Iterable[Agent] | None = None) -> str:
        """The ladder of these agents, or of all that matter, so far."""
        self._chapter.settle()
        if agents is None:
            shown = self._shown() + ladder(self._chapter.flow(self._focus()))
        else:
            shown = ladder(self._chapter.flow(agents))
        return self._forgotten() + shown

    def _forgotten(self) -> str:
        """That the beginning is not there any more."""
        if not self._chapter.has_forgotten:
            return ""
        return f"<p>Of each agent the last {MOST_MESSAGES} SIP messages are kept.</p>"

    def _focus(self) -> list[Agent]:
        """Everyone, or of a crowd those that failed and whom they called."""
        agents = list(self._chapter.agents)
        if len(agents) <= CROWD:
            return agents
        partners = (
            partner_of(call, agents, agent) for agent in self._failed for call in agent.calls
        )
        concerned = [*self._failed, *(found[0] for found in partners if found)]
        chosen = list(dict.fromkeys(concerned)) or agents
        return sorted(chosen[:CROWD], key=agents.index)

    def _shown(self) -> str:
        """That it is not everyone who is shown."""
        shown, everyone = len(self._focus()), len(self._chapter.agents)
        if shown == everyone:
            return ""
        whose = "those that failed first" if self._failed else "the first"
        return str(
            Markup(
                "<p>Shown are {} of {} agents: {}. <i>Log Call Flow</i> shows others.</p>"
            ).format(shown, everyone, whose)
        )

    def packets(self) -> str:
        """Writes the capture of what has ended; returns a link to it, or nothing without one."""
        messages = self._chapter.messages(self._chapter.agents)
        if not messages:
            return ""
        path = self._captures.take(self._capture.with_name(self._capture.name + CAPTURE))
        try:
            self.save(path)
        except OSError as error:
            told = Markup("The SIP messages cannot be written to {}: {}.")
            return str(told.format(path, error.strerror))
        link = Markup('SIP messages: <a href="{}">{}</a>, for Wireshark, tshark or sngrep')
        return self._forgotten() + str(link.format(self._recordings.href(path), path.name))

    def save(self, path: Path, agents: Iterable[Agent] | None = None) -> None:
        """Writes what these agents, or all, saw of SIP so far: a capture, or else text.

        Raises:
            OSError: it cannot be written.
        """
        self._chapter.settle()
        chosen = self._chapter.agents if agents is None else agents
        transmissions = merged(self._chapter.messages(chosen))
        wall_clock = time.time() - time.monotonic()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == CAPTURE:
            path.write_bytes(as_pcap(transmissions, wall_clock))
        else:
            path.write_text(as_text(transmissions, wall_clock), encoding="utf-8")

    def audio(self) -> str:
        """Players for what was heard and sent, or nothing without any."""
        heard, sent = self._chapter.recordings(self._focus(), self._recordings.href)
        return players(heard, sent) if heard else ""
