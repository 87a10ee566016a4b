"""When each sample of a call's recordings was heard or sent."""

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from ..events import AudioTimed


@dataclass(frozen=True)
class Moment:
    """A time on the machine's monotonic clock, in seconds, right to `error` seconds."""

    at: float
    error: float


@dataclass
class RecordingClocks:
    """What is known of the times of one call's recordings; `take` adds to it.

    A recording holds what came, and no time in which nothing came. So its samples have times of
    their own: each stretch that came without a pause is timed by itself.
    """

    _stretches: dict[Path, list[AudioTimed]] = field(default_factory=dict)

    def take(self, event: AudioTimed) -> None:
        """Takes in when a stretch began, or the same more exactly."""
        stretches = self._stretches.setdefault(event.path, [])
        if stretches and stretches[-1].frame == event.frame:
            stretches.pop()
        stretches.append(event)

    def moment(self, path: Path, seconds: float, rate: int) -> Moment | None:
        """When the sample that lies `seconds` into a recording was due; None if nobody timed it."""
        stretches = self._stretches.get(path, [])
        number = bisect_right(stretches, round(seconds * rate), key=lambda one: one.frame) - 1
        if number < 0:
            return None
        stretch = stretches[number]
        begin = (stretch.earliest + stretch.latest) / 2
        error = (stretch.latest - stretch.earliest) / 2
        return Moment(begin + seconds - stretch.frame / rate, error)

    def timed(self, path: Path, rate: int) -> float:
        """Up to where a recording, in its seconds, will not be timed more exactly any more."""
        stretches = self._stretches.get(path, [])
        return stretches[-1].frame / rate if stretches else 0.0

    def borders(self, path: Path, begin: float, end: float, rate: int) -> list[float]:
        """Where stretches begin between two places in a recording, all in its seconds."""
        starts = (stretch.frame / rate for stretch in self._stretches.get(path, []))
        return [start for start in starts if begin < start < end]
