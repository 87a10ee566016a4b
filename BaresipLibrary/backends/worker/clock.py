"""When the samples of a stream came or left, from looks at how many there are by now."""

from collections.abc import Callable

#: How far off (s) a look may be before it is another stretch: packets come a little early and late.
SLACK = 0.010
#: Bounds closer by less than this (s) are not worth a report.
_WORTH = 0.0005
#: Seconds after which a stretch begins anew: clocks drift apart, by 0.1 ms a second at the most.
_LONGEST = 10.0

Bounds = Callable[[int, float, float], None]


class StreamClock:
    """Follows one stream, of which packets of `packet` seconds come or leave one by one.

    When there are `frames` samples, the newest packet is less than a packet old. So sample `frames`
    is due within one packet; and when a later look finds no more, it is due later than that. Every
    look says that of another sample; as long as nothing is missing they are a fixed time apart, and
    all looks together narrow it down: to about the time between two looks.
    """

    def __init__(self, rate: int, packet: float, report: Bounds) -> None:
        """`report` is given the first sample of a stretch and the bounds of its time."""
        self._rate = rate
        self._packet = packet
        self._report = report
        self._seen = 0
        self._missing_at: float | None = None
        self._first: int | None = None
        self._earliest = self._latest = 0.0
        self._told = (0.0, 0.0)

    def begin_anew(self) -> None:
        """Has a stretch of its own begin with what comes next: only looks from now on count."""
        self._first = None

    def look(self, before: float, after: float, frames: int) -> None:
        """There were that many samples at a time between these two."""
        if frames == self._seen:
            self._missing_at = before
            return
        if self._first is None or not self._narrow(self._first, before, after, frames):
            self._begin(before, after, frames)
        self._seen, self._missing_at = frames, None
        earliest, latest = self._told
        if self._earliest - earliest >= _WORTH or latest - self._latest >= _WORTH:
            self._tell()

    def _narrow(self, first: int, before: float, after: float, frames: int) -> bool:
        """Takes a look into account; tells whether it belongs to the stretch."""
        earliest, latest = self._bounds(first, before, after, frames)
        earliest, latest = max(self._earliest, earliest), min(self._latest, latest)
        if earliest > latest + SLACK or before - self._earliest > _LONGEST:
            return False
        self._earliest, self._latest = earliest, latest
        return True

    def _begin(self, before: float, after: float, frames: int) -> None:
        self._first = self._seen
        self._earliest, self._latest = self._bounds(self._first, before, after, frames)
        self._tell()

    def _bounds(self, first: int, before: float, after: float, frames: int) -> tuple[float, float]:
        """When the first sample was due, as far as one look tells."""
        since = (frames - first) / self._rate
        earliest, latest = before - since, after - since + self._packet
        if self._missing_at is not None:  # the next sample had not come then
            earliest = max(earliest, self._missing_at - (self._seen - first) / self._rate)
        return earliest, latest

    def _tell(self) -> None:
        assert self._first is not None
        self._told = (self._earliest, self._latest)
        self._report(self._first, self._earliest, self._latest)
