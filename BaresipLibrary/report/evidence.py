"""What a test leaves in log.html to show why it failed, and when that is shown."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from ..agents.agent import Agent
from ..agents.journal import MOST_MESSAGES
from ..agents.registry import Registry
from ..diagnosis.failure import CallFailure, LateEvent
from ..diagnosis.observations import partner_of
from ..media.transcripts import Transcripts
from ..speech.masking import Secrets
from ..types import Occasion
from .execution_record import ExecutionRecord
from .log import flush
from .moments import Failed
from .recording_store import RecordingStore, UniquePaths, file_name

if TYPE_CHECKING:
    from .conversation import Conversations, SpokenText
    from .flow import CallFlow

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
        transcripts: Transcripts,
        secrets: Secrets,
    ) -> None:
        self._when = when
        self._agents = agents
        self._recordings = recordings
        self._transcripts = transcripts
        self._secrets = secrets
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
            flush(self._agents, began, self._secrets)

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
        from .ladder import ladder

        self._record.settle()
        if agents is None:
            focus = self._focus()
            shown = self._shown() + ladder(self._flow(focus))
        else:
            chosen = list(agents)
            shown = ladder(self._flow(chosen))
        return self._forgotten() + shown

    def _flow(self, agents: list[Agent]) -> "CallFlow":
        return self._record.flow(agents, self._spoken(agents), self._secrets)

    @cached_property
    def _conversations(self) -> "Conversations":
        from .conversation import Conversations

        return Conversations(self._transcripts, self._secrets)

    def _spoken(self, agents: Iterable[Agent]) -> "list[SpokenText]":
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
        from ..sip.capture import as_pcap, as_text
        from ..sip.transmissions import merged

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
        from .conversation import captions_by_recording
        from .players import players

        agents = self._focus()
        heard, sent = self._record.recordings(agents, self._recordings.href)
        captions = captions_by_recording(self._spoken(agents))
        for recordings in (heard, sent):
            recordings[:] = [
                replace(one, captions=captions.get(one.path, ())) for one in recordings
            ]
        return players(heard, sent) if heard else ""
