"""What can be read from the headers of the RTP packets of one direction of a call (RFC 3550)."""

import struct
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from .digit_starts import DigitStarts
from .lateness import Lateness

#: Without a packet for longer than this (s), there is a gap.
GAP = 0.2
#: How many of the newest gaps and telephone events are kept.
_KEPT = 1000
#: How many sources are followed: more come only from somebody who makes them up.
_MOST_SOURCES = 1000
#: So far ahead, or behind, a sequence number may be (RFC 3550, appendix A.1).
_MOST_AHEAD, _MOST_BEHIND = 3000, 100
#: From how many of the newest packets their length is taken, and whether sources take turns.
_RECENT = 25
#: So many changes of the source among them are several sources at a time: one change, or two, are
#: another source after the first.
_TURNS = 3
#: Payload types that are assigned in SDP only, those of telephone events among them (RFC 3551).
_DYNAMIC = range(96, 128)
#: The fixed part of a header: bits, payload type, sequence number, timestamp, SSRC.
_HEADER = struct.Struct("!BBHII")
_VERSION = 2
#: The first octet of a header of that version without padding, extension and further sources.
_PLAIN = 0x80
#: Octets of the longest packet that may hold a telephone event, with an extension of the header.
LONGEST_EVENT = 64
#: RTCP on the same port as RTP (RFC 5761, section 4).
_RTCP = range(64, 96)
_EVENT = struct.Struct("!BBH")
_END = 0x80
#: The longest duration that a packet of an event has room for.
_LONGEST = 0xFFFF
#: SSRC, payload type and timestamp of an event's packets.
_EventKey = tuple[int, int, int]
#: When a packet came or left, its first octets, and what else is noted of it.
_Packet = tuple[float, bytes] | tuple[float, bytes, int]


class RtpHeader(NamedTuple):
    """The fields of an RTP header that are read."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    has_padding: bool = False


@dataclass
class _TelephoneEvent:
    """A telephone event so far: the fields of `TelephoneEvent`, in which the parent reads it."""

    payload_type: int
    number: int
    duration: int
    timestamp: int
    at: float
    packets: int = 0
    ended: bool = False


class _Source:
    """The sequence numbers of one SSRC."""

    def __init__(self, sequence: int) -> None:
        self.late = self.duplicates = 0
        #: What earlier stretches of numbers have lost: a sender may begin anew with any number.
        self._lost_before = 0
        #: The highest number before the newest stretch, and the first one of that.
        self._jump: tuple[int, int] | None = None
        self._begin(sequence)

    def _begin(self, sequence: int) -> None:
        self._highest = sequence
        self._expected = self._seen = 1
        #: Which of the newest numbers have come: bit 0 stands for the highest.
        self._window = 1
        self._next_if_anew: int | None = None

    @property
    def lost(self) -> int:
        """How many numbers up to the highest have not come."""
        return self._lost_before + self._expected - self._seen

    @property
    def went_back(self) -> tuple[int, int] | None:
        """From which number to which the numbers went back, until they have come as far again."""
        is_behind = self._jump and (self._highest - self._jump[0]) & 0xFFFF >= 1 << 15
        return self._jump if is_behind else None

    def take(self, sequence: int) -> bool:
        """Takes in a packet; whether it is the one after the highest so far."""
        ahead = (sequence - self._highest) & 0xFFFF
        behind = -ahead & 0xFFFF
        if 0 < ahead < _MOST_AHEAD:
            self._advance(ahead)
        elif behind <= _MOST_BEHIND:
            self._look_back(behind)
        elif sequence == self._next_if_anew:
            self._lost_before = self.lost
            highest = (self.went_back or (self._highest,))[0]
            self._jump = highest, (sequence - 1) & 0xFFFF
            self._begin(sequence)
            self._expected = self._seen = 2
            self._window = 0b11
        else:
            self._next_if_anew = (sequence + 1) & 0xFFFF
        return ahead == 1

    def is_at(self, sequence: int) -> bool:
        """Whether that is the highest number so far."""
        return self._highest == sequence

    def take_next(self, count: int) -> None:
        """Takes in so many packets, each the one after the highest so far."""
        self._highest = (self._highest + count) & 0xFFFF
        come = (1 << count) - 1
        self._window = (self._window << count | come) & ((1 << _MOST_BEHIND + 1) - 1)
        self._expected += count
        self._seen += count

    def _advance(self, ahead: int) -> None:
        self._highest = (self._highest + ahead) & 0xFFFF
        self._window = (self._window << ahead | 1) & ((1 << _MOST_BEHIND + 1) - 1)
        self._expected += ahead
        self._seen += 1

    def _look_back(self, behind: int) -> None:
        bit = 1 << behind
        if self._window & bit:
            self.duplicates += 1
            return
        self._window |= bit
        self.late += 1
        self._seen += 1
        self._expected = max(self._expected, behind + 1)  # it may be older than the first


class RtpCounter:
    """Counts the packets of one direction. Only one thread at a time may call it."""

    def __init__(self) -> None:
        self.packets = 0
        self.last_at: float | None = None
        self.digits, self.lateness = DigitStarts(), Lateness()
        #: How many packets each payload type had, the first one first.
        self.kinds: Counter[int] = Counter()
        #: How many of those had no payload, as they do that keep a NAT open (RFC 6263).
        self.empty: Counter[int] = Counter()
        self._sources: dict[int, _Source] = {}
        #: The newest packet, and of each payload type the newest one that no later timestamp has
        #: followed, with how many of all packets had come by then.
        self._last: RtpHeader | None = None
        self._newest: dict[int, tuple[RtpHeader, int]] = {}
        #: Of each payload type when the newest packets came, and their lengths.
        self._lengths: dict[int, deque[tuple[float, int]]] = {}
        #: The SSRCs of the newest packets.
        self._recent: deque[int] = deque(maxlen=_RECENT)
        #: Of the newest packets the payload types of those with padding; None for each without.
        self._padded: deque[int | None] = deque(maxlen=_RECENT)
        #: SSRCs and sequence numbers of the newest packets without payload.
        self._hollow: deque[tuple[int, int]] = deque(maxlen=_RECENT)
        self._longest_gap = 0.0
        self._gaps: deque[tuple[float, float]] = deque(maxlen=_KEPT)
        self._events: dict[_EventKey, _TelephoneEvent] = {}
        #: The newest event, by its later timestamps.
        self._segments: dict[_EventKey, _TelephoneEvent] = {}

    def take(self, at: float, header: RtpHeader) -> None:
        """Takes in a packet that came, or left, at a monotonic time."""
        self.packets += 1
        self.kinds[header.payload_type] += 1
        self._note_gap(at)
        self._recent.append(header.ssrc)
        self._padded.append(header.payload_type if header.has_padding else None)
        source = self._sources.get(header.ssrc)
        if source is not None:
            if source.take(header.sequence):
                self._note_length(at, header)
        elif len(self._sources) < _MOST_SOURCES:
            self._sources[header.ssrc] = _Source(header.sequence)
        self.lateness.take(at, header.ssrc, header.timestamp)
        self._note_newest(header)

    def _note_gap(self, at: float) -> None:
        pause = at - self.last_at if self.last_at is not None else 0.0
        self._longest_gap = max(self._longest_gap, pause)
        if pause > GAP and self.last_at is not None:
            self._gaps.append((self.last_at, pause))
        self.last_at = at

    def _note_length(self, at: float, header: RtpHeader) -> None:
        """The timestamp of a packet grows by the length of the one before it.

        That is the last one, of whatever payload type, or the last one of its own type, where those
        in between take no time of their own, as telephone events beside audio do.
        """
        last = self._last
        if last is not None and last.ssrc == header.ssrc:
            if (header.sequence - last.sequence) & 0xFFFF == 1:
                self._add_length(at, last, header)
            if last.payload_type == header.payload_type:
                return
        before, packets = self._newest.get(header.payload_type, (header, 0))
        between = (header.sequence - before.sequence) & 0xFFFF
        if before.ssrc == header.ssrc and between == self.packets - packets > 1:
            self._add_length(at, before, header)

    def _add_length(self, at: float, before: RtpHeader, header: RtpHeader) -> None:
        # A telephone event, or a frame in several packets, has one timestamp.
        is_hollow = (before.ssrc, before.sequence) in self._hollow
        if (units := _ahead(header, before)) and not is_hollow:
            newest = self._lengths.setdefault(before.payload_type, deque(maxlen=_RECENT))
            newest.append((at, units))

    def _note_newest(self, header: RtpHeader) -> None:
        """Keeps the newest packet of each payload type until time has passed after it."""
        passed = [kind for kind, (one, _) in self._newest.items() if _ahead(header, one)]
        for kind in passed:
            del self._newest[kind]
        self._newest[header.payload_type] = header, self.packets
        self._last = header

    def take_regular(self, packets: Iterable[_Packet]) -> int:
        """Takes in the first packets, as long as each is simply the next one; how many they were.

        It does with them what `take` would do one by one, in an eighth of the time: nearly all
        packets are regular.
        """
        last = self._last
        if last is None or self.last_at is None or self._hollow or len(self._newest) > 1:
            return 0
        source = self._sources.get(last.ssrc)
        if source is None or not source.is_at(last.sequence):
            return 0
        run = _regular(packets, last, self.last_at)
        if count := len(run.lengths):
            self.packets += count
            self.kinds[last.payload_type] += count
            self.last_at = run.lengths[-1][0]
            self._longest_gap = max(self._longest_gap, run.longest_gap)
            self._recent.extend([last.ssrc] * min(count, _RECENT))
            self._padded.extend([None] * min(count, _RECENT))
            source.take_next(count)
            lengths = self._lengths.setdefault(last.payload_type, deque(maxlen=_RECENT))
            lengths.extend(run.lengths)
            self.lateness.take_next(run.lengths)
            self._last = run.last
            self._newest[last.payload_type] = run.last, self.packets
        return count

    def take_payload(self, at: float, header: RtpHeader, payload: bytes) -> None:
        """Takes in the payload of a short packet, decrypted: none, or perhaps a telephone event."""
        if not payload:
            self.empty[header.payload_type] += 1
            self._hollow.append((header.ssrc, header.sequence))
        if header.payload_type not in _DYNAMIC or len(payload) != _EVENT.size:
            return
        number, bits, duration = _EVENT.unpack(payload)
        press = (header.ssrc, header.payload_type, header.timestamp)
        self.digits.take(at, press, header.sequence, number, is_end=bool(bits & _END))
        event = self._event_of(at, header, number)
        before = (header.timestamp - event.timestamp) & 0xFFFFFFFF
        event.duration = max(event.duration, before + duration)
        event.packets += 1
        event.ended = event.ended or bool(bits & _END)

    def _event_of(self, at: float, header: RtpHeader, number: int) -> _TelephoneEvent:
        """The event that a packet belongs to, a new one or one of those before."""
        key = (header.ssrc, header.payload_type, header.timestamp)
        event = self._events.get(key) or self._segments.get(key)
        if event is not None:
            return event
        newest = next(reversed(self._events), None)
        if newest is not None and self._goes_on(newest, key, number):
            self._segments[key] = self._events[newest]
            return self._events[newest]
        if len(self._events) >= _KEPT:
            del self._events[next(iter(self._events))]
        self._segments.clear()
        self._events[key] = _TelephoneEvent(header.payload_type, number, 0, header.timestamp, at)
        return self._events[key]

    def _goes_on(self, newest: _EventKey, key: _EventKey, number: int) -> bool:
        """Whether a long event goes on with a timestamp of its own (RFC 4733, section 2.5.1.3)."""
        event, later = self._events[newest], (key[2] - newest[2]) & 0xFFFFFFFF
        is_next = later > 0 and later % _LONGEST == 0
        return newest[:2] == key[:2] and event.number == number and is_next and not event.ended

    def summary(self) -> dict[str, Any]:
        """What was counted so far, as `RtpCounts` has it."""
        sources = self._sources.values()
        return {
            "packets": self.packets,
            "lost": sum(source.lost for source in sources),
            "late": sum(source.late for source in sources),
            "duplicates": sum(source.duplicates for source in sources),
            "ssrcs": list(self._sources),
            "in_turns": self._in_turns(),
            "went_back": self._went_back(),
            "padded": sorted({kind for kind in self._padded if kind is not None}),
            "payload_types": list(self.kinds),
            "lengths": [*map(self._length, self._lengths)],
            "last_at": self.last_at,
            "lateness": self.lateness.times,
            "longest_gap": self._longest_gap,
            "gaps": list(self._gaps),
            "events": [[*vars(event).values()] for event in self._events.values()],
        }

    def _in_turns(self) -> list[int]:
        """The sources of the newest packets where they come in turns."""
        turns = sum(one != other for one, other in pairwise(self._recent))
        return [one for one in self._sources if one in self._recent] if turns >= _TURNS else []

    def _went_back(self) -> tuple[int, int, int] | None:
        """The newest source, and from which number to which it went back; None if it did not."""
        source = self._sources.get(self._last.ssrc) if self._last else None
        if self._last is None or source is None or source.went_back is None:
            return None
        return self._last.ssrc, *source.went_back

    def _length(self, payload_type: int) -> tuple[int, int, float, float]:
        """The length that most of the newest packets of a payload type have; 0 if only one has."""
        lengths = self._lengths[payload_type]
        [(units, count)] = Counter(units for _, units in lengths).most_common(1)
        return payload_type, units if count > 1 else 0, lengths[0][0], lengths[-1][0]


class _Run(NamedTuple):
    """Regular packets: when each came, and by how much its timestamp grew; and the last one."""

    lengths: list[tuple[float, int]]
    longest_gap: float
    last: RtpHeader


def _regular(packets: Iterable[_Packet], last: RtpHeader, last_at: float) -> _Run:
    """The packets up to the first that is not regular.

    A regular one has the next number and a later timestamp, the source and the payload type of the
    one before and nothing special in its header; it is too long for an event, and came in time.
    """
    kind, sequence, timestamp, ssrc, _ = last
    lengths: list[tuple[float, int]] = []
    longest = 0.0
    for at, octets, *_ in packets:
        if len(octets) <= LONGEST_EVENT or at - last_at > GAP:
            break
        bits, its_kind, number, stamp, its_ssrc = _HEADER.unpack_from(octets)
        units = (stamp - timestamp) & 0xFFFFFFFF
        if bits != _PLAIN or its_kind != kind or its_ssrc != ssrc:
            break
        if number != (sequence + 1) & 0xFFFF or not 0 < units < 1 << 31:
            break
        longest = max(longest, at - last_at)
        lengths.append((at, units))
        sequence, timestamp, last_at = number, stamp, at
    return _Run(lengths, longest, RtpHeader(kind, sequence, timestamp, ssrc))


def _ahead(header: RtpHeader, before: RtpHeader) -> int:
    """By how much the timestamp of a packet is later than that of another; 0 when it is not."""
    units = (header.timestamp - before.timestamp) & 0xFFFFFFFF
    return units if units < 1 << 31 and header.ssrc == before.ssrc else 0


def header_of(packet: bytes) -> RtpHeader | None:
    """The header of an RTP packet; None for any other packet."""
    if len(packet) < _HEADER.size:
        return None
    version, kind, sequence, timestamp, ssrc = _HEADER.unpack_from(packet)
    payload_type = kind & 0x7F
    if version >> 6 != _VERSION or payload_type in _RTCP:
        return None
    return RtpHeader(payload_type, sequence, timestamp, ssrc, bool(version & 0x20))


def payload_of(packet: bytes) -> bytes:
    """What an RTP packet holds after its header, contributing sources and extension.

    Padding at its end does not belong to it.
    """
    start, end = _HEADER.size + 4 * (packet[0] & 0x0F), len(packet)
    if packet[0] & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    if packet[0] & 0x20:
        end -= packet[-1]
    return packet[start : max(start, end)]
