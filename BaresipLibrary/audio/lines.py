"""What is on a line: nothing at all, comfort noise, or something that somebody sends."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from .levels import level_dbfs
from .sines import strongest_tone

FRAME = 0.020
"""Seconds of one level."""
SHORTEST = 0.2
"""Seconds that it takes to tell noise from the rest."""
MOST_SILENCE = -85.0
"""dBFS without DC: a constant, as A-law's zero is, or 1 LSB that comes and goes."""
MOST_NOISE = -30.0
"""dBFS: comfort noise is at most this loud. RFC 3389 lets it be louder, no phone is."""
MOST_SPREAD = 4.0
"""dB, the standard deviation of the levels. Coloured noise has 1 to 3.2, speech 8 and more."""
MOST_SHARE = 0.4
"""Share of the energy that is one sine: more is a tone."""


class Line(Enum):
    """What is on a line."""

    DIGITAL_SILENCE = "digital silence"
    COMFORT_NOISE = "comfort noise"
    SIGNAL = "signal"


def what_is_on(samples: NDArray[np.float64], sample_rate: int) -> Line:
    """Return what is in mono samples in [-1, 1]: speech, music, tones, loud noise are a signal.

    Raises `ValueError` for less than 0.2 s of them.
    """
    if samples.size < SHORTEST * sample_rate:
        raise ValueError(f"{samples.size / sample_rate:.3f} s are too short to say what is on.")
    size = round(FRAME * sample_rate)
    frames = samples[: samples.size - samples.size % size].reshape(-1, size)
    level = level_dbfs(samples - samples.mean())
    if level <= MOST_SILENCE:
        return Line.DIGITAL_SILENCE
    levels = [level_dbfs(frame - frame.mean()) for frame in frames]
    tone = strongest_tone(samples, sample_rate)
    steady = float(np.std(levels)) <= MOST_SPREAD
    if level <= MOST_NOISE and steady and (tone is None or tone.share < MOST_SHARE):
        return Line.COMFORT_NOISE
    return Line.SIGNAL
