"""The transactions in what one agent sent and received (RFC 3261, section 17).

Among them are provisional responses that were sent reliably (RFC 3262) and await a PRACK.
"""

from collections.abc import Iterable
from dataclasses import field
from functools import cached_property

from ..events import SipMessage
from ..frozen import changeable, frozen
from ..wording import counted
from .messages import Message, parsed


@frozen
class Answer:
    """A response, seen `delay` seconds after the first copy of its request."""

    event: SipMessage
    message: Message
    delay: float

    @property
    def status(self) -> int:
        """The status code."""
        return self.message.status or 0

    @property
    def words(self) -> str:
        """Status and reason phrase, such as ``486 Busy Here``."""
        return self.message.words

    @property
    def when(self) -> str:
        """How long after the request it was seen."""
        if self.delay < 1:
            return f"{max(0.0, self.delay) * 1000:.0f} ms"
        return f"{self.delay:.1f} s"


@changeable
class Transaction:
    """A request with its retransmissions, its answers and, for an INVITE, the ACKs.

    `sent`: the agent sent the request and received the answers; otherwise it received the request.
    Every list is in order of time.
    """

    sent: bool
    requests: list[SipMessage]
    answers: list[Answer] = field(default_factory=list)
    acknowledgements: list[SipMessage] = field(default_factory=list)

    @cached_property
    def request(self) -> Message:
        """The request, taken apart."""
        return parsed(self.requests[0].text)

    @property
    def method(self) -> str:
        """The request's method."""
        return self.request.method or ""

    @property
    def at(self) -> float:
        """When the request was seen first, monotonic seconds."""
        return self.requests[0].at

    @property
    def begins_dialog(self) -> bool:
        """Whether the request is outside a dialog: its To has no tag."""
        return not self.request.to_tag

    @property
    def last_answer(self) -> Answer | None:
        """The newest answer; None without one."""
        return self.answers[-1] if self.answers else None

    @property
    def final(self) -> Answer | None:
        """The first answer that is not provisional (1xx); None without one."""
        return next((answer for answer in self.answers if answer.status >= 200), None)

    @property
    def retransmissions(self) -> str:
        """How often the request was repeated, in words."""
        return counted(len(self.requests) - 1, "retransmission")


def transactions(seen: Iterable[SipMessage]) -> list[Transaction]:
    """The transactions that one agent saw, in order of their first requests.

    Answers whose request was not seen are left out.
    """
    by_key: dict[_Key, Transaction] = {}
    messages = [(event, parsed(event.text)) for event in sorted(seen, key=lambda event: event.at)]
    for event, message in messages:
        if message.method is not None and message.method != "ACK":
            key = _key(event.sent, message)
            by_key.setdefault(key, Transaction(event.sent, [])).requests.append(event)
    for event, message in messages:
        request = by_key.get(_key(not event.sent, message)) if message.status else None
        if request:
            request.answers.append(Answer(event, message, event.at - request.at))
    _add_acknowledgements(by_key, messages)
    return list(by_key.values())


#: Who sent the request, Call-ID, CSeq's number and method (an answer repeats them, whatever the
#: request itself is), and the branch of the topmost Via.
_Key = tuple[bool, str | None, str, str, str]


def _key(sent: bool, message: Message) -> _Key:
    return sent, message.call_id, message.cseq_number, message.transaction_method, message.branch


def _add_acknowledgements(
    by_key: dict[_Key, Transaction], messages: list[tuple[SipMessage, Message]]
) -> None:
    invites: dict[tuple[bool, str | None, str], list[Transaction]] = {}
    for key, transaction in by_key.items():
        if transaction.method == "INVITE":
            invites.setdefault(key[:3], []).append(transaction)
    for event, message in messages:
        same = invites.get(_key(event.sent, message)[:3]) if message.method == "ACK" else None
        if same:
            _acknowledged_by(message, same).acknowledgements.append(event)


def _acknowledged_by(ack: Message, same: list[Transaction]) -> Transaction:
    """Which of the INVITEs with a Call-ID and CSeq an ACK is for.

    There are several where a call has come by two ways (RFC 3261, section 8.2.2.2). The ACK of a
    2xx has a branch of its own, and the tag of that 2xx.
    """
    by_branch = [one for one in same if one.request.branch == ack.branch]
    by_tag = [one for one in same if ack.to_tag in {a.message.to_tag for a in one.answers}]
    return (by_branch or by_tag or same)[-1]


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
