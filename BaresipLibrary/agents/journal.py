"""The time-stamped history of everything an agent saw."""

from collections.abc import Iterator
from typing import TypeVar

from ..events import Event, SipMessage
from ..sip.messages import Message

E = TypeVar("E", bound=Event)


class Journal:
    """Grows while the agent lives; a position in it is the number of events before."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def __len__(self) -> int:
        return len(self._events)

    def add(self, event: Event) -> None:
        """Appends an event."""
        self._events.append(event)

    def since(self, position: int) -> list[Event]:
        """The events from a position on."""
        return self._events[position:]

    def of_kind(self, kind: type[E], since: int = 0) -> Iterator[E]:
        """The events of one kind, in order."""
        return (event for event in self._events[since:] if isinstance(event, kind))

    def messages(self, call_id: str) -> list[SipMessage]:
        """The SIP messages of one call, sent and received, in order."""
        return [
            message
            for message in self.of_kind(SipMessage)
            if call_id in message.text and Message(message.text).call_id == call_id
        ]
