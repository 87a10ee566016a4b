"""Makes in-band digits (DTMF, ITU-T Q.23), and hears them as ITU-T Q.24 wants.

How `DigitDetector` decides: each digit's two tones are fitted to short overlapping windows (20 ms
every 2.5 ms) by least squares. Windows that are mostly explained by the same digit form a run; the
digit is as long as the run has at least half of its greatest power. In each window the two tones
are then fitted once more, with their frequencies free: in most windows frequencies, twist and
purity must be those of a digit, which speech and music do not achieve.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .levels import power_to_dbfs
from .sines import Sine
from .windows import WindowBuffer, pieces

ROWS = (697.0, 770.0, 852.0, 941.0)
COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)
#: Row by row, as on the keypad of Q.23.
KEYS = "123A456B789C*0#D"
#: The low and the high frequency of each digit in Hz.
PAIRS = {key: (ROWS[n // 4], COLUMNS[n % 4]) for n, key in enumerate(KEYS)}
#: dB by which the high tone is sent louder: lines take more from it, and Q.24 lets it be 4 dB.
SENT_TWIST = 2.0

#: Seconds of one window: shorter than the shortest digit, and a whole period of 73 Hz, the least
#: distance of two rows.
WINDOW = 0.020
#: Seconds from the start of one window to the start of the next.
HOP = 0.0025
#: Share of a window that its digit explains: 0.91 of a tone 1.5 % off, less where noise is.
LEAST_EXPLAINED = 0.70
#: Explained power, relative to the greatest of the run, of a window that is half tone and half
#: silence: half of the samples, of which 7/8 is what a constant and a slope explain of a step.
HALF_POWER = 0.44
#: Seconds of a digit: Q.24 accepts 40 ms and refuses 23 ms.
SHORTEST = 0.030
#: Seconds of a gap that does not end a digit: Q.24 bridges 10 ms and separates at 40 ms.
BRIDGE = 0.022
#: Share of a run's windows at full power in which a close look must find a digit's tones.
LEAST_PURE = 0.6
#: Power relative to the median pure window above which a window holds no drop-out.
FULL_POWER = 0.9
#: How far off a frequency may be, as a part of it: Q.24 accepts 1.5 % and refuses 3.5 %.
MOST_OFF = 0.025
#: dB of the high tone relative to the low one: Q.24 accepts -8 to +4.
TWISTS = (-9.0, 5.0)
#: Share of the two tones in a window: white noise at 15 dB leaves 0.97. Two hours of synthetic
#: speech and music had seven digits at 0.85.
LEAST_PURITY = 0.92
#: dBFS of either tone: the fainter one of a digit of -36 dBFS with a twist of 8 dB has -45.
LEAST_LEVEL = -49.0


@dataclass(frozen=True)
class Digit:
    """A digit that was heard."""

    #: 0-9, *, #, A-D.
    key: str
    #: Seconds from the first sample fed.
    begin: float
    #: Seconds from the first sample fed.
    end: float
    #: Level of both tones together in dBFS; 0 dBFS is a full-scale sine.
    level: float
    #: dB by which the high tone is louder than the low one.
    twist: float


def dtmf_tone(
    key: str, sample_rate: int, level: float = -10.0, duration: float = 0.1
) -> NDArray[np.float64]:
    """The samples of a digit: two sines, the high one 2 dB above the low one.

    `level` in dBFS is that of both together, `duration` is in seconds. Raises `ValueError` for a
    key that is not a digit, a sample rate below 8000, or a level that would clip (above -5.1 dBFS).
    """
    if key not in PAIRS:
        raise ValueError(f"{key!r} is not a digit: the digits are 0 to 9, *, # and A to D.")
    _check_rate(sample_rate)
    low = math.sqrt(10 ** (level / 10) / (1 + 10 ** (SENT_TWIST / 10)))
    high = low * 10 ** (SENT_TWIST / 20)
    if low + high > 1:
        raise ValueError(f"A digit of {level:g} dBFS is clipped: two tones reach twice as high.")
    time = np.arange(round(duration * sample_rate)) / sample_rate
    sines = [np.sin(2 * math.pi * frequency * time) for frequency in PAIRS[key]]
    return np.asarray(low * sines[0] + high * sines[1])


def are_tones_of_a_digit(one: Sine, other: Sine) -> bool:
    """Whether two tones that sound at once are a digit, by their frequencies and twist."""
    low, high = sorted((one, other), key=lambda tone: tone.frequency)
    return (
        _is_one_of(ROWS, low.frequency)
        and _is_one_of(COLUMNS, high.frequency)
        and TWISTS[0] <= high.level - low.level <= TWISTS[1]
    )


class DigitDetector:
    """Listens for digits in audio that arrives bit by bit.

    A digit is reported some 40 ms after its end. Where the chunks end does not matter.
    """

    def __init__(self, sample_rate: int) -> None:
        """Prepares for audio of `sample_rate` samples a second. `ValueError` below 8000."""
        _check_rate(sample_rate)
        self.sample_rate = sample_rate
        size = round(WINDOW * sample_rate)
        self._windows = WindowBuffer(size, HOP * sample_rate)
        self._bases = np.hstack([_basis(size, sample_rate, pair) for pair in PAIRS.values()])
        self._runs: dict[str, _DigitRun] = {}

    def feed(self, samples: NDArray[np.float64]) -> list[Digit]:
        """Takes the next mono samples in [-1, 1], any number; returns the digits that ended.

        Raises `ValueError` unless the array has one dimension.
        """
        return [
            digit
            for piece in pieces(samples, self.sample_rate)
            for digit in self._ended_in(self._windows.feed(piece))
        ]

    def _ended_in(self, windows: NDArray[np.float64]) -> list[Digit]:
        """The digits that the next windows, of shape (n, size), show to have ended."""
        first = self._windows.taken - len(windows)
        digits = []
        for number, look in enumerate(self._look(windows, first), first):
            if look is not None:
                self._runs.setdefault(look.key, _DigitRun(look.key)).looks.append(look)
            digits += self._ended(number)
        return digits

    def _look(self, windows: NDArray[np.float64], first: int) -> list["_Look | None"]:
        """For each window the digit that explains most of it, None without such a digit.

        `first` is the number of the first window.
        """
        centred = windows - windows.mean(axis=1, keepdims=True)
        along = np.square(centred @ self._bases)
        explained = along.reshape(len(windows), len(KEYS), 8).sum(axis=2)
        best, most = np.argmax(explained, axis=1), np.max(explained, axis=1)
        energy, power = np.sum(np.square(centred), axis=1), most / windows.shape[1]
        agrees = (most >= LEAST_EXPLAINED * energy) & (power >= 0.5 * 10 ** (LEAST_LEVEL / 10))
        looks: list[_Look | None] = [None] * len(windows)
        for number in np.unique(best[agrees]).tolist():
            rows = np.flatnonzero(agrees & (best == number))
            pairs = _pairs_in(centred[rows], self.sample_rate, KEYS[number])
            for row, pair in zip(rows.tolist(), pairs, strict=True):
                looks[row] = _Look(KEYS[number], first + row, float(power[row]), pair)
        return looks

    def _ended(self, newest: int) -> list[Digit]:
        """The digits of runs that no window has extended for longer than a drop-out.

        `newest` is the number of the newest window.
        """
        oldest = newest - BRIDGE / HOP
        late = [run for run in self._runs.values() if run.looks[-1].number < oldest]
        for run in late:
            del self._runs[run.key]
        return [digit for run in late if (digit := run.digit()) is not None]


@dataclass(frozen=True)
class _Pair:
    """Powers of the two tones of a digit in a window (a full-scale sine has 1/2)."""

    low: float
    high: float


@dataclass(frozen=True)
class _Look:
    """A window that a digit explains: its number, the explained power, and its tones if pure."""

    key: str
    number: int
    power: float
    pair: _Pair | None


@dataclass
class _DigitRun:
    """Windows that the same digit explains, none far from the next."""

    key: str
    looks: list[_Look] = field(default_factory=list)

    def digit(self) -> Digit | None:
        """The digit, if the run is long and clean enough to be one."""
        half = HALF_POWER * max(look.power for look in self.looks)
        loud = [look.number for look in self.looks if look.power >= half]
        begin, end = loud[0] * HOP + WINDOW / 2, loud[-1] * HOP + WINDOW / 2
        pairs = self._pure_pairs(begin / HOP, (end - WINDOW) / HOP)
        if end - begin < SHORTEST or not pairs:
            return None
        low, high = (float(power) for power in np.median(pairs, axis=0))
        twist = power_to_dbfs(high) - power_to_dbfs(low)
        return Digit(self.key, begin, end, power_to_dbfs(low + high), twist)

    def _pure_pairs(self, first: float, last: float) -> list[tuple[float, float]]:
        """Low and high power in windows of these numbers; none when too many are impure.

        Only windows at full power count against it: a drop-out takes power, a voice does not.
        """
        inside = [look for look in self.looks if first <= look.number <= last]
        pure = [look.power for look in inside if look.pair]
        full = FULL_POWER * float(np.median(pure)) if pure else 0.0
        impure = [look for look in inside if not look.pair and look.power >= full]
        if len(pure) < LEAST_PURE * (len(pure) + len(impure)):
            return []
        return [(look.pair.low, look.pair.high) for look in inside if look.pair]


def _is_one_of(nominal: tuple[float, ...], frequency: float) -> bool:
    return any(abs(frequency / exact - 1) <= MOST_OFF for exact in nominal)


def _pairs_in(windows: NDArray[np.float64], sample_rate: int, key: str) -> list[_Pair | None]:
    """The two tones of each window (n, size) without DC, None where they are not a digit's.

    Frequencies, twist, levels and purity decide. Two Gauss-Newton steps of least squares: the
    derivatives of a sine by its frequency are the sine and cosine times t, so their coefficients
    say how far off it is.
    """
    count, size = windows.shape
    frequencies = np.tile(PAIRS[key], (count, 1))
    for _ in range(2):
        fit = _solve(_columns(size, sample_rate, frequencies), windows).reshape(count, 2, 4)
        a, b, c, d = np.moveaxis(fit, 2, 0)
        turning = (b * c - a * d) / np.maximum(a * a + b * b, np.finfo(np.float64).tiny)
        frequencies = frequencies + np.clip(turning / (2 * math.pi), -40, 40)
    columns = _columns(size, sample_rate, frequencies)[:, :, [0, 1, 4, 5]]
    fit = _solve(columns, windows)
    rest = windows - (columns @ fit[:, :, np.newaxis])[:, :, 0]
    impurity = np.sum(np.square(rest), axis=1) / np.sum(np.square(windows), axis=1)
    off = np.max(np.abs(frequencies / PAIRS[key] - 1), axis=1)
    powers = np.square(fit).reshape(count, 2, 2).sum(axis=2) / 2
    fits = (off <= MOST_OFF) & (impurity <= 1 - LEAST_PURITY)
    return [
        _Pair(float(low), float(high)) if yes and _is_balanced(low, high) else None
        for yes, (low, high) in zip(fits, powers, strict=True)
    ]


def _is_balanced(low: float, high: float) -> bool:
    """Whether both tones are loud enough, and neither is too loud for the other."""
    twist = power_to_dbfs(high) - power_to_dbfs(low)
    return power_to_dbfs(min(low, high)) >= LEAST_LEVEL and TWISTS[0] <= twist <= TWISTS[1]


def _basis(size: int, sample_rate: int, pair: tuple[float, float]) -> NDArray[np.float64]:
    """An orthonormal basis (size, 8) of both tones and of their being a little off."""
    columns = _columns(size, sample_rate, np.array([pair]))[0]
    return np.asarray(np.linalg.qr(columns - columns.mean(axis=0))[0])


def _columns(size: int, sample_rate: int, frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shape (n, size, 8): cos, sin, t cos, t sin of each of n pairs of frequencies.

    t is in seconds, 0 in the middle.
    """
    time = (np.arange(size) - (size - 1) / 2) / sample_rate
    turning = np.exp(2j * math.pi * frequencies[:, np.newaxis, :] * time[:, np.newaxis])
    slanted = turning * time[:, np.newaxis]
    columns = [turning.real, turning.imag, slanted.real, slanted.imag]
    return np.stack(columns, axis=-1).reshape(len(frequencies), size, 8)


def _solve(columns: NDArray[np.float64], windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least-squares coefficients of each window, (n, columns).

    By the normal equations: ten times as fast as by SVD, and exact enough for columns that differ
    by a factor of 200 in size.
    """
    turned = np.swapaxes(columns, 1, 2)
    return np.asarray(
        np.linalg.solve(turned @ columns, turned @ windows[:, :, np.newaxis])[:, :, 0]
    )


def _check_rate(sample_rate: int) -> None:
    if sample_rate < 8000:
        raise ValueError(f"Digits need 8000 samples a second or more, not {sample_rate}.")
