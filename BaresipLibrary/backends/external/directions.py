"""Which of the SIP messages that a baresip prints it has sent, and which it has received."""

from collections import OrderedDict

from ...sip.messages import Message
from ..baresip_text import bracketed
from .output import TracedMessage

#: How many received requests are remembered.
_REMEMBERED = 1000
_ANY = ("0.0.0.0", "[::]")


class DirectionFinder:
    """Distinguishes the messages that this agent sent from those that it received.

    If one end is the agent's listening address, that decides. Else the message went over a
    connection that the agent opened, from a port that the system chose. Then the first message on
    the connection decides, as the side that opened it speaks first.
    """

    def __init__(self, address: str, port: int) -> None:
        hosts = (bracketed(address), *_ANY)
        # A phone of another program may have the next port for UDP.
        ports = {"UDP": port, "TCP": port, "TLS": port + 1}
        self._listening = {
            (transport, f"{host}:{number}") for host in hosts for transport, number in ports.items()
        }
        self._our_end: dict[frozenset[str], str] = {}
        self._received: OrderedDict[tuple[str, str], None] = OrderedDict()

    def is_sent(self, traced: TracedMessage) -> bool:
        """Whether this agent sent a message. Call it once for each message, in order."""
        message = Message(traced.text)
        sent = self._is_sent(traced, message)
        if message.method and not sent:
            self._received[_transaction(message)] = None
            if len(self._received) > _REMEMBERED:
                self._received.popitem(last=False)
        return sent

    def _is_sent(self, traced: TracedMessage, message: Message) -> bool:
        if (traced.transport, traced.source) in self._listening:
            return True
        if (traced.transport, traced.destination) in self._listening:
            return False
        connection = frozenset((traced.source, traced.destination))
        if connection not in self._our_end:
            first_is_ours = message.method is not None or _transaction(message) in self._received
            # A response without a request: what came before it was not printed whole.
            self._our_end[connection] = traced.source if first_is_ours else traced.destination
        return traced.source == self._our_end[connection]


def _transaction(message: Message) -> tuple[str, str]:
    """The key that a request and its responses share (RFC 3261, section 17.1.3)."""
    return message.branch, message.cseq
