"""When the samples of a stream arrived or left, estimated from how many there are at a time."""

import math
from collections.abc import Callable

#: How often to look (s) while a keyword listens, while none does, while all that is sent is silence
#: besides, and while every packet is timed by itself, which is for a second, not for a call. The
#: first three are not multiples of a packet: looks at every phase of a packet narrow its time down.
LISTENED, UNHEARD, RESTING, CLOSELY = 0.017, 0.077, 0.193, 0.001
#: A look that is farther off than this (s) begins another stretch: packets come early and late.
SLACK = 0.010
#: How far (s) a packet may be from the pace of its stretch, however many looks agree: baresip sends
#: every 20.5 ms, and after five or six packets one 4 ms sooner.
JITTER = 0.003
#: Bounds that are closer by less than this (s) are not reported.
_WORTH = 0.001
#: Seconds after which a stretch begins anew: clocks drift apart by up to 0.1 ms a second.
_LONGEST = 10.0

#: What passes (s) from the moment a packet is about to be encoded until the operating system has
#: it: in 95 of 100 packets at most this, with 17 processes on two cores (PCMU 0.11 ms, opus 0.20).
ENCODING = 0.0002

#: What bounds were told before any were.
_NOTHING = (-math.inf, math.inf)
Bounds = Callable[[int, float, float], None]


class StreamClock:
    """Follows one stream, whose packets of `packet` seconds arrive or leave one by one.

    When there are `frames` samples, the newest packet is less than a packet old. So the next sample
    is due within one packet. Each look bounds the time of another sample; as long as no packet is
    missing, samples are a fixed time apart, and all looks together narrow their times down.

    While `closely` is set, looks are so frequent that each packet is timed by itself, as its own
    stretch: it came after the look that did not see it, and before the one that did.
    """

    def __init__(self, rate: int, packet: float, report: Bounds) -> None:
        """`report` gets the first sample of a stretch and the bounds of its time."""
        self.closely = False
        self._rate = rate
        self._packet = packet
        self._report = report
        self._seen = 0
        self._since = -math.inf
        self._first: int | None = None
        self._earliest = self._latest = 0.0
        self._told = (0.0, 0.0)

    def look(self, before: float, after: float, frames: int) -> None:
        """There were that many samples at a time between these two."""
        if frames > self._seen:
            if self._first is None or not self._narrow(self._first, before, after, frames):
                self._begin(before, after, frames)
            self._seen = frames
            self.tell_if_better()
        self._since = before

    def step(self, at: float, frames: int) -> None:
        """A packet was about to be encoded at that time, to be sent after that many samples.

        Of several packets in the same stretch, `tell_if_better` tells together.
        """
        if self._first is None or not self._narrow_to(self._first, at, frames):
            self.tell_if_better()
            self._first, self._earliest, self._latest = frames, at, at + ENCODING
            self._told = _NOTHING
            if self.closely:
                self._tell()
        self._seen = frames

    def _narrow_to(self, first: int, at: float, frames: int) -> bool:
        due = at - (frames - first) / self._rate
        return self._take(max(self._earliest, due), min(self._latest, due + ENCODING), at)

    def _narrow(self, first: int, before: float, after: float, frames: int) -> bool:
        """Takes a look into account; tells whether it belongs to the stretch."""
        earliest, latest = self._bounds(first, before, after, frames)
        return self._take(max(self._earliest, earliest), min(self._latest, latest), before)

    def _take(self, earliest: float, latest: float, now: float) -> bool:
        """Makes these the bounds, unless they are of another stretch."""
        if self.closely or earliest > latest + SLACK or now - self._earliest > _LONGEST:
            return False
        self._earliest, self._latest = earliest, latest
        return True

    def _begin(self, before: float, after: float, frames: int) -> None:
        self._first = self._seen
        self._earliest, self._latest = self._bounds(self._first, before, after, frames)
        if self.closely and self._since > -math.inf:
            self._earliest, self._latest = self._since, after
        self._tell()

    def _bounds(self, first: int, before: float, after: float, frames: int) -> tuple[float, float]:
        """When the first sample was due, as far as one look tells."""
        since = (frames - first) / self._rate
        return before - since, after - since + self._packet

    def tell_if_better(self) -> None:
        """Reports the bounds of the stretch if they are clearly closer than those told before."""
        if self._first is None:
            return
        earliest, latest = self._told
        if self._earliest - earliest >= _WORTH or latest - self._latest >= _WORTH:
            self._tell()

    def _tell(self) -> None:
        assert self._first is not None
        self._told = (self._earliest, self._latest)
        if self.closely:
            self._report(self._first, self._earliest, self._latest)
            return
        # Packets that were early and late themselves leave bounds that are the wrong way round.
        middle, half = (self._earliest + self._latest) / 2, (self._latest - self._earliest) / 2
        half = max(half + JITTER, JITTER, -half)
        self._report(self._first, middle - half, middle + half)
