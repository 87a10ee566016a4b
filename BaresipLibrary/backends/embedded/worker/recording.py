"""When the samples of a stream came or left, from looks at how many there are by now."""

import contextlib
import math
import wave
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

#: How often it is looked (s) while somebody listens, while nobody does, and while every packet is
#: timed by itself, which is for a second, not for a call. The first two are no whole packets: looks
#: at every phase of a packet tell more exactly when it came.
LISTENED, UNHEARD, CLOSELY = 0.017, 0.077, 0.001
#: How far off (s) a look may be before it is another stretch: packets come a little early and late.
SLACK = 0.010
#: How far off (s) a packet may be from the pace of its stretch, however many looks agree: baresip
#: sends every 20.5 ms, and after five or six packets one 4 ms sooner.
JITTER = 0.003
#: Bounds closer by less than this (s) are not worth a report.
_WORTH = 0.001
#: Seconds after which a stretch begins anew: clocks drift apart, by 0.1 ms a second at the most.
_LONGEST = 10.0

Bounds = Callable[[int, float, float], None]


class StreamClock:
    """Follows one stream, of which packets of `packet` seconds come or leave one by one.

    When there are `frames` samples, the newest packet is less than a packet old. So sample `frames`
    is due later, and within one packet. Every look says that of another sample; as long as nothing
    is missing they are a fixed time apart, and all looks together narrow it down.

    While `closely` is set, looks are so many that each packet is timed by itself, as a stretch of
    its own: it came after the look that did not see it, and before the one that did.
    """

    def __init__(self, rate: int, packet: float, report: Bounds) -> None:
        """`report` is given the first sample of a stretch and the bounds of its time."""
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
        if frames < self._seen:
            return  # it holds something else, too, and all of it may have left
        if frames > self._seen:
            if self._first is None or not self._narrow(self._first, before, after, frames):
                self._begin(before, after, frames)
            self._seen = frames
            earliest, latest = self._told
            if self._earliest - earliest >= _WORTH or latest - self._latest >= _WORTH:
                self._tell()
        self._since = before

    def _narrow(self, first: int, before: float, after: float, frames: int) -> bool:
        """Takes a look into account; tells whether it belongs to the stretch."""
        if self.closely:
            return False
        earliest, latest = self._bounds(first, before, after, frames)
        earliest, latest = max(self._earliest, earliest), min(self._latest, latest)
        if earliest > latest + SLACK or before - self._earliest > _LONGEST:
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


#: Bytes of a sample.
SAMPLE = 2


class _Writer(wave.Wave_write):
    """Closed by its owner alone: when it is thrown away it would try again what has failed."""

    def __del__(self) -> None:
        pass


class Recording:
    """A 16-bit WAV file whose header is right after every write.

    When it cannot be written `lost` is told why, once; what comes then is nowhere.
    """

    def __init__(
        self, path: Path, rate: int, channels: int, clock: StreamClock, lost: Callable[[str], None]
    ) -> None:
        self.path = path
        self._clock = clock
        self._lost = lost
        self._file: BinaryIO | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("wb")
        except OSError as error:
            self._lose(error)
            return
        self._file = file
        self._wave = _Writer(file)
        self._wave.setparams((channels, SAMPLE, rate, 0, "NONE", ""))
        self.write(b"")

    def write(self, pcm: bytes) -> None:
        """Appends samples and hands them to the operating system."""
        if self._file is None:
            return
        try:
            self._wave.writeframes(pcm)
            self._file.flush()
        except OSError as error:
            self._lose(error)

    @property
    def frames(self) -> int:
        """How many samples there are by now, of each channel."""
        return self._wave.tell() if self._file else 0

    def look(self, before: float, after: float, *, closely: bool, but: int = 0) -> None:
        """All is written that had come or left at a time between these two; `but` frames had not.

        Closely, it is looked so often that each packet is timed by itself.
        """
        if self._file is not None:
            self._clock.closely = closely
            self._clock.look(before, after, self.frames - but)

    def close(self) -> None:
        """Ends the file."""
        if self._file is not None:
            self._wave.close()
            self._file.close()

    def _lose(self, error: OSError) -> None:
        file, self._file = self._file, None
        if file is not None:
            for one in (self._wave, file):
                with contextlib.suppress(OSError):  # what they hold back has no place either
                    one.close()
        self._lost(f"{self.path} cannot be written: {error.strerror}")
