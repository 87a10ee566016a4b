"""One baresip under control, however it came to be: its connection, and who reads from it."""

import selectors
import shutil
import socket
import tempfile
import threading
import time
from abc import abstractmethod
from pathlib import Path

from ... import events
from ...account import Account
from ...errors import AgentGone
from ...events import Event
from ...waits import Changes
from .. import wire
from ..base import Backend, Report
from .control import Command, Control
from .errands import Errands
from .interpreter import Interpreter
from .recordings import Recordings
from .registration import Registration
from .settings import External
from .talker import Talker
from .versions import Version

_SILENCED = (
    "baresip {} sends nothing more in this call: the source of another call was changed while this"
    " one was on hold"
)


class FollowedPhone(Backend):
    """What happens at a baresip, whoever started it: told by its connection and what it prints."""

    name = "external"
    version: Version

    def __init__(self, account: Account, changes: Changes, settings: External) -> None:
        self._account = account
        self._changes = changes
        self._settings = settings
        self._folder: Path | None = None
        self._control: Control | None = None
        self._reader: threading.Thread | None = None
        self._errands: Errands | None = None
        self._report: Report = _nobody
        self._recordings: Recordings
        self._stopping = False
        self._consultation: str | None = None
        self._interpreter: Interpreter
        self._talker: Talker

    @property
    def description(self) -> str:
        return f"the external backend with baresip {self.version}"

    @property
    def folder(self) -> Path:
        assert self._folder is not None
        return self._folder

    def _take_control(self, sock: socket.socket, *, has_trace: bool) -> None:
        """Makes everything that works over the connection, and begins to read."""
        sock.settimeout(None)
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="BaresipLibrary-"))
        self._control = Control(sock, self._changes, lambda: self.is_stopped)
        self._errands = Errands(self._broke)
        self._recordings = Recordings(self._tell)
        self._interpreter = Interpreter(
            self.version, self._tell, self._follow_up, has_trace=has_trace
        )
        self._registration = Registration(
            self._interpreter, self._changes, self._set_registration, self._gone
        )
        self._talker = Talker(
            self._ask,
            self._errands.run,
            self._prompt_ended,
            toggles=self.version.toggles_mute,
            pauses=has_trace and self.version.stops_when_held,
            home=self._folder if has_trace else None,
        )
        selector = selectors.DefaultSelector()
        self._reader = threading.Thread(
            target=self._keep_reading, args=(selector,), name="baresip", daemon=True
        )
        self._reader.start()

    def _let_go(self) -> None:
        """Undoes `_take_control`. The connection has ended."""
        if self._reader is not None:
            self._reader.join()
        if self._errands is not None:
            self._errands.close()
        if self._control is not None:
            self._control.socket.close()
            self._recordings.close()
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _tell(self, event: Event) -> None:
        self._report(event)

    def _keep_reading(self, selecting: selectors.BaseSelector) -> None:
        try:
            self._read(selecting)
        except Exception as error:  # whatever ends this thread is told
            self._broke(error)

    def _broke(self, error: Exception) -> None:
        """A thread of this agent has ended by a fault of the library: the next keyword tells."""
        event = wire.broken(error)
        with self._changes:
            assert self._control is not None
            self._control.lost = self._control.lost or event.fault
            self._report(event)
            self._changes.notify_all()

    def _read(self, selecting: selectors.BaseSelector) -> None:
        assert self._control is not None
        with selecting as selector:
            selector.register(self._control.socket, selectors.EVENT_READ, "control")
            if self._recordings.fileno is not None:
                selector.register(self._recordings.fileno, selectors.EVENT_READ, "growth")
            output = self._output()
            if output is not None:
                selector.register(output, selectors.EVENT_READ, "output")
            while self._control.lost is None:
                ready = {key.data for key, _ in selector.select(self._period())}
                messages = self._control.receive() if "control" in ready else []
                # What was printed before these messages is there by now, and comes first.
                self._read_output()
                if output is not None and self._output() is None:
                    selector.unregister(output)
                    output = None
                for message in messages or []:
                    self._take(message)
                self._report_growth()
        self._read_output()
        self._ended()

    def _period(self) -> float | None:
        """How long to wait at most until the next look at recordings (s)."""
        return self._recordings.period

    def _output(self) -> int | None:
        """What to select on for the output of a process, if this has one."""
        return None

    def _read_output(self) -> None:
        """Takes in what the process has printed."""

    def _take(self, message: dict[str, object]) -> None:
        assert self._control is not None
        with self._changes:
            if not self._control.take_answer(message):
                self._interpret(message)
            self._changes.notify_all()

    def _interpret(self, message: dict[str, object]) -> None:
        try:
            self._interpreter.take(message)
        except (LookupError, TypeError, ValueError) as error:  # who knows what 5.0 will say
            text = f"An event was not understood ({error!r}): {message}"
            self._report(events.StackLog(time.monotonic(), "WARNING", text))

    def _report_growth(self) -> None:
        with self._changes:
            grown = self._recordings.look()
            for call_id in grown:
                self._report(events.AudioArrived(time.monotonic(), call_id))
            if grown:
                self._changes.notify_all()

    def _ended(self) -> None:
        """The connection has ended, asked for or not."""

    def _follow_up(self, kind: str, call_id: str) -> None:
        assert self._errands is not None
        match kind:
            case "begun":
                self._talker.note_call(call_id)
            case "closed":
                self._recordings.forget(call_id)
                self._talker.note_end(call_id)
                self._errands.run(lambda: self._talker.on_closed(call_id))
            case "replaces":  # as a phone does: it takes the place of another call
                self._report(events.CallAnswered(time.monotonic(), call_id))
                self._errands.run(lambda: self._accept(call_id))
            case "held" if self.version.stops_when_held:
                self._talker.note_hold(call_id)
            case "resumed" if call_id in self._talker.silenced:
                text = _SILENCED.format(self.version)
                self._report(events.AudioTrouble(time.monotonic(), call_id, text))

    def _media_started(self, media: events.MediaStarted) -> None:
        def tell() -> None:
            self._report(media)
            self._recordings.follow(media)

        # The peer may answer before the event that names the call has been read.
        self._interpreter.when_known(media.call_id, tell)

    def _speak(self, call_id: str) -> None:
        """Baresip has started to send in a call, or started again."""
        assert self._errands is not None
        self._talker.note_start(call_id)
        self._errands.run(lambda: self._talker.on_started(call_id))

    def _prompt_ended(self, call_id: str) -> None:
        self._happened(events.PromptEnded(time.monotonic(), call_id))

    def _happened(self, event: Event) -> None:
        with self._changes:
            self._report(event)
            self._changes.notify_all()

    def _ask(self, *commands: Command) -> list[str]:
        if self._control is None:
            raise AgentGone("it has been stopped")
        return self._control.ask(*commands)

    def _gone(self) -> bool | None:
        return True if self._control is None or self._control.lost else None

    @abstractmethod
    def _accept(self, call_id: str) -> None:
        """Answers a call."""

    @abstractmethod
    def _set_registration(self, interval: int) -> None:
        """Asks for a registration of so many seconds; 0 ends it."""


def _nobody(event: Event) -> None:
    """Takes in what happens before the agent is started."""
