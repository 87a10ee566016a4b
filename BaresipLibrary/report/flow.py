"""A test as a sequence diagram: who sent what to whom, and what each agent made of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ..events import AgentDied, Event, SipMessage, SourceChosen
from ..frozen import frozen
from ..sip.messages import Message, masked
from ..sip.transmissions import Transmission, merged
from ..sip.uris import address_part
from .event_words import EventWords, is_trouble, notable, with_digits_joined
from .message_labels import hint, label
from .moments import Step

#: A silence longer than this (s) is a gap.
_SILENCE = 1.0


@frozen
class AgentTrace:
    """One agent: its name, its URI as `Agent.uri`, its journal, and what it said and heard."""

    name: str
    uri: str
    events: Sequence[Event]
    #: When, in monotonic seconds, and what.
    words: Sequence[tuple[float, str]] = ()


@frozen
class Lane:
    """A column of the diagram. A foreign host has its address as name, and no URI."""

    name: str
    uri: str | None = None

    @property
    def is_agent(self) -> bool:
        """Whether it is an agent of the suite."""
        return self.uri is not None


@frozen
class Row:
    """Something that happened `offset` seconds after the flow began, to the millisecond."""

    offset: float


@frozen
class Ran(Row):
    """A keyword ran; `offset` is when it began."""

    text: str
    failed: bool = False


@frozen
class Arrow(Row):
    """A SIP message on its way from a lane to a lane, both by number.

    `text` is the whole message. `repetition` is 1 for its first retransmission. It is `lost` when
    an agent that it was meant for never saw it; of foreign hosts nobody can tell.
    """

    source: int
    destination: int
    label: str
    hint: str
    text: str
    repetition: int = 0
    lost: bool = False


@frozen
class Note(Row):
    """What an agent made of it, on its lane. `trouble` is what a tester should look at."""

    lane: int
    text: str
    trouble: bool = False


@frozen
class Pause(Row):
    """From `offset` on nothing happened for this many `seconds`."""

    seconds: float


@frozen
class CallFlow:
    """Lanes from left to right, rows in the order of time. Secrets are masked."""

    lanes: Sequence[Lane]
    rows: Sequence[Row]


class Lanes:
    """Finds the lanes of transmissions whose senders and receivers are numbers of traces."""

    def __init__(self, traces: Sequence[AgentTrace], transmissions: Sequence[Transmission]) -> None:
        self.all = [Lane(trace.name, trace.uri) for trace in traces]
        self._listening = _listening(transmissions)
        self._numbers = _own_addresses(traces, transmissions)

    def source(self, transmission: Transmission) -> int:
        """The number of the lane that a message comes from."""
        return (
            int(transmission.sender)
            if transmission.sender is not None
            else self._at(transmission.event.source)
        )

    def destination(self, transmission: Transmission) -> int:
        """The number of the lane that a message goes to, whether it arrived or not."""
        return (
            int(transmission.receiver)
            if transmission.receiver is not None
            else self._at(transmission.event.destination)
        )

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
    listening = {}
    for transmission in transmissions:
        if (
            transmission.sent is None
            and transmission.message.method
            and transmission.message.sent_by
        ):
            source = transmission.event.source
            listening[source] = f"{source.rpartition(':')[0]}:{transmission.message.sent_by[1]}"
    return listening


def _own_addresses(
    traces: Sequence[AgentTrace], transmissions: Sequence[Transmission]
) -> dict[str, int]:
    """The addresses of each agent: its ends of messages, and that of its URI if it is its own."""
    own: dict[str, int] = {}
    registrars: set[tuple[str, str]] = set()
    foreign: set[str] = set()
    for transmission in transmissions:
        if transmission.sent and transmission.sender:
            own[transmission.sent.source] = int(transmission.sender)
            registrars.add((transmission.sender, transmission.sent.destination))
        if transmission.received and transmission.receiver:
            own[transmission.received.destination] = int(transmission.receiver)
        if transmission.sent is None:
            foreign.add(transmission.event.source)
    named = [address_part(trace.uri) for trace in traces]
    shared = Counter(named)
    for number, (trace, address) in enumerate(zip(traces, named, strict=True)):
        # With a domain it is the registrar's: the agent writes to it, others share it, or somebody
        # who is no agent answers from it. A dead agent may have answered without a trace of it.
        elsewhere = address in foreign and not _died(trace)
        registers = (str(number), address) in registrars
        if address and shared[address] == 1 and not registers and not elsewhere:
            own.setdefault(address, number)
    return own


def _died(trace: AgentTrace) -> bool:
    return any(isinstance(event, AgentDied) for event in trace.events)


#: What comes first of what happened in the same millisecond: a message before what it causes.
_ORDER = (Ran, Arrow, Note, Pause)


def call_flow(traces: Sequence[AgentTrace], steps: Sequence[Step], began: float) -> CallFlow:
    """Merges what agents saw with what the suite did, each message once.

    Times of events and steps and `began`, from which offsets count, are monotonic seconds.
    """
    transmissions = merged(
        (str(number), event)
        for number, trace in enumerate(traces)
        for event in trace.events
        if isinstance(event, SipMessage)
    )
    lanes = Lanes(traces, transmissions)
    arrows = [_arrow(transmission, lanes, began) for transmission in transmissions]
    times = [step.at for step in steps] + [transmission.at for transmission in transmissions]
    notes: list[Note] = []
    starts = sorted(step.at for step in steps)
    for lane, trace in enumerate(traces):
        noted = [event for event in notable(trace.events) if not (trace.words and _is_said(event))]
        times += [event.at for event in noted] + [at for at, _ in trace.words]
        notes += [Note(_offset(at, began), lane, text) for at, text in trace.words]
        notes += _notes(trace, lane, with_digits_joined(noted, starts), began)
    ran = [Ran(_offset(step.at, began), masked(step.text), step.failed) for step in steps]
    rows: list[Row] = [*ran, *arrows, *notes, *_gaps(times, began)]
    rows.sort(key=lambda row: (row.offset, _ORDER.index(type(row))))
    return CallFlow(lanes.all, rows)


def _is_said(event: Event) -> bool:
    """Whether it says that an agent begins to say a text."""
    return isinstance(event, SourceChosen) and event.source.startswith("say:")


def _offset(at: float, began: float) -> float:
    return round(at - began, 3) + 0.0  # the sum turns -0.0 into 0.0


def _arrow(transmission: Transmission, lanes: Lanes, began: float) -> Arrow:
    text = masked(transmission.event.text)
    message = Message(text)
    source, destination = lanes.source(transmission), lanes.destination(transmission)
    return Arrow(
        _offset(transmission.at, began),
        source,
        destination,
        label(message),
        hint(message, transmission.event.transport),
        text,
        transmission.repetition,
        lost=transmission.received is None and lanes.all[destination].is_agent,
    )


def _notes(trace: AgentTrace, lane: int, noted: Iterable[Event], began: float) -> Iterator[Note]:
    words = EventWords(trace.events)
    for event in noted:
        text = masked(words.of(event))
        yield Note(_offset(event.at, began), lane, text, is_trouble(event))


def _gaps(times: Iterable[float], began: float) -> Iterator[Pause]:
    for before, after in pairwise(sorted(times)):
        if after - before > _SILENCE:
            yield Pause(_offset(before, began), round(after - before, 3))
