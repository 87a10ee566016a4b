"""Which SIP messages a suite asks for, such as ``sent INVITE``, and what it gets to read."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from ..events import SipMessage
from ..frozen import frozen
from .messages import Message, canonical_name, masked
from .outlines import RENEWED, Outline

T = TypeVar("T")

#: The methods that are registered for SIP.
METHODS = (
    "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "INFO", "MESSAGE", "NOTIFY", "PRACK",
    "PUBLISH", "REFER", "SUBSCRIBE", "UPDATE",
)  # fmt: skip
_DIRECTIONS = {"sent": True, "received": False}
_STATUS = r"(?i)[1-6](?:\d\d|\dx|xx)"
_EXAMPLES = (
    "Write it like BYE, re-INVITE, sent INVITE, 200, 18x, 4xx, 200 BYE or received 200 INVITE."
)
#: Methods of other standards that resemble one of SIP's.
_OTHER_METHODS = ("BENOTIFY", "SPRACK")
#: What a status means, as one says it. No request has such a method.
_STATUS_WORDS = frozenset({
    "TRYING", "RINGING", "QUEUED", "PROGRESS", "OKAY", "ACCEPTED", "MOVED", "UNAUTHORIZED",
    "FORBIDDEN", "TIMEOUT", "GONE", "UNAVAILABLE", "BUSY", "TERMINATED", "DECLINE", "DECLINED",
    "REQUEST", "RESPONSE", "ANSWER", "HOLD", "HANGUP", "DIAL",
})  # fmt: skip
#: How similar a word must be to a method to be a slip of the pen.
_LIKE = 0.6


@frozen
class MessageFilter:
    """What the messages that a suite asks for have in common.

    Written as ``sent`` or ``received``, a status such as ``200``, ``18x`` or ``4xx``, and a method;
    each may be left out, but not both of status and method: ``sent 200 INVITE``. A method alone
    means requests; a status, responses: with a method, responses to such requests. A method with
    ``re-`` before it is for requests within the dialog that an earlier one began.
    """

    sent: bool | None = None
    status: str | None = None
    method: str | None = None
    again: bool = False

    @classmethod
    def parse(cls, text: object) -> "MessageFilter":
        """Reads a filter. Upper and lower case mean the same, except in methods that are not SIP's.

        Raises:
            ValueError: it is none; the message shows some that are.
        """
        words = str(text).split()
        sent = _DIRECTIONS.get(words[0].lower()) if words else None
        rest = words if sent is None else words[1:]
        status = rest.pop(0).lower() if rest and re.fullmatch(_STATUS, rest[0]) else None
        if len(rest) > 1 or not (rest or status):
            raise ValueError(f"'{text}' does not say which SIP message. {_EXAMPLES}")
        again, method = _method(str(text), rest[0], status) if rest else (False, None)
        return cls(sent, status, method, again)

    def select(self, seen: Iterable[tuple[T, Outline]]) -> list[tuple[T, Outline]]:
        """Those of an agent's messages that it asks for, in order; `seen` are all that are kept.

        Whether a response answers a request within a dialog is known from that request.
        """
        messages = list(seen)
        found = [(message, one) for message, one in messages if self._matches(one)]
        if not self.again:
            return found
        renewing = {one.transaction for _, one in messages if one.in_dialog}
        return [(message, one) for message, one in found if one.transaction in renewing]

    def _matches(self, outline: Outline) -> bool:
        """Whether it asks for such a message, apart from ``re-``."""
        return (
            self.sent in (None, outline.sent)
            and self.method in (None, outline.method)
            and self._matches_status(outline.status)
        )

    def _matches_status(self, status: int | None) -> bool:
        if self.status is None:
            return status is None or self.method is None
        prefix = self.status.rstrip("x")
        return status is not None and str(status).startswith(prefix)

    def describe(self) -> str:
        """The messages in words, after "no": ``BYE``, ``18x`` or ``200 to a BYE``."""
        method = f"re-{self.method}" if self.again else self.method
        if self.status is None:
            return method or "SIP message"
        if method is None:
            return self.status
        article = "an" if method[0] in "AEIOU" else "a"
        return f"{self.status} to {article} {method}"

    def __str__(self) -> str:
        """The filter as it is written."""
        direction = {True: "sent", False: "received", None: ""}[self.sent]
        method = f"re-{self.method}" if self.again else self.method
        return " ".join(word for word in (direction, self.status, method) if word)


def _method(text: str, word: str, status: str | None) -> tuple[bool, str]:
    """Whether a word begins with ``re-``, and the method in it."""
    again = word[:3].lower() == "re-"
    name = word[3:] if again else word
    method = name.upper()
    if again and method not in RENEWED:
        known = " and ".join(f"re-{one}" for one in RENEWED)
        raise ValueError(f"'{text}' does not say which SIP message: there are only {known}.")
    if method not in METHODS and (status or name != method or not _may_be_method(name)):
        near = difflib.get_close_matches(method, METHODS, n=1, cutoff=_LIKE)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"'{word}' is not a SIP method.{hint} {_EXAMPLES}")
    return again, method


def _may_be_method(name: str) -> bool:
    """Whether a word in upper case may be a method that is not registered.

    Not when it looks like a registered one misspelt or inflected, or like the words of a status:
    waiting for that would be in vain, and that none has come would prove nothing.
    """
    if name in _OTHER_METHODS:
        return True
    similar = difflib.get_close_matches(name, METHODS, n=1, cutoff=_LIKE)
    misspelt = any(abs(len(name) - len(method)) <= 1 for method in similar)
    inflected = any(method in name or name[:3] == method[:3] for method in METHODS)
    is_word = re.fullmatch("[A-Z]{3,20}", name) is not None and name not in _STATUS_WORDS
    return is_word and not misspelt and not inflected


class HeaderValues(Mapping[str, list[str]]):
    """The headers of a message: names as RFC 3261 writes them, each with a list of values.

    Looking one up ignores case, and takes the compact form of a name for the long one.
    """

    def __init__(self, message: Message) -> None:
        self._values = message.headers_by_name

    def __getitem__(self, name: str) -> list[str]:
        return self._values[canonical_name(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


@frozen
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
            status=seen.status or None,
            reason=message.reason_phrase if seen.status else None,
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
