"""What lookups ask of a SIP message, read once: a long text need not be taken apart again."""

from sys import intern
from typing import NamedTuple

from .messages import Message

#: A longer word in place of a method comes from no phone; it is not repeated in sentences.
_LONGEST = 40


class Outline(NamedTuple):
    """What a message is, in short.

    `method` is that of its transaction: of a response, that of the request it answers. `status` is
    None for a request, and 0 for a response without a readable one. `in_dialog`: whether it is a
    request with a To tag. `identity` is the same for all copies of a message, and `repetition`
    counts those before it: 1 is the first retransmission.
    """

    sent: bool
    status: int | None
    method: str
    number: str
    in_dialog: bool
    call_id: str
    identity: int
    repetition: int = 0

    @property
    def is_request(self) -> bool:
        """Whether it is a request."""
        return self.status is None

    @property
    def begins_call(self) -> bool:
        """Whether it is an INVITE without a To tag."""
        return self.is_request and self.method == "INVITE" and not self.in_dialog

    @property
    def transaction(self) -> tuple[bool, str, str, str]:
        """What it shares with the other messages of its transaction, as one agent saw them."""
        return self.sent is self.is_request, self.call_id, self.number, self.method

    @property
    def words(self) -> str:
        """The message as a filter names it: ``INVITE``, ``re-INVITE`` or ``200 INVITE``."""
        again = self.is_request and self.in_dialog and self.method in RENEWED
        word = f"re-{self.method}" if again else self.method
        if not word.isprintable() or len(word) > _LONGEST:
            word = "an unknown method"
        if self.status == 0:
            return f"a response without a status to {word}"
        return f"{self.status or ''} {word}".strip()


#: Methods that begin a dialog, and with a To tag renew what they began.
RENEWED = ("INVITE", "SUBSCRIBE")


def outline(message: Message, *, sent: bool) -> Outline:
    """The outline of a message that an agent sent or received."""
    method = message.transaction_method if message.method is None else message.method
    return Outline(
        sent,
        message.status if message.method is not None else message.status or 0,
        intern(method),
        intern(message.cseq_number),
        message.method is not None and bool(message.to_tag),
        intern(message.call_id or ""),
        hash((sent, *_identity(message))),
    )


def _identity(message: Message) -> tuple[str | None, ...]:
    """What all copies of a message share (RFC 3261, section 17.1.3), and no other message has.

    A provisional response may come again with something new in it. An ACK is no transaction: it may
    be sent again with another branch.
    """
    of_all = message.call_id, message.cseq
    if message.method == "ACK":
        return "ACK", *of_all, message.first("To")
    if message.method is not None:
        return message.method, *of_all, message.branch
    again = message.text if (message.status or 0) < 200 else ""
    return str(message.status), *of_all, message.branch, message.first("To"), again
