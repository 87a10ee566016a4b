"""A SIP message as suites get it: taken apart, and without its secrets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..events import SipMessage
from .messages import Message, canonical_name, masked
from .outlines import Outline


class HeaderValues(Mapping[str, list[str]]):
    """The headers of a message: names as RFC 3261 writes them, each with a list of values.

    Looking one up ignores case, and takes the compact form of a name for the long one.
    """

    def __init__(self, message: Message) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in message.headers:
            self._values.setdefault(canonical_name(name), []).append(value)

    def __getitem__(self, name: str) -> list[str]:
        return self._values[canonical_name(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


@dataclass(frozen=True)
class SeenMessage:
    """One SIP message that an agent sent or received.

    ``method`` is that of a request; of a response, that of the request it answers. ``status`` and
    ``reason`` (the reason phrase) are those of a response, and ``None`` for a request. ``at`` is
    when the agent saw it, in seconds on a clock that all agents of this machine share.
    ``retransmission`` is 0 for the first copy of a message, 1 for its first retransmission.

    Passwords, digests and keys are replaced by ``***``.
    """

    sent: bool
    start_line: str
    method: str
    status: int | None
    reason: str | None
    headers: HeaderValues
    body: str
    call_id: str
    at: float
    retransmission: int
    text: str

    @classmethod
    def of(cls, event: SipMessage, seen: Outline) -> "SeenMessage":
        """The message that an event reports."""
        message = Message(masked(event.text))
        return cls(
            sent=seen.sent,
            start_line=message.start_line,
            method=seen.method,
            status=seen.status,
            reason=None if seen.is_request else message.reason_phrase,
            headers=HeaderValues(message),
            body=message.body,
            call_id=seen.call_id,
            at=event.at,
            retransmission=seen.repetition,
            text=message.text,
        )

    @property
    def direction(self) -> str:
        """``sent`` or ``received``."""
        return "sent" if self.sent else "received"

    def as_table(self) -> dict[str, Any]:
        """Its attributes by their names, for suites on another host."""
        table = {field.name: getattr(self, field.name) for field in fields(self)}
        return table | {"headers": dict(self.headers), "direction": self.direction}

    def __str__(self) -> str:
        """The whole message."""
        return self.text

    def __repr__(self) -> str:
        return f"<{self.direction} {self.start_line!r}>"
