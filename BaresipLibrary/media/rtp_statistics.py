"""The RTP packets of a call in both directions, and how they differ from its SDP."""

import time
from collections.abc import Sequence
from typing import TypeVar

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.rtp import newest_length, packet_milliseconds, rtp_differences
from ..agents.telephone_events import Described, DtmfEvent, audio_of_both, dtmf_events
from ..frozen import frozen
from ..rtp import RtpCounts, RtpGap
from ..sip.sdp import Media
from ..types import AudioDirection

T = TypeVar("T")

#: Without a packet for longer than this (s), there is a gap.
_GAP = 0.2


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
    local, remote = zip(*audio_of_both(call), strict=True)
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


def _stream(counts: RtpCounts, audio: Sequence[Described], *, is_live: bool) -> RtpStream:
    if not counts.packets:  # without packets, none lost must not pass for a good line
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
        None if counts.events is None else list(dtmf_events(counts.events, audio)),
    )


def _listed(values: tuple[T, ...] | None) -> list[T] | None:
    return None if values is None else list(values)


def _ptime(counts: RtpCounts, media: Media | None) -> float | None:
    newest = newest_length(counts, media)
    return packet_milliseconds(newest, media) if newest else None
