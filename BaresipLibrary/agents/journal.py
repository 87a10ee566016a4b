"""The time-stamped history of everything an agent saw."""

import time
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import itemgetter
from typing import TypeVar

from ..events import AudioArrived, AudioTimed, CallEvent, Event, RtpCounted, SipMessage
from ..sip.messages import Message, parsed
from ..sip.outlines import Outline, outline

E = TypeVar("E", bound=Event)

#: The position of a SIP message, and its outline.
Place = tuple[int, Outline]

#: So frequent that they are not kept.
NOT_KEPT = (AudioArrived, AudioTimed, RtpCounted)
#: How many SIP messages of an agent are kept, the newest: those of some 1,000 calls, in 14 MB. And
#: how many characters they may have, for peers that send bodies of 100 kB.
MOST_MESSAGES = 10_000
MOST_TEXT = 32_000_000
#: How many messages of a call are traced, at most, before the stack reports that call.
_LATEST = 8


class Journal:
    """A position in the journal is the number of events before it.

    Of very many SIP messages the oldest are forgotten, so that a suite may run for days.
    """

    def __init__(self) -> None:
        self._events: list[Event | None] = []
        self._messages: deque[Place] = deque()
        self._copies: Counter[int] = Counter()
        self._text = 0
        self._forgotten = 0
        self._unread = 0
        #: Is told of each event as it is added, with `changes` held: it must not wait.
        self.on_event: Callable[[Event], None] | None = None
        #: Are told the Call-ID of a call before it is forgotten, without `changes`.
        self.last_readers: list[Callable[[str], None]] = []
        #: Where begins what came after the last keyword that acted, and when that was (monotonic).
        self.action, self.acted_at = 0, 0.0

    def __len__(self) -> int:
        return len(self._events)

    def add(self, event: Event) -> None:
        """Appends an event."""
        if isinstance(event, SipMessage):
            seen = outline(parsed(event.text), sent=event.sent)
            seen = seen._replace(repetition=self._copies[seen.identity])
            self._copies[seen.identity] += 1
            self._messages.append((len(self._events), seen))
            self._text += len(event.text)
        self._events.append(event)
        if self.on_event is not None:
            self.on_event(event)
        while len(self._messages) > MOST_MESSAGES or self._text > MOST_TEXT:
            self._forget()

    def _forget(self) -> None:
        """Forgets the oldest message."""
        place, oldest = self._messages.popleft()
        self._forgotten = place + 1
        self._clear(place, oldest)

    def _clear(self, place: int, seen: Outline) -> None:
        """Empties the place of a message, which is no longer among those that are kept."""
        event, self._events[place] = self._events[place], None
        self._text -= len(event.text) if isinstance(event, SipMessage) else 0
        self._copies[seen.identity] -= 1
        if not self._copies[seen.identity]:
            del self._copies[seen.identity]

    def forget(self, call_id: str, since: int) -> None:
        """Forgets what there is of one call from a position on."""
        kept: deque[Place] = deque()
        for place, seen in self._messages:
            if place >= since and seen.call_id == call_id:
                self._clear(place, seen)
            else:
                kept.append((place, seen))
        self._messages = kept
        for place in range(since, len(self._events)):
            event = self._events[place]
            if isinstance(event, CallEvent) and event.call_id == call_id:
                self._events[place] = None

    def note_action(self) -> int:
        """Notes that a keyword is about to act; returns the position of what comes after it."""
        self.action, self.acted_at = len(self), time.monotonic()
        return self.action

    def correct(self, wrong: Event, right: Event) -> None:
        """Replaces an event that turned out to be misread."""
        for place in range(len(self._events) - 1, -1, -1):
            if self._events[place] is wrong:
                self._events[place] = right
                return

    def latest_messages(self) -> list[SipMessage]:
        """The newest SIP messages, in order."""
        newest = [*islice(reversed(self._messages), _LATEST)][::-1]
        return [message for message, _ in self.kept(newest)]

    def outlines(self, since: int = 0) -> list[Place]:
        """The positions and outlines of the SIP messages that are kept, from a position on."""
        places = [*self._messages]
        return places[bisect_left(places, since, key=itemgetter(0)) :]

    def kept(self, places: Iterable[Place]) -> list[tuple[SipMessage, Outline]]:
        """The SIP messages at positions, without those that have been forgotten meanwhile."""
        return [
            (message, seen)
            for place, seen in places
            if isinstance(message := self._events[place], SipMessage)
        ]

    def has_forgotten(self, since: int = 0) -> bool:
        """Whether a message from a position on has been forgotten."""
        return since < self._forgotten

    def since(self, position: int) -> list[Event]:
        """The events from a position on."""
        return [event for event in self._events[position:] if event is not None]

    def take_unread(self) -> list[Event]:
        """The events that this method has not returned before."""
        events = self.since(self._unread)
        self._unread = len(self._events)
        return events

    def numbered(self, position: int) -> Iterator[tuple[int, Event]]:
        """The events from a position on, each with its position."""
        for number, event in enumerate(self._events[position:], position):
            if event is not None:
                yield number, event

    def of_kind(self, kind: type[E], since: int = 0) -> Iterator[E]:
        """The events of one kind, in order."""
        return (event for event in self._events[since:] if isinstance(event, kind))

    def of_method(self, method: str, since: int = 0) -> list[SipMessage]:
        """The SIP messages in transactions of a method, in order."""
        places = [(place, seen) for place, seen in self.outlines(since) if seen.method == method]
        return [message for message, _ in self.kept(places)]

    def messages(self, call_id: str) -> list[SipMessage]:
        """The SIP messages of one call, sent and received, in order.

        Of several calls with the same Call-ID it is the newest: a proxy may try a phone again. One
        that the agent itself has made, and that comes back to it, is the same.
        """
        seen = self.kept(one for one in self.outlines() if one[1].call_id == call_id)
        begun = [one for _, one in seen if _begins_call(one)]
        is_one = len(begun) < 2 or any(one.sent for one in begun)
        return [message for message, _ in (seen if is_one else _of_last_call(seen))]

    def invite(self, call_id: str) -> Message | None:
        """The INVITE that began a call; None while none is here."""
        messages = (parsed(event.text) for event in self.messages(call_id))
        return next((message for message in messages if message.method == "INVITE"), None)


def _begins_call(seen: Outline) -> bool:
    return seen.begins_call and not seen.repetition


def _of_last_call(seen: list[tuple[SipMessage, Outline]]) -> list[tuple[SipMessage, Outline]]:
    """The messages from the INVITE on that came after the one before it was refused.

    One that comes earlier is of the same call, which a proxy has sent by two ways.
    """
    begin, branch, is_over = 0, "", False
    for place, (event, one) in enumerate(seen):
        if _begins_call(one) and (is_over or not branch):
            begin, branch, is_over = place if is_over else 0, parsed(event.text).branch, False
        elif one.sent and one.method == "INVITE" and (one.status or 0) >= 300:
            is_over = is_over or parsed(event.text).branch == branch
    return seen[begin:]
