"""What was lost of a tone on its way: packets, what stood in for them, and slips in time.

The tone is brought down to a complex amplitude every millisecond, over 10 ms. As long as that stays
where it was, the tone runs on; drifting clocks turn it slowly. A lost packet makes it 0; one that
is repeated or faded in its place moves it for a while; a jitter buffer that leaves out or inserts
audio turns it for good.
"""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from .levels import power_to_dbfs
from .sines import strongest_tone

#: Seconds from one amplitude to the next.
STEP = 0.001
#: Seconds over which one amplitude is taken: half a packet.
WINDOW = 0.010
#: How far, as a part of itself, the amplitude moves in a tone that runs on: 23 degrees or 4 dB.
MOST_MOVED = 0.4
#: Part of the amplitude below which, in the middle of a gap, nothing stood in for what was lost.
LOST = 0.3
#: Seconds of a gap at least: a single click is not a gap.
SHORTEST = 0.003
#: Seconds of another phase after which it is not concealment but a slip: the tone runs on.
SETTLED = 0.120
#: Seconds of a tone's beginning in which a codec may still adapt to it.
PASSED_OVER = 0.050
#: Part of its way to the newest amplitude that the reference goes each step: 50 ms to settle.
FOLLOW = 0.02
#: dBFS of a tone in which gaps are looked for.
LEAST_LEVEL = -50.0


class Loss(Enum):
    """What is wrong with a piece of a tone."""

    #: It is missing.
    SILENT = "silent"
    #: Something else is in its place, as a repeated packet is.
    CONCEALED = "concealed"
    #: From there on the tone runs with another phase: time was left out or inserted.
    SLIPPED = "slipped"


@dataclass(frozen=True)
class ToneGap:
    """A piece of a tone that is not as it was sent."""

    loss: Loss
    #: Seconds from the first sample.
    begin: float
    #: How long; of a slip, until the tone runs on. Right to about 3 ms.
    milliseconds: float


def tone_gaps(
    samples: NDArray[np.float64], sample_rate: int, frequency: float | None = None
) -> list[ToneGap]:
    """The gaps in a running tone, in order, from 50 ms after its beginning to its end.

    `frequency` in Hz is that of the strongest tone when not given. What is repeated or left out is
    seen unless it is almost a whole number of periods; at 1720 Hz, packets of 5, 8, 10, 20, 30, 40,
    60 and 80 ms are not. Of a gap shorter than 10 ms it is not known whether it is silent or
    concealed. Raises `ValueError` when there is no tone of that frequency above -50 dBFS.
    """
    if frequency is None:
        tone = strongest_tone(samples, sample_rate)
        frequency = tone.frequency if tone else 0.0
    amplitudes = _amplitudes(samples, sample_rate, frequency)
    sizes = np.abs(amplitudes)
    typical = float(np.percentile(sizes, 75)) if sizes.size else 0.0
    if not frequency or power_to_dbfs(typical**2 / 2) < LEAST_LEVEL:
        raise ValueError(f"No gaps can be found: the audio has no tone of {frequency:g} Hz.")
    running = np.flatnonzero(sizes >= typical / 2)
    first, last = int(running[0]), int(running[-1])
    start = first + round(PASSED_OVER / STEP)
    beginning = amplitudes[start : start + round(PASSED_OVER / STEP)]
    if not beginning.size:
        return []
    follower = _Follower(complex(np.median(beginning.real), np.median(beginning.imag)))
    for number in range(start, last + 1):
        follower.take(number, complex(amplitudes[number]))
    return follower.gaps


class _Follower:
    """Follows the complex amplitude of a tone step by step, and notes where it moves."""

    def __init__(self, reference: complex) -> None:
        self.gaps: list[ToneGap] = []
        self._reference = reference
        self._moved: list[complex] = []
        self._other = reference
        self._other_steps = 0

    def take(self, number: int, amplitude: complex) -> None:
        """Takes the amplitude of that step."""
        if abs(amplitude - self._reference) <= MOST_MOVED * abs(self._reference):
            if self._moved:
                self._close(number)
            self._reference += FOLLOW * (amplitude - self._reference)
            return
        self._moved.append(amplitude)
        if abs(amplitude - self._other) <= MOST_MOVED * abs(self._other):
            self._other_steps += 1
        else:
            self._other, self._other_steps = amplitude, 1
        self._other += FOLLOW * (amplitude - self._other)
        ratio = abs(self._other) / abs(self._reference)
        if self._other_steps >= SETTLED / STEP and abs(ratio - 1) <= MOST_MOVED:
            begin = number + 1 - len(self._moved)
            length = 1000 * STEP * (len(self._moved) - self._other_steps)
            self.gaps.append(ToneGap(Loss.SLIPPED, _seconds(begin), length))
            self._reference, self._moved, self._other_steps = self._other, [], 0

    def _close(self, number: int) -> None:
        """Notes the gap that ends before that step: the middle of it says what it is."""
        middle = self._moved[len(self._moved) // 4 : -(len(self._moved) // 4) or None]
        size = float(np.median(np.abs(middle))) / abs(self._reference)
        loss = Loss.SILENT if size < LOST else Loss.CONCEALED
        # The amplitude has moved enough 1 ms before half of its window is in the gap.
        begin, length = number - len(self._moved) + 1, STEP * (len(self._moved) - 2)
        if length >= SHORTEST:
            self.gaps.append(ToneGap(loss, _seconds(begin), 1000 * length))
        self._moved, self._other_steps = [], 0


def _amplitudes(
    samples: NDArray[np.float64], sample_rate: int, frequency: float
) -> NDArray[np.complex128]:
    """The complex amplitude around every millisecond: the tone turned down to 0 Hz."""
    size = round(WINDOW * sample_rate)
    turned = samples * np.exp(-2j * math.pi * frequency / sample_rate * np.arange(samples.size))
    sums = np.cumsum(np.concatenate([[0.0], turned]))
    starts = np.arange(0, max(0, samples.size - size + 1), round(STEP * sample_rate))
    return np.asarray(2 * (sums[starts + size] - sums[starts]) / size)


def _seconds(step: int) -> float:
    """The middle of that step's window."""
    return step * STEP + WINDOW / 2
