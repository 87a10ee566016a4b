"""Sounds in a call that are not words: noise of the line, and a cough."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..speech.voices import Speech

_RATE = 16000
#: dBFS of the noise, as loud as it may be and still pass for noise, and of the cough.
_NOISE, _COUGH = -30.0, -18.0


@cache
def noise() -> Speech:
    """A second of white noise, always the same."""
    return _at_level(np.random.default_rng(1).standard_normal(_RATE), _NOISE)


@cache
def cough() -> Speech:
    """What has the course of a cough: a burst, 0.2 s of breath, and a second, weaker burst.

    It is made of noise; no person was recorded.
    """
    times = np.arange(round(0.4 * _RATE)) / _RATE
    bursts = (0.0, 0.004, 0.035, 1.0), (0.03, 0.05, 0.08, 0.35), (0.26, 0.01, 0.04, 0.5)
    envelope = sum(gain * _burst(times - begin, rise, fall) for begin, rise, fall, gain in bursts)
    breath = np.random.default_rng(2).standard_normal(times.size)
    throat = np.convolve(breath, np.hanning(12) / 3, "same")  # little above 2 kHz
    return _at_level(throat * envelope, _COUGH)


def _burst(times: NDArray[np.float64], rise: float, fall: float) -> NDArray[np.float64]:
    """Rises for so many seconds, and falls to a third in each `fall` seconds after."""
    after = np.maximum(times - rise, 0.0)
    return np.clip(times / rise, 0.0, 1.0) * np.exp(-after / fall)


def _at_level(samples: NDArray[np.float64], level: float) -> Speech:
    rms = np.sqrt(np.mean(np.square(samples)))
    scaled = samples * 10 ** (level / 20) / np.sqrt(2) / rms
    return Speech(np.clip(scaled, -1.0, 1.0).astype(np.float32), _RATE)


#: By the names that suites give them.
SOUNDS = {"noise": noise, "cough": cough}
