"""One SIP dialog of an agent: its state by events and messages."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, replace
from enum import Enum, auto
from typing import TypeVar

from ..events import (
    AudioArrived,
    AudioTimed,
    CallAnswered,
    CallClosed,
    CallEstablished,
    CallEvent,
    CallRinging,
    ClosedBy,
    DtmfReceived,
    HoldChanged,
    MediaStarted,
    Muted,
    PromptEnded,
    QualityReported,
    RecordingEnded,
    RtpCounted,
    SipMessage,
)
from ..frozen import changeable, frozen
from ..sip.bodies import InfoDigits
from ..sip.messages import Message, parsed
from ..sip.offers import Exchange, Offers
from ..wording import duration_words
from .endings import (
    CANCELLED,
    ENDING_WORDS,
    GIVEN_UP,
    HUNG_UP,
    Ending,
    Endings,
    before_invite,
    ending_from_stack,
    how_ended,
    with_message_words,
)
from .recording_clocks import RecordingClocks
from .utterances import Utterance

T = TypeVar("T")


#: The status of a peer that is alerting.
_RINGING = 180
#: How much later (s) than the stack's report a message may show in the trace.
TRACE_LAG = 0.3


class Direction(Enum):
    """Which side has called."""

    OUTGOING = auto()
    INCOMING = auto()


class CallState(Enum):
    """The phase that a call is in."""

    RINGING = auto()
    ESTABLISHED = auto()
    CLOSED = auto()


@changeable
class Call:
    """A call, keyed by its Call-ID. Events and messages change it, by `apply` and `follow`."""

    call_id: str
    direction: Direction
    peer_uri: str
    began_at: float
    #: The STUN or TURN server that has to answer before an outgoing call can send its INVITE.
    needs: str | None = None
    state: CallState = CallState.RINGING
    answered: bool = False
    muted: bool = False
    pressed: list[DtmfReceived] = field(default_factory=list)
    quality: QualityReported | None = None
    rtp: RtpCounted | None = None
    established_at: float | None = None
    endings: Endings = field(default_factory=Endings)
    info_digits: InfoDigits = field(default_factory=InfoDigits)
    streams: list[MediaStarted] = field(default_factory=list)
    clocks: RecordingClocks = field(default_factory=RecordingClocks)
    unrecorded: str | None = None
    offers: Offers = field(default_factory=Offers)
    #: What the suite asked for last: the stack sticks to that when the peer refuses.
    hold_requested: bool = False
    #: Whether the suite has asked to transfer it.
    transfer_requested: bool = False
    invited: bool = False
    #: Whether any answer to its INVITE has come; only then may a CANCEL be sent (RFC 3261, 9.1).
    has_answer: bool = False
    #: Whether it replaces another call: its agent then answers by itself (RFC 3891).
    replaces: bool = False
    #: Whether it is an incoming call that was answered with 100 only, so that nothing rings.
    silent: bool = False
    #: Whether a keyword has acted on it while it rang, and whether that was its final answer.
    is_known: bool = False
    is_decided: bool = False
    #: The last provisional response to its INVITE, where that is no 180.
    progress: str = ""
    #: What it was told to say, in order.
    utterances: list[Utterance] = field(default_factory=list)
    _closed: CallClosed | None = None

    def __repr__(self) -> str:
        return f"<Call {self.call_id}: {self.describe()}>"

    @property
    def closed(self) -> CallClosed | None:
        """How it closed, in the words of the message that closed it; None while it is live."""
        if self._closed is None:
            return None
        ended = self.endings.of(self._closed)
        read = self.endings.read(self._closed)
        closed = with_message_words(read, ended, established=self.established_at is not None)
        return before_invite(closed, self.needed) if self.needed else closed

    @property
    def needed(self) -> str | None:
        """The server that has to answer before the INVITE is sent; None once it is sent."""
        return None if self.invited else self.needs

    @property
    def ending(self) -> Ending | None:
        """The message that closed it; None while it is live, and when no message closed it."""
        if self._closed is None:
            return None
        return self.endings.of(self._closed) or ending_from_stack(self._closed)

    @property
    def awaits_trace(self) -> bool:
        """Whether the message that closed it does not show in the trace yet, but still may."""
        closed = self._closed
        if closed is None or time.monotonic() - closed.at > TRACE_LAG:
            return False
        return self.endings.of(closed) is None

    @property
    def awaits_agreement(self) -> bool:
        """Whether the offer and answer of a call that is up may still show in the trace."""
        since = time.monotonic() - (self.established_at or 0.0)
        return self.offers.exchange is None and since < TRACE_LAG

    @property
    def exchange(self) -> Exchange | None:
        """The last offer that was answered; None of a call that failed before it was up."""
        closed, exchange = self.closed, self.offers.exchange
        failed = closed is not None and closed.by is ClosedBy.FAILURE
        # Where the caller makes the offer, an incoming call has its media before the ACK.
        by_peer = self.direction is Direction.INCOMING and not (exchange and exchange.ours)
        return None if failed and self.established_at is None and not by_peer else exchange

    @property
    def on_hold(self) -> bool:
        """Whether this agent holds the call, and the peer has agreed."""
        return self.offers.on_hold

    @property
    def held_by_peer(self) -> bool:
        """Whether the peer holds the call."""
        return self.offers.held_by_peer

    @property
    def media(self) -> MediaStarted | None:
        """The newest of its streams; None before there is audio."""
        return self.streams[-1] if self.streams else None

    @property
    def is_live(self) -> bool:
        """Whether it has not closed yet."""
        return self.state is not CallState.CLOSED

    @property
    def is_waiting(self) -> bool:
        """Whether it is an incoming call that has not been answered."""
        return (
            self.direction is Direction.INCOMING
            and self.state is CallState.RINGING
            and not self.answered
        )

    def request_hold(self, on: bool) -> None:
        """Notes that the suite asks to hold the call (`on`) or to resume it; `changes` is held."""
        self.hold_requested = on

    def request_transfer(self) -> None:
        """Notes that the suite asks to transfer the call; `changes` is held."""
        self.transfer_requested = True

    def note_keyword(self, *, final: bool) -> None:
        """Notes that a keyword has acted on it; `final`: has ended it or given its final answer."""
        self.is_known = True
        self.is_decided = self.is_decided or final

    def read(self, event: CallEvent, *, traced: bool) -> CallEvent:
        """An event, corrected by the messages before it, where they are `traced`.

        Of an unanswered call baresip says that the peer reset it, also where a connection ended,
        and of each provisional response without SDP that the peer is alerting.
        """
        if isinstance(event, DtmfReceived):
            return self.info_digits.read(event)
        if isinstance(event, CallRinging):
            return replace(event, said=self.progress)
        return self._read_end(event, traced) if isinstance(event, CallClosed) else event

    def _read_end(self, event: CallClosed, traced: bool) -> CallClosed:
        is_unanswered = self.established_at is None and self.direction is Direction.OUTGOING
        if event.by is ClosedBy.PEER and is_unanswered:
            has_end = self.endings.of(event) is not None or not (traced or self.invited)
            event = event if has_end else replace(event, by=ClosedBy.FAILURE)
        words = self._words_of_end(event)
        return replace(event, how=how_ended(words, self.endings.of(event)) if words else "")

    def _words_of_end(self, closed: CallClosed) -> str | None:
        """What an end by this agent or its peer is called; None for any other end."""
        return ENDING_WORDS.get((closed.by, self._was_up, self.direction is Direction.INCOMING))

    def apply(self, event: CallEvent) -> None:
        """Takes in an event."""
        match event:
            case CallAnswered():
                self.answered = True
            case CallEstablished():
                self.answered = True
                self.state = CallState.ESTABLISHED
                self.established_at = event.at
            case MediaStarted():
                self.streams.append(event)
            case AudioTimed():
                self.clocks.take(event)
            case AudioArrived(rx=rx, tx=tx) if media := self.media:
                self.clocks.note_timed(media.rx, rx)
                self.clocks.note_timed(media.tx, tx)
            case DtmfReceived():
                self.pressed.append(event)
            case RecordingEnded():
                self.unrecorded = event.why
            case HoldChanged():
                self.offers.believe(ours=event.ours, on=event.on, at=event.at)
            case Muted():
                self.muted = event.on
            case QualityReported() if event.received or event.lost:
                self.quality = event
            case RtpCounted():
                self.rtp = event
            case PromptEnded():
                for utterance in self.utterances:
                    utterance.take_end(event)
            case CallClosed():
                self.state = CallState.CLOSED
                self._closed = event

    def catch_up(self, traced: Iterable[SipMessage]) -> None:
        """Takes in the messages of this call that were traced before it was reported.

        Those of a call before it with the same Call-ID are left out.
        """
        ours: list[SipMessage] = []
        for event in traced:
            message = parsed(event.text)
            if message.call_id == self.call_id:
                begins = message.method == "INVITE" and not message.to_tag and not event.sent
                ours = [event] if begins else [*ours, event]
        for event in ours:
            self.follow(parsed(event.text), sent=event.sent, at=event.at)

    def follow(
        self, message: Message, *, sent: bool, at: float
    ) -> tuple[DtmfReceived, DtmfReceived] | None:
        """Takes in a SIP message of this call.

        Returns a digit that turns out to be misread, and the right one; else None.
        """
        self.offers.take(message, sent=sent, at=at)
        self.endings.take(message, sent=sent)
        is_of_invite = message.transaction_method == "INVITE"
        self.invited = self.invited or is_of_invite
        is_answer = is_of_invite and message.status is not None and not sent
        self.has_answer = self.has_answer or (is_answer and self._closed is None)
        if is_answer and 100 < (message.status or 0) < 200:
            self.progress = "" if message.status == _RINGING else message.words
        if message.method == "INVITE" and not sent and message.first("Replaces"):
            self.replaces = True
        if sent and is_of_invite and 100 < (message.status or 0) < 300:
            self.silent = False
        misread = self.info_digits.take(message, sent=sent, at=at)
        if misread:
            self.pressed = [misread[1] if key is misread[0] else key for key in self.pressed]
        return misread

    @property
    def digits(self) -> str:
        """The keys that the peer has pressed."""
        return "".join(event.digit for event in self.pressed)

    @property
    def status_code(self) -> int | None:
        """The SIP status that refused the call; None while it is live and for any other end."""
        return self.closed.status if self.closed else None

    @property
    def reason(self) -> str | None:
        """How the call closed, in a few words; None while it is live."""
        if self.closed is None:
            return None
        if self.closed.by in (ClosedBy.REFUSAL, ClosedBy.FAILURE, ClosedBy.TRANSFER):
            return self.closed.words
        words = self._words_of_end(self.closed)
        if words == GIVEN_UP:
            return self._how_given_up()
        ending = self.ending
        if words == CANCELLED and ending and ending.method == "BYE":
            return "ended by the caller before it was answered"
        if words == CANCELLED and ending and ending.is_answered_elsewhere:
            return f"{words}, answered elsewhere"
        return words

    @property
    def _was_up(self) -> bool:
        """Whether it ends with a BYE: what was answered does, acknowledged or not."""
        answered = self.answered and self.direction is Direction.INCOMING
        return self.established_at is not None or answered

    def _how_given_up(self) -> str:
        """How this agent has ended its own call before it was up."""
        if self.needed:
            return "given up by this agent before an INVITE was sent"
        if self.invited and not (self.has_answer or self.endings.cancelled):
            return "given up by this agent without a CANCEL"
        # The answer was quicker than the CANCEL (RFC 3261, section 9.1), which then ends nothing.
        is_by_bye = self.ending is not None and self.ending.method == "BYE"
        return HUNG_UP if is_by_bye else GIVEN_UP

    def describe(self) -> str:
        """What the call is doing or how it ended, as a clause in a sentence about its agent."""
        whose = (
            f"its call to {self.peer_uri}"
            if self.direction is Direction.OUTGOING
            else f"the call from {self.peer_uri}"
        )
        if self.closed is None:
            age = time.monotonic() - self.began_at
            return f"{whose} {self._describe_phase()} ({duration_words(age)} old)"
        after = f"after {duration_words(self.closed.at - self.began_at)}"
        match self.closed.by:
            case ClosedBy.REFUSAL:
                if self.established_at is not None:
                    answer = self._answer()
                    return f"{whose} ended {after}: the peer answered {answer} to a request in it"
                return f"{whose} was refused with {self._answer()} {after}"
            case ClosedBy.FAILURE:
                return f"{whose} failed {after}: {self.closed.words}"
            case _:
                return f"{whose} was {self.reason} {after}"

    def _describe_phase(self) -> str:
        if self.state is CallState.ESTABLISHED:
            return "is up"
        if self.needed:
            return f"has sent no INVITE yet, for which it needs an answer from {self.needed}"
        if self.answered:
            return "has been answered, but not acknowledged"
        if self.silent:
            return "does not ring: it has been answered with 100 only"
        return "has not been answered" if self.direction is Direction.OUTGOING else "rings"

    def _answer(self) -> str:
        assert self.closed is not None
        return f"{self.closed.status} {self.closed.words}".strip()


def newest(candidates: Sequence[T], is_preferred: Callable[[T], bool]) -> T | None:
    """The last of the candidates, oldest first, that is preferred, else the last; None of none."""
    preferred = [one for one in candidates if is_preferred(one)]
    return next(reversed(preferred or candidates), None)


@frozen
class Consultation:
    """An attended transfer under way: the call that is on hold and the one that asks."""

    held: Call
    asking: Call
