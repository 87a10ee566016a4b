"""The RTP packets of a call in both directions, and how they differ from its SDP."""

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.rtp import newest_length, packet_milliseconds, rtp_differences
from ..frozen import frozen
from ..rtp import RtpCounts, RtpGap, TelephoneEvent
from ..sip.sdp import Format, Media
from ..types import AudioDirection

T = TypeVar("T")

#: Without a packet for longer than this (s), there is a gap.
_GAP = 0.2
_KEYS = "0123456789*#ABCD"


@frozen
class DtmfEvent:
    """A key that was sent as a telephone event (RFC 4733).

    ``digit``: the key, or the number of an event that is not a key; ``duration`` in ms, the longest
    that a packet has; ``timestamp``: its RTP timestamp; ``at``: when its first packet came or left,
    on the machine's monotonic clock (s); ``packets``: how many it had; ``ended``: whether one has
    the end bit.
    """

    digit: str
    duration: float | None
    timestamp: int
    at: float
    packets: int
    ended: bool


@frozen
class RtpStream:
    """The RTP packets of one direction; `Get Rtp Statistics` defines each."""

    packets: int
    lost: int | None
    late: int | None
    duplicates: int | None
    ssrcs: list[int] | None
    payload_types: list[int] | None
    ptime: float | None
    longest_gap: float | None
    gaps: list[RtpGap] | None
    events: list[DtmfEvent] | None

    def __str__(self) -> str:
        told = [f"{self.packets} RTP packets"]
        if self.payload_types:
            told.append(f"payload type {' and '.join(map(str, self.payload_types))}")
        told += [f"{self.ptime:g} ms"] if self.ptime else []
        counted = ((self.lost, "lost"), (self.late, "late"), (self.duplicates, "duplicates"))
        told += [f"{number} {word}" for number, word in counted if number is not None]
        told += [f"{len(self.ssrcs)} SSRCs"] if self.ssrcs and len(self.ssrcs) > 1 else []
        return ", ".join(told)


@frozen
class RtpStatistics:
    """The RTP packets of both directions of a call, and in sentences what differs from its SDP."""

    received: RtpStream
    sent: RtpStream
    differences: list[str]


def statistics_of(agent: Agent, call: Call) -> RtpStatistics | None:
    """What was counted last; None when nothing was, as in a call without media."""
    counted = call.rtp
    if counted is None:
        return None
    local, remote = zip(*_audio_of_both(call), strict=True)
    return RtpStatistics(
        _stream(counted.received, local, is_live=call.is_live),
        _stream(counted.sent, remote, is_live=call.is_live),
        rtp_differences(agent, call),
    )


def stream_of(agent: Agent, call: Call, direction: AudioDirection) -> RtpStream | None:
    """What was counted last in one direction; None when nothing was."""
    statistics = statistics_of(agent, call)
    if statistics is None:
        return None
    return statistics.received if direction is AudioDirection.rx else statistics.sent


#: Since when packets have the numbers of a description, and its audio.
_Described = tuple[float, Media | None]


def _audio_of_both(call: Call) -> list[tuple[_Described, _Described]]:
    """The audio of the agent and of its peer, each time it was agreed anew, oldest first.

    Before anything is agreed, it is what each of them has described. Packets have its numbers.
    """
    agreed: list[tuple[_Described, _Described]] = [
        ((one.at, one.local), (one.at, one.remote)) for one in call.offers.agreed_audio
    ]
    ours, theirs = (call.offers.described.get(local) for local in (True, False))
    described = (0.0, ours.audio if ours else None), (0.0, theirs.audio if theirs else None)
    return agreed or [described]


def _stream(counts: RtpCounts, audio: Sequence[_Described], *, is_live: bool) -> RtpStream:
    if not counts.packets:  # none lost of none is no news: it must not pass for a good line
        counts = counts._replace(lost=None, late=None, duplicates=None)
    gaps, longest = counts.gaps, counts.longest_gap
    if gaps is not None and longest is not None and counts.last_at is not None and is_live:
        pause = time.monotonic() - counts.last_at
        longest = max(longest, pause)
        gaps = (*gaps, RtpGap(counts.last_at, pause)) if pause > _GAP else gaps
    return RtpStream(
        counts.packets,
        counts.lost,
        counts.late,
        counts.duplicates,
        _listed(counts.ssrcs),
        _listed(counts.payload_types),
        _ptime(counts, audio[-1][1]),
        longest,
        _listed(gaps),
        None if counts.events is None else list(_dtmf(counts.events, audio)),
    )


def _listed(values: tuple[T, ...] | None) -> list[T] | None:
    return None if values is None else list(values)


def _ptime(counts: RtpCounts, media: Media | None) -> float | None:
    newest = newest_length(counts, media)
    return packet_milliseconds(newest, media) if newest else None


def _dtmf(events: tuple[TelephoneEvent, ...], audio: Sequence[_Described]) -> Iterator[DtmfEvent]:
    """The telephone events among what may be one, by the payload types of the descriptions."""
    for event in events:
        known = _format_of(event, audio)
        if known is not None and known.is_event:
            digit = _KEYS[event.event] if event.event < len(_KEYS) else str(event.event)
            duration = event.duration * 1000 / known.rate if known.rate else None
            yield DtmfEvent(digit, duration, event.timestamp, event.at, event.packets, event.ended)


def _format_of(event: TelephoneEvent, audio: Sequence[_Described]) -> Format | None:
    """What its payload type meant when it came, else before, else after: RTP may overtake SDP."""
    before = [media for at, media in reversed(audio) if at <= event.at]
    after = [media for at, media in audio if at > event.at]
    formats = (media.format_of(event.payload_type) for media in (*before, *after) if media)
    return next((known for known in formats if known is not None), None)
