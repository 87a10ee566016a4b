"""One baresip under control, however it came to be: its connection, and who reads from it."""

import heapq
import itertools
import selectors
import shutil
import socket
import tempfile
import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path

from ... import events
from ...account import Account
from ...concurrency import Changes, wait_until
from ...errors import AgentGone, BackendError, CommandRefused
from ...events import Event
from ..base import Backend, Report, thread_failed
from .audio_source import AudioSources
from .configuration import ExternalSettings
from .ctrl_tcp import Command, ControlConnection
from .installation import Version
from .recordings import RecordingFollower
from .translator import EventTranslator

Errand = Callable[[], None]


class Scheduler:
    """Runs errands, each at its time. Those that are not due at the end are dropped.

    `broke` is told of an error that is no answer of baresip's; it ends the thread.
    """

    def __init__(self, broke: Callable[[Exception], None]) -> None:
        self._broke = broke
        self._due: list[tuple[float, int, Errand]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="errands", daemon=True)
        self._thread.start()

    def run(self, errand: Errand, after: float = 0.0) -> None:
        """Runs an errand `after` seconds from now."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + after, next(self._numbers), errand))
            self._changed.notify()

    def close(self) -> None:
        """Ends the thread; an errand that runs is waited for."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (errand := self._next()) is not None:
            try:
                errand()
            except BackendError:
                pass  # the call or the agent has gone meanwhile, and whoever uses it is told
            except Exception as error:  # whatever ends this thread is told
                self._broke(error)
                return

    def _next(self) -> Errand | None:
        with self._changed:
            while not self._ended:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None


#: How long a registrar may take to answer that a registration has ended (s).
_LEAVE = 5.0


class RegistrationControl:
    """Changes what a registrar knows of one baresip.

    Asked to register again, baresip begins a new registration (another Call-ID) and ends the old
    one at the same time. Their requests race, and the end may be the last that the registrar takes.
    So the old one is ended first. `set_interval` has baresip register every so many seconds, 0 ends
    that; `is_gone` tells when no outcome can come any more.
    """

    def __init__(
        self,
        interpreter: EventTranslator,
        changes: Changes,
        set_interval: Callable[[int], None],
        is_gone: Callable[[], bool | None],
    ) -> None:
        self._translator = interpreter
        self._changes = changes
        self._set_interval = set_interval
        self._is_gone = is_gone

    def register(self, interval: int, version: Version) -> None:
        """Registers; a REGISTER that has no answer yet will do."""
        if self._translator.registering:
            return
        if self._translator.registered or self._translator.unregistering:
            self._leave(version)
        self._translator.registering = True
        try:
            self._set_interval(interval)
        except BackendError:
            self._translator.registering = False
            raise

    def _leave(self, version: Version) -> None:
        if not self._tells_end(version):
            raise CommandRefused(
                f"it is registered, and baresip {version} does not tell when that has ended;"
                " baresip 2.0 and later do"
            )
        if not self._translator.unregistering:
            self.unregister(version)
        if not wait_until(self._changes, self._has_left, _LEAVE):
            raise CommandRefused(
                f"the registrar has not answered within {_LEAVE:g} s that the registration which is"
                " there has ended, and its end would race with another one"
            )

    def _has_left(self) -> bool | None:
        return True if not self._translator.unregistering else self._is_gone()

    def unregister(self, version: Version) -> None:
        """Ends the registration."""
        self._translator.unregistering = self._tells_end(version)
        try:
            self._set_interval(0)
        except BackendError:
            self._translator.unregistering = False
            raise

    def _tells_end(self, version: Version) -> bool:
        return version.registers_by_command or self._translator.has_trace


_SILENCED = (
    "baresip {} sends nothing more in this call: the source of another call was changed while this"
    " one was on hold"
)


class ConnectedBackend(Backend):
    """What happens at a baresip, whoever started it: told by its connection and what it prints."""

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
        self._report: Report = _nobody
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
        """Makes everything that works over the connection, and begins to read."""
        sock.settimeout(None)
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="BaresipLibrary-"))
        self._control = ControlConnection(sock, self._changes, lambda: self.is_stopped)
        self._scheduler = Scheduler(self._broke)
        self._recordings = RecordingFollower(self._tell)
        self._translator = EventTranslator(
            self.version, self._tell, self._follow_up, has_trace=has_trace
        )
        self._registration = RegistrationControl(
            self._translator, self._changes, self._set_registration, self._gone
        )
        self._audio_sources = AudioSources(
            self._ask,
            self._scheduler.run,
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
        if self._scheduler is not None:
            self._scheduler.close()
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
            self._translator.take(message)
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
        assert self._scheduler is not None
        match kind:
            case "begun":
                self._audio_sources.note_call(call_id)
            case "closed":
                self._recordings.forget(call_id)
                self._audio_sources.note_end(call_id)
                self._scheduler.run(lambda: self._audio_sources.on_closed(call_id))
            case "replaces":  # as a phone does: it takes the place of another call
                self._report(events.CallAnswered(time.monotonic(), call_id))
                self._scheduler.run(lambda: self._accept(call_id))
            case "held" if self.version.stops_when_held:
                self._audio_sources.note_hold(call_id)
            case "resumed" if call_id in self._audio_sources.silenced:
                text = _SILENCED.format(self.version)
                self._report(events.AudioTrouble(time.monotonic(), call_id, text))

    def _media_started(self, media: events.MediaStarted) -> None:
        def tell() -> None:
            self._report(media)
            self._recordings.follow(media)

        # The peer may answer before the event that names the call has been read.
        self._translator.when_known(media.call_id, tell)

    def _speak(self, call_id: str) -> None:
        """Baresip has started to send in a call, or started again."""
        assert self._scheduler is not None
        self._audio_sources.note_start(call_id)
        self._scheduler.run(lambda: self._audio_sources.on_started(call_id))

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
