"""Whether audio is too faint, or distorted by clipping, to be understood."""

import numpy as np
from numpy.typing import NDArray

from .levels import frame_levels

#: dBFS; speech whose loud parts are below that is faint. Telephone speech is at -30 to -10 dBFS.
FAINT = -42.0
_AUDIBLE = -65.0
#: The share of the frames of 20 ms that are louder than the loud parts.
_LOUDEST = 0.05
#: So many equal samples in a row, this close to the largest and this large, are clipped.
_RUN, _NEAR, _FULL = 3, 0.98, 0.5
#: They are more than so many times those that are nearly as large: this close to the largest. G.711
#: has equal samples at the crests of a low tone, too: 1.3 times; speech clipped by 10 dB 2.2 times.
_TIMES, _CLOSE = 2.0, 0.9


def loud_parts(samples: NDArray[np.float64], sample_rate: int) -> float | None:
    """The level (dBFS) that the loudest 5 % of mono samples in [-1, 1], shape (n,), exceed.

    None when there is no frame of 20 ms.
    """
    levels = frame_levels(samples, sample_rate)
    return float(np.quantile(levels, 1 - _LOUDEST)) if levels else None


def is_faint(samples: NDArray[np.float64], sample_rate: int) -> bool:
    """Whether there is sound, but even its loud parts are faint."""
    level = loud_parts(samples, sample_rate)
    return level is not None and _AUDIBLE < level < FAINT


def clipped_share(samples: NDArray[np.float64]) -> float:
    """The share of the samples of mono audio, from 0 to 1, that stay at its largest value.

    That is what clipping leaves. A codec that changes the waveform, such as Opus, hides what was
    clipped before it.
    """
    size = np.abs(samples)
    largest = float(size.max(initial=0.0))
    if largest < _FULL:
        return 0.0
    repeats = (np.diff(samples) == 0) & (size[1:] >= _NEAR * largest)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], repeats, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2] + 1
    clipped = int(lengths[lengths >= _RUN].sum())
    close = np.count_nonzero((size >= _CLOSE * largest) & (size < _NEAR * largest))
    return clipped / samples.size if clipped > _TIMES * close else 0.0
