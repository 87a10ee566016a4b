"""Which calls have a re-INVITE that the stack has dropped and will not send by itself.

When a re-INVITE is refused with 491, or with 500 and Retry-After, libre waits and sends it again.
It stops waiting when the peer's own re-INVITE comes first; but it takes the timer that it has
stopped for one that runs, and from then on only queues what it should send.
"""

from ..events import CallClosed, Event, SipMessage
from .messages import Message

_PENDING, _SERVER_ERROR = 491, 500


class Collisions:
    """Follows what an agent reports. A call's end forgets it."""

    def __init__(self) -> None:
        self._offers: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._stuck: dict[str, str] = {}

    def take(self, event: Event) -> None:
        """Takes in an event."""
        match event:
            case SipMessage(_, sent):
                self._follow(Message(event.text), sent=sent)
            case CallClosed(_, call_id):
                self._waiting.discard(call_id)
                self._offers.pop(call_id, None)
                self._stuck.pop(call_id, None)

    def _follow(self, message: Message, *, sent: bool) -> None:
        call_id = message.call_id or ""
        if message.transaction_method not in ("INVITE", "UPDATE"):
            return
        if message.method and not sent:
            self._offers[call_id] = message.text
        elif message.method == "INVITE":
            self._waiting.discard(call_id)
        elif not sent and _is_tried_again(message):
            self._waiting.add(call_id)
            self._stuck.pop(call_id, None)
        elif sent and 200 <= (message.status or 0) < 300 and call_id in self._waiting:
            self._waiting.discard(call_id)
            self._stuck[call_id] = self._offers[call_id]

    def message_of(self, call_id: str) -> str | None:
        """A message that names the dialog of such a call; None for every other call."""
        return self._stuck.get(call_id)


def _is_tried_again(message: Message) -> bool:
    if message.transaction_method != "INVITE":
        return False
    later = message.status == _SERVER_ERROR and message.first("Retry-After") is not None
    return later or message.status == _PENDING
