"""One baresip under control, however it came to be: its connection, its reader and its commands."""

import selectors
import shutil
import socket
import tempfile
import threading
import time
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from ... import events
from ...account import Account, codec_name
from ...errors import AgentGone, BackendError, CommandRefused
from ...events import Event
from ...waits import Changes, wait_until
from ..base import Backend, Capability, Headers, Packets, Report, Source
from .answers import call_id_in, not_dialled, packets_in
from .control import Command, Control
from .errands import Errands
from .interpreter import Interpreter, LiveCall
from .recordings import Recordings
from .registration import Registration
from .settings import External
from .talker import Talker
from .versions import Version

#: From one digit to the next (s): baresip's own pace for RTP events, and the least for SIP INFO.
_EVENT, _INFO = 0.24, 0.1
#: How long an INVITE may take to leave (s).
_DIAL = 10.0
_SILENCED = (
    "baresip {} sends nothing more in this call: the source of another call was changed while this"
    " one was on hold"
)


class ControlledPhone(Backend):
    """What a baresip that is started and one that runs already have in common."""

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
        self._errands = Errands()
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
            home=self._folder if has_trace else None,
        )
        selector = selectors.DefaultSelector()
        self._reader = threading.Thread(
            target=self._read, args=(selector,), name="baresip", daemon=True
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
                self._errands.run(lambda: self.answer(call_id))
            case "held" if self.version.stops_when_held:
                self._talker.note_hold(call_id)
            case "resumed" if call_id in self._talker.silenced:
                text = _SILENCED.format(self.version)
                self._report(events.AudioTrouble(time.monotonic(), call_id, text))

    def _media_started(self, media: events.MediaStarted) -> None:
        self._report(media)
        self._recordings.follow(media)

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

    def _ask_about(self, call_id: str, command: str, parameters: str = "") -> str:
        """Sends a command about one call; older versions have it made the current one first."""
        self._call(call_id)
        if self.version.names_calls and command in ("accept", "hangup", "hold", "resume"):
            return self._ask((command, f"{call_id} {parameters}".strip()))[0]
        return self._ask(("callfind", call_id), (command, parameters))[1]

    def _call(self, call_id: str) -> LiveCall:
        call = self._interpreter.calls.get(call_id)
        if call is None:
            raise CommandRefused("the call has ended")
        return call

    def _prepare_recording(self) -> None:
        """A call's audio may begin after this."""

    def _line(self, address: str, port: int, regint: int) -> str:
        forms = tuple(self.codecs[codec_name(codec)] for codec in self._account.audio_codecs)
        account = replace(self._account, regint=regint, audio_codecs=forms)
        return account.line(address, port) + self._settings.suffix

    def dial(self, uri: str, headers: Headers = ()) -> str:
        self._prepare_recording()
        with self._headers(headers):
            return self._dial(uri)

    @contextmanager
    def _headers(self, headers: Headers) -> Iterator[None]:
        """Adds headers to what the user agent sends while the block runs."""
        added: list[str] = []
        values = [(name, self._header_value(value)) for name, value in headers]
        try:
            for name, value in values:
                self._ask(("uaaddheader", f"{name}={value} 0"))
                added.append(name)
            yield
        finally:
            for name in added:
                self._ask(("uarmheader", f"{name} 0"))

    def _header_value(self, value: str) -> str:
        """A header's value as the command takes it."""
        spaces = Capability.INVITE_HEADERS_WITH_SPACES
        if spaces in self.capabilities:
            return quote(value, safe="")
        if " " in value or not value:
            raise CommandRefused(f"{self.description} cannot {spaces.value}. {spaces.who_can}")
        return value

    def _dial(self, uri: str) -> str:
        if self.version.repeats_parameters:
            uri = uri.removesuffix(self._account.transport_parameter)
        with self._changes:
            self._interpreter.forget_dialling()
        if self.version.names_calls:
            self._ask(("dial", uri))
            return self._dialled()
        status = self._ask(("dial", uri), ("callstat", ""))[1]
        call_id = call_id_in(status)
        with self._changes:
            if call_id and "Outgoing" in status and self._interpreter.last_dialled is None:
                self._interpreter.dialled(time.monotonic(), call_id, uri)
                self._changes.notify_all()
        return self._dialled()

    def _dialled(self) -> str:
        # With NAT traversal the INVITE leaves some time after the command.
        call_id = wait_until(self._changes, self._last_dialled, _DIAL)
        if call_id:
            return call_id
        told = self._interpreter.not_dialled
        if call_id is None:
            self._ask(("hangup", ""))  # or it might call when nobody expects it any more
        raise BackendError(not_dialled(told, self._account.stun_server, _DIAL))

    def _last_dialled(self) -> str | None:
        if self._control is None or self._control.lost is not None:
            raise AgentGone("it has ended")
        ended = "" if self._interpreter.not_dialled is not None else None
        return self._interpreter.last_dialled or ended

    def answer(self, call_id: str) -> None:
        call = self._call(call_id)
        self._require_one_ringing()
        self._prepare_recording()
        with self._changes:
            self._interpreter.signalling = call_id
        self._ask_about(call_id, "accept")
        self._require_one_ringing()  # another may have come in between
        call.ringing = False
        self._happened(events.CallAnswered(time.monotonic(), call_id))

    def _require_one_ringing(self) -> None:
        calls = list(self._interpreter.calls.values())
        several = Capability.SEVERAL_RINGING
        if several in self.capabilities or sum(one.incoming and one.ringing for one in calls) < 2:
            return
        raise CommandRefused(
            f"baresip {self.version} cannot {several.value}, it answers none. {several.who_can}"
        )

    def hang_up(self, call_id: str) -> None:
        if call_id == self._consultation:
            self._ask(("atransferabort", ""))
            self._consultation = None
        self._ask_about(call_id, "hangup")

    def refuse(self, call_id: str, status: int, reason: str, headers: Headers = ()) -> None:
        if headers:
            raise CommandRefused("ctrl_tcp carries no headers for an answer")
        self._call(call_id).refused = True
        words = reason.replace('"', "'")
        self._ask_about(call_id, "hangup", f'scode={status} reason="{words}"')

    def hold(self, call_id: str, on: bool) -> None:
        self._prepare_recording()
        self._interpreter.holding[call_id] = on
        self._ask_about(call_id, self._call(call_id).hold_command(on))

    def mute(self, call_id: str, on: bool) -> None:
        self._call(call_id)
        self._talker.mute(call_id, on)
        self._happened(events.Muted(time.monotonic(), call_id, on))

    def transfer(self, call_id: str, uri: str) -> None:
        self._ask_about(call_id, "transfer", uri)

    def consult(self, call_id: str, uri: str, headers: Headers = ()) -> str:
        self._prepare_recording()
        with self._headers(headers):
            with self._changes:
                self._interpreter.forget_dialling()
            self._ask_about(call_id, "atransferstart", uri)
            self._call(call_id).told_to_hold = True  # by that command
            self._consultation = self._dialled()
            return self._consultation

    def attended_transfer(self, call_id: str, consultation_id: str) -> None:
        for one in (call_id, consultation_id):
            self._call(one)
        self._ask(("atransferexec", ""))

    def send_digits(self, call_id: str, digits: str, gap: float, mode: str | None) -> None:
        own = self._account.dtmf_mode
        if mode not in (None, own):
            raise CommandRefused(f"this agent's digits travel by {own}")
        pace = max(_INFO + gap, _INFO if own == "info" else _EVENT)
        for digit in digits:
            self._ask_about(call_id, "sndcode", digit)
            wait_until(self._changes, self._gone, pace)

    def _gone(self) -> bool | None:
        return True if self._control is None or self._control.lost else None

    def set_audio_source(self, call_id: str | None, source: Source) -> None:
        if call_id is not None:
            self._call(call_id)
        self._talker.set_source(call_id, source)

    def listen(self, call_id: str, on: bool, *, closely: bool = False) -> None:
        with self._changes:
            self._recordings.listen(call_id, on=on, closely=closely)

    def count_packets(self, call_id: str) -> Packets | None:
        if call_id not in self._interpreter.calls:
            return None
        return packets_in(self._ask_about(call_id, "audio_debug"))

    def register(self) -> None:
        self._registration.register(self._account.regint, self.version)

    def unregister(self) -> None:
        self._registration.unregister(self.version)

    def _set_registration(self, interval: int) -> None:
        if self.version.registers_by_command:
            self._ask(("uareg", f"{interval} 0"))
        else:
            self._replace_user_agent(interval)

    def _replace_user_agent(self, regint: int) -> None:
        if self._interpreter.calls:
            raise CommandRefused(
                f"baresip {self.version} cannot do that during a call; baresip 2.5 and later can,"
                " and so can the embedded backend"
            )
        self._ask(("uadel", self._aor()))
        self._create_account(regint)

    def _create_account(self, regint: int) -> None:
        """Hands over the account. What baresip says to it repeats the password."""
        try:
            self._ask(("uanew", self._registering_line(regint)))
        except CommandRefused:
            raise CommandRefused("baresip does not take the account") from None

    @abstractmethod
    def _aor(self) -> str:
        """The address of record that baresip knows the account by."""

    @abstractmethod
    def _registering_line(self, regint: int) -> str:
        """The account line with that interval of registrations (s)."""


def _nobody(event: Event) -> None:
    """Takes in what happens before the agent is started."""
