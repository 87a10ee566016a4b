"""Sines in audio: the strongest one, and least-squares fits of one near a frequency."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .levels import power_to_dbfs

#: Mean square of a sine at -90 dBFS, below 1 LSB of 16 bits: nothing fainter is called a tone.
AUDIBLE_POWER = 0.5 * 10.0**-9
#: Nothing shorter is looked at for a tone.
FEWEST_SAMPLES = 16


@dataclass(frozen=True)
class Sine:
    """A sine found in a stretch of audio."""

    #: Hz.
    frequency: float
    #: Level of the sine alone in dBFS; 0 dBFS is a full-scale sine.
    level: float
    #: Share of the signal's energy that is the sine, 0 to 1, after DC was removed.
    share: float


def strongest_tone(samples: NDArray[np.float64], sample_rate: int) -> Sine | None:
    """The strongest sine in mono samples in [-1, 1], or None.

    The peak of the Hann-windowed, zero-padded spectrum, interpolated with a parabola through its
    logarithm, is the first guess; two least-squares steps (`refined_frequency`) make it exact.
    Tones of less than one period in the samples are not looked for. None means that there is no
    tone to name: fewer than 16 samples, or audio below -90 dBFS once DC is removed.
    """
    count = samples.size
    if count < FEWEST_SAMPLES:
        return None
    centred = samples - np.mean(samples)
    if float(np.mean(np.square(centred))) < AUDIBLE_POWER:
        return None
    frequency = _spectrum_peak(centred, sample_rate)
    for _ in range(2):
        frequency = refined_frequency(centred, sample_rate, frequency)
    return fit_sine(centred, sample_rate, frequency)


def _spectrum_peak(centred: NDArray[np.float64], sample_rate: int) -> float:
    """The frequency in Hz of the highest peak of the spectrum of samples without DC."""
    count = centred.size
    bins = 1 << (4 * count - 1).bit_length()
    power = np.square(np.abs(np.fft.rfft(centred * np.hanning(count), bins)))
    lowest = min(-(-bins // count), power.size - 2)
    peak = lowest + int(np.argmax(power[lowest:-1]))
    left, top, right = np.log(power[peak - 1 : peak + 2] + np.finfo(np.float64).tiny)
    bend = left - 2 * top + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float((peak + min(max(shift, -0.5), 0.5)) * sample_rate / bins)


def refined_frequency(centred: NDArray[np.float64], sample_rate: int, frequency: float) -> float:
    """A better guess of a sine's frequency in Hz: one Gauss-Newton step, one bin at most."""
    fit = solve(columns_at(centred.size, sample_rate, frequency), centred)
    bin_width = sample_rate / centred.size
    offset = float(frequency_offset(fit[np.newaxis])[0])
    refined = frequency + min(max(offset, -bin_width), bin_width)
    return refined if 0 < refined < sample_rate / 2 else frequency


def fit_sine(samples: NDArray[np.float64], sample_rate: int, frequency: float) -> Sine:
    """The least-squares sine (and constant) of exactly that frequency in the samples.

    The share is the coefficient of determination: one minus the energy of what the fit leaves over,
    divided by the energy around the mean.
    """
    columns = columns_at(samples.size, sample_rate, frequency)[:, :3]
    fit = solve(columns, samples)
    rest = samples - columns @ fit
    energy = float(np.sum(np.square(samples - np.mean(samples))))
    share = 1.0 - float(np.dot(rest, rest)) / energy if energy > 0 else 0.0
    sine = columns[:, 1:] @ fit[1:]
    power = float(np.mean(np.square(sine - np.mean(sine))))
    return Sine(frequency, power_to_dbfs(power), min(max(share, 0.0), 1.0))


def without_sine(
    samples: NDArray[np.float64], sample_rate: int, frequency: float
) -> NDArray[np.float64]:
    """What is left of samples without the sine of a frequency, which may swell a little."""
    columns = columns_at(samples.size, sample_rate, frequency)
    return np.asarray(samples - columns @ solve(columns, samples), dtype=np.float64)


def columns_at(count: int, sample_rate: int, frequency: float) -> NDArray[np.float64]:
    """The shape (count, 5): 1, cos, sin, t cos, t sin; t in seconds, 0 in the middle."""
    time = (np.arange(count) - (count - 1) / 2) / sample_rate
    sines = sine_columns(count, sample_rate, frequency)
    return np.column_stack([np.ones(count), sines, sines * time[:, np.newaxis]])


def sine_columns(count: int, sample_rate: int, frequency: float) -> NDArray[np.float64]:
    phase = 2 * math.pi * frequency / sample_rate * (np.arange(count) - (count - 1) / 2)
    return np.column_stack([np.cos(phase), np.sin(phase)])


def solve(columns: NDArray[np.float64], samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least-squares coefficients, by the normal equations of the scaled columns."""
    scale = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    scale[scale == 0] = 1.0
    scaled = columns / scale
    return np.asarray(
        np.linalg.lstsq(scaled.T @ scaled, scaled.T @ samples, rcond=1e-12)[0] / scale,
        dtype=np.float64,
    )


def frequency_offset(fit: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Hz by which the sine in each row of coefficients (n, 5) is off.

    With C = a - ib, the real part of C exp(iwt) (1 + (p + iq) t) has the coefficients a, b of cos
    and sin, and c, d of t cos and t sin, where c - id = C (p + iq): p is the relative change of
    amplitude, q the angular frequency that is missing.
    """
    a, b, c, d = fit[:, 1:5].T
    squares = np.maximum(a * a + b * b, np.finfo(np.float64).tiny)
    return np.asarray((b * c - a * d) / squares / (2 * math.pi), dtype=np.float64)
