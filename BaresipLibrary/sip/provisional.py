"""Provisional responses that are sent reliably (RFC 3262)."""

from .messages import Message


class UnacknowledgedResponses:
    """The reliable provisional responses that this side sent, and that got no PRACK."""

    def __init__(self) -> None:
        self._waiting: set[tuple[str, str]] = set()

    def take(self, message: Message, *, sent: bool) -> None:
        """Takes in a message of any call."""
        call_id, number = message.call_id or "", message.first("RSeq")
        if sent and number and message.status is not None and message.status < 200:
            self._waiting.add((call_id, _words(f"{number} {message.cseq}")))
        elif not sent and message.method == "PRACK":
            self._waiting.discard((call_id, _words(message.first("RAck") or "")))

    def are_of(self, call_id: str) -> bool:
        """Whether a call has any."""
        return any(call_id == known for known, _ in self._waiting)

    def forget(self, call_id: str) -> None:
        """Forgets a call that is over."""
        self._waiting = {one for one in self._waiting if one[0] != call_id}


def _words(acknowledgement: str) -> str:
    return " ".join(acknowledgement.split())
