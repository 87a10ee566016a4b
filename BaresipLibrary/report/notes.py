"""What an agent made of the messages: the events that are noted on its lane."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .. import events
from ..events import CallEvent, DtmfReceived, DtmfSent, Event, HoldChanged, SipMessage
from ..sip.messages import Message
from ..sip.offers import Offers
from ..sip.uris import user_part
from .events import short

#: Digits further apart (s) are not one input.
_PAUSE = 1.0
_NOTED = (
    events.Registered,
    events.RegistrationFailed,
    events.Unregistered,
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
    events.MediaStarted,
    events.MessagesWaiting,
    events.HoldChanged,
    events.RequestRefused,
    events.AnsweredAgain,
    events.RecordingEnded,
    events.AudioTrouble,
    events.AgentDied,
)
_TROUBLE = (
    events.RequestRefused,
    events.AnsweredAgain,
    events.RecordingEnded,
    events.RegistrationFailed,
    events.TransferFailed,
    events.AudioTrouble,
    events.AgentDied,
)


def noted(journal: Sequence[Event]) -> list[Event]:
    """The events of a journal that become notes, with the holds that follow from its messages."""
    found: list[Event] = []
    offers: dict[str, Offers] = {}
    for event in journal:
        if isinstance(event, SipMessage):
            message = Message(event.text)
            if message.call_id:
                followed = offers.setdefault(message.call_id, Offers())
                found += _hold_changes(followed, message, message.call_id, event)
        elif isinstance(event, _NOTED):
            found.append(event)
    return found


def folded(notes: Sequence[Event], steps: Sequence[float]) -> list[Event]:
    """The same with consecutive digits of one call as one event, at the time of the first.

    A pause ends an input, and so does the start of a keyword: `steps` are the times, in order.
    """
    found: list[Event] = []
    last_at = 0.0
    for event in notes:
        before = found[-1] if found else None
        uninterrupted = event.at - last_at <= _PAUSE and bisect(steps, event.at) == bisect(
            steps, last_at
        )
        joined = _joined(before, event) if before and uninterrupted else None
        if joined is None:
            found.append(event)
        else:
            found[-1] = joined
        last_at = event.at
    return found


def is_trouble(event: Event) -> bool:
    """Whether a tester should look at it."""
    refused = isinstance(event, events.CallClosed) and event.by in (
        events.ClosedBy.REFUSAL,
        events.ClosedBy.FAILURE,
    )
    return refused or isinstance(event, _TROUBLE)


class Words:
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


def _hold_changes(
    offers: Offers, message: Message, call_id: str, event: SipMessage
) -> Iterator[HoldChanged]:
    before = offers.on_hold, offers.held_by_peer
    offers.take(message, sent=event.sent)
    if offers.on_hold is not before[0]:
        yield HoldChanged(event.at, call_id, ours=True, on=offers.on_hold)
    if offers.held_by_peer is not before[1]:
        yield HoldChanged(event.at, call_id, ours=False, on=offers.held_by_peer)


def _joined(before: Event, event: Event) -> Event | None:
    match before, event:
        case DtmfReceived(_, first, digits), DtmfReceived(_, second, digit) if first == second:
            return replace(before, digit=digits + digit)
        case DtmfSent(_, first, digits), DtmfSent(_, second, more) if first == second:
            return replace(before, digits=digits + more)
    return None
