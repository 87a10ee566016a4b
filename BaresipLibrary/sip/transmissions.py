"""The messages that several agents saw, merged: each message once, with its sender and receiver.

A message that one agent sent and another received is in both journals. The transaction (RFC 3261,
section 17.1.3: method, topmost Via and CSeq) says which entries belong together; the time only
distinguishes a message from its retransmissions.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from ..events import SipMessage
from ..frozen import frozen
from .messages import Message, parsed

#: How much earlier (s) a receipt may be stamped than its sending: two processes log it.
_LAG = 0.05

_Key = tuple[str, ...]


@frozen
class Transmission:
    """One message on its way: seen at one end, or at both.

    `sender` and `receiver` name agents; None is a foreign host, or an agent that it never reached.
    `repetition` is 0 for the first time a message was sent, 1 for its first retransmission.
    """

    sender: str | None
    receiver: str | None
    sent: SipMessage | None
    received: SipMessage | None
    repetition: int = 0

    @property
    def event(self) -> SipMessage:
        """The message as its sender saw it, or else its receiver."""
        seen = self.sent or self.received
        assert seen is not None
        return seen

    @property
    def at(self) -> float:
        """When it was sent; when it arrived, if a foreign host sent it. Monotonic seconds.

        The earlier of both stamps: a busy sender may log a request after its answer was logged.
        """
        return min(event.at for event in (self.sent, self.received) if event)

    @cached_property
    def message(self) -> Message:
        """The message, taken apart."""
        return parsed(self.event.text)


def merged(seen: Iterable[tuple[str, SipMessage]]) -> list[Transmission]:
    """The transmissions in what agents saw, each message with an agent's name, in order of time."""
    groups: dict[_Key, list[tuple[str, SipMessage]]] = defaultdict(list)
    for name, event in sorted(seen, key=lambda name_and_event: name_and_event[1].at):
        groups[_key(parsed(event.text))].append((name, event))
    return sorted(
        (transmission for group in groups.values() for transmission in _paired(group)),
        key=lambda transmission: transmission.at,
    )


def _key(message: Message) -> _Key:
    """What identifies a message, the same in all its copies and retransmissions."""
    kind = message.method or str(message.status)
    to = (message.first("To") or "") if message.method is None else ""
    return kind, message.call_id or "", message.cseq, message.branch, to


def _paired(group: list[tuple[str, SipMessage]]) -> list[Transmission]:
    """The transmissions of one message, in order of time: each sending with its receipt."""
    sendings = [seen for seen in group if seen[1].sent]
    receipts: dict[int, tuple[str, SipMessage]] = {}
    foreign: list[tuple[str, SipMessage]] = []
    for receipt in (seen for seen in group if not seen[1].sent):
        without_receipt = [
            number
            for number, (_, sending) in enumerate(sendings)
            if number not in receipts and sending.at <= receipt[1].at + _LAG
        ]
        if without_receipt:
            receipts[without_receipt[-1]] = receipt
        else:
            foreign.append(receipt)
    return [
        *_from_agents(sendings, receipts),
        *(Transmission(None, name, None, event, n) for n, (name, event) in enumerate(foreign)),
    ]


def _from_agents(
    sendings: list[tuple[str, SipMessage]], receipts: dict[int, tuple[str, SipMessage]]
) -> list[Transmission]:
    paired = []
    for number, (sender, sent) in enumerate(sendings):
        receiver, received = receipts.get(number, (None, None))
        paired.append(Transmission(sender, receiver, sent, received, number))
    return paired
