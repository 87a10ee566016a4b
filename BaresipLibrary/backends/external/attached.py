"""A baresip that already runs, on this host or another: the library attaches to it."""

import re
import time
from contextlib import suppress
from pathlib import Path

from ... import events
from ...account import Account
from ...concurrency import Changes
from ...errors import AgentGone, BackendError, CommandRefused, UsageError
from ..base import Report
from ..capabilities import Capability
from ..stack_settings import Reader
from . import installation
from .configuration import ExternalSettings
from .control_addresses import ControlAddress
from .controlled import ControlledBackend
from .ctrl_tcp import Command
from .device_settings import (
    WHY_ONLY_STARTED,
    accounts_in,
    lacking_for_files,
    require_no_configuration,
    require_nothing_new,
    source_in,
)
from .installation import codecs_of, encryptions_of
from .recording_names import DIRECTIONS, media_started, peer_named_by
from .running_calls import is_on_hold, running_calls

_MODULE = re.compile(r"^\s*(\S+) type=", re.MULTILINE)
_DUMP = re.compile(r"sndfile,dump,(.+)")
#: Events of the messages that set up audio.
_SIGNALLING = frozenset({
    "CALL_INCOMING", "CALL_OUTGOING", "CALL_RINGING", "CALL_PROGRESS", "CALL_ANSWERED",
    "CALL_ESTABLISHED", "CALL_LOCAL_SDP", "CALL_REMOTE_SDP", "CALL_HOLD", "CALL_RESUME",
})  # fmt: skip
#: Commands that act for the account that is chosen: the first one, or before 2.0 the current one.
_OF_ACCOUNT = ("dial", "uareg", "uaaddheader", "uarmheader")
#: How often to look for the beginning of a recording (s).
_LOOK = 0.05
#: How long it may take to answer a command as the agent leaves (s).
_FAREWELL = 2.5
_ONE_CLIENT = (
    "Its baresip has ended or cannot be reached, or another client has connected: ctrl_tcp serves"
    " the newest only."
)
_OUT_OF_REACH = (
    "the recordings of an attached baresip cannot be read from here; give recordings_folder=, the"
    " folder where its snd_path is mounted on this machine"
)


class AttachedBackend(ControlledBackend):
    """One agent in a baresip that is neither started nor ended by the library."""

    shows_messages = False
    may_answer = True  # as its own configuration says
    is_attached = True

    def __init__(self, account: Account, changes: Changes, settings: ExternalSettings) -> None:
        require_no_configuration(account)
        super().__init__(account, changes, settings)
        self._where = settings.control or ""
        #: The newest recordings of each call, by direction, and the calls whose recordings have
        #: not been seen to begin.
        self._files: dict[str, dict[str, Path]] = {}
        self._due: set[str] = set()
        self._uri = ""
        #: Whether the baresip has other accounts; events of these are not those of the agent.
        self._has_others = False
        #: Whether the account was there before the agent was; else, whether it is there by now.
        self._found = self._created = False
        #: The accounts that were there, the chosen one first.
        self._order: list[str] = []
        #: Recordings as they were before the calls of this agent.
        self._old_files: dict[Path, tuple[int, int]] = {}
        self._connect()

    def _connect(self) -> None:
        self._control_address = ControlAddress(self._where, *self._settings.control_address)
        sock = self._control_address.connect()
        self.version = installation.Version(0, 0)
        try:
            self._take_control(sock, has_trace=False)
            self._identify()
        except BaseException:
            self.stop()
            raise

    def _identify(self) -> None:
        try:
            about, modules = self._ask(("about", ""))[0], self._ask(("modules", ""))[0]
        except CommandRefused as error:
            raise BackendError(
                f"What answers at {self._where} lacks a command: {error}. Where it is a baresip,"
                " its configuration has to load the modules menu and debug_cmd."
            ) from error
        except AgentGone as error:
            raise BackendError(f"What answers at {self._where} is not baresip: {error}.") from error
        except BackendError as error:
            words = str(error).removeprefix("baresip ")
            raise BackendError(f"What takes connections at {self._where} {words}") from error
        version = installation.Version.find(about)
        if version is None:
            raise BackendError(
                f"What answers at {self._where} does not report a version of baresip."
            )
        self._set_version(version, frozenset(_MODULE.findall(modules)))
        if self._settings.recordings is not None and "sndfile" not in self._modules:
            raise UsageError(
                f"The baresip at {self._where} does not load the module sndfile, so it records"
                " nothing: load it there, or leave out recordings_folder=."
            )
        self._note_old_files()
        with suppress(CommandRefused):  # a configuration that is not shown may lack nothing
            config = self._ask(("config", ""))[0]
            self._audio_sources.lacks = lacking_for_files(version, self._modules, config)
            self._audio_sources.found = source_in(config)

    def _set_version(self, version: installation.Version, modules: frozenset[str]) -> None:
        self.version = version
        self._modules = modules
        self._translator.set_version(version)
        self._audio_sources.set_toggles(version.toggles_mute)
        self._audio_sources.accounts_may_have_sources = True
        unable = set(WHY_ONLY_STARTED)
        if self._settings.recordings is None:
            unable.add(Capability.TIME_AUDIO)
        self.capabilities = installation.capabilities(version, modules) - unable
        self.caveats = installation.caveats(version)
        self.media_encryptions = encryptions_of(modules)
        self.nat_traversals = modules & {"stun", "turn"}
        self.codecs = codecs_of(modules)

    def why_not(self, capability: Capability) -> str:
        return WHY_ONLY_STARTED.get(capability) or super().why_not(capability)

    @property
    def pid(self) -> int | None:
        return None

    def start(self, report: Report) -> str:
        with self._changes:
            self._translator.calls.clear()  # nobody was told of these
            self._report = report
        try:
            self._find_account()
            self._adopt_calls()
            return self._uri
        except BaseException:
            self.stop()
            raise

    def _find_account(self) -> None:
        accounts = accounts_in(self._ask(("reginfo", ""))[0])
        self._order = [account.aor for account in accounts]
        if self._account.domain is not None:
            self._uri = self._account.uri_of(self._account.username)
        elif accounts:
            self._uri = accounts[0].aor
        else:
            raise BackendError(
                f"The baresip at {self._where} has no account: give it one, or give Start"
                " Agent a username and a domain."
            )
        self._found = self._aor() in self._order
        self._has_others = any(one != self._aor() for one in self._order)
        if self._found:
            require_nothing_new(self._where, self._account, self._settings)
        else:
            reader = Reader(f"baresip {self.version}", self.version[:2], self._modules)
            self._settings.require_read_by(reader)
            self._create_account(0)
            self._created = True
        self._ask(("uafind", self._aor()))
        if any(one.registered for one in accounts if one.aor == self._aor()):
            with self._changes:
                self._translator.adopt_registration()
                self._changes.notify_all()

    def _adopt_calls(self) -> None:
        """Reports the calls that it has already."""
        calls = running_calls(self._ask, self._aor())
        with self._changes:
            for call in calls:
                if call.call_id not in self._translator.calls:
                    self._translator.adopt(call)
                    if call.established:
                        self._source_started(call.call_id)
            self._changes.notify_all()

    def _ask(self, *commands: Command) -> list[str]:
        """Has the agent's account chosen first, where there are others.

        Before 2.0 an incoming call chooses its own account, and commands about calls, too, find
        only those of the one that is chosen.
        """
        name = commands[0][0]
        of_account = name in _OF_ACCOUNT or (self.version < (2, 0) and not name.startswith("ua"))
        if self._has_others and self._uri and of_account:
            return super()._ask(("uafind", self._aor()), *commands)[1:]
        return super()._ask(*commands)

    def _with_account(self, uri: str) -> str:
        return f"{uri} 0" if self._has_others else uri

    def _replace_user_agent(self, regint: int) -> None:
        if self._found:
            raise CommandRefused(
                f"baresip {self.version} would need a new account for that, without what its own"
                " has; baresip 2.5 and later does not"
            )
        super()._replace_user_agent(regint)

    def stop(self) -> None:
        self._stopping = True
        with suppress(BackendError):  # this baresip has ended, or does not answer
            self._hang_up_all()
            self._leave_as_found()
        if self._control is not None:
            self._control.close()
        self._release_control()
        self._control = None
        self._control_address.release()

    def _hang_up_all(self) -> None:
        for call_id in list(self._translator.calls):
            with suppress(CommandRefused):  # the call has ended
                self.hang_up(call_id)

    def _leave_as_found(self) -> None:
        """Gives baresip the audio source and the accounts back that it had, in their order."""
        source = self._audio_sources.leave()
        farewell: list[Command] = [("ausrc", source)] if source else []
        if self._created:
            farewell.append(("uadel", self._aor()))
        if len(self._order) > 1:
            farewell += [("uafind", aor) for aor in reversed(self._order)]
        for command in farewell:
            if self._control is not None:
                with suppress(CommandRefused):
                    self._control.ask(command, patience=_FAREWELL)

    def _aor(self) -> str:
        return self._uri.partition(";")[0]

    def _registering_line(self, regint: int) -> str:
        return self._line("", 0, regint)

    def _ended(self) -> None:
        if not self._stopping and self._control is not None:
            self._control_address.release()
            why = f"{self._control.lost} ({self._where}). {_ONE_CLIENT}"
            self._report_at_once(events.AgentDied(time.monotonic(), None, "", out_of_reach=why))

    def _is_of_another(self, message: dict[str, object]) -> bool:
        """Whether it is an event of an account that is not the agent's."""
        whose = message.get("accountaor")
        return bool(self._has_others and self._uri and whose) and whose != self._aor()

    def _take(self, message: dict[str, object]) -> None:
        if self._is_of_another(message):
            return
        kind, call_id = str(message.get("type")), str(message.get("id"))
        dump = _DUMP.fullmatch(str(message.get("param"))) if kind == "MODULE" else None
        with self._changes:
            if kind in _SIGNALLING and message.get("id"):
                self._translator.signalling = call_id
            if dump:
                self._note_recording(Path(dump[1]).name)
        super()._take(message)
        if kind == "CALL_ESTABLISHED":
            with self._changes:
                if not self.version.tells_recordings:
                    self._find_recordings(call_id)
                self._source_started(call_id)

    def _note_recording(self, name: str, call_id: str | None = None) -> None:
        folder, direction = self._settings.recordings, DIRECTIONS.get(name[-7:-4])
        if folder is None or direction is None:
            return
        peer = peer_named_by(name)
        if peer and self._has_others and not self._translator.is_called(peer):
            return  # of a call of another account
        call_id = call_id or self._translator.call_with(peer)
        files = self._files.setdefault(call_id, {})
        if files.get(direction) != folder / name or self.version.tells_recordings:
            files[direction] = folder / name
            self._due.add(call_id)

    def _find_recordings(self, call_id: str) -> None:
        """Takes the newest files for those of a call, where no event names them."""
        folder = self._settings.recordings
        if folder is None:
            return
        stamps = _stamps(folder)
        taken = {
            file for other, files in self._files.items() if other != call_id
            for file in files.values()
        }  # fmt: skip
        new = [
            file
            for file, stamp in stamps.items()
            if self._old_files.get(file) != stamp and file not in taken
        ]
        for direction in DIRECTIONS:
            files = [file for file in new if file.stem.endswith(f"-{direction}")]
            for newest in sorted(files, key=lambda file: stamps[file])[-1:]:
                self._note_recording(newest.name, call_id)

    def _note_old_files(self) -> None:
        """Notes which recordings there are, where no event names those of a call."""
        if self._settings.recordings is not None and not self.version.tells_recordings:
            self._old_files = _stamps(self._settings.recordings)

    def _period(self) -> float | None:
        period = super()._period()
        return min(_LOOK, period or _LOOK) if self._due else period

    def _look_at_recordings(self) -> None:
        with self._changes:
            # A hold begins new ones.
            if not self.version.tells_recordings and self._translator.signalling in self._files:
                self._find_recordings(self._translator.signalling)
            for call_id in list(self._due):
                self._report_recordings(call_id)
        super()._look_at_recordings()

    def _report_recordings(self, call_id: str) -> None:
        """Reports a call's recordings once that of what it hears has its header."""
        files = self._files[call_id]
        rx = files.get("rx")
        if call_id not in self._translator.calls:
            self._due.discard(call_id)
        elif rx is not None:
            tx = files.get("tx") or rx.with_name(rx.name.replace("-dec.wav", "-enc.wav"))
            try:
                media = media_started(call_id, rx, rx, tx)
            except (OSError, ValueError) as error:
                self._due.discard(call_id)
                why = str(error).rstrip(".")
                self._report(events.RecordingEnded(time.monotonic(), call_id, why))
                return
            if media is not None:
                self._due.discard(call_id)
                self._media_started(media)
                self._changes.notify_all()

    def _follow_up(self, kind: str, call_id: str) -> None:
        super()._follow_up(kind, call_id)
        if kind == "closed":
            self._files.pop(call_id, None)
            self._due.discard(call_id)
            self._note_old_files()
        elif kind == "renegotiated":
            assert self._scheduler is not None
            self._scheduler.run(lambda: self._look_at_hold(call_id))
        elif kind == "resumed" and self._audio_sources.is_held(call_id):
            self._source_started(call_id)  # its source starts just after that event

    def _look_at_hold(self, call_id: str) -> None:
        """Asks a baresip whether it holds a call: 1.0 does so by itself and does not report it."""
        on = is_on_hold(self._ask, call_id)
        with self._changes:
            if self._call(call_id).hold_asked is not on:
                self._translator.note_hold(time.monotonic(), call_id, on=on)
                self._changes.notify_all()

    def hold(self, call_id: str, on: bool) -> None:
        if not self.version.names_calls:
            self._look_at_hold(call_id)
        super().hold(call_id, on)

    def listen(self, call_id: str, on: bool, *, closely: bool = False) -> None:
        if self._settings.recordings is None:
            raise CommandRefused(_OUT_OF_REACH)
        super().listen(call_id, on, closely=closely)

    def name_recordings(self, stem: Path) -> None:  # noqa: ARG002 - they have names already
        if self._control is None or self._control.lost:
            raise AgentGone("it has ended")


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    """When each recording in a folder was written last, and its size."""
    stamps = {}
    for file in folder.glob("dump-*.wav"):
        with suppress(FileNotFoundError):  # it has been removed just now
            stat = file.stat()
            stamps[file] = (stat.st_mtime_ns, stat.st_size)
    return stamps
