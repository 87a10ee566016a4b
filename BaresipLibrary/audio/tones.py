"""Find a tone in audio, and be sure of it soon.

How `ToneDetector` decides: short overlapping windows (40 ms every 10 ms) each get a least-squares
fit of a sine near the asked frequency. A window *agrees* when that sine is loud enough, is most of
the window's energy and lies at the asked frequency. Agreeing windows in a row, 140 ms in all, are
then fitted once more as one piece: a steady tone stays in phase with itself for that long, which a
voice that passes by the frequency does not, and it has no harmonics beside it.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from .levels import SILENCE_DBFS, power_to_dbfs
from .sines import (
    Sine,
    columns_at,
    fit_sine,
    frequency_offset,
    refined_frequency,
    solve,
    strongest_tone,
    without_sine,
)

WINDOW = 0.040
"""Seconds of one window: two periods of 50 Hz, two cycles between 440 Hz and 490 Hz."""
HOP = 0.010
"""Seconds from the start of one window to the start of the next."""
RUN = 0.140
"""Seconds of tone, from the start of the first agreeing window to the end of the last, to be sure.

Longer is safer against voices (asked for the average pitch of synthetic speech, 120 ms let twice as
much of it pass); 140 ms leaves room for packets and jitter buffers in a verdict within 250 ms.
"""
TOLERANCE = 0.01
"""How far off the asked frequency still counts, as a part of it, within the two limits below.

Crystal clocks and codecs move a tone by less than 0.1 %, and 40 ms at 10 dB signal-to-noise ratio
leave a standard deviation of a few tenths of a hertz: 1 % has room for a tone generator that is a
little off, and none for the next call progress tone (425 Hz beside 440 Hz is 3.4 %).
"""
LEAST_TOLERANCE = 3.0
"""Hz; what a short window can tell at low frequencies."""
MOST_TOLERANCE = 10.0
"""Hz; above 1 kHz nothing gets less exact with frequency."""
LEAST_SHARE = 0.80
"""Share of the energy that is 'most of the signal': white noise at 10 dB leaves 10/11 = 0.91."""
LEAST_LEVEL = -50.0
"""Noise floor in dBFS: 10 dB below the faintest tone that must be heard."""
HARMONICS = (0.5, 1.5, 2.0, 3.0)
"""Where, in multiples of the asked frequency, a voice has its other partials when its first or
second one is there."""
MOST_HARMONIC = -23.0
"""Level in dB of any one of them beside the tone's, at most, as DTMF receivers check for talk-off:
the strongest partial of a voiced sound has neighbours, a tone has none."""
MOST_INCOHERENCE = 0.03
"""How much less of a run than of its windows may be one sine: phase that wanders costs share."""

SURVEY_WINDOW = 0.100
"""Seconds over which the loudest tone is measured: 440 Hz and 480 Hz are apart there."""
SURVEY_HOP = 0.050
"""Seconds from one such window to the next."""
FAINTEST_BESIDE = -20.0
"""Level in dB beside the loudest tone's from which on a second one is named."""
SURVEYED = 5
"""How many of the windows that have most of a tone are kept."""


class ToneDetector:
    """Listens for a steady tone of one frequency in audio that arrives bit by bit.

    The verdict does not depend on how the audio is cut into chunks. It comes after 140 to 150 ms
    of tone (and the rest of the chunk that completes them).
    """

    def __init__(self, frequency: float, sample_rate: int) -> None:
        """Prepare to listen for `frequency` Hz in audio of `sample_rate` samples a second.

        Raises `ValueError` unless the frequency is above 0 Hz and below half the sample rate.
        """
        if not 0.0 < frequency < sample_rate / 2:
            raise ValueError(
                f"A tone of {frequency:g} Hz does not exist in audio of {sample_rate} samples a "
                f"second: ask for more than 0 Hz and less than {sample_rate / 2:g} Hz."
            )
        self.frequency = float(frequency)
        self.sample_rate = sample_rate
        self._windows = _WindowTest(self.frequency, sample_rate)
        self._survey = _Survey(sample_rate)
        self._hop = _samples(HOP, sample_rate)
        self._run_windows = 1 + round((RUN - WINDOW) / HOP)
        self._run: deque[Sine] = deque(maxlen=self._run_windows)
        self._history = np.empty(0)
        self._history_start = 0
        self._next_window = 0
        self._pending: list[NDArray[np.float64]] = []
        self._fed = 0
        self._energy = 0.0
        self._tone: Sine | None = None

    @property
    def seconds(self) -> float:
        """Seconds of audio fed so far."""
        return self._fed / self.sample_rate

    @property
    def level(self) -> float:
        """Level of all audio fed so far, in dBFS."""
        return power_to_dbfs(self._energy / self._fed) if self._fed else SILENCE_DBFS

    @property
    def tone(self) -> Sine | None:
        """The asked tone once the detector is sure of it, else None."""
        return self._tone

    @property
    def loudest_tone(self) -> Sine | None:
        """The most telling tone heard so far, whatever its frequency; None after silence only.

        Of all stretches of 100 ms, it is the strongest tone of the one that has most of a tone: its
        power times the square of its share, so that a steady tone beats a louder noise. A small
        `share` says that even this one hardly stands out from the rest of the signal.
        """
        return self._survey.best() or strongest_tone(self._all_history(), self.sample_rate)

    @property
    def tone_beside(self) -> Sine | None:
        """The tone that sounds at the same time as `loudest_tone`; None when there is none."""
        return self._survey.beside()

    def feed(self, samples: NDArray[np.float64]) -> Sine | None:
        """Take the next mono samples in [-1, 1], any number; return the tone once sure, else None.

        A detector that is sure stays sure: it returns the same `Sine` from then on. Its frequency,
        level and share are those of the run of windows that made it sure. Raises `ValueError`
        unless the array has one dimension.
        """
        if samples.ndim != 1:
            raise ValueError(f"Mono samples are an array of shape (n,), not {samples.shape}.")
        self._fed += samples.size
        self._energy += float(np.dot(samples, samples))
        if self._tone is None:
            self._pending.append(np.array(samples, dtype=np.float64))
            if self._fed >= self._next_window + self._windows.size:
                self._listen()
        return self._tone

    def _listen(self) -> None:
        self._history = self._all_history()
        self._pending = []
        self._survey.look(self._history, self._history_start)
        for start, tone in self._new_windows():
            self._next_window = start + self._hop
            if tone is None:
                self._run.clear()
                continue
            self._run.append(tone)
            if len(self._run) == self._run_windows and self._confirm(start):
                return
        self._forget()

    def _new_windows(self) -> list[tuple[int, Sine | None]]:
        """Return start (in samples fed) and verdict of each window that is complete by now."""
        offset = self._next_window - self._history_start
        count = (self._history.size - offset - self._windows.size) // self._hop + 1
        if count <= 0:
            return []
        windows = np.lib.stride_tricks.sliding_window_view(
            self._history[offset:], self._windows.size
        )[:: self._hop][:count]
        starts = range(self._next_window, self._next_window + count * self._hop, self._hop)
        return list(zip(starts, self._windows.check(windows), strict=True))

    def _confirm(self, last_start: int) -> bool:
        """Fit the whole run of windows, the last of which starts there, as one piece."""
        first = last_start - (self._run_windows - 1) * self._hop - self._history_start
        last = last_start + self._windows.size - self._history_start
        piece = self._history[first:last]
        guess = sum(tone.frequency for tone in self._run) / len(self._run)
        frequency = refined_frequency(piece, self.sample_rate, guess)
        if abs(frequency - self.frequency) > self._windows.tolerance:
            return False
        tone = fit_sine(piece, self.sample_rate, frequency)
        shares = [window.share for window in self._run]
        steady = tone.share >= max(LEAST_SHARE, sum(shares) / len(shares) - MOST_INCOHERENCE)
        if steady and self._harmonics_are_low(piece, tone):
            self._tone = tone
        return self._tone is not None

    def _harmonics_are_low(self, piece: NDArray[np.float64], tone: Sine) -> bool:
        """Whether each harmonic, measured over the whole run, is far enough below the tone."""
        columns = columns_at(piece.size, self.sample_rate, tone.frequency)[:, :3]
        rest = piece - columns @ solve(columns, piece)
        distance = self.sample_rate / piece.size
        for ratio in HARMONICS:
            frequency = ratio * tone.frequency
            if distance <= frequency <= self.sample_rate / 2 - distance:
                harmonic = fit_sine(rest, self.sample_rate, frequency)
                if harmonic.level - tone.level > MOST_HARMONIC:
                    return False
        return True

    def _forget(self) -> None:
        """Drop what no window needs any more."""
        run_start = self._next_window - self._run_windows * self._hop
        keep = max(self._history_start, min(run_start, self._survey.next_window))
        self._history = self._history[keep - self._history_start :]
        self._history_start = keep

    def _all_history(self) -> NDArray[np.float64]:
        return np.concatenate([self._history, *self._pending])


class _WindowTest:
    """Whether windows of audio hold the asked tone, many windows at once.

    Linear least squares on an orthonormal basis (QR): the columns are a constant, a sine and a
    cosine at the asked frequency, and these two times t. The latter are the derivative of the sine
    by its frequency and amplitude, so their coefficients say how far off it is (one Gauss-Newton
    step). The energy along the basis, without the constant, over all energy without the constant is
    the share.
    """

    def __init__(self, frequency: float, sample_rate: int) -> None:
        self.frequency = frequency
        self.tolerance = min(max(TOLERANCE * frequency, LEAST_TOLERANCE), MOST_TOLERANCE)
        self.size = _samples(WINDOW, sample_rate)
        columns = columns_at(self.size, sample_rate, frequency)
        self._basis, triangle = np.linalg.qr(columns)
        self._coefficients = np.linalg.inv(triangle).T

    def check(self, windows: NDArray[np.float64]) -> list[Sine | None]:
        """Return, for each row of (n, size) samples, the asked tone or None."""
        along = windows @ self._basis
        energy = np.einsum("ij,ij->i", windows, windows) - np.square(along[:, 0])
        explained = np.sum(np.square(along[:, 1:]), axis=1)
        share = explained / np.maximum(energy, np.finfo(np.float64).tiny)
        fit = along @ self._coefficients
        offset = frequency_offset(fit)
        power = explained / self.size
        agrees = (
            (power >= 0.5 * 10 ** (LEAST_LEVEL / 10))
            & (share >= LEAST_SHARE)
            & (np.abs(offset) <= self.tolerance)
        )
        return [
            Sine(
                self.frequency + float(offset[row]),
                power_to_dbfs(float(power[row])),
                float(share[row]),
            )
            if agrees[row]
            else None
            for row in range(len(windows))
        ]


class _Survey:
    """Keeps the few 100 ms of audio that have most of a tone; measures them when somebody asks.

    How much of a tone a window has is the power of its Hann spectrum's highest peak (with both
    neighbours: the main lobe of a sine) times the square of that power's share.
    """

    def __init__(self, sample_rate: int) -> None:
        self.next_window = 0
        self._sample_rate = sample_rate
        self._size = _samples(SURVEY_WINDOW, sample_rate)
        self._hop = _samples(SURVEY_HOP, sample_rate)
        self._hann = np.hanning(self._size)
        self._best: list[tuple[float, NDArray[np.float64]]] = []

    def look(self, history: NDArray[np.float64], history_start: int) -> None:
        """Rank the windows that are complete in samples of which the first has that number."""
        while self.next_window + self._size <= history_start + history.size:
            offset = self.next_window - history_start
            window = history[offset : offset + self._size]
            prominence = self._prominence(window)
            if prominence and (len(self._best) < SURVEYED or prominence > self._best[-1][0]):
                self._best.append((prominence, window.copy()))
                self._best.sort(key=lambda ranked: -ranked[0])
                del self._best[SURVEYED:]
            self.next_window += self._hop

    def best(self) -> Sine | None:
        """Return the most telling tone so far, None before the first window or after silence."""
        pair = self._pair()
        if pair is not None:
            return pair[0]
        return strongest_tone(self._best[0][1], self._sample_rate) if self._best else None

    def beside(self) -> Sine | None:
        """Return what sounds together with that; None when it is faint, or no steady tone."""
        pair = self._pair()
        return pair[1] if pair else None

    def _pair(self) -> tuple[Sine, Sine] | None:
        """Return two tones that two of the best windows have: a lost packet can feign a second."""
        pairs = [pair for _, window in self._best if (pair := self._tones(window))]
        for first, second in pairs:
            alike = sum(_is_same_pair((first, second), other) for other in pairs)
            if alike >= min(2, len(self._best)):
                return first, second
        return None

    def _tones(self, window: NDArray[np.float64]) -> tuple[Sine, Sine] | None:
        loudest = strongest_tone(window, self._sample_rate)
        second = self._beside(window, loudest) if loudest else None
        first = self._beside(window, second) if second else None
        if first is None or second is None or min(first.share, second.share) < LEAST_SHARE:
            return None
        return (first, second) if second.level > first.level + FAINTEST_BESIDE else None

    def _beside(self, window: NDArray[np.float64], tone: Sine) -> Sine | None:
        rest = without_sine(window, self._sample_rate, tone.frequency)
        return strongest_tone(rest, self._sample_rate)

    def _prominence(self, window: NDArray[np.float64]) -> float:
        spectrum = np.fft.rfft((window - window.mean()) * self._hann)
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        peak = int(np.argmax(power))
        lobe = float(power[max(0, peak - 1) : peak + 2].sum())
        return lobe**3 / float(power.sum()) ** 2 if lobe else 0.0


def _is_same_pair(one: tuple[Sine, Sine], other: tuple[Sine, Sine]) -> bool:
    """Whether both are of the same frequencies, in either order."""
    mine, theirs = (sorted(tone.frequency for tone in pair) for pair in (one, other))
    return bool(np.allclose(mine, theirs, rtol=2 * TOLERANCE))


def _samples(seconds: float, sample_rate: int) -> int:
    return max(1, round(seconds * sample_rate))
