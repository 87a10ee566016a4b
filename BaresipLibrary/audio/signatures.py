"""Who hears whom: a tone for each of many agents that all speak at the same time.

The frequencies lie on a grid of 32 Hz at the marks of a Golomb ruler, and the grid does not start
at 0 but four fifths of a step above. So every product up to the third order that a mixer, a codec
or a clipped amplifier adds is 6.4 Hz or more away from all of them: `a + b - c` is on the grid, but
at no mark of it, because a Golomb ruler has every distance only once; `2a`, `a + b`, `a - b`,
`3a`, `a + b + c` and the mirror images of all these around 4 kHz are on the fifths between.

`SignatureDetector` cuts the audio into steps of 1/32 s, in which the tones are orthogonal to each
other, and looks at 15 steps at a time (469 ms, three periods of 6.4 Hz): there the products are
orthogonal to the tones as well. A tone that is there keeps amplitude and phase from step to step; a
sound that passes by its frequency does not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from .levels import SILENCE_DBFS, power_to_dbfs
from .windows import WindowBuffer

#: Hz from one mark to the next.
GRID = 32.0
#: Where the ruler starts, in marks. Of all starts and grids that fit a telephone's band and a whole
#: number of 8 kHz samples, this keeps farthest, 6.3 Hz, from the notes of the scale (a' = 440 Hz)
#: and their first ten harmonics; and no call progress, DTMF, fax or modem tone is within 6 Hz of
#: one.
FIRST_MARK = 14.8
#: The shortest Golomb ruler of 12 marks: every difference of two marks occurs once.
RULER = (0, 9, 10, 17, 30, 42, 45, 56, 61, 79, 83, 85)
#: How many agents there are signatures for.
MOST_SIGNATURES = len(RULER)
#: Samples a second that the highest signature, 3193.6 Hz, needs with room for a filter.
LOWEST_RATE = 8000

#: Steps of 1/32 s of one look; a multiple of 5, the shortest that has the products in its nulls and
#: noise hardly ever steady for as long.
STEPS = 15
#: Looks in a row, 1/32 s apart, with a signature before it counts as heard.
PRESENT_LOOKS = 4
#: Looks in a row, 1/32 s apart, without a signature before it counts as not heard.
ABSENT_LOOKS = 6
#: dBFS; what is fainter is not heard. A tone of -20 dBFS that a mixer divides by 12 has -42.
LEAST_LEVEL = -52.0
#: dB relative to all that arrives; what is fainter is not heard. One of 11 equal tones has -10.
LEAST_RATIO = -26.0
#: dB relative to what is not near any signature. A held note of music is one partial of many.
LEAST_STANDING = -15.0
#: Share of the energy around a frequency that stays in phase for a look, when it is a tone. Noise
#: passes one look in 10^8: (1 - 0.75)^14. Opus at 16 kbit/s leaves less than 0.8 of the highest of
#: eleven clipped tones.
LEAST_STEADINESS = 0.75
#: The same share, below which there is certainly no tone.
MOST_UNSTEADINESS = 0.5
#: Share of the steps that follow another in phase, within so many rad, from which on an unsteady
#: tone may be one of which pieces are missing: each that is left out turns its phase.
LEAST_IN_PHASE, IN_PHASE = 0.4, 0.2
#: How far two clocks may move a tone, as a part of its frequency. More lets more music pass.
MOST_DRIFT = 150e-6


@dataclass(frozen=True)
class Signature:
    """What one agent sends so that all others can tell that they hear it."""

    #: Hz of its tone; a multiple of 0.1.
    frequency: float


class Heard(Enum):
    """What is known about a signature in the audio of the last half second."""

    HEARD = "heard"
    NOT_HEARD = "not heard"
    UNSURE = "not sure"


@dataclass(frozen=True)
class Reception:
    """How one signature arrived in the audio of the last half second."""

    signature: Signature
    verdict: Heard
    #: Level in dBFS of the part at its frequency that keeps its phase; 0 dBFS is a full sine.
    level: float
    #: Share, 0 to 1, of what is within 16 Hz of its frequency that keeps its phase.
    steadiness: float


def signatures(count: int, sample_rate: int) -> list[Signature]:
    """That many signatures, one for each agent, lowest first.

    The same ones for every sample rate, since a call may be transcoded to 8 kHz on its way. Raises
    `ValueError` for more than 12, fewer than 1, and less than 8000 samples a second.
    """
    if not 1 <= count <= MOST_SIGNATURES:
        raise ValueError(f"There are signatures for 1 to {MOST_SIGNATURES} agents, not {count}.")
    _check_rate(sample_rate)
    return [Signature(round(GRID * (FIRST_MARK + mark), 1)) for mark in RULER[:count]]


class SignatureDetector:
    """Finds which of some signatures are in audio that arrives bit by bit, all at the same time.

    A verdict is about the last 469 ms of what was fed, and changes when an agent falls silent.
    *Heard* comes 500 ms after a signature began, *not heard* 625 ms after it ended. Where the
    chunks end does not matter.
    """

    def __init__(self, signatures: Sequence[Signature], sample_rate: int) -> None:
        """Prepares to listen for signatures in audio of `sample_rate` samples a second.

        Raises `ValueError` below 8000 samples a second.
        """
        _check_rate(sample_rate)
        self.signatures = tuple(signatures)
        self.sample_rate = sample_rate
        size = round(sample_rate / GRID)
        self._windows = WindowBuffer(size, size)
        self._frequencies = np.array([signature.frequency for signature in self.signatures])
        time = np.arange(size) / sample_rate
        self._downs = np.exp(-2j * math.pi * np.outer(time, self._frequencies)) * 2 / size
        self._steps = np.empty((0, len(self.signatures)), dtype=np.complex128)
        self._powers: list[float] = []
        self._present = np.zeros(len(self.signatures), dtype=np.int64)
        self._absent = np.zeros(len(self.signatures), dtype=np.int64)
        self._levels = np.full(len(self.signatures), SILENCE_DBFS)
        self._steadiness = np.zeros(len(self.signatures))

    @property
    def seconds(self) -> float:
        """Seconds of audio fed so far."""
        return self._windows.fed / self.sample_rate

    def feed(self, samples: NDArray[np.float64]) -> list[Reception]:
        """Takes the next mono samples in [-1, 1], any number; returns how each signature arrives.

        In the order of the signatures. Raises `ValueError` unless the array has one dimension.
        """
        first = self._windows.taken
        for number, step in enumerate(self._windows.feed(samples), first):
            self._take(step, number)
        return self.receptions

    @property
    def receptions(self) -> list[Reception]:
        """How each signature arrives, as `feed` returned it last."""
        return [
            Reception(signature, self._verdict(number), float(level), float(steadiness))
            for number, (signature, level, steadiness) in enumerate(
                zip(self.signatures, self._levels, self._steadiness, strict=True)
            )
        ]

    def _verdict(self, number: int) -> Heard:
        if self._present[number] >= PRESENT_LOOKS:
            return Heard.HEARD
        if self._absent[number] >= ABSENT_LOOKS:
            return Heard.NOT_HEARD
        return Heard.UNSURE

    def _take(self, step: NDArray[np.float64], number: int) -> None:
        """Takes step `number`: turns its amplitudes to the phase of the first sample of all."""
        start = number * step.size / self.sample_rate
        phases = np.exp(-2j * math.pi * np.mod(self._frequencies * start, 1.0))
        # Not by BLAS: its threads cost more than so small a product when other programs run.
        amplitudes = np.einsum("t,tf->f", step, self._downs) * phases
        self._steps = np.vstack([self._steps, amplitudes])[-STEPS:]
        self._powers = [*self._powers, float(np.mean(np.square(step)))][-STEPS:]
        if len(self._steps) == STEPS:
            self._look(self._steps, sum(self._powers) / STEPS)

    def _look(self, steps: NDArray[np.complex128], total: float) -> None:
        """Judges complex amplitudes of shape (15, signatures) and the power of all that arrived."""
        energy = np.mean(np.square(np.abs(steps)), axis=0)
        steady = np.square(np.abs(np.mean(self._without_drift(steps), axis=0)))
        rest = power_to_dbfs(max(0.0, total - float(np.sum(energy)) / 2))
        least = max(LEAST_LEVEL, power_to_dbfs(total) + LEAST_RATIO)
        self._levels = np.array([power_to_dbfs(power / 2) for power in steady])
        around = np.array([power_to_dbfs(power / 2) for power in energy])
        self._steadiness = steady / np.maximum(energy, np.finfo(np.float64).tiny)
        stands_out = self._levels >= max(least, rest + LEAST_STANDING)
        present = stands_out & (self._steadiness >= LEAST_STEADINESS)
        unsteady = (self._steadiness < MOST_UNSTEADINESS) & ~_may_be_broken(steps)
        absent = (around < least) | unsteady
        self._present = np.where(present, self._present + 1, 0)
        self._absent = np.where(absent, self._absent + 1, 0)

    def _without_drift(self, steps: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Turns back what each column turns from step to step, as far as clocks may explain it."""
        turned = np.angle(np.sum(steps[1:] * np.conj(steps[:-1]), axis=0))
        most = 2 * math.pi * MOST_DRIFT * self._frequencies / GRID
        numbers = np.arange(len(steps)) - (len(steps) - 1) / 2
        return np.asarray(steps * np.exp(-1j * np.outer(numbers, np.clip(turned, -most, most))))


def _may_be_broken(steps: NDArray[np.complex128]) -> NDArray[np.bool_]:
    """Whether each column may be a tone with pieces left out, as on a machine that is busy."""
    pairs = steps[1:] * np.conj(steps[:-1])
    in_phase = np.where(np.abs(np.angle(pairs)) < IN_PHASE, np.abs(pairs), 0.0)
    return np.asarray(np.sum(in_phase, axis=0) > LEAST_IN_PHASE * np.sum(np.abs(pairs), axis=0))


def _check_rate(sample_rate: int) -> None:
    if sample_rate < LOWEST_RATE:
        raise ValueError(
            f"Signatures need {LOWEST_RATE} samples a second or more, not {sample_rate}."
        )
