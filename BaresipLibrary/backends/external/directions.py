"""Who sent a traced message. Baresip prints both ends of its way, but not which of them it is."""

from collections import OrderedDict

from ...sip.messages import Message
from .. import wire
from .output import Traced

#: Requests are remembered until so many later ones have arrived.
_REMEMBERED = 1000
_ANY = ("0.0.0.0", "[::]")


class Directions:
    """Tells what this agent sent from what it received.

    Where its own listening address is one of the ends, that says it. Else the message went over a
    connection that the agent opened, from a port that the system chose: then the first message on
    that connection says which end is the agent's, as who opens a connection speaks first.
    """

    def __init__(self, address: str, port: int) -> None:
        hosts = (wire.bracketed(address), *_ANY)
        # TLS has the next port.
        self._listening = {f"{host}:{number}" for host in hosts for number in (port, port + 1)}
        self._our_end: dict[frozenset[str], str] = {}
        self._received: OrderedDict[tuple[str, str], None] = OrderedDict()

    def is_sent(self, traced: Traced) -> bool:
        """Whether this agent sent a message. Ask for each one once, in their order."""
        message = Message(traced.text)
        sent = self._is_sent(traced, message)
        if message.method and not sent:
            self._received[_transaction(message)] = None
            if len(self._received) > _REMEMBERED:
                self._received.popitem(last=False)
        return sent

    def _is_sent(self, traced: Traced, message: Message) -> bool:
        if traced.source in self._listening:
            return True
        if traced.destination in self._listening:
            return False
        connection = frozenset((traced.source, traced.destination))
        if connection not in self._our_end:
            first_is_ours = message.method is not None or _transaction(message) in self._received
            # An answer that nobody asked this agent for: what came before it was not printed whole.
            self._our_end[connection] = traced.source if first_is_ours else traced.destination
        return traced.source == self._our_end[connection]


def _transaction(message: Message) -> tuple[str, str]:
    """What a request and its answers have in common (RFC 3261, section 17.1.3)."""
    via, _, _ = (message.first("Via") or "").partition(",")
    branch = via.partition("branch=")[2].partition(";")[0].strip()
    return branch, " ".join((message.first("CSeq") or "").split())
