"""A test as a sequence diagram: who sent what to whom, and what each agent made of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..events import Event, SipMessage
from ..sip.exchange import Transmission, merged
from ..sip.masking import masked
from ..sip.messages import Message
from .labels import hint, label
from .lanes import Lane, Lanes, Witness
from .notes import Words, folded, is_trouble, noted

__all__ = ["Arrow", "CallFlow", "Gap", "Lane", "Note", "Ran", "Row", "Step", "Witness", "call_flow"]

#: A silence longer than this (s) is a gap.
_SILENCE = 1.0


@dataclass(frozen=True)
class Step:
    """One keyword of the suite. `at` is when it began, in monotonic seconds."""

    at: float
    text: str
    failed: bool = False


@dataclass(frozen=True)
class Row:
    """Something that happened `offset` seconds after the flow began, to the millisecond."""

    offset: float


@dataclass(frozen=True)
class Ran(Row):
    """A keyword ran; `offset` is when it began."""

    text: str
    failed: bool = False


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Note(Row):
    """What an agent made of it, on its lane. `trouble` is what a tester should look at."""

    lane: int
    text: str
    trouble: bool = False


@dataclass(frozen=True)
class Gap(Row):
    """From `offset` on nothing happened for so many `seconds`."""

    seconds: float


#: What comes first of what happened in the same millisecond: a message before what it causes.
_ORDER = (Ran, Arrow, Note, Gap)


@dataclass(frozen=True)
class CallFlow:
    """Lanes from left to right, rows in the order of time. Secrets are masked."""

    lanes: Sequence[Lane]
    rows: Sequence[Row]


def call_flow(witnesses: Sequence[Witness], steps: Sequence[Step], began: float) -> CallFlow:
    """Merges what agents saw with what the suite did, each message once.

    Times of events and steps and `began`, from which offsets count, are monotonic seconds.
    """
    transmissions = merged(
        (str(number), event)
        for number, witness in enumerate(witnesses)
        for event in witness.events
        if isinstance(event, SipMessage)
    )
    lanes = Lanes(witnesses, transmissions)
    arrows = [_arrow(one, lanes, began) for one in transmissions]
    times = [step.at for step in steps] + [one.at for one in transmissions]
    notes: list[Note] = []
    for lane, witness in enumerate(witnesses):
        found = noted(witness.events)
        times += [event.at for event in found]
        notes += _notes(witness, lane, folded(found, sorted(step.at for step in steps)), began)
    ran = [Ran(_offset(step.at, began), masked(step.text), step.failed) for step in steps]
    rows: list[Row] = [*ran, *arrows, *notes, *_gaps(times, began)]
    rows.sort(key=lambda row: (row.offset, _ORDER.index(type(row))))
    return CallFlow(lanes.all, rows)


def _offset(at: float, began: float) -> float:
    return round(at - began, 3) + 0.0  # the sum turns -0.0 into 0.0


def _arrow(one: Transmission, lanes: Lanes, began: float) -> Arrow:
    text = masked(one.event.text)
    message = Message(text)
    source, destination = lanes.source(one), lanes.destination(one)
    return Arrow(
        _offset(one.at, began),
        source,
        destination,
        label(message),
        hint(message, one.event.transport),
        text,
        one.repetition,
        lost=one.received is None and lanes.all[destination].is_agent,
    )


def _notes(witness: Witness, lane: int, found: Iterable[Event], began: float) -> Iterator[Note]:
    words = Words(witness.events)
    for event in found:
        text = masked(words.of(event))
        yield Note(_offset(event.at, began), lane, text, is_trouble(event))


def _gaps(times: Iterable[float], began: float) -> Iterator[Gap]:
    for before, after in pairwise(sorted(times)):
        if after - before > _SILENCE:
            yield Gap(_offset(before, began), round(after - before, 3))
