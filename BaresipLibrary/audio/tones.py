"""Finds a tone in audio, and is sure of it soon.

How `ToneDetector` decides: short overlapping windows (40 ms every 10 ms) each get a least-squares
fit of a sine near the asked frequency. A window *agrees* when that sine is loud enough, is most of
the window's energy and lies at the asked frequency. Agreeing windows in a row, 140 ms in all, are
then fitted once more as one piece: a steady tone stays in phase with itself for that long, which a
voice that passes by the frequency does not, it has no harmonics, and the rest is not the other tone
of a digit. For a clear tone, 30 dB above everything else, 70 ms are enough, unless it was there
from the first sample on: then it may be the end of a tone that is not sent any more, where one may
have been sent before.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .dtmf import are_tones_of_a_digit
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
from .windows import WindowBuffer, pieces, require_mono

#: Seconds of one window: two periods of 50 Hz, two cycles between 440 Hz and 490 Hz.
WINDOW = 0.040
#: Seconds from the start of one window to the start of the next.
HOP = 0.010
#: Seconds of tone, from the start of the first agreeing window to the end of the last, to be sure,
#: unless it is clear.
#:
#: Longer is safer against voices (asked for the average pitch of synthetic speech, 120 ms let twice
#: as much of it pass); 140 ms leaves room for packets and jitter buffers in a verdict within 250
#: ms.
RUN = 0.140
#: Seconds of tone to be sure of a clear one, which is then 80 ms old at most.
#:
#: In 60 ms, a tone whose phase jumps every 60 ms would pass.
CLEAR_RUN = 0.070
#: Share of the energy in a clear tone: 30 dB above everything else.
#:
#: A voice has partials, breath and a pitch that moves, a chord has other notes, a digit a second
#: tone.
CLEAR_SHARE = 0.999
_WINDOWS, _CLEAR_WINDOWS = (1 + round((seconds - WINDOW) / HOP) for seconds in (RUN, CLEAR_RUN))
#: How far off the asked frequency still counts, as a part of it, within the two limits below.
#:
#: Crystal clocks and codecs move a tone by less than 0.1 %, and 40 ms at 10 dB signal-to-noise
#: ratio leave a standard deviation of a few tenths of a hertz: 1 % has room for a tone generator
#: that is a little off, but not for the next call progress tone (425 Hz is 3.4 % below 440 Hz).
TOLERANCE = 0.01
#: Hz; what a short window can tell at low frequencies.
LEAST_TOLERANCE = 3.0
#: Hz; above 1 kHz nothing gets less exact with frequency.
MOST_TOLERANCE = 10.0
#: Share of the energy that is 'most of the signal': white noise at 10 dB leaves 10/11 = 0.91.
LEAST_SHARE = 0.80
#: Noise floor in dBFS: 10 dB below the faintest tone that must be heard.
LEAST_LEVEL = -50.0
#: Where, in multiples of the asked frequency, a voice has its other partials when its first or
#: second one is there.
HARMONICS = (0.5, 1.5, 2.0, 3.0)
#: dB of each of them relative to the tone, at most, as DTMF receivers check for talk-off: the
#: strongest partial of a voiced sound has neighbours, a tone has none.
MOST_HARMONIC = -23.0
#: How much less of a run than of its windows may be one sine: phase that wanders costs share.
MOST_INCOHERENCE = 0.03

#: Seconds over which the loudest tone is measured: 440 Hz and 480 Hz are apart there.
SURVEY_WINDOW = 0.100
#: Seconds from one such window to the next.
SURVEY_HOP = 0.050
#: Hz between two tones that are not told apart well there, and seconds up to the end of such a
#: window in which they are.
NEAR, BEATS = 30.0, 0.400
#: dB relative to the loudest tone from which on a second tone is named.
FAINTEST_BESIDE = -20.0
#: How many of the most tonal windows are kept.
SURVEYED = 5


class ToneDetector:
    """Listens for a steady tone of one frequency in audio that arrives bit by bit.

    The verdict does not depend on how the audio is cut into chunks. It comes after 70 to 80 ms of
    a clear tone that begins after the first sample, and after 140 to 150 ms of another (and the
    rest of the chunk that completes them).
    """

    def __init__(self, frequency: float, sample_rate: int, *, nothing_before: bool = False) -> None:
        """Prepares to listen for `frequency` Hz in audio of `sample_rate` samples a second.

        `nothing_before`: no such tone was sent before, so that the first sample may be one of it.

        Raises `ValueError` unless the frequency is above 0 Hz and below half the sample rate.
        """
        if not 0.0 < frequency < sample_rate / 2:
            raise ValueError(
                f"A tone of {frequency:g} Hz does not exist in audio of {sample_rate} samples a "
                f"second: ask for more than 0 Hz and less than {sample_rate / 2:g} Hz."
            )
        self.frequency = float(frequency)
        self.sample_rate = sample_rate
        self._window_test = _WindowTest(self.frequency, sample_rate)
        self._survey = _Survey(sample_rate)
        self._hop = _samples(HOP, sample_rate)
        self._windows = WindowBuffer(_samples(WINDOW, sample_rate), self._hop)
        self._run: deque[_AgreeingWindow] = deque(maxlen=_WINDOWS)
        #: A tone that is there from the first sample on may be old: it was on its way.
        self._began_before = not nothing_before
        self._fed = 0
        self._energy = self._sum = 0.0
        self._tone: Sine | None = None

    @property
    def seconds(self) -> float:
        """Seconds of audio fed so far."""
        return self._fed / self.sample_rate

    @property
    def level(self) -> float:
        """Level of all audio fed so far, in dBFS, without DC."""
        if not self._fed:
            return SILENCE_DBFS
        return power_to_dbfs(self._energy / self._fed - (self._sum / self._fed) ** 2)

    @property
    def tone(self) -> Sine | None:
        """The asked tone once the detector is sure of it, else None."""
        return self._tone

    @property
    def loudest_tone(self) -> Sine | None:
        """The clearest tone heard so far, of any frequency; None after silence only.

        It is the strongest tone of the most tonal 100 ms: the power of the tone times the square of
        its share counts, so that a steady tone beats a louder noise. A small `share` says that even
        this tone hardly stands out from the rest of the signal.
        """
        return self._survey.best()

    @property
    def tone_beside(self) -> Sine | None:
        """The tone that sounds at the same time as `loudest_tone`; None without one."""
        return self._survey.beside()

    def feed(self, samples: NDArray[np.float64]) -> Sine | None:
        """Takes the next mono samples in [-1, 1], any number; returns the tone once sure.

        A detector that is sure stays sure: it returns the same `Sine` from then on. Its frequency,
        level and share are those of the run of windows that made it sure. Raises `ValueError`
        unless the array has one dimension.
        """
        require_mono(samples)
        self._fed += samples.size
        self._energy += float(np.dot(samples, samples))
        self._sum += float(samples.sum())
        for piece in pieces(samples, self.sample_rate):
            if self._tone is None:
                self._survey.look(piece)
                self._tone = self._tone_in(self._windows.feed(piece))
        return self._tone

    def _tone_in(self, windows: NDArray[np.float64]) -> Sine | None:
        """The tone once windows in a row make the detector sure of it, else None."""
        for window, sine in zip(windows, self._window_test.sines(windows), strict=True):
            if sine is None:
                self._run.clear()
                self._began_before = False
                continue
            self._run.append(_AgreeingWindow(window, sine))
            if tone := self._clear() or self._steady():
                return tone
        return None

    def _clear(self) -> Sine | None:
        """The tone of the newest windows when next to nothing else is in them, else None."""
        newest = list(self._run)[-_CLEAR_WINDOWS:]
        if self._began_before or len(newest) < _CLEAR_WINDOWS:
            return None
        if any(window.sine.share < CLEAR_SHARE for window in newest):
            return None
        tone = self._fitted(self._piece(newest), newest)
        return tone if tone and tone.share >= CLEAR_SHARE else None

    def _steady(self) -> Sine | None:
        """The tone of the whole run of windows, None when it is not one, or too short."""
        if len(self._run) < _WINDOWS:
            return None
        run = list(self._run)
        piece = self._piece(run)
        tone = self._fitted(piece, run)
        least = sum(window.sine.share for window in run) / len(run) - MOST_INCOHERENCE
        if tone is None or tone.share < max(LEAST_SHARE, least):
            return None
        if not self._harmonics_are_low(piece, tone) or self._is_in_a_digit(piece, tone):
            return None
        return tone

    def _piece(self, run: Sequence["_AgreeingWindow"]) -> NDArray[np.float64]:
        """The samples of overlapping windows as one piece."""
        *earlier, last = run
        return np.concatenate([*(window.samples[: self._hop] for window in earlier), last.samples])

    def _fitted(self, piece: NDArray[np.float64], run: Sequence["_AgreeingWindow"]) -> Sine | None:
        """The sine of a piece; None when it is not at the asked frequency."""
        guess = sum(window.sine.frequency for window in run) / len(run)
        frequency = refined_frequency(piece, self.sample_rate, guess)
        if abs(frequency - self.frequency) > self._window_test.tolerance:
            return None
        return fit_sine(piece, self.sample_rate, frequency)

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

    def _is_in_a_digit(self, piece: NDArray[np.float64], tone: Sine) -> bool:
        """Whether the rest of a run is the other tone of a digit: it may be 9 dB fainter."""
        rest = without_sine(piece, self.sample_rate, tone.frequency)
        other = strongest_tone(rest, self.sample_rate)
        return other is not None and are_tones_of_a_digit(tone, other)


class _AgreeingWindow(NamedTuple):
    """The samples of a window, and the sine at the asked frequency that they hold."""

    samples: NDArray[np.float64]
    sine: Sine


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
        columns = columns_at(_samples(WINDOW, sample_rate), sample_rate, frequency)
        self._basis, triangle = np.linalg.qr(columns)
        self._coefficients = np.linalg.inv(triangle).T

    def sines(self, windows: NDArray[np.float64]) -> list[Sine | None]:
        """For each row of (n, size) samples, the asked tone or None."""
        along = windows @ self._basis
        energy = np.einsum("ij,ij->i", windows, windows) - np.square(along[:, 0])
        explained = np.sum(np.square(along[:, 1:]), axis=1)
        share = explained / np.maximum(energy, np.finfo(np.float64).tiny)
        fit = along @ self._coefficients
        offset = frequency_offset(fit)
        power = explained / windows.shape[1]
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
    """Keeps the few most tonal 100 ms of audio; measures their tones when asked.

    How tonal a window is: the power of its Hann spectrum's highest peak (with both neighbours: the
    main lobe of a sine) times the square of that power's share.
    """

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        size = _samples(SURVEY_WINDOW, sample_rate)
        self._hop = _samples(SURVEY_HOP, sample_rate)
        self._windows = WindowBuffer(size, self._hop)
        self._hann = np.hanning(size)
        #: Of each of the best windows how tonal it is, its samples, and those up to its end.
        self._best: list[tuple[float, NDArray[np.float64], NDArray[np.float64]]] = []
        self._recent = np.empty(0)

    def look(self, samples: NDArray[np.float64]) -> None:
        """Takes the next samples, and ranks the windows that are complete now."""
        for window in self._windows.feed(samples):
            new = window[-self._hop :] if self._recent.size else window
            self._recent = np.append(self._recent, new)[-_samples(BEATS, self._sample_rate) :]
            prominence = self._prominence(window)
            if prominence and (len(self._best) < SURVEYED or prominence > self._best[-1][0]):
                self._best.append((prominence, window.copy(), self._recent))
                self._best.sort(key=lambda ranked: -ranked[0])
                del self._best[SURVEYED:]

    def best(self) -> Sine | None:
        """The clearest tone so far; None after silence.

        Before the first window that is not silent, the samples after the last one are looked at.
        """
        pair = self._pair()
        if pair is not None:
            return pair[0]
        window = self._best[0][1] if self._best else self._windows.rest
        return strongest_tone(window, self._sample_rate)

    def beside(self) -> Sine | None:
        """The tone that sounds together with it; None when that is faint or not steady."""
        pair = self._pair()
        return pair[1] if pair else None

    def _pair(self) -> tuple[Sine, Sine] | None:
        """Two tones that two of the best windows have: a lost packet can feign one.

        In so short a window two tones that are near each other look like one that swells.
        """
        pair = self._pair_in([window for _, window, _ in self._best])
        if pair and abs(pair[0].frequency - pair[1].frequency) > NEAR:
            return pair
        return self._pair_in([longer for *_, longer in self._best]) or pair

    def _pair_in(self, pieces: Sequence[NDArray[np.float64]]) -> tuple[Sine, Sine] | None:
        pairs = [pair for piece in pieces if (pair := self._tones(piece))]
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


def _is_same_pair(first: tuple[Sine, Sine], second: tuple[Sine, Sine]) -> bool:
    """Whether both are of the same frequencies, in either order."""
    mine, theirs = (sorted(tone.frequency for tone in pair) for pair in (first, second))
    return bool(np.allclose(mine, theirs, rtol=2 * TOLERANCE))


def _samples(seconds: float, sample_rate: int) -> int:
    return max(1, round(seconds * sample_rate))
