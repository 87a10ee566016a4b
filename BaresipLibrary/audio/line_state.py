"""Classifies audio: digital silence, comfort noise or a signal; and when something was audible."""

from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .levels import frame_levels, level_dbfs, power_to_dbfs
from .sines import strongest_tone, without_sine
from .tones import LEAST_LEVEL
from .windows import WindowBuffer

#: Seconds of audio that it takes to tell noise from a signal.
SHORTEST = 0.2
#: dBFS without DC: a constant, as A-law's zero is, or 1 LSB that comes and goes.
MOST_SILENCE = -85.0
#: dBFS: comfort noise is at most this loud. RFC 3389 lets it be louder, no phone is.
MOST_NOISE = -30.0
#: dB, the standard deviation of the levels. Coloured noise has 1 to 3.2, speech 8 and more.
MOST_SPREAD = 4.0
#: Share of the energy that is one sine: more is a tone.
MOST_SHARE = 0.4
#: Share that is this many sines: more are tones at the same time. A chord has 0.9 at 10 dB above
#: noise, the most coloured noise 0.7.
SINES, MOST_OF_SINES = 6, 0.85
#: How many times as strong as the one before a sine may be found to be: of two alike, either is.
_MOST_MORE = 2

#: Seconds that are loud or not as a whole: how exact a beginning or an end is.
BLOCK = 0.005
#: Seconds; a shorter sound is a click and does not count, nor does a shorter pause.
BLIP = 0.020

#: Begin and end in seconds from the first sample.
Span = tuple[float, float]


class TimedSpan(NamedTuple):
    """Begin and end in seconds on the machine's monotonic clock, each right to `error` s."""

    begin: float
    end: float
    error: float


class LineState(Enum):
    """The class of a stretch of audio."""

    DIGITAL_SILENCE = "digital silence"
    COMFORT_NOISE = "comfort noise"
    SIGNAL = "signal"


def classify_line(samples: NDArray[np.float64], sample_rate: int) -> LineState:
    """What is in mono samples in [-1, 1]: speech, music, tones, loud noise are a signal.

    Raises `ValueError` for less than 0.2 s of them.
    """
    if samples.size < SHORTEST * sample_rate:
        raise ValueError(
            f"{samples.size / sample_rate:.3f} s of audio are too short to classify the line:"
            f" it takes {SHORTEST:g} s."
        )
    level = level_dbfs(samples - samples.mean())
    if level <= MOST_SILENCE:
        return LineState.DIGITAL_SILENCE
    steady = float(np.std(frame_levels(samples, sample_rate))) <= MOST_SPREAD
    if level <= MOST_NOISE and steady and not _are_tones(samples, sample_rate):
        return LineState.COMFORT_NOISE
    return LineState.SIGNAL


def _are_tones(samples: NDArray[np.float64], sample_rate: int) -> bool:
    """Whether most of it is a tone, or its first or last second several at the same time."""
    tone = strongest_tone(samples, sample_rate)
    if tone is not None and tone.share >= MOST_SHARE:
        return True
    longer = samples.size > sample_rate
    pieces = [samples[:sample_rate], samples[-sample_rate:]][: 1 + longer]
    return any(_are_many_tones(piece, sample_rate) for piece in pieces)


def _are_many_tones(samples: NDArray[np.float64], sample_rate: int) -> bool:
    """Whether most of it is several tones at the same time, as in a chord or a hum."""
    left = samples - samples.mean()
    rest = whole = float(np.sum(np.square(left)))
    least = (1 - MOST_OF_SINES) * whole
    for number in range(SINES):
        tone = strongest_tone(left, sample_rate)
        if tone is None:
            return False
        left = without_sine(left, sample_rate, tone.frequency)
        before, rest = rest, float(np.sum(np.square(left)))
        if rest <= least:
            return True
        # The strongest comes first: in noise, the others cannot be as much as is missing.
        if rest - _MOST_MORE * (before - rest) * (SINES - 1 - number) > least:
            return False
    return False


class SoundFinder:
    """Finds what is audible, -50 dBFS (`tones.LEAST_LEVEL`) or louder, in audio that arrives."""

    def __init__(self, sample_rate: int) -> None:
        """Prepares for audio of `sample_rate` samples a second."""
        block = max(1, round(BLOCK * sample_rate))
        self._seconds = block / sample_rate
        self._blocks = WindowBuffer(block, block)
        self._loud = np.empty(0, dtype=np.bool_)

    @property
    def seconds(self) -> float:
        """Seconds of audio that were examined."""
        return self._loud.size * self._seconds

    def feed(self, samples: NDArray[np.float64]) -> None:
        """Takes the next mono samples in [-1, 1], any number. `ValueError` unless 1-dimensional."""
        powers = self._blocks.feed(samples).var(axis=1).tolist()
        loud = [power_to_dbfs(power) >= LEAST_LEVEL for power in powers]
        self._loud = np.concatenate([self._loud, np.array(loud, dtype=np.bool_)])

    def sounds(self) -> list[Span]:
        """Everything audible so far, in order; the last sound may still go on."""
        edges = np.flatnonzero(np.diff(np.concatenate([[0], self._loud.astype(np.int8), [0]])))
        spans = [(int(a) * self._seconds, int(b) * self._seconds) for a, b in edges.reshape(-1, 2)]
        return [span for span in join_spans(spans) if span[1] - span[0] >= BLIP - BLOCK / 2]


def join_spans(spans: list[Span]) -> list[Span]:
    """Joins spans, given in order, that have less than 20 ms (`BLIP`) between them."""
    joined: list[Span] = []
    for begin, end in spans:
        if joined and begin - joined[-1][1] < BLIP - BLOCK / 2:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
