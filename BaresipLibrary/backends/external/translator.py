"""Translates the events of ctrl_tcp, and the SIP trace where it says more, into those of agents."""

import time
from collections.abc import Callable
from typing import Any

from ... import events
from ...events import ClosedBy
from ...sip.bodies import read_summary
from ...sip.challenges import CHALLENGE_STATUSES
from ...sip.messages import Message, split_address
from ...sip.sdp import description_in
from ...sip.transactions import UnacknowledgedResponses
from .. import baresip_text
from ..base import Report
from .installation import Version
from .live_call import LiveCall
from .running_calls import RunningCall

_LOST_TRANSFER = "baresip {} has lost it with its transfer"
_STOPPED_RECORDING = (
    "baresip {} records nothing of a call after a hold; baresip 2.0 and later do, and so does the"
    " embedded backend"
)
_BEGAN_BEFORE = "the call began before the agent attached to its baresip, and so did its recording"
#: What baresip 1.0 reports first of a call that it answers by itself.
_ANSWERS = ("CALL_PROGRESS", "CALL_ESTABLISHED")
_PLAIN: dict[str, type[events.CallEvent]] = {
    "CALL_RINGING": events.CallRinging,
    "CALL_PROGRESS": events.CallProgress,
    "CALL_ANSWERED": events.CallAnswered,
    "CALL_ESTABLISHED": events.CallEstablished,
}


class EventTranslator:
    """Follows one baresip: its calls, its registration, and what they report.

    All methods run with `changes` held. `follow_up` is called with the kind and the Call-ID of
    events that something has to be done about.
    """

    def __init__(
        self,
        version: Version,
        report: Report,
        follow_up: Callable[[str, str], None],
        *,
        has_trace: bool,
    ) -> None:
        self._version = version
        self._report = report
        self._follow_up = follow_up
        self.has_trace = has_trace
        self._replacing: set[str] = set()
        self._leaving: set[str] = set()
        self._over: set[str] = set()
        #: Whether a REGISTER, or one that ends the registration, is without an outcome.
        self.registering = self.unregistering = False
        #: Whether there is a registration that has to end before another one begins.
        self.registered = False
        self.calls: dict[str, LiveCall] = {}
        self.unacknowledged = UnacknowledgedResponses()
        self.last_dialled: str | None = None
        #: How a call ended that has sent no INVITE: baresip 1.0 does not name it.
        self.not_dialled: str | None = None
        #: Calls that were told to hold (True) or to resume, until the peer has answered.
        self.holding: dict[str, bool] = {}
        #: The call of the newest INVITE transaction: audio that begins or ends now is its own.
        self.signalling: str = ""
        self._until_known: dict[str, list[Callable[[], None]]] = {}

    def set_version(self, version: Version) -> None:
        """Sets the version of an attached baresip, once that has told it."""
        self._version = version

    def take(self, message: dict[str, Any]) -> None:
        """Takes in one event of the control connection."""
        kind, call_id = str(message.get("type")), message.get("id")
        at = time.monotonic()
        if call_id and kind.startswith("CALL_"):
            self._report_beginning(at, kind, message)
        if kind in _PLAIN and call_id:
            if call_id in self.calls:
                self.calls[call_id].take_progress(kind)
            self._report(_PLAIN[kind](at, call_id))
        elif kind in _OF_CALLS and call_id:  # a call that baresip refused has no name
            _OF_CALLS[kind](self, at, message)
        elif kind == "CALL_CLOSED" and message.get("direction") == "outgoing":
            self.not_dialled = str(message.get("param") or "")
        elif kind in _OTHERS:
            _OTHERS[kind](self, at, message)

    def _report_beginning(self, at: float, kind: str, message: dict[str, Any]) -> None:
        """Reports a call whose beginning has no event of its own.

        Baresip 1.0 has none for those that it dials, nor for those that it answers by itself.
        """
        call_id, direction = message["id"], message.get("direction")
        if direction == "outgoing":
            self.dialled(at, call_id, str(message.get("peeruri")))
        elif direction == "incoming" and kind in _ANSWERS and call_id not in self.calls:
            self._incoming(at, message)

    def adopt(self, call: RunningCall) -> None:
        """Reports a call that began before the library attached."""
        live = LiveCall(call.incoming, call.peer, ringing=not call.established, is_answered=True)
        live.established = call.established
        self.calls[call.call_id] = live
        begun = events.CallIncoming if call.incoming else events.CallDialled
        self._report(begun(call.began_at, call.call_id, call.peer))
        self._begun(call.call_id)
        if call.established:
            self._report(events.CallEstablished(call.began_at, call.call_id))
            self._report(events.RecordingEnded(time.monotonic(), call.call_id, _BEGAN_BEFORE))
        if call.on_hold:
            self.note_hold(time.monotonic(), call.call_id, on=True)

    def adopt_registration(self) -> None:
        """Reports a registration that began before the library attached."""
        self.registered = True
        self._report(events.Registered(time.monotonic()))

    def is_called(self, peer: str) -> bool:
        """Whether there is a call with that peer."""
        return any(call.peer == peer for call in self.calls.values())

    def knows(self, call_id: str) -> bool:
        """Whether a call has been reported, be it over or not."""
        return call_id in self.calls or call_id in self._over

    def call_with(self, peer: str) -> str:
        """The call with that peer whose audio is most likely being set up."""
        with_peer = [call_id for call_id, call in self.calls.items() if call.peer == peer]
        if self.signalling in with_peer or not with_peer:
            return self.signalling
        return with_peer[-1]

    def when_known(self, call_id: str, act: Callable[[], None]) -> None:
        """Acts once the call has been reported: its audio may be printed before that."""
        if call_id in self.calls or call_id in self._over:
            act()
        else:
            self._until_known.setdefault(call_id, []).append(act)

    def _begun(self, call_id: str) -> None:
        self._follow_up("begun", call_id)
        for act in self._until_known.pop(call_id, []):
            act()

    def not_decrypted(self) -> None:
        """Counts a packet that could not be decrypted: baresip does not say of which call it is."""
        for call in self.calls.values():
            alone = len(self.calls) == 1 and call.undecrypted is not None
            call.undecrypted = (call.undecrypted or 0) + 1 if alone else None

    def forget_dialling(self) -> None:
        """Forgets the last call that was dialled: another one follows."""
        self.last_dialled = self.not_dialled = None

    def dialled(self, at: float, call_id: str, peer: str) -> None:
        """Reports an outgoing call, once. Baresip 1.0 names it by the first event that follows."""
        if call_id not in self.calls:
            self.calls[call_id] = LiveCall(incoming=False, peer=peer)
            self.last_dialled = call_id
            self._report(events.CallDialled(at, call_id, peer))
            self._begun(call_id)

    def _incoming(self, at: float, message: dict[str, Any]) -> None:
        call_id, peer = message["id"], str(message.get("peeruri"))
        replaces = call_id in self._replacing
        self.calls[call_id] = LiveCall(incoming=True, peer=peer, is_answered=True)
        self._report(events.CallIncoming(at, call_id, peer))
        self._begun(call_id)
        if replaces:
            self._follow_up("replaces", call_id)

    def _closed(self, at: float, message: dict[str, Any]) -> None:
        call_id = message["id"]
        call = self.calls.pop(call_id, None)
        self._replacing.discard(call_id)
        self.holding.pop(call_id, None)
        self.unacknowledged.forget(call_id)
        self._over.add(call_id)
        closed = baresip_text.call_closed(at, call_id, str(message.get("param") or ""))
        # A caller that gives up at the same moment was quicker.
        if call is not None and call.refused and closed.by is not ClosedBy.PEER:
            closed = events.CallClosed(at, call_id, ClosedBy.US, None, closed.words, closed.raw)
        self._report(closed)
        self._follow_up("closed", call_id)

    def _transfer(self, at: float, message: dict[str, Any]) -> None:
        target = str(message.get("param") or "")
        self._report(events.TransferRequested(at, message["id"], target))

    def _transfer_failed(self, at: float, message: dict[str, Any]) -> None:
        call_id = message["id"]
        status, words = baresip_text.split_status(str(message.get("param") or ""))
        self._report(events.TransferFailed(at, call_id, status, words))
        if self._version.loses_call_of_failed_transfer and call_id in self.calls:
            del self.calls[call_id]
            lost = _LOST_TRANSFER.format(self._version)
            self._report(events.CallClosed(at, call_id, ClosedBy.FAILURE, None, lost, lost))
            self._follow_up("closed", call_id)

    def _digit(self, at: float, message: dict[str, Any]) -> None:
        self._report(events.DtmfReceived(at, message["id"], str(message.get("param") or "")))

    def _statistics(self, at: float, message: dict[str, Any]) -> None:
        statistics = message.get("rtcp_stats") or {}
        received = statistics.get("rx") or {}
        if not received:
            return
        self._note_losses(message["id"], statistics, received)
        micro = 1e-6
        self._report(
            events.QualityReported(
                at,
                message["id"],
                rtt=statistics.get("rtt", 0) * micro,
                jitter=received.get("jit", 0) * micro,
                received=received.get("sent", 0),
                lost=received.get("lost", 0),
            )
        )

    def _note_losses(
        self, call_id: str, statistics: dict[str, Any], received: dict[str, Any]
    ) -> None:
        """Notes what RTCP says was lost; zeros say nothing while nobody has reported."""
        call, sent_lost = self.calls.get(call_id), (statistics.get("tx") or {}).get("lost", 0)
        if call is None:
            return
        if received.get("sent"):
            call.lost = received.get("lost", 0)
        if statistics.get("rtt") or sent_lost:
            call.sent_lost = sent_lost

    def _audio_error(self, at: float, message: dict[str, Any]) -> None:
        self._report(events.AudioTrouble(at, message["id"], str(message.get("param") or "")))

    def _held(self, at: float, message: dict[str, Any]) -> None:
        if not self.has_trace:
            on = message["type"] == "CALL_HOLD"
            self._report(events.HoldChanged(at, message["id"], ours=False, on=on))
            self._follow_up("held" if on else "resumed", message["id"])

    def _remote_sdp(self, at: float, message: dict[str, Any]) -> None:
        """Reports a hold or resume that the peer has agreed to, where there is no trace."""
        call = self.calls.get(str(message.get("id")))
        if self.has_trace or call is None or message.get("param") != "answer":
            return
        if not call.established:
            return  # a direction that the first answer allows is not a hold
        call_id, direction = message["id"], message.get("audiodir")  # None on baresip 1.0
        on = self.holding.pop(call_id, None)
        if on is None and direction is None:
            self._follow_up("renegotiated", call_id)
            return
        self.note_hold(at, call_id, on=direction in ("sendonly", "inactive") if on is None else on)

    def note_hold(self, at: float, call_id: str, *, on: bool) -> None:
        """Reports that a call is held by this agent, or no longer, where there is no trace."""
        self.calls[call_id].hold_asked = on
        self._report(events.HoldChanged(at, call_id, ours=True, on=on))
        if on and not self._version.names_calls:
            self._end_recording(at, call_id)

    def _registering(self, at: float, _message: dict[str, Any]) -> None:
        self._report(events.Registering(at))

    def _registered(self, at: float, _message: dict[str, Any]) -> None:
        self.registered = not self.unregistering
        self._report(events.Unregistered(at) if self.unregistering else events.Registered(at))
        self.registering = self.unregistering = False

    def _register_failed(self, at: float, message: dict[str, Any]) -> None:
        self.registering = self.unregistering = False  # an earlier registration may still hold
        outcome = baresip_text.split_status(str(message.get("param") or ""))
        self._report(events.RegistrationFailed(at, *outcome))

    def _notified(self, at: float, message: dict[str, Any]) -> None:
        if not self.has_trace:  # which has the body in its full length
            self._report_summary(at, str(message.get("param") or ""))

    def _report_summary(self, at: float, body: str) -> None:
        summary = read_summary(body)
        if summary is not None:
            self._report(events.MessagesWaiting(at, summary.waiting, summary.new, summary.old))

    def trace(self, traced: events.SipMessage) -> None:
        """Takes in one traced SIP message."""
        self._report(traced)
        message = Message(traced.text)
        call_id = message.call_id or ""
        method = message.transaction_method
        self.unacknowledged.take(message, sent=traced.sent)
        if method == "INVITE":
            self.signalling = call_id
            if not traced.sent and message.method and message.first("Replaces"):
                self._replacing.add(call_id)
            if traced.sent and message.method == "INVITE" and not self._version.names_calls:
                self._follow_invite(traced, message)
        if method == "NOTIFY" and message.method and not traced.sent:
            if (message.first("Event") or "").startswith("message-summary"):
                self._report_summary(traced.at, message.body)
        elif method == "REGISTER" and not self._version.registers_by_command:
            self._follow_leave(traced, message)
        if call_id in self.calls:
            self._follow_offers(traced, message, self.calls[call_id])

    def _follow_invite(self, traced: events.SipMessage, message: Message) -> None:
        """Reports the call of a first INVITE, which baresip 1.0 does not report."""
        to, call_id = message.first("To") or "", message.call_id or ""
        if not message.to_tag and call_id not in self._over:
            self.dialled(traced.at, call_id, split_address(to)[1])

    def _follow_leave(self, traced: events.SipMessage, message: Message) -> None:
        """Reports the end of a registration, of which baresip 1.0 reports the request only."""
        transaction = f"{message.call_id} {message.cseq}"
        if message.method:
            expires = message.first("Expires") or message.first("Contact") or ""
            if traced.sent and (expires == "0" or "expires=0" in expires):
                self._leaving.add(transaction)
            return
        status = message.status or 0
        if transaction not in self._leaving or status < 200 or status in CHALLENGE_STATUSES:
            return
        self._leaving.discard(transaction)
        self.registered = self.unregistering = False
        if status < 300:
            self._report(events.Unregistered(traced.at))
        else:
            words = message.reason_phrase
            self._report(events.RegistrationFailed(traced.at, status, words))

    def _follow_offers(self, traced: events.SipMessage, message: Message, call: LiveCall) -> None:
        if not traced.sent and message.status is not None:
            call.is_answered = True
            if message.status >= 200 and message.transaction_method == "INVITE":
                self.holding.pop(message.call_id or "", None)
        offer = description_in(message) if traced.sent and message.method == "INVITE" else None
        if offer is not None and offer.audio is not None:
            # From 3.x on baresip resumes by itself when a transfer or a consultation fails.
            call.hold_asked = offer.audio.is_hold
        was_held = call.offers.held_by_peer
        call.offers.take(message, sent=traced.sent)
        if call.offers.held_by_peer is not was_held:
            self._follow_up("resumed" if was_held else "held", message.call_id or "")
        if self._version.names_calls or call.ringing:
            return  # a direction that the first answer allows is not a hold
        if not (call.offers.on_hold or call.offers.held_by_peer):
            return
        self._end_recording(traced.at, message.call_id or "")

    def _end_recording(self, at: float, call_id: str) -> None:
        call = self.calls[call_id]
        if not call.unrecorded:
            call.unrecorded = True
            why = _STOPPED_RECORDING.format(self._version)
            self._report(events.RecordingEnded(at, call_id, why))


_Handler = Callable[[EventTranslator, float, dict[str, Any]], None]
_OF_CALLS: dict[str, _Handler] = {
    "CALL_INCOMING": EventTranslator._incoming,
    "CALL_CLOSED": EventTranslator._closed,
    "TRANSFER": EventTranslator._transfer,
    "TRANSFER_FAILED": EventTranslator._transfer_failed,
    "CALL_DTMF_START": EventTranslator._digit,
    "CALL_RTCP": EventTranslator._statistics,
    "AUDIO_ERROR": EventTranslator._audio_error,
    "CALL_HOLD": EventTranslator._held,
    "CALL_RESUME": EventTranslator._held,
    "CALL_REMOTE_SDP": EventTranslator._remote_sdp,
}
_OTHERS: dict[str, _Handler] = {
    "REGISTERING": EventTranslator._registering,
    "REGISTER_OK": EventTranslator._registered,
    "REGISTER_FAIL": EventTranslator._register_failed,
    "MWI_NOTIFY": EventTranslator._notified,
}
