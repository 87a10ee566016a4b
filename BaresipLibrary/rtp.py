"""The RTP packets of one direction of a call, as they were counted."""

from typing import NamedTuple


class PacketLength(NamedTuple):
    """The length of the newest packets of one payload type, in units of the RTP timestamp.

    It was taken from packets that came from `since` to `until` (monotonic seconds).
    """

    payload_type: int
    units: int
    since: float
    until: float


class RtpGap(NamedTuple):
    """A time without packets: since when (monotonic seconds), and how long (s)."""

    at: float
    seconds: float


class SequenceJump(NamedTuple):
    """The sequence numbers of a source went back: the highest before, and the first one after."""

    ssrc: int
    before: int
    after: int


class TelephoneEvent(NamedTuple):
    """A telephone event (RFC 4733): the packets with one RTP timestamp.

    `event` is its number, below 16 a key; `duration` the longest that a packet has, in units of the
    RTP timestamp; `at` when the first packet came (monotonic seconds); `ended` whether one has the
    end bit.
    """

    payload_type: int
    event: int
    duration: int
    timestamp: int
    at: float
    packets: int
    ended: bool


class RtpLateness(NamedTuple):
    """By how many seconds packets came later than the quickest, from a moment on.

    That is what the jitter buffer of baresip takes for the quickest, since it began or began anew.
    """

    at: float
    seconds: float


class RtpCounts(NamedTuple):
    """What was counted; None where that cannot be seen.

    `lost`, `late` and `duplicates` follow from the sequence numbers (RFC 3550, appendix A); of sent
    packets, `lost` is what the peer has reported (RTCP). `last_at` is when the newest packet came,
    `in_turns` the SSRCs of the newest packets where several sources send at the same time.
    `went_back` tells of the newest source whose numbers went back and have not come as far again,
    `padded` has the payload types of those of the newest packets that have padding, `lateness` has
    moments in order, and nothing where all packets came about as quickly as any.
    """

    packets: int
    lost: int | None = None
    late: int | None = None
    duplicates: int | None = None
    ssrcs: tuple[int, ...] | None = None
    payload_types: tuple[int, ...] | None = None
    lengths: tuple[PacketLength, ...] = ()
    last_at: float | None = None
    longest_gap: float | None = None
    gaps: tuple[RtpGap, ...] | None = None
    events: tuple[TelephoneEvent, ...] | None = None
    in_turns: tuple[int, ...] = ()
    went_back: SequenceJump | None = None
    padded: tuple[int, ...] = ()
    lateness: tuple[RtpLateness, ...] = ()
