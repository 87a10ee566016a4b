"""The commands to one baresip, started or attached."""

import errno
import os
import shutil
import socket
import threading
import time
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from ... import events
from ...account import codec_name
from ...concurrency import wait_until
from ...errors import AgentGone, BackendError, CommandRefused
from ...rtp import RtpCounts
from ..base import Headers, Packets, Source
from ..capabilities import Capability
from .connected import ConnectedBackend
from .ctrl_tcp import RtpAnswer, call_id_in, not_dialled, rtp_in
from .live_call import LiveCall
from .recording_names import unwritten
from .registration_control import RegistrationControl
from .scheduler import RepeatedTasks

#: From one digit to the next (s): baresip's own pace for RTP events, and the shortest for INFO.
_EVENT, _INFO = 0.24, 0.1
_NOT_ACKNOWLEDGED = "the peer has not acknowledged the provisional response before it (PRACK)"
_NO_HEADERS = "ctrl_tcp carries no headers for an answer"
#: How long an INVITE may take to leave (s).
_DIAL = 10.0
#: How long to wait for the first answer to an INVITE before it is cancelled (s): T1 of RFC 3261.
_FIRST_ANSWER = 0.5
#: How long to wait for the answer to an offer before another one is made (s), and for that to a
#: hold before the call is transferred.
_OFFER, _HOLD = 2.0, 2.0
#: How long to wait for the PRACK of a response before the answer (s).
_PRACK = 8.0


class ControlledBackend(ConnectedBackend):
    """The commands that a started and an attached baresip have in common."""

    def _take_control(self, sock: socket.socket, *, has_trace: bool) -> None:
        super()._take_control(sock, has_trace=has_trace)
        assert self._scheduler is not None
        self._rtp_watches = RepeatedTasks(self._scheduler.run, self._tell_rtp)
        self._counting = threading.Lock()
        self._registration = RegistrationControl(
            self._translator, self._changes, self._set_registration, self._is_gone
        )

    @property
    def takes_any_key(self) -> bool:
        return self.version.takes_any_key

    def _ask_about(self, call_id: str, command: str, parameters: str = "") -> str:
        """Sends a command about one call. Before 2.0 it becomes the current call first."""
        self._call(call_id)
        takes_id = self.version.names_calls and command in ("accept", "hangup", "hold", "resume")
        if takes_id and "=" not in call_id:  # 4.10 takes that for a parameter, and another call
            return self._ask((command, f"{call_id} {parameters}".strip()))[0]
        return self._ask(("callfind", call_id), (command, parameters))[1]

    def _call(self, call_id: str) -> LiveCall:
        call = self._translator.calls.get(call_id)
        if call is None:
            raise CommandRefused("the call has ended")
        return call

    def _prepare_recording(self) -> None:
        """Prepares for recordings: a call's audio may begin after this."""

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
        """A header's value in the form that the command takes."""
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
            answer = self._ask(("dial", self._with_account(uri)))[0]
            return self._dialled(call_id_in(answer))
        status = self._ask(("dial", uri), ("callstat", ""))[1]
        call_id = call_id_in(status)
        with self._changes:
            if call_id and "Outgoing" in status and self._translator.last_dialled is None:
                self._translator.dialled(time.monotonic(), call_id, uri)
                self._changes.notify_all()
        return self._dialled()

    def _with_account(self, uri: str) -> str:
        """The parameters of the command that dials a URI from the agent's account."""
        return uri

    def _dialled(self, named: str | None = None) -> str:
        """Waits for the call that was dialled; `named` is its Call-ID, where the answer told it.

        Another one may begin at the same time: baresip dials by itself when it is transferred.
        """

        def begun() -> str | None:
            if self._control is None or self._control.lost is not None:
                raise AgentGone("it has ended")
            ended = "" if self._translator.not_dialled is not None else None
            if named is not None:
                return named if self._translator.knows(named) else ended
            return self._translator.last_dialled or ended

        # With NAT traversal the INVITE is sent some time after the command.
        call_id = wait_until(self._changes, begun, _DIAL)
        if call_id:
            return call_id
        end = self._translator.not_dialled
        if call_id is None and (named or not self.version.names_calls):
            self._ask(("hangup", named or ""))  # or baresip might call later, unexpectedly
        raise BackendError(not_dialled(end, self._account.stun_server, _DIAL))

    def answer(self, call_id: str, headers: Headers = ()) -> None:
        if headers:
            raise CommandRefused(_NO_HEADERS)
        self._accept(call_id)
        self._report_at_once(events.CallAnswered(time.monotonic(), call_id))

    def _accept(self, call_id: str) -> None:
        call = self._call(call_id)
        self._require_one_ringing()
        self._prepare_recording()
        if not self.version.names_peer_of_recordings:
            # Once baresip answers, an INVITE of another call that came before has been read.
            self._ask(("callfind", call_id))
        self._await_prack(call_id)
        with self._changes:
            self._translator.signalling = call_id
        self._ask_about(call_id, "accept")
        self._require_one_ringing()  # another call may have come in between
        call.ringing = False

    def _await_prack(self, call_id: str) -> None:
        """Waits until a 2xx may be sent (RFC 3262, section 3). Earlier, baresip refuses to."""
        if self._account.rel100 != "no":
            # Once baresip answers, the responses that it sent before have been read.
            self._ask(("listcalls", ""))

        def acknowledged() -> bool | None:
            return self._is_gone() or not self._translator.unacknowledged.are_of(call_id) or None

        if not wait_until(self._changes, acknowledged, _PRACK):
            raise CommandRefused(_NOT_ACKNOWLEDGED)

    def _require_one_ringing(self) -> None:
        calls = list(self._translator.calls.values())
        several = Capability.SEVERAL_RINGING
        if (
            several in self.capabilities
            or sum(call.incoming and call.ringing for call in calls) < 2
        ):
            return
        raise CommandRefused(
            f"baresip {self.version} cannot {several.value}: it answers none. {several.who_can}"
        )

    def hang_up(self, call_id: str) -> None:
        if call_id == self._consultation:
            self._ask(("atransferabort", ""))
            self._consultation = None
        self._await_first_answer(self._call(call_id))
        self._ask_about(call_id, "hangup")

    def _await_first_answer(self, *calls: LiveCall) -> None:
        """Waits until a CANCEL may be sent (RFC 3261, section 9.1). Earlier, baresip drops it."""

        def answered() -> bool | None:
            return self._is_gone() or all(call.is_answered for call in calls) or None

        wait_until(self._changes, answered, _FIRST_ANSWER)

    def refuse(self, call_id: str, status: int, reason: str, headers: Headers = ()) -> None:
        if headers:
            raise CommandRefused(_NO_HEADERS)
        self._call(call_id).refused = True
        words = reason.replace('"', "'")
        self._ask_about(call_id, "hangup", f'scode={status} reason="{words}"')

    def hold(self, call_id: str, on: bool) -> None:
        self._prepare_recording()
        # What baresip did by itself has been reported once it answers a command.
        self._ask(("callfind", call_id))
        self._await_answer_to_offer(call_id)
        self._translator.holding[call_id] = on
        self._ask_about(call_id, self._call(call_id).hold_command(on))

    def refresh(self, call_id: str, *, offer: bool) -> None:
        if not offer:
            raise CommandRefused("ctrl_tcp has no command for that")
        self._ask(("listcalls", ""))  # once baresip answers, what it did before has been reported
        self._await_answer_to_offer(call_id)
        self._ask_about(call_id, "reinvite")

    def _await_answer_to_offer(self, call_id: str) -> None:
        """Waits until a re-INVITE may be sent (RFC 3264, section 4). Earlier, 4.10 drops it."""
        offers = self._call(call_id).offers

        def answered() -> bool | None:
            has_ended = self._is_gone() or call_id not in self._translator.calls
            return has_ended or not offers.awaits_answer or None

        wait_until(self._changes, answered, _OFFER)

    def mute(self, call_id: str, on: bool) -> None:
        self._call(call_id)
        self._audio_sources.mute(call_id, on)
        self._report_at_once(events.Muted(time.monotonic(), call_id, on))

    def transfer(self, call_id: str, uri: str) -> None:
        try:
            if Capability.TRANSFER_WITHOUT_HOLD not in self.capabilities:
                self._hold_before_transfer(call_id)
        finally:  # a test that is interrupted meanwhile has asked for the transfer, too
            self._ask_about(call_id, "transfer", uri)

    def _hold_before_transfer(self, call_id: str) -> None:
        """Holds the call first. The command would send hold and REFER at once, and phones that have
        not finished the one refuse the other with 491. The answer to the hold changes nothing."""
        if self._call(call_id).hold_asked:
            return
        self.hold(call_id, True)

        def answered() -> bool | None:
            return self._is_gone() or call_id not in self._translator.holding or None

        wait_until(self._changes, answered, _HOLD)

    def consult(self, call_id: str, uri: str, headers: Headers = ()) -> str:
        self._prepare_recording()
        with self._headers(headers):
            with self._changes:
                self._translator.forget_dialling()
            self._ask_about(call_id, "atransferstart", uri)
            self._call(call_id).hold_asked = True  # by that command
            self._consultation = self._dialled() if self._has_dialled() else self._dial(uri)
            return self._consultation

    def _has_dialled(self) -> bool:
        """Whether the last command has begun a call, or may still do so, after its answer.

        Baresip prepares an attended transfer and yet dials nobody where the peer does not say that
        it supports Replaces.
        """
        with self._changes:
            known = self._translator.last_dialled, self._translator.not_dialled
            return bool(self._account.stun_server) or any(one is not None for one in known)

    def attended_transfer(self, call_id: str, consultation_id: str) -> None:
        for known_id in (call_id, consultation_id):
            self._call(known_id)
        # It connects the current call, which any command about another one has changed.
        self._ask(("callfind", consultation_id), ("atransferexec", ""))

    def send_digits(self, call_id: str, digits: str, gap: float, mode: str | None) -> None:
        own = self._account.dtmf_mode
        if mode not in (None, own):
            raise CommandRefused(f"this agent's digits travel by {own}")
        pace = max(_INFO + gap, _INFO if own == "info" else _EVENT)
        for digit in digits:
            self._ask_about(call_id, "sndcode", digit)
            wait_until(self._changes, self._is_gone, pace)

    def set_audio_source(self, call_id: str | None, source: Source) -> None:
        if call_id is not None:
            self._call(call_id)
        self._audio_sources.set_source(call_id, source)

    def listen(self, call_id: str, on: bool, *, closely: bool = False) -> None:
        path = self._recordings.heard(call_id)
        has_room = path is None or _has_room(path.parent)
        with self._changes:
            self._recordings.listen(call_id, on=on, closely=closely)
        # Baresip does not report that it cannot write, and missing audio would pass for silence.
        if path is not None and not has_room:
            why = unwritten(path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
            self._report_at_once(events.RecordingEnded(time.monotonic(), call_id, why))

    def count_packets(self, call_id: str) -> Packets | None:
        call = self._translator.calls.get(call_id)
        answer = self._count_rtp(call_id) if call else None
        encrypted = bool(self._account.media_enc)
        if call is None or answer is None or not call.received_all(encrypted=encrypted):
            return None
        return Packets(call.received, answer.sent, call.undecrypted or 0)

    def watch_rtp(self, call_id: str, on: bool) -> None:
        self._rtp_watches.set(call_id, on=on)

    def _tell_rtp(self, call_id: str) -> None:
        """Reports the packets of a call."""
        answer, call = self._count_rtp(call_id), self._call(call_id)
        if answer is not None:
            received = RtpCounts(call.received, call.lost, ssrcs=tuple(call.sources))
            sent = RtpCounts(answer.sent, call.sent_lost, ssrcs=answer.own_ssrcs)
            self._report_at_once(events.RtpCounted(time.monotonic(), call_id, received, sent))

    def _count_rtp(self, call_id: str) -> RtpAnswer | None:
        """Counts the packets of a call; one thread at a time, so that no count goes backwards."""
        call = self._call(call_id)
        with self._counting:
            answer = rtp_in(self._ask_about(call_id, "audio_debug"))
            if answer is not None:
                call.take_received(answer.received)
        return answer

    def register(self) -> None:
        self._registration.register(self._account.regint, self.version)

    def unregister(self) -> None:
        self._registration.unregister(self.version)

    def use_outbound(self, uri: str) -> None:
        if self._translator.calls:
            raise CommandRefused("baresip takes no other proxy during a call")
        self._account = replace(self._account, outbound=uri, next_outbounds=())
        self._replace_user_agent(0)
        self._registration.forget()

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
        """Creates the account. Baresip's answer is not shown: it repeats the password."""
        try:
            self._ask(("uanew", self._registering_line(regint)))
        except CommandRefused:
            raise CommandRefused("baresip does not accept the account") from None

    @abstractmethod
    def _aor(self) -> str:
        """The account's address of record."""

    @abstractmethod
    def _registering_line(self, regint: int) -> str:
        """The account line that registers every `regint` seconds; 0 for not at all."""


def _has_room(folder: Path) -> bool:
    """Whether more can be written to a folder.

    Raises:
        CommandRefused: it cannot be read, or is gone.
    """
    try:
        return shutil.disk_usage(folder).free > 0
    except OSError as error:
        raise CommandRefused(f"{folder} cannot be read: {error.strerror}") from error
