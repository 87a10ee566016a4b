"""How long audio takes: a chirp to send, and where it is in what was recorded."""

import math
from typing import NamedTuple

import numpy as np
import soxr
from numpy.typing import NDArray

from .correlation import alignment

DURATION = 0.150
"""Seconds of a chirp; times its bandwidth 420, by which a matched filter lifts it out of noise."""
LOWEST, HIGHEST = 400.0, 3200.0
"""Hz at its beginning and end: what every telephone codec carries."""
RATE = 8000
"""Samples a second at which it is looked for."""
LEAST_SCORE = 0.4
"""Correlation of a chirp that counts. Noise as loud as it leaves 0.7; speech, music and noise
without one reached 0.20 in 50 minutes."""


class Arrival(NamedTuple):
    """A chirp in a recording."""

    seconds: float
    """From the first sample to the chirp's beginning."""
    score: float
    """Correlation with the chirp as it was sent, 0 to 1."""


def chirp(sample_rate: int, level: float = -12.0) -> NDArray[np.float64]:
    """Return 150 ms of a sine that rises from 400 to 3200 Hz, faded in and out by a Hann window.

    `level` in dBFS is that of its loudest moment. Raises `ValueError` for less than 8000 samples a
    second, and for a level above 0 dBFS.
    """
    if level > 0:
        raise ValueError(f"A chirp of {level:g} dBFS is clipped: ask for 0 dBFS or less.")
    return 10 ** (level / 20) * _turning(sample_rate).imag


def chirp_position(samples: NDArray[np.float64], sample_rate: int) -> Arrival | None:
    """Return where in mono samples a chirp begins, None when there is none.

    Of several the clearest. By matched filter at 8 kHz, on the envelope of the correlation: a codec
    or a line may turn the phase. Raises `ValueError` for less than 8000 samples a second.
    """
    _check_rate(sample_rate)
    resampled = np.asarray(soxr.resample(samples, sample_rate, RATE, quality="HQ"))
    position, score = alignment(resampled, _turning(RATE))
    return Arrival(position / RATE, score) if score >= LEAST_SCORE else None


def _turning(sample_rate: int) -> NDArray[np.complex128]:
    """Return the chirp as a complex signal of amplitude 1, whose imaginary part is sent."""
    _check_rate(sample_rate)
    time = np.arange(round(DURATION * sample_rate)) / sample_rate
    phase = 2 * math.pi * (LOWEST * time + (HIGHEST - LOWEST) / (2 * DURATION) * time**2)
    return np.asarray(np.hanning(time.size) * np.exp(1j * phase))


def _check_rate(sample_rate: int) -> None:
    if sample_rate < RATE:
        raise ValueError(f"A chirp needs {RATE} samples a second or more, not {sample_rate}.")
