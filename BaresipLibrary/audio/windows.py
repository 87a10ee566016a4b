"""Buffers for audio that arrives bit by bit: what detectors keep of it, and windows cut from it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def require_mono(samples: NDArray[np.float64]) -> None:
    """Raises `ValueError` unless the samples have the shape (n,)."""
    if samples.ndim != 1:
        raise ValueError(f"Mono samples are an array of shape (n,), not {samples.shape}.")


class SampleBuffer:
    """Keeps samples until they are dropped. The first sample ever fed has the number 0."""

    def __init__(self) -> None:
        #: Number of the oldest sample that is kept.
        self.begin = 0
        self._samples = np.empty(0)

    @property
    def end(self) -> int:
        """Number of the next sample: how many were fed so far."""
        return self.begin + self._samples.size

    def feed(self, samples: NDArray[np.float64]) -> None:
        """Appends mono samples, any number. Raises `ValueError` unless their shape is (n,)."""
        require_mono(samples)
        self._samples = np.concatenate([self._samples, samples])

    def between(self, begin: int, end: int) -> NDArray[np.float64]:
        """The samples from number `begin` to before `end`, as far as they are kept."""
        return self._samples[max(0, begin - self.begin) : max(0, end - self.begin)]

    def drop_before(self, number: int) -> None:
        """Drops the samples with lower numbers. Dropping them again changes nothing."""
        number = min(max(number, self.begin), self.end)
        self._samples = self._samples[number - self.begin :]
        self.begin = number


class WindowBuffer:
    """Cuts audio into windows of the same size, which may overlap.

    Window `n` begins at sample `round(n * hop)`. Where the chunks end does not matter.
    """

    def __init__(self, size: int, hop: float) -> None:
        """Prepares windows of `size` samples, one every `hop` samples, which may be a fraction."""
        #: How many windows were handed out: the number of the next one.
        self.taken = 0
        self._size = size
        self._hop = hop
        self._samples = SampleBuffer()

    @property
    def fed(self) -> int:
        """How many samples were fed so far."""
        return self._samples.end

    @property
    def rest(self) -> NDArray[np.float64]:
        """The samples from the beginning of the next window on."""
        return self._samples.between(self._samples.begin, self.fed)

    def feed(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Takes the next mono samples; returns the windows that are complete now, shape (n, size).

        Raises `ValueError` unless the samples have the shape (n,).
        """
        self._samples.feed(samples)
        most = max(0, int((self.fed - self._size) / self._hop) + 2 - self.taken)
        starts = np.rint(np.arange(self.taken, self.taken + most) * self._hop).astype(np.int64)
        starts = starts[starts + self._size <= self.fed] - self._samples.begin
        windows = np.asarray(self.rest[starts[:, np.newaxis] + np.arange(self._size)])
        self.taken += starts.size
        self._samples.drop_before(round(self.taken * self._hop))
        return windows


def pieces(samples: NDArray[np.float64], most: int) -> Iterator[NDArray[np.float64]]:
    """Yields the samples in pieces of `most`, in order: windows of one piece bound the memory."""
    return (samples[start : start + most] for start in range(0, samples.size, most))
