"""When somebody speaks, by the energy of the audio."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..audio.levels import power_to_dbfs
from ..audio.windows import SampleBuffer

#: Seconds of audio that are judged together.
FRAME = 0.010
#: A pause in speech that is longer than this (s) ends a span.
PAUSE = 0.3
#: Sound below this level (dBFS) is not speech.
_LEAST = -45.0
#: Speech is louder by this (dB) than the noise on the line.
_ABOVE_NOISE = 9.0
#: A span of less speech than this (s) is a click.
_LEAST_SPEECH = 0.06


class Span(NamedTuple):
    """A stretch in which somebody speaks, in seconds from the start of the audio."""

    begin: float
    end: float


class VoiceActivity:
    """Follows audio, and knows when somebody spoke in it."""

    def __init__(self, rate: int) -> None:
        self.spans: list[Span] = []
        """Those that have ended, in order: each is followed by a pause."""
        self._buffer = SampleBuffer()
        self._frame = round(FRAME * rate)
        self._rate = rate
        self._noise = -90.0
        self._open: Span | None = None
        self._voiced = 0.0

    @property
    def seconds(self) -> float:
        """Seconds of audio so far."""
        return self._buffer.end / self._rate

    @property
    def open(self) -> Span | None:
        """The span that may go on, until its last sound so far; None when nobody speaks."""
        return self._open if self._voiced >= _LEAST_SPEECH else None

    def feed(self, samples: NDArray[np.float64]) -> None:
        """Takes the next mono samples in [-1, 1], shape (n,)."""
        self._buffer.feed(samples)
        while self._buffer.end - self._buffer.begin >= self._frame:
            begin = self._buffer.begin
            frame = self._buffer.between(begin, begin + self._frame)
            self._judge(begin / self._rate, power_to_dbfs(float(np.var(frame))))
            self._buffer.drop_before(begin + self._frame)

    def _judge(self, at: float, level: float) -> None:
        is_loud = level > max(_LEAST, self._noise + _ABOVE_NOISE)
        if level < self._noise:
            self._noise = level
        else:
            self._noise = min(self._noise + 0.02, _LEAST)
        if is_loud:
            first = self._open.begin if self._open else at
            self._open = Span(first, at + FRAME)
            self._voiced += FRAME
        elif self._open and at + FRAME - self._open.end >= PAUSE:
            self.end()

    def end(self) -> None:
        """Ends the span that is open: no more audio will come."""
        if self.open:
            self.spans.append(self.open)
        self._open, self._voiced = None, 0.0
