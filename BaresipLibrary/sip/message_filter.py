"""Which SIP messages a suite asks for, such as ``sent INVITE``, ``18x`` or ``200 BYE``."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from .outlines import RENEWED, Outline

T = TypeVar("T")

#: The methods that are registered for SIP.
METHODS = (
    "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "INFO", "MESSAGE", "NOTIFY", "PRACK",
    "PUBLISH", "REFER", "SUBSCRIBE", "UPDATE",
)  # fmt: skip
_DIRECTIONS = {"sent": True, "received": False}
_STATUS = re.compile(r"[1-6](?:\d\d|\dx|xx)", re.IGNORECASE)
_EXAMPLES = (
    "Write it like BYE, re-INVITE, sent INVITE, 200, 18x, 4xx, 200 BYE or received 200 INVITE."
)
#: How similar a word must be to a method to be a slip of the pen.
_LIKE = 0.6


@dataclass(frozen=True)
class MessageFilter:
    """What the messages that a suite asks for have in common; None and False: it may be anything.

    Written as ``[sent|received] [status] [[re-]METHOD]``, with a status such as ``200``, ``18x`` or
    ``4xx``. A method alone means requests; a status, responses: with a method, responses to such
    requests. ``re-`` is for requests within the dialog that an earlier one began.
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
        status = rest.pop(0).lower() if rest and _STATUS.fullmatch(rest[0]) else None
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

    Not when it looks like a registered one misspelt: waiting for that would be in vain, and that
    none has come would prove nothing.
    """
    similar = difflib.get_close_matches(name, METHODS, n=1, cutoff=_LIKE)
    misspelt = any(abs(len(name) - len(method)) <= 1 for method in similar)
    return re.fullmatch("[A-Z]{3,20}", name) is not None and not misspelt
