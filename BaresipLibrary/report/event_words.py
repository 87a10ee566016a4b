"""Events in words, for lines of the log and notes of the ladder, and which events are notes."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .. import events
from ..account import INBAND
from ..events import CallEvent, ClosedBy, DtmfReceived, DtmfSent, Event, HoldChanged, SipMessage
from ..sip.messages import Message, parsed, split_address
from ..sip.offers import Offers
from ..sip.uris import user_part
from ..speech.masking import MASK

#: Of so many calls of an agent the offers are followed, those whose messages are the newest.
_MOST_CALLS = 100
#: Digits further apart (s) are not one input.
_PAUSE = 1.0
_NOTED = (
    events.Registered,
    events.RegistrationFailed,
    events.Unregistered,
    events.OutboundChanged,
    events.CallIncoming,
    events.CallRinging,
    events.CallProgress,
    events.CallEstablished,
    events.CallClosed,
    events.TransferRequested,
    events.TransferFailed,
    events.DtmfReceived,
    events.DtmfSent,
    events.SourceChosen,
    events.Muted,
    events.ReactionChosen,
    events.ReactionBegun,
    events.ReactionFailed,
    events.MediaStarted,
    events.MessagesWaiting,
    events.SubscriptionClosed,
    events.HoldChanged,
    events.RequestRefused,
    events.AnsweredAgain,
    events.UnfittingAnswer,
    events.RecordingEnded,
    events.AudioTrouble,
    events.AgentDied,
)
_TROUBLE = (
    events.RequestRefused,
    events.AnsweredAgain,
    events.UnfittingAnswer,
    events.RecordingEnded,
    events.RegistrationFailed,
    events.TransferFailed,
    events.AudioTrouble,
    events.ReactionFailed,
    events.AgentDied,
)


def line(event: Event) -> str:
    """The few words that matter about an event."""
    match event:
        case events.QualityReported(_, _, rtt, jitter, received, lost):
            return (
                f"RTCP rtt {rtt * 1000:.1f} ms, jitter {jitter * 1000:.1f} ms,"
                f" {received} received, {lost} lost"
            )
        case events.CallDialled(_, _, peer):
            return f"DIALLED {peer}"
        case events.CallIncoming(_, _, peer):
            return f"{short(event)} from {peer}"
        case events.CallRinging(_, _, said):
            return f"{short(event)} from the peer" if said else f"{short(event)} at the peer"
        case events.CallProgress():
            return f"{short(event)} from the peer"
        case events.CallClosed(_, _, by, status, words) if by not in (ClosedBy.US, ClosedBy.PEER):
            return f"CLOSED by {by.value}: {_answer(status, words)}"
        case events.TransferRequested(_, _, target):
            return f"TRANSFER to {target} requested by the peer"
        case events.MediaStarted(_, _, _, channels):
            return f"{short(event)}, {'mono' if channels == 1 else 'stereo'}"
        case events.SipMessage(_, sent, transport, source, destination, text):
            other = destination if sent else source
            arrow = f"{transport} to {other}" if sent else f"{transport} from {other}"
            return f"{arrow}: {Message(text).start_line}"
        case events.StackLog(_, level, text):
            return f"baresip {level.lower()}: {text}"
    return short(event)


def short(event: Event) -> str:
    """Fewer words yet, for where the agent and the messages around the event are seen too."""
    for words_of in (_of_call, _of_reaction, _of_transfer, _of_audio, _of_agent):
        words = words_of(event)
        if words is not None:
            return words
    return type(event).__name__


def _of_call(event: Event) -> str | None:
    match event:
        case events.CallIncoming():
            return "INCOMING"
        case events.CallRinging(_, _, said):
            return f"PROGRESS {said}" if said else "RINGING"
        case events.CallProgress():
            return "EARLY MEDIA"
        case events.CallAnswered():
            return "ANSWERED"
        case events.CallEstablished():
            return "ESTABLISHED"
        case events.AnsweredAgain(_, _, contact, ended, late):
            became = "ended by ACK and BYE" if ended else "left without ACK and BYE"
            how = "too late, after the end of the call" if late else "by another phone, too"
            return f"ANSWERED {how}: {contact}, {became}"
        case events.UnfittingAnswer(_, _, _, words):
            return f"UNFITTING: {words}"
        case events.CallClosed(_, _, ClosedBy.US | ClosedBy.PEER as by, how=how):
            who = "this agent" if by is ClosedBy.US else "the peer"
            return f"CLOSED by {who}: {how}" if how else f"CLOSED by {who}"
        case events.CallClosed(_, _, _, status, words):
            return f"CLOSED: {_answer(status, words)}"
        case events.RequestRefused(_, _, method, status, words):
            return f"{method} REFUSED: {_answer(status, words)}"
    return None


def _of_reaction(event: Event) -> str | None:
    match event:
        case events.ReactionChosen(_, words):
            return f"WHEN CALLED: {words}"
        case events.ReactionBegun(_, _, words):
            return f"BY ITSELF: {words}"
        case events.ReactionFailed(_, _, text):
            return f"FAILED: {text}"
    return None


def _of_transfer(event: Event) -> str | None:
    match event:
        case events.TransferRequested(_, _, target):
            return f"TRANSFER to {split_address(target)[1].partition('?')[0]}"
        case events.TransferFailed(_, _, status, words):
            return f"TRANSFER FAILED: {_answer(status, words)}"
        case events.HoldChanged(_, _, ours=True, on=on):
            return "ON HOLD" if on else "RESUMED"
        case events.HoldChanged(_, _, on=on):
            return "HELD by the peer" if on else "RESUMED by the peer"
    return None


def _of_audio(event: Event) -> str | None:
    match event:
        case events.DtmfReceived(_, _, digit):
            return f"DTMF {digit}"
        case events.DtmfSent(_, _, digits, mode):
            return f"SENDS DTMF {digits}" + (" in-band" if mode == INBAND else "")
        case events.SourceChosen(_, _, source):
            return f"SENDS {source}"
        case events.Muted(_, _, on):
            return "MUTED" if on else "UNMUTED"
        case events.MediaStarted(_, _, rate):
            return f"MEDIA at {rate} Hz"
        case events.PromptEnded():
            return "PROMPT ended"
        case events.RecordingEnded(_, _, why):
            return f"RECORDING ended: {why}"
        case events.AudioTrouble(_, _, text):
            return f"AUDIO trouble: {text}"
    return None


def _of_agent(event: Event) -> str | None:
    match event:
        case events.Registering():
            return "REGISTERING"
        case events.Registered():
            return "REGISTERED"
        case events.RegistrationFailed(_, status, words):
            return f"REGISTRATION FAILED: {_answer(status, words)}"
        case events.Unregistered():
            return "UNREGISTERED"
        case events.OutboundChanged(_, proxy, why):
            return f"PROXY {proxy}: {why}" if why else f"PROXY {proxy}, the first"
        case events.SubscriptionClosed(_, _, words):
            return f"SUBSCRIPTION ENDED: {words}" if words else "SUBSCRIPTION ENDED"
        case events.MessagesWaiting(_, waiting, new, old):
            return f"MESSAGES WAITING: {'yes' if waiting else 'no'}, {new} new, {old} old"
        case events.AgentDied(fault=fault) if fault:
            return f"CANNOT BE FOLLOWED any more: {fault}"
        case events.AgentDied(out_of_reach=why) if why:
            return "OUT OF REACH"
        case events.AgentDied(_, status):
            return "DIED" if status is None else f"DIED with status {status}"
    return None


def _answer(status: int | None, words: str) -> str:
    return words if status is None else f"{status} {words}".strip()


class EventWords:
    """Puts the events of one agent into words; of several calls it says with whom each was."""

    def __init__(self, journal: Sequence[Event]) -> None:
        calls = (e for e in journal if isinstance(e, events.CallDialled | events.CallIncoming))
        self._peers = {call.call_id: user_part(call.peer) for call in calls}
        self._several = len(set(self._peers.values())) > 1

    def of(self, event: Event) -> str:
        """The words of a note."""
        words = short(event)
        peer = self._peers.get(event.call_id) if isinstance(event, CallEvent) else None
        return f"{words} ({peer})" if peer and self._several else words


def notable(journal: Sequence[Event]) -> list[Event]:
    """The events of a journal that become notes, and the holds that follow from its messages."""
    holds = HoldsOfMessages()
    return [note for event in journal for note in holds.notes_of(event)]


class HoldsOfMessages:
    """Follows which holds the messages of one agent's calls bring about."""

    def __init__(self) -> None:
        self._offers: dict[str, Offers] = {}

    def notes_of(self, event: Event) -> list[Event]:
        """What is noted of an event, with the holds that begin or end by it."""
        if not isinstance(event, SipMessage):
            return [event] if is_noted(event) else []
        message = parsed(event.text)
        return [*self._changes(message, message.call_id, event)] if message.call_id else []

    def _changes(self, message: Message, call_id: str, event: SipMessage) -> Iterator[HoldChanged]:
        offers = self._offers.pop(call_id, None) or Offers()
        self._offers[call_id] = offers
        if len(self._offers) > _MOST_CALLS:
            del self._offers[next(iter(self._offers))]
        before = offers.on_hold, offers.held_by_peer
        offers.take(message, sent=event.sent)
        if offers.on_hold is not before[0]:
            yield HoldChanged(event.at, call_id, ours=True, on=offers.on_hold)
        if offers.held_by_peer is not before[1]:
            yield HoldChanged(event.at, call_id, ours=False, on=offers.held_by_peer)


def with_digits_joined(notes: Sequence[Event], steps: Sequence[float]) -> list[Event]:
    """The notes with consecutive digits of one call as one event, at the time of the first.

    A pause ends an input, and so does the start of a keyword: `steps` are the times, in order.
    """
    joined_events: list[Event] = []
    last_at = 0.0
    for event in notes:
        before = joined_events[-1] if joined_events else None
        uninterrupted = event.at - last_at <= _PAUSE and bisect(steps, event.at) == bisect(
            steps, last_at
        )
        joined = _joined(before, event) if before and uninterrupted else None
        if joined is None:
            joined_events.append(event)
        else:
            joined_events[-1] = joined
        last_at = event.at
    return joined_events


def _joined(before: Event, event: Event) -> Event | None:
    match before, event:
        case DtmfReceived(_, first, digits), DtmfReceived(_, second, digit) if first == second:
            more = "" if digit == MASK and digits.endswith(MASK) else digit
            return replace(before, digit=digits + more)
        case DtmfSent(_, first, digits), DtmfSent(_, second, more) if first == second:
            return replace(before, digits=digits + more)
    return None


def is_noted(event: Event) -> bool:
    """Whether an event is worth a note."""
    return isinstance(event, _NOTED)


def is_trouble(event: Event) -> bool:
    """Whether a tester should look at it."""
    refused = isinstance(event, events.CallClosed) and event.by in (
        events.ClosedBy.REFUSAL,
        events.ClosedBy.FAILURE,
    )
    return refused or isinstance(event, _TROUBLE)
