"""Where in a recording something can be heard."""

import numpy as np
from numpy.typing import NDArray

from .levels import power_to_dbfs
from .tones import LEAST_LEVEL

BLOCK = 0.005
"""Seconds that are loud or not as a whole: how exact a beginning or an end is."""
BLIP = 0.020
"""Seconds; a shorter sound is a click and none, a shorter pause is none."""

Span = tuple[float, float]
"""Begin and end in seconds from the first sample."""


class SoundFinder:
    """Finds what is audible, -50 dBFS (`tones.LEAST_LEVEL`) or louder, in audio that arrives."""

    def __init__(self, sample_rate: int) -> None:
        """Prepare for audio of `sample_rate` samples a second."""
        self._block = max(1, round(BLOCK * sample_rate))
        self._seconds = self._block / sample_rate
        self._rest = np.empty(0)
        self._loud = np.empty(0, dtype=np.bool_)

    def feed(self, samples: NDArray[np.float64]) -> None:
        """Take the next mono samples in [-1, 1], any number."""
        samples = np.concatenate([self._rest, samples])
        count = samples.size // self._block
        blocks = samples[: count * self._block].reshape(count, self._block)
        self._rest = samples[count * self._block :]
        loud = [power_to_dbfs(power) >= LEAST_LEVEL for power in blocks.var(axis=1).tolist()]
        self._loud = np.concatenate([self._loud, np.array(loud, dtype=np.bool_)])

    @property
    def seconds(self) -> float:
        """Seconds that were looked at."""
        return self._loud.size * self._seconds

    def sounds(self) -> list[Span]:
        """Return everything audible so far, in order; the last may not have ended."""
        edges = np.flatnonzero(np.diff(np.concatenate([[0], self._loud.astype(np.int8), [0]])))
        spans = [(int(a) * self._seconds, int(b) * self._seconds) for a, b in edges.reshape(-1, 2)]
        return [span for span in joined(spans) if span[1] - span[0] >= BLIP - BLOCK / 2]


def joined(spans: list[Span]) -> list[Span]:
    """Return spans in order, those with less than 20 ms (`BLIP`) between them as one."""
    found: list[Span] = []
    for begin, end in spans:
        if found and begin - found[-1][1] < BLIP - BLOCK / 2:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found
