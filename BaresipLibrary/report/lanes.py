"""Who stands behind an address: one lane for each agent and each foreign host."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..events import AgentDied, Event
from ..sip.exchange import Transmission
from ..sip.uris import address_part


@dataclass(frozen=True)
class Witness:
    """One agent: its name, its URI as `Agent.uri`, and its journal."""

    name: str
    uri: str
    events: Sequence[Event]


@dataclass(frozen=True)
class Lane:
    """A column of the diagram. A foreign host has its address as name, and no URI."""

    name: str
    uri: str | None = None

    @property
    def is_agent(self) -> bool:
        """Whether it is an agent of the suite."""
        return self.uri is not None


class Lanes:
    """Finds the lanes of transmissions whose senders and receivers are numbers of witnesses."""

    def __init__(self, witnesses: Sequence[Witness], transmissions: Sequence[Transmission]) -> None:
        self.all = [Lane(witness.name, witness.uri) for witness in witnesses]
        self._listening = _listening(transmissions)
        self._numbers = _own_addresses(witnesses, transmissions)

    def source(self, one: Transmission) -> int:
        """The number of the lane that a message comes from."""
        return int(one.sender) if one.sender is not None else self._at(one.event.source)

    def destination(self, one: Transmission) -> int:
        """The number of the lane that a message goes to, whether it arrived or not."""
        return int(one.receiver) if one.receiver is not None else self._at(one.event.destination)

    def _at(self, address: str) -> int:
        host = address if address in self._numbers else self._listening.get(address, address)
        if host not in self._numbers:
            self._numbers[host] = len(self.all)
            self.all.append(Lane(host))
        return self._numbers[host]


def _listening(transmissions: Sequence[Transmission]) -> dict[str, str]:
    """Where foreign hosts listen, by the address they were seen to send requests from.

    The port is what the topmost Via says: a TCP connection begins at a port of no meaning. The host
    is the one that was seen: the Via's may be a name, or an address behind a NAT.
    """
    found = {}
    for one in transmissions:
        if one.sent is None and one.message.method and one.message.sent_by:
            source = one.event.source
            found[source] = f"{source.rpartition(':')[0]}:{one.message.sent_by[1]}"
    return found


def _own_addresses(
    witnesses: Sequence[Witness], transmissions: Sequence[Transmission]
) -> dict[str, int]:
    """The addresses of each agent: its ends of messages, and that of its URI if it is its own."""
    own: dict[str, int] = {}
    registrars: set[tuple[str, str]] = set()
    foreign: set[str] = set()
    for one in transmissions:
        if one.sent and one.sender:
            own[one.sent.source] = int(one.sender)
            registrars.add((one.sender, one.sent.destination))
        if one.received and one.receiver:
            own[one.received.destination] = int(one.receiver)
        if one.sent is None:
            foreign.add(one.event.source)
    named = [address_part(witness.uri) for witness in witnesses]
    shared = Counter(named)
    for number, (witness, address) in enumerate(zip(witnesses, named, strict=True)):
        # With a domain it is the registrar's: the agent writes to it, others share it, or somebody
        # who is no agent answers from it. A dead agent may have answered and not told.
        elsewhere = address in foreign and not _died(witness)
        registers = (str(number), address) in registrars
        if address and shared[address] == 1 and not registers and not elsewhere:
            own.setdefault(address, number)
    return own


def _died(witness: Witness) -> bool:
    return any(isinstance(event, AgentDied) for event in witness.events)
