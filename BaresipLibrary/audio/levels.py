"""How loud audio is, in dBFS."""

import math

import numpy as np
from numpy.typing import NDArray

#: What digital silence reads, and the least any level reads.
#:
#: A finite floor compares, subtracts and prints like any other level, which ``-inf`` does not.
#: 16-bit audio stays far above it: the smallest constant, 1 LSB, reads -87.3 dBFS, and a single
#: sample of 1 LSB in 20 ms at 48 kHz reads -117.1 dBFS.
SILENCE_DBFS = -120.0
#: Seconds of audio in each of the `frame_levels`.
FRAME = 0.020


def level_dbfs(samples: NDArray[np.float64]) -> float:
    """The RMS level of the samples in dBFS.

    0 dBFS is the level of a full-scale sine, as AES17 defines it: ``20 * log10(rms * sqrt(2))``
    for samples in [-1, 1]. A full-scale square wave therefore reads +3.01 dBFS. A constant (DC)
    counts like any other signal. Digital silence, no samples at all, and anything lower than
    `SILENCE_DBFS` read `SILENCE_DBFS`. The shape of the array does not matter.
    """
    if samples.size == 0:
        return SILENCE_DBFS
    return power_to_dbfs(float(np.mean(np.square(samples, dtype=np.float64))))


def power_to_dbfs(power: float) -> float:
    """The level in dBFS of a signal whose mean square is `power` (1/2 is 0 dBFS)."""
    if power <= 0.0:
        return SILENCE_DBFS
    return max(SILENCE_DBFS, 10.0 * math.log10(2.0 * power))


def frame_levels(samples: NDArray[np.float64], sample_rate: int) -> list[float]:
    """The level in dBFS of each whole 20 ms of mono samples, without DC."""
    size = round(FRAME * sample_rate)
    frames = samples[: samples.size - samples.size % size].reshape(-1, size)
    return [level_dbfs(frame - frame.mean()) for frame in frames]
