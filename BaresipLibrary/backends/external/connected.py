"""The connection to one baresip, started or attached, and the thread that reads it."""

import selectors
import socket
import threading
import time
from abc import abstractmethod
from pathlib import Path

from ... import events
from ...account import Account
from ...concurrency import Changes
from ...errors import AgentGone
from ...events import Event
from ..base import Backend, Report, thread_failed
from ..private_folders import make_folder, remove_folder
from .audio_source import AudioSources
from .configuration import ExternalSettings
from .ctrl_tcp import Command, ControlConnection
from .installation import Version
from .recording_follower import RecordingFollower
from .scheduler import Scheduler
from .translator import EventTranslator

_SILENCED = (
    "baresip {} sends nothing more in this call: the source of another call was changed while this"
    " one was on hold"
)


class ConnectedBackend(Backend):
    """A backend that reads the events of a baresip from its connection and from what it prints."""

    name = "external"
    version: Version

    def __init__(self, account: Account, changes: Changes, settings: ExternalSettings) -> None:
        self._account = account
        self._changes = changes
        self._settings = settings
        self._folder: Path | None = None
        self._control: ControlConnection | None = None
        self._reader: threading.Thread | None = None
        self._scheduler: Scheduler | None = None
        self._report: Report = _drop
        self._recordings: RecordingFollower
        self._stopping = False
        self._consultation: str | None = None
        self._translator: EventTranslator
        self._audio_sources: AudioSources

    @property
    def description(self) -> str:
        return f"the external backend with baresip {self.version}"

    @property
    def folder(self) -> Path:
        assert self._folder is not None
        return self._folder

    def _take_control(self, sock: socket.socket, *, has_trace: bool) -> None:
        """Makes everything that needs the connection, and starts the thread that reads."""
        sock.settimeout(None)
        self._folder = self._folder or make_folder()
        self._control = ControlConnection(sock, self._changes, lambda: self.is_stopped)
        self._scheduler = Scheduler(self._thread_failed)
        self._recordings = RecordingFollower(self._forward)
        self._translator = EventTranslator(
            self.version, self._forward, self._follow_up, has_trace=has_trace
        )
        self._audio_sources = AudioSources(
            self._ask,
            self._scheduler.run,
            self._prompt_ended,
            self._recordings.sent_seconds,
            toggles=self.version.toggles_mute,
            pauses=has_trace and self.version.stops_when_held,
            home=self._folder if has_trace else None,
        )
        selector = selectors.DefaultSelector()
        self._reader = threading.Thread(
            target=self._keep_reading, args=(selector,), name="baresip", daemon=True
        )
        self._reader.start()

    def _release_control(self) -> None:
        """Undoes `_take_control`, once the connection has ended."""
        if self._reader is not None:
            self._reader.join()
        if self._scheduler is not None:
            self._scheduler.close()
        if self._control is not None:
            self._control.socket.close()
            self._recordings.close()
        folder, self._folder = self._folder, None
        if folder is not None:
            remove_folder(folder)

    def _forward(self, event: Event) -> None:
        self._report(event)

    def _keep_reading(self, selecting: selectors.BaseSelector) -> None:
        try:
            self._read(selecting)
        except Exception as error:  # a thread never dies silently
            self._thread_failed(error)

    def _thread_failed(self, error: Exception) -> None:
        """Reports the fault of the library that has ended a thread: the next keyword tells it."""
        event = thread_failed(error)
        with self._changes:
            assert self._control is not None
            self._control.lost = self._control.lost or event.fault
            self._report(event)
            self._changes.notify_all()

    def _read(self, selecting: selectors.BaseSelector) -> None:
        assert self._control is not None
        with selecting as selector:
            selector.register(self._control.socket, selectors.EVENT_READ, "control")
            output = self._output()
            if output is not None:
                selector.register(output, selectors.EVENT_READ, "output")
            while self._control.lost is None:
                ready = {key.data for key, _ in selector.select(self._period())}
                messages = self._control.receive() if "control" in ready else []
                # What was printed before these messages can be read by now, and comes first.
                self._read_output()
                if output is not None and self._output() is None:
                    selector.unregister(output)
                    output = None
                for message in messages or []:
                    self._take(message)
                self._look_at_recordings()
        self._read_output()
        self._ended()

    def _period(self) -> float | None:
        """How long to wait until the next look at the recordings (s); None for no look."""
        return self._recordings.period

    def _output(self) -> int | None:
        """The descriptor of what the process prints; None without a process."""
        return None

    def _read_output(self) -> None:
        """Reads what the process has printed."""

    def _take(self, message: dict[str, object]) -> None:
        assert self._control is not None
        with self._changes:
            if not self._control.take_answer(message):
                self._translate(message)
            self._changes.notify_all()

    def _translate(self, message: dict[str, object]) -> None:
        try:
            self._translator.take(message)
        except (LookupError, TypeError, ValueError, AttributeError) as error:  # of a future version
            text = f"An event was not understood ({error!r}): {message}"
            self._report(events.StackLog(time.monotonic(), "WARNING", text))

    def _look_at_recordings(self) -> None:
        with self._changes:
            if self._recordings.look():
                self._changes.notify_all()

    def _ended(self) -> None:
        """Called when the connection has ended, expected or not."""

    def _follow_up(self, kind: str, call_id: str) -> None:
        assert self._scheduler is not None
        match kind:
            case "begun":
                self._audio_sources.note_call(call_id)
            case "closed":
                self._recordings.forget(call_id)
                self._audio_sources.note_end(call_id)
                self._scheduler.run(lambda: self._audio_sources.on_closed(call_id))
            case "replaces":  # the call takes the place of another one: phones accept it at once
                self._report(events.CallAnswered(time.monotonic(), call_id))
                self._scheduler.run(lambda: self._accept(call_id))
            case "held" if self.version.stops_when_held:
                self._audio_sources.note_hold(call_id)
            case "resumed" if call_id in self._audio_sources.silenced:
                text = _SILENCED.format(self.version)
                self._report(events.AudioTrouble(time.monotonic(), call_id, text))

    def _media_started(self, media: events.MediaStarted) -> None:
        def start() -> None:
            self._report(media)
            self._recordings.follow(media)

        # The peer may answer before the event that names the call has been read.
        self._translator.when_known(media.call_id, start)

    def _source_started(self, call_id: str) -> None:
        """Takes in that baresip has started the source of a call, for the first time or again."""
        assert self._scheduler is not None
        self._audio_sources.note_start(call_id)
        self._scheduler.run(lambda: self._audio_sources.on_started(call_id))

    def _prompt_ended(self, call_id: str, name: str) -> None:
        self._report_at_once(events.PromptEnded(time.monotonic(), call_id, name))

    def _report_at_once(self, event: Event) -> None:
        with self._changes:
            self._report(event)
            self._changes.notify_all()

    def _ask(self, *commands: Command) -> list[str]:
        if self._control is None:
            raise AgentGone("it has been stopped")
        return self._control.ask(*commands)

    def _is_gone(self) -> bool | None:
        return True if self._control is None or self._control.lost else None

    @abstractmethod
    def _accept(self, call_id: str) -> None:
        """Answers a call."""


def _drop(event: Event) -> None:
    """Drops an event: the agent has not been started."""
