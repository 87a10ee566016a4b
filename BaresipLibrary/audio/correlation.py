"""Where in some samples a known waveform is."""

import numpy as np
from numpy.typing import NDArray

LEAST_ENERGY = 1e-12
"""Sum of squares below which samples are silence: rounding leaves some."""


def alignment(
    samples: NDArray[np.float64], waveform: NDArray[np.float64] | NDArray[np.complex128]
) -> tuple[float, float]:
    """Return where in the samples the waveform begins, in samples, and their correlation, 0 to 1.

    The peak of the normalised cross-correlation, whatever its sign, with a parabola through it to
    tell a part of a sample. Of a complex waveform, whose imaginary part is its real part turned by
    90 degrees, the phase does not count. 0 and 0 for less samples than the waveform has.
    """
    if samples.size < waveform.size or not np.any(waveform):
        return 0.0, 0.0
    size = 1 << (samples.size + waveform.size - 1).bit_length()
    spectrum = np.fft.fft(samples, size) * np.conj(np.fft.fft(waveform, size))
    along = np.abs(np.fft.ifft(spectrum)[: samples.size - waveform.size + 1])
    sums = np.cumsum(np.concatenate([[0.0], np.square(samples)]))
    energy = sums[waveform.size :] - sums[: along.size]
    own = float(np.sum(np.square(waveform.real)))
    scores = along / np.sqrt(np.maximum(energy, LEAST_ENERGY) * own)
    best = int(np.argmax(scores))
    return best + _vertex(scores[max(0, best - 1) : best + 2]), min(1.0, float(scores[best]))


def _vertex(three: NDArray[np.float64]) -> float:
    """Return where, between -0.5 and 0.5, the parabola through three values has its peak."""
    if three.size < 3:
        return 0.0
    left, top, right = three
    bend = left - 2 * top + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0
