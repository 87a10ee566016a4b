"""Makes the chirp that measures a delay, and finds where it or another waveform begins."""

import math
from typing import NamedTuple

import numpy as np
import soxr
from numpy.typing import NDArray

#: Seconds of a chirp; times its bandwidth 420, by which a matched filter lifts it out of noise.
DURATION = 0.150
#: Hz at its beginning and end: what every telephone codec carries.
LOWEST, HIGHEST = 400.0, 3200.0
#: Samples a second at which it is looked for.
RATE = 8000
#: Correlation of a chirp that counts. Noise as loud as it leaves 0.7; speech, music and noise
#: without one reached 0.20 in 50 minutes.
LEAST_SCORE = 0.4
#: Sum of squares below which samples are silence: rounding leaves some.
LEAST_ENERGY = 1e-12


class ChirpPosition(NamedTuple):
    """A chirp in a recording."""

    #: From the first sample to the chirp's beginning.
    seconds: float
    #: Correlation with the chirp as it was sent, 0 to 1.
    score: float


def chirp(sample_rate: int, level: float = -12.0) -> NDArray[np.float64]:
    """150 ms of a sine that rises from 400 to 3200 Hz, faded in and out by a Hann window.

    `level` in dBFS is that of its loudest moment. Raises `ValueError` for less than 8000 samples a
    second, and for a level above 0 dBFS.
    """
    if level > 0:
        raise ValueError(f"A chirp of {level:g} dBFS is clipped: ask for 0 dBFS or less.")
    return 10 ** (level / 20) * _turning(sample_rate).imag


def chirp_position(samples: NDArray[np.float64], sample_rate: int) -> ChirpPosition | None:
    """Where in mono samples a chirp begins, None when there is none.

    Of several the clearest. By matched filter at 8 kHz, on the envelope of the correlation: a codec
    or a line may turn the phase. Raises `ValueError` for less than 8000 samples a second.
    """
    _check_rate(sample_rate)
    resampled = np.asarray(soxr.resample(samples, sample_rate, RATE, quality="HQ"))
    position, score = alignment(resampled, _turning(RATE))
    return ChirpPosition(position / RATE, score) if score >= LEAST_SCORE else None


def alignment(
    samples: NDArray[np.float64], waveform: NDArray[np.float64] | NDArray[np.complex128]
) -> tuple[float, float]:
    """Where in the samples the waveform begins, in samples, and their correlation, 0 to 1.

    The peak of `correlations`, with a parabola through it to tell a part of a sample. 0 and 0 for
    less samples than the waveform has.
    """
    scores = correlations(samples, waveform)
    if not scores.size:
        return 0.0, 0.0
    best = int(np.argmax(scores))
    return best + _vertex(scores[max(0, best - 1) : best + 2]), min(1.0, float(scores[best]))


def correlations(
    samples: NDArray[np.float64], waveform: NDArray[np.float64] | NDArray[np.complex128]
) -> NDArray[np.float64]:
    """The normalised cross-correlation with the waveform, whatever its sign, at each sample.

    Of a complex waveform, whose imaginary part is its real part turned by 90 degrees, the phase
    does not count. Empty for less samples than the waveform has.
    """
    if samples.size < waveform.size or not np.any(waveform):
        return np.empty(0)
    size = 1 << (samples.size + waveform.size - 1).bit_length()
    spectrum = np.fft.fft(samples, size) * np.conj(np.fft.fft(waveform, size))
    along = np.abs(np.fft.ifft(spectrum)[: samples.size - waveform.size + 1])
    sums = np.cumsum(np.concatenate([[0.0], np.square(samples)]))
    energy = sums[waveform.size :] - sums[: along.size]
    own = float(np.sum(np.square(waveform.real)))
    return np.asarray(along / np.sqrt(np.maximum(energy, LEAST_ENERGY) * own))


def _vertex(three: NDArray[np.float64]) -> float:
    """Where, between -0.5 and 0.5, the parabola through three values has its peak."""
    if three.size < 3:
        return 0.0
    left, top, right = three
    bend = left - 2 * top + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0


def _turning(sample_rate: int) -> NDArray[np.complex128]:
    """The chirp as a complex signal of amplitude 1, whose imaginary part is sent."""
    _check_rate(sample_rate)
    time = np.arange(round(DURATION * sample_rate)) / sample_rate
    phase = 2 * math.pi * (LOWEST * time + (HIGHEST - LOWEST) / (2 * DURATION) * time**2)
    return np.asarray(np.hanning(time.size) * np.exp(1j * phase))


def _check_rate(sample_rate: int) -> None:
    if sample_rate < RATE:
        raise ValueError(f"A chirp needs {RATE} samples a second or more, not {sample_rate}.")
