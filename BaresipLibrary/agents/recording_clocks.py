"""When the samples of the recordings of a call came or left."""

from bisect import bisect_right
from dataclasses import field
from itertools import islice, pairwise, takewhile
from pathlib import Path

from ..events import AudioTimed
from ..frozen import changeable, frozen


@frozen
class SampleTime:
    """A time on the machine's monotonic clock, in seconds, right to `error` seconds."""

    at: float
    error: float


@changeable
class RecordingClocks:
    """When the samples of one call's recordings came or left.

    A recording leaves out the time in which nothing came. So each stretch that came without a
    pause is timed by itself.
    """

    _stretches: dict[Path, list[AudioTimed]] = field(default_factory=dict)
    _timed: dict[Path, int] = field(default_factory=dict)

    def note_timed(self, path: Path, frames: int | None) -> None:
        """Notes that all stretches that begin in so many samples of a recording are known."""
        if frames is not None:
            self._timed[path] = max(frames, self._timed.get(path, 0))

    def timed_frames(self, path: Path) -> int | None:
        """In how many samples of a recording all stretches are known; None if that was not told."""
        return self._timed.get(path)

    def take(self, event: AudioTimed) -> None:
        """Takes in when a stretch began, or more exactly when one began that is known."""
        stretches = self._stretches.setdefault(event.path, [])
        if stretches and stretches[-1].frame == event.frame:
            stretches[-1] = event  # at once: who reads a time may not hold `changes`
        else:
            stretches.append(event)

    def moment(self, path: Path, seconds: float, rate: int) -> SampleTime | None:
        """When the sample at `seconds` into a recording was due; None if it was not timed.

        Below 0, it is when it would have been due before the first one.
        """
        stretches = self._stretches.get(path, [])
        frame = round(max(seconds, 0.0) * rate)
        number = bisect_right(stretches, frame, key=lambda stretch: stretch.frame) - 1
        if number < 0:
            return None
        stretch = stretches[number]
        begin = (stretch.earliest + stretch.latest) / 2
        error = (stretch.latest - stretch.earliest) / 2
        return SampleTime(begin + seconds - stretch.frame / rate, error)

    def place(self, path: Path, at: float, rate: int) -> float | None:
        """The second of a recording that came or left at a moment, or the first one after it.

        Below 0, it is when it would have been recorded before the first one; None without times.
        """
        stretches = self._stretches.get(path, [])
        if not stretches:
            return None
        begins = [(stretch.earliest + stretch.latest) / 2 for stretch in stretches]
        number = max(0, bisect_right(begins, at) - 1)
        second = stretches[number].frame / rate + at - begins[number]
        following = stretches[number + 1 : number + 2]
        return min([second, *(stretch.frame / rate for stretch in following)])

    def unrecorded(self, path: Path, since: float, rate: int) -> tuple[float, float]:
        """How many seconds of the time from a moment on are not in a recording, and of how many.

        The time is over with the beginning of the newest stretch.
        """
        stretches = [*self._stretches.get(path, [])]
        if not stretches:
            return 0.0, 0.0
        begins = [(stretch.earliest + stretch.latest) / 2 for stretch in stretches]
        number = max(0, bisect_right(begins, since) - 1)
        begin, end = max(since, begins[number]), begins[-1]
        frame = stretches[number].frame + (begin - begins[number]) * rate
        following = stretches[number + 1 : number + 2]
        frame = min([frame, *(stretch.frame for stretch in following)])
        passed = end - begin
        return max(0.0, passed - (stretches[-1].frame - frame) / rate), max(0.0, passed)

    def pause_after(self, path: Path, frame: int, rate: int, least: float) -> int | None:
        """The first sample after that one that came so much (s) later than the one before.

        None where no such pause is known.
        """
        stretches = self._stretches.get(path, [])
        first = bisect_right(stretches, frame, key=lambda stretch: stretch.frame)
        for before, after in pairwise(islice(stretches, max(0, first - 1), None)):
            passed = (after.earliest + after.latest - before.earliest - before.latest) / 2
            if passed - (after.frame - before.frame) / rate >= least:
                return after.frame
        return None

    def timed(self, path: Path, rate: int) -> float:
        """Up to which second of a recording the times are final."""
        stretches = self._stretches.get(path, [])
        return stretches[-1].frame / rate if stretches else 0.0

    def borders(self, path: Path, begin: float, end: float, rate: int) -> list[float]:
        """Where stretches begin between two positions in a recording, all in its seconds."""
        stretches = self._stretches.get(path, [])
        first = bisect_right(stretches, begin * rate, key=lambda stretch: stretch.frame)
        starts = (stretch.frame / rate for stretch in islice(stretches, first, None))
        return list(takewhile(lambda start: start < end, starts))
