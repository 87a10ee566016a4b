"""Audio as a pattern of energy over time and pitch, comparable across codecs, rates and levels."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .prompt_files import PromptFile
from .windows import WindowBuffer, pieces

#: Seconds of one frame's window.
WINDOW = 0.032
#: Seconds from one frame to the next; a whole number of samples at every rate of a codec.
HOP = 0.010
#: Bands of equal width in mel.
BANDS = 16
#: Hz; what a telephone call carries of a wideband prompt too.
LOWEST, HIGHEST = 300.0, 3400.0
#: Exponent of a band's energy. Like a logarithm it lets faint sounds count, but a change of level
#: only scales the pattern, and the noise of a codec in a pause stays near 0.
COMPRESSION = 0.2
#: Samples a second that the highest band needs with room for a filter.
LOWEST_RATE = 8000
#: Variation of a stretch below which it counts as none: rounding leaves some.
LEAST_ENERGY = 1e-9


class Spectrogram:
    """Turns audio that arrives bit by bit into frames, one every 10 ms.

    Frame `n` is the audio from `n` times 10 ms on, 32 ms of it. Where chunks end does not matter.
    """

    def __init__(self, sample_rate: int) -> None:
        """Prepares for audio of `sample_rate` samples a second. `ValueError` below 8000."""
        if sample_rate < LOWEST_RATE:
            raise ValueError(
                f"Prompts are recognised at {LOWEST_RATE} samples a second or more, "
                f"not at {sample_rate}."
            )
        size = round(WINDOW * sample_rate)
        self._sample_rate = sample_rate
        self._windows = WindowBuffer(size, HOP * sample_rate)
        self._hann = np.hanning(size)
        self._points = 1 << (size - 1).bit_length()
        self._bands = _bands(sample_rate, self._points)

    def feed(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Takes the next mono samples; returns the frames that are complete now, (n, BANDS)."""
        windows = map(self._windows.feed, pieces(samples, self._sample_rate))
        return np.concatenate([np.empty((0, BANDS)), *map(self._frames, windows)])

    def _frames(self, windows: NDArray[np.float64]) -> NDArray[np.float64]:
        spectra = np.fft.rfft(windows * self._hann, self._points)
        power = np.square(np.abs(spectra)) / np.sum(np.square(self._hann))
        return np.asarray((power @ self._bands) ** COMPRESSION)


def frames_of(prompt: PromptFile) -> NDArray[np.float64]:
    """The frames of an audio file. `ValueError` below 8000 samples a second."""
    if prompt.sample_rate < LOWEST_RATE:
        raise ValueError(
            f"{prompt.path} can't be recognised: it has {prompt.sample_rate} samples a second, and"
            f" it takes {LOWEST_RATE} or more."
        )
    return Spectrogram(prompt.sample_rate).feed(prompt.samples)


def _bands(sample_rate: int, points: int) -> NDArray[np.float64]:
    """The weights (bins, BANDS) of triangles that overlap by half, mean instead of sum.

    Mel of f Hz is 2595 log10(1 + f / 700), as O'Shaughnessy has it.
    """
    ends = np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2)
    bins = _mel(np.fft.rfftfreq(points, 1 / sample_rate))[:, np.newaxis]
    rising = (bins - ends[:-2]) / (ends[1:-1] - ends[:-2])
    falling = (ends[2:] - bins) / (ends[2:] - ends[1:-1])
    weights = np.maximum(0.0, np.minimum(rising, falling))
    return np.asarray(weights / weights.sum(axis=0))


def _mel(frequency: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(2595 * np.log10(1 + np.asarray(frequency) / 700), dtype=np.float64)


class SoundPattern:
    """Frames to look for: after the mean of every band is taken away, scaled to length 1."""

    def __init__(self, frames: NDArray[np.float64]) -> None:
        """Makes a pattern of frames (n, BANDS)."""
        self.length = len(frames)
        centred = frames - frames.mean(axis=0)
        energy = float(np.sum(np.square(centred)))
        self.unit = centred.ravel() / np.sqrt(max(energy, LEAST_ENERGY))
        #: Share of the frames' energy around their mean, 0 to 1; 0 of a steady sound.
        self.variation = energy / max(float(np.sum(np.square(frames))), LEAST_ENERGY)


class HeardFrames:
    """Frames in which patterns are looked for."""

    def __init__(self, frames: NDArray[np.float64]) -> None:
        """Prepares frames (n, BANDS)."""
        self.count = len(frames)
        self._flat = np.ascontiguousarray(frames).ravel()
        self._sums = np.concatenate([np.zeros((1, BANDS)), np.cumsum(frames, axis=0)])
        squares = np.cumsum(np.sum(np.square(frames), axis=1))
        self._squares = np.concatenate([[0.0], squares])

    def likeness(self, pattern: SoundPattern, newest: int | None = None) -> NDArray[np.float64]:
        """How similar each stretch of its length is to the pattern, -1 to 1, oldest first.

        Their normalised cross-correlation without the mean of every band, so that neither a level
        nor a frequency response counts; 0 for what does not vary. Of the `newest` stretches only,
        if given; empty where the frames are fewer than the pattern's.
        """
        length = pattern.length
        stretches = self.count - length + 1
        if stretches <= 0:
            return np.empty(0)
        first = max(0, stretches - newest) if newest is not None else 0
        ends = slice(first + length, stretches + length)
        sums = self._sums[ends] - self._sums[first:stretches]
        energy = self._squares[ends] - self._squares[first:stretches]
        energy = energy - np.sum(np.square(sums), axis=1) / length
        every = np.lib.stride_tricks.sliding_window_view(self._flat, length * BANDS)[::BANDS]
        along = np.ascontiguousarray(every[first:]) @ pattern.unit
        return np.asarray(along / np.sqrt(np.maximum(energy, LEAST_ENERGY)))
