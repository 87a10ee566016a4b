"""One baresip under control, however it came to be: its commands."""

import time
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote

from ... import events
from ...account import codec_name
from ...concurrency import wait_until
from ...errors import AgentGone, BackendError, CommandRefused
from ..base import Capability, Headers, Packets, Source
from .connected import ConnectedBackend
from .ctrl_tcp import call_id_in, not_dialled, packets_in
from .translator import LiveCall

#: From one digit to the next (s): baresip's own pace for RTP events, and the least for SIP INFO.
_EVENT, _INFO = 0.24, 0.1
#: How long an INVITE may take to leave (s).
_DIAL = 10.0
#: How long the first answer to an INVITE may take that is to be cancelled (s): T1 of RFC 3261.
_FIRST_ANSWER = 0.5
#: How long the answer to a hold may take on which a transfer waits (s).
_HOLD = 2.0


class ControlledBackend(ConnectedBackend):
    """What a baresip that is started and one that runs already do alike."""

    def _ask_about(self, call_id: str, command: str, parameters: str = "") -> str:
        """Sends a command about one call; older versions have it made the current one first."""
        self._call(call_id)
        if self.version.names_calls and command in ("accept", "hangup", "hold", "resume"):
            return self._ask((command, f"{call_id} {parameters}".strip()))[0]
        return self._ask(("callfind", call_id), (command, parameters))[1]

    def _call(self, call_id: str) -> LiveCall:
        call = self._translator.calls.get(call_id)
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
            self._translator.forget_dialling()
        if self.version.names_calls:
            self._ask(("dial", uri))
            return self._dialled()
        status = self._ask(("dial", uri), ("callstat", ""))[1]
        call_id = call_id_in(status)
        with self._changes:
            if call_id and "Outgoing" in status and self._translator.last_dialled is None:
                self._translator.dialled(time.monotonic(), call_id, uri)
                self._changes.notify_all()
        return self._dialled()

    def _dialled(self) -> str:
        # With NAT traversal the INVITE leaves some time after the command.
        call_id = wait_until(self._changes, self._last_dialled, _DIAL)
        if call_id:
            return call_id
        told = self._translator.not_dialled
        if call_id is None:
            self._ask(("hangup", ""))  # or it might call when nobody expects it any more
        raise BackendError(not_dialled(told, self._account.stun_server, _DIAL))

    def _last_dialled(self) -> str | None:
        if self._control is None or self._control.lost is not None:
            raise AgentGone("it has ended")
        ended = "" if self._translator.not_dialled is not None else None
        return self._translator.last_dialled or ended

    def answer(self, call_id: str) -> None:
        self._accept(call_id)
        self._happened(events.CallAnswered(time.monotonic(), call_id))

    def _accept(self, call_id: str) -> None:
        call = self._call(call_id)
        self._require_one_ringing()
        self._prepare_recording()
        with self._changes:
            self._translator.signalling = call_id
        self._ask_about(call_id, "accept")
        self._require_one_ringing()  # another may have come in between
        call.ringing = False

    def _require_one_ringing(self) -> None:
        calls = list(self._translator.calls.values())
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
        self._await_first_answer(self._call(call_id))
        self._ask_about(call_id, "hangup")

    def _await_first_answer(self, *calls: LiveCall) -> None:
        """A CANCEL has to wait for that (RFC 3261, section 9.1); baresip would forget it."""

        def answered() -> bool | None:
            return self._gone() or all(call.is_answered for call in calls) or None

        wait_until(self._changes, answered, _FIRST_ANSWER)

    def refuse(self, call_id: str, status: int, reason: str, headers: Headers = ()) -> None:
        if headers:
            raise CommandRefused("ctrl_tcp carries no headers for an answer")
        self._call(call_id).refused = True
        words = reason.replace('"', "'")
        self._ask_about(call_id, "hangup", f'scode={status} reason="{words}"')

    def hold(self, call_id: str, on: bool) -> None:
        self._prepare_recording()
        # What baresip did by itself is known once it has answered anything.
        self._ask(("callfind", call_id))
        self._translator.holding[call_id] = on
        self._ask_about(call_id, self._call(call_id).hold_command(on))

    def mute(self, call_id: str, on: bool) -> None:
        self._call(call_id)
        self._audio_sources.mute(call_id, on)
        self._happened(events.Muted(time.monotonic(), call_id, on))

    def transfer(self, call_id: str, uri: str) -> None:
        try:
            if Capability.TRANSFER_WITHOUT_HOLD not in self.capabilities:
                self._hold_before_transfer(call_id)
        finally:  # a test that is cut off meanwhile has asked for the transfer, too
            self._ask_about(call_id, "transfer", uri)

    def _hold_before_transfer(self, call_id: str) -> None:
        """The command holds and refers at once: phones that are not done with the one refuse the
        other with 491. Whatever the peer answers to the hold, the transfer goes on."""
        if self._call(call_id).told_to_hold:
            return
        self.hold(call_id, True)

        def answered() -> bool | None:
            return self._gone() or call_id not in self._translator.holding or None

        wait_until(self._changes, answered, _HOLD)

    def consult(self, call_id: str, uri: str, headers: Headers = ()) -> str:
        self._prepare_recording()
        with self._headers(headers):
            with self._changes:
                self._translator.forget_dialling()
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

    def set_audio_source(self, call_id: str | None, source: Source) -> None:
        if call_id is not None:
            self._call(call_id)
        self._audio_sources.set_source(call_id, source)

    def listen(self, call_id: str, on: bool, *, closely: bool = False) -> None:
        with self._changes:
            self._recordings.listen(call_id, on=on, closely=closely)

    def count_packets(self, call_id: str) -> Packets | None:
        if call_id not in self._translator.calls:
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
        if self._translator.calls:
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
