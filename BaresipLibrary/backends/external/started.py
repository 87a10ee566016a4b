"""An installed baresip that the library starts and ends, one process for each agent."""

import re
import signal
import time
from pathlib import Path

from ... import events
from ...account import Account
from ...concurrency import Changes, wait_until
from ...errors import AgentGone, BackendError, CommandRefused
from ..addresses import LOOPBACK, free_port, listening_address, on_free_port
from ..baresip_text import UNREADABLE, bracketed
from ..base import UNDECRYPTED, Headers, PlayoutDelay, Report, process_died
from ..child import Child
from ..jitter_buffers import buffer_delay
from ..launchers import Launcher
from ..private_folders import make_folder
from . import configuration, installation
from .audio_source import write_pause
from .baresip_process import BaresipProcess
from .configuration import ExternalSettings
from .controlled import ControlledBackend
from .directions import DirectionFinder
from .installation import codecs_of, encryptions_of, find_program
from .output import LogLine, TracedMessage
from .own_requests import RequestSender
from .recording_names import RecordingNamer, SharedNameError, peer_named_by, unwritten

#: How long baresip may take to answer the command to end (s).
_QUIT = 2.5
#: How long to wait for a first answer to the BYE and the REGISTER that it then sends (s): without
#: one it would go on sending them for half a minute.
_FAREWELL = 1.0
_RECORDING = re.compile(r"sndfile: dumping (?:en|de)code audio to (.+)")
_UNRECORDED = re.compile(r"sndfile: could not open: (.+)")
_SOURCE_STARTED = "audio: source started with sample format "


class ExternalBackend(ControlledBackend):
    """One agent in an installed baresip that is started for it."""

    def __init__(
        self,
        account: Account,
        stem: Path,
        changes: Changes,
        launcher: Launcher,
        settings: ExternalSettings = ExternalSettings(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(account, changes, settings)
        self._program = find_program(settings.executable, settings.configured("module_path"))
        self.version = self._program.version
        self.capabilities = installation.capabilities(self.version, self._program.modules)
        self.caveats = installation.caveats(self.version)
        self.media_encryptions = encryptions_of(self._program.modules)
        self.nat_traversals = self._program.modules & {"stun", "turn"}
        self.codecs = codecs_of(self._program.modules)
        self._stem = stem
        self._launcher = launcher
        self._process: BaresipProcess | None = None
        self._ending: BaresipProcess | None = None
        self._recorder: RecordingNamer | None = None
        self._requests: RequestSender | None = None
        self._dialling = False
        self._unreadable = self._received = 0
        #: The call whose audio is being set up: its recordings have names, its source will start.
        self._set_up = ""
        self._address, self._port = LOOPBACK, 0
        self._directions = DirectionFinder(self._address, self._port)

    @property
    def playout_delay(self) -> PlayoutDelay:
        return buffer_delay(self.version[:2], self._settings.configured)

    @property
    def pid(self) -> int | None:
        return self._process.child.pid if self._process else None

    @property
    def is_stopped(self) -> bool:
        process = self._process
        return process is not None and process.child.is_stopped

    def start(self, report: Report) -> str:
        self._report = report
        self._address = listening_address(self._account)
        return on_free_port(self._address, self._try_start)

    def _try_start(self, port: int) -> str:
        try:
            self._start_at(port)
        except AgentGone as error:
            how = self._process.how_it_ended() if self._process else str(error)
            self.stop()
            raise BackendError(f"baresip did not start: {how}") from error
        except BaseException:
            self.stop()
            raise
        return self._account.uri_at(self._address, port)

    def _start_at(self, port: int) -> None:
        self._port = port
        # All three are free until baresip takes them.
        control_port = free_port(LOOPBACK, besides=(port, port + 1))
        self._directions = DirectionFinder(self._address, self._port)
        self._folder = make_folder()
        sip = f"{bracketed(self._address)}:{self._port}"
        configuration.write(
            self._folder, self._program, self._account, self._settings, sip, control_port
        )
        write_pause(self._folder / configuration.PAUSE_FILE)
        self._recorder = RecordingNamer(
            self._folder / configuration.RECORDINGS,
            self._stem,
            announces=self.version.announces_recordings,
        )
        self._process = BaresipProcess(self._program, self._folder, self._launcher)
        self._process.await_ready()
        self._take_control(self._process.connect(control_port), has_trace=True)
        self._requests = RequestSender(self._ask, self._folder, self.version)
        about = self._ask(("about", ""))[0]
        if installation.Version.find(about) != self.version:
            raise BackendError(f"{self._program.path} is not what it printed before: {about}")
        self._create_account(0)

    def _registering_line(self, regint: int) -> str:
        return self._line(self._address, self._port, regint)

    def _aor(self) -> str:
        return self._account.uri_at(self._address, self._port).partition(";")[0]

    def stop(self) -> None:
        self._stopping = True
        # An interruption may come at any time: the next `stop` then goes on.
        self._ending, self._process = self._process or self._ending, None
        process = self._ending
        if process is not None:
            process.child.end(lambda: self._ask_to_quit(process.child))
        self._release_control()
        if process is not None:
            process.close()
        if self._recorder is not None:
            self._recorder.tidy()
        self._ending = self._control = None
        self._stopping = False

    def _ask_to_quit(self, child: Child) -> bool:
        """Asks baresip to end; returns whether it will: nobody answers what it sends, if not."""
        if self._control is None or self._control.lost is not None:
            return False
        try:
            self._await_first_answer(*self._translator.calls.values())
            received = self._received
            self._control.ask(("quit", ""), patience=_QUIT)
        except AgentGone:
            return True  # baresip may end before its answer is read
        except BackendError:
            return False

        def is_answered() -> bool | None:
            return child.exited or self._received > received or None

        return wait_until(self._changes, is_answered, _FAREWELL) is not None

    def _output(self) -> int | None:
        process = self._process or self._ending
        return process.output if process else None

    def _read_output(self) -> None:
        process = self._process or self._ending  # it tells what it sends when it ends, too
        if process is None:
            return
        for item in process.read():
            with self._changes:
                if isinstance(item, TracedMessage):
                    self._set_up = ""  # a call's audio is set up between two messages
                    self._take_traced(self._message(item))
                else:
                    self._read_line(item)
                self._changes.notify_all()

    def _take_traced(self, message: events.SipMessage) -> None:
        self._received += not message.sent
        if self._requests is not None:
            self._requests.take(message)
        self._translator.trace(message)

    def request(self, method: str, uri: str, headers: Headers = (), body: str = "") -> int:
        if headers:
            raise CommandRefused("ctrl_tcp carries no headers for a request")
        assert self._requests is not None
        self._requests.send(method, uri, body)
        return 0  # no `RequestFailed` is reported

    def _message(self, traced: TracedMessage) -> events.SipMessage:
        return events.SipMessage(
            time.monotonic(),
            self._directions.is_sent(traced),
            traced.transport,
            traced.source,
            traced.destination,
            traced.text,
        )

    @property
    def unreadable(self) -> int:
        return self._unreadable

    def _read_line(self, line: LogLine) -> None:
        recorder = self._recorder
        assert recorder is not None
        if recording := _RECORDING.fullmatch(line.text):
            self._take_recording(recorder, recording[1])
        elif line.text.startswith(_SOURCE_STARTED):
            self._source_started(self._set_up or self._translator.signalling)
            self._set_up = ""
        elif line.text.startswith(UNREADABLE):
            self._unreadable += 1
        elif line.is_warning:
            self._report(events.StackLog(time.monotonic(), "WARNING", line.text))
            if UNDECRYPTED in line.text:
                self._translator.not_decrypted()
            if (missed := _UNRECORDED.fullmatch(line.text)) and (
                file := recorder.missed(missed[1])
            ):
                self._recording_ended(file.call_id, f"{file.path} cannot be written")

    def _take_recording(self, recorder: RecordingNamer, written: str) -> None:
        call_id = self._translator.call_with(peer_named_by(written))
        try:
            file = recorder.take(written, call_id)
            if file is None or not self.version.opens_recordings_late:
                self._set_up = call_id
            media = recorder.media(file.call_id) if file else None
        except OSError as error:
            self._recording_ended(call_id, unwritten(recorder.stem.parent, error))
            return
        except SharedNameError as error:
            for sharing in error.calls:
                self._recording_ended(sharing, str(error))
            return
        except ValueError as error:  # not 16-bit PCM
            self._recording_ended(call_id, str(error).rstrip("."))
            return
        if media is not None:
            self._media_started(media)

    def _recording_ended(self, call_id: str, why: str) -> None:
        ended = events.RecordingEnded(time.monotonic(), call_id, why)
        self._translator.when_known(call_id, lambda: self._report(ended))

    def _ended(self) -> None:
        process, control = self._process, self._control
        if self._stopping or process is None or control is None:
            return
        if process.child.wait():
            status, words = process.child.status, process.last_words()
            if status == -signal.SIGSEGV and self.caveats:
                words += f"\n{self.caveats[0]}"
        else:
            status, words = None, str(control.lost)
        self._report_at_once(process_died(status, words, process.child.how))

    def _prepare_recording(self) -> None:
        if self._recorder is not None:
            with self._changes:  # or the end of the last call would remove the folder again
                self._recorder.make_room()

    def dial(self, uri: str, headers: Headers = ()) -> str:
        self._dialling = True
        try:
            return super().dial(uri, headers)
        finally:
            self._dialling = False

    def _follow_up(self, kind: str, call_id: str) -> None:
        super()._follow_up(kind, call_id)
        if kind == "closed" and self._recorder is not None:
            self._recorder.forget(call_id)
        is_idle = not self._translator.calls and not self._dialling
        if kind == "closed" and is_idle and self._recorder is not None:
            self._recorder.tidy()

    def name_recordings(self, stem: Path) -> None:
        if self._process is None or (self._control and self._control.lost):
            raise CommandRefused("it has ended")
        with self._changes:
            self._stem = stem
            assert self._recorder is not None
            self._recorder.stem = stem
