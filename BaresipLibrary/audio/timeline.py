"""What a recording holds, from its first second to its last: tones, silence, other sound.

Blocks of 10 ms are loud or not. Where they are loud, the spectra of overlapping windows of 100 ms
say which one or two frequencies hold most of the energy; where these stay the same, `tones.py`
decides whether that is a tone.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .levels import level_dbfs
from .sines import strongest_tone
from .tones import (
    HARMONICS,
    HOP,
    LEAST_LEVEL,
    LEAST_SHARE,
    LEAST_TOLERANCE,
    MOST_HARMONIC,
    MOST_TOLERANCE,
    RUN,
    SURVEY_WINDOW,
    TOLERANCE,
    ToneDetector,
)

#: Seconds; what is shorter (a click, a lost packet) does not divide a stretch.
BLIP = 0.060
#: Seconds; a shorter gap in speech is part of it. The pauses of call progress tones are longer.
PAUSE = 0.200
#: Seconds from one window to the next.
STEP = 2 * HOP
#: Seconds of a tone in which its frequency is measured.
PIECE = 0.250
#: Share of the energy that a second tone has: DTMF's two are within 8 dB of each other, 0.14.
LEAST_SECOND = 0.05
#: Seconds; two tones at once are recognised sooner than one: a DTMF digit may be that short.
LEAST_PAIR = 0.080
#: Seconds of the shortest sound of which it is known that it is no tone: a blip of silence before a
#: tone is part of it.
NAMED = RUN + BLIP
#: Seconds of a tone that other sound follows or precedes without a gap: a voice on one note may
#: pass for a tone that long, in 8 of 200 s of synthetic speech when this was `RUN`.
LEAST_AMID = 3 * RUN
#: Bins on either side of a peak that belong to it: the main lobe of a Hann window.
LOBE = 2
#: Windows whose spectra are in memory at the same time.
BATCH = 2000

Samples = NDArray[np.float64]


class Sound(Enum):
    """What a stretch of audio is, in words."""

    TONE = "tone"
    SILENCE = "digital silence"
    FAINT = "faint sound"
    OTHER = "speech, music or noise"


@dataclass(frozen=True)
class Stretch:
    """A part of a recording that is the same throughout."""

    #: Seconds from the start of the recording, like `end`.
    begin: float
    end: float
    #: dBFS, of everything in it.
    level: float
    sound: Sound
    #: Hz, lowest first: of a tone or of two at once, else empty.
    frequencies: tuple[float, ...] = ()

    @property
    def words(self) -> str:
        """What it is, such as ``440 Hz tone`` or ``350 + 440 Hz tones``."""
        if self.sound is Sound.OTHER and self.end - self.begin < NAMED:
            return "sound too short to name"
        if self.sound is not Sound.TONE:
            return str(self.sound.value)
        named = " + ".join(f"{frequency:.0f}" for frequency in self.frequencies)
        return f"{named} Hz {'tone' if len(self.frequencies) == 1 else 'tones'}"


@dataclass(frozen=True)
class Timeline:
    """A recording, divided into stretches."""

    seconds: float
    #: dBFS, of the whole recording.
    level: float
    #: In order, without gaps; none when there are no samples.
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class _Part:
    """Blocks `begin` to `end` of a recording, or its windows: what they hold."""

    begin: int
    end: int
    sound: Sound
    frequencies: tuple[float, ...] = ()


def timeline(samples: Samples, sample_rate: int) -> Timeline:
    """Divides mono samples in [-1, 1], shape (n,), into tones, silence and other sound.

    Borders are exact to some 10 ms next to silence and to some 30 ms between sounds. Audio below
    -50 dBFS (`tones.LEAST_LEVEL`) is `Sound.FAINT`, and `Sound.SILENCE` when its samples do not
    change. A tone alone must last 140 ms (`tones.RUN`), two at once 80 ms. Raises `ValueError`
    unless the array has one dimension and the sample rate is positive.
    """
    if samples.ndim != 1 or sample_rate <= 0:
        raise ValueError(f"Not mono samples: shape {samples.shape}, {sample_rate} a second.")
    block = max(1, round(HOP * sample_rate))
    parts = _joined(_parts(samples, sample_rate, block)) if samples.size else []
    stretches = tuple(_stretch(part, samples, sample_rate, block) for part in parts)
    return Timeline(samples.size / sample_rate, level_dbfs(samples), stretches)


def _stretch(part: _Part, samples: Samples, sample_rate: int, block: int) -> Stretch:
    first, last = part.begin * block, min(part.end * block, samples.size)
    piece = samples[first:last]
    level = level_dbfs(piece - piece.mean()) if piece.size else level_dbfs(piece)
    return Stretch(first / sample_rate, last / sample_rate, level, part.sound, part.frequencies)


def _parts(samples: Samples, sample_rate: int, block: int) -> Iterator[_Part]:
    loud, changing = _blocks(samples, block)
    spectra = _Spectra(samples, sample_rate, block)
    for begin, end in _runs(loud):
        if loud[begin]:
            yield from spectra.parts(begin, end)
            continue
        faint = _without_blips(changing[begin:end])
        for first, last in _runs(faint):
            sound = Sound.FAINT if faint[first] else Sound.SILENCE
            yield _Part(begin + first, begin + last, sound)


def _blocks(samples: Samples, block: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each block is loud, blips left out, and whether its samples change at all."""
    starts = np.arange(0, samples.size, block)
    sizes = np.diff(np.append(starts, samples.size))
    power = np.add.reduceat(np.square(samples - np.median(samples)), starts) / sizes
    span = np.maximum.reduceat(samples, starts) - np.minimum.reduceat(samples, starts)
    return _without_blips(power >= 0.5 * 10 ** (LEAST_LEVEL / 10)), span > 0.5 / 32768


def _without_blips(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask with short gaps closed, and then without what is still short."""
    return ~_filled(~_filled(mask))


def _filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask with every gap shorter than a blip closed, unless it is nothing but gap."""
    filled = mask.copy()
    for begin, end in _runs(mask):
        if not mask[begin] and end - begin < min(round(BLIP / HOP), mask.size):
            filled[begin:end] = True
    return filled


def _runs(values: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end of each run of equal values."""
    edges = np.flatnonzero(values[1:] != values[:-1]) + 1
    bounds = [0, *edges.tolist(), values.size]
    return list(pairwise(bounds))


class _Spectra:
    """Tells tones from other sound in the loud parts of a recording."""

    def __init__(self, samples: Samples, sample_rate: int, block: int) -> None:
        self._samples = samples
        self._rate = sample_rate
        self._block = block
        self._step = round(STEP / HOP)
        self._size = max(2 * LOBE + 2, round(SURVEY_WINDOW * sample_rate))
        self._hann = np.hanning(self._size)

    def parts(self, begin: int, end: int) -> list[_Part]:
        """What the blocks from `begin` to `end` hold."""
        tonal = [group for group in self._groups(begin, end) if group.frequencies]
        tones = [tone for group in tonal if (tone := self._tone(group))]
        tones = _joined(_snapped(tones, begin, end))
        parts = _between(tones, begin, end)
        if any(part.sound is Sound.OTHER for part in parts):
            least = round(LEAST_AMID / HOP)
            long = [tone for tone in tones if tone.end - tone.begin >= least]
            parts = _between(_snapped(long, begin, end), begin, end)
        return parts

    def _groups(self, begin: int, end: int) -> Iterator[_Part]:
        """Windows in a row with the same one or two frequencies, or with none that stand out."""
        starts = range(begin, end, self._step)
        first = begin
        seen: tuple[float, ...] = ()
        for start, frequencies in zip(starts, self._peaks(begin, end), strict=True):
            if start == begin:
                seen = frequencies
            elif not _same(seen, frequencies):
                yield _Part(first, start, Sound.OTHER, seen)
                first, seen = start, frequencies
        yield _Part(first, end, Sound.OTHER, seen)

    def _peaks(self, begin: int, end: int) -> Iterator[tuple[float, ...]]:
        """The frequencies that hold most of the energy of each window, which is centred."""
        centres = (np.arange(begin, end, self._step) + self._step / 2) * self._block
        starts = np.rint(centres - self._size / 2).astype(np.int64)
        for batch in np.split(starts, range(BATCH, starts.size, BATCH)):
            yield from self._peaks_of(self._windows(batch))

    def _windows(self, starts: NDArray[np.int64]) -> NDArray[np.float64]:
        """The samples from each start on, zeros where the recording has none; shape (n, size)."""
        first, last = int(starts[0]), int(starts[-1]) + self._size
        inside = self._samples[max(first, 0) : last]
        after = max(0, last - max(first, 0) - inside.size)
        padded = np.pad(inside, (max(0, -first), after))
        return np.lib.stride_tricks.sliding_window_view(padded, self._size)[starts - first]

    def _peaks_of(self, windows: NDArray[np.float64]) -> Iterator[tuple[float, ...]]:
        spectra = np.fft.rfft((windows - windows.mean(axis=1, keepdims=True)) * self._hann)
        power = np.square(spectra.real) + np.square(spectra.imag)
        total = np.maximum(power.sum(axis=1), np.finfo(np.float64).tiny)
        first, strongest = self._strongest(power)
        second, next_strongest = self._strongest(power)
        paired = next_strongest >= LEAST_SECOND * total
        tonal = (strongest + np.where(paired, next_strongest, 0.0)) >= LEAST_SHARE * total
        for row in range(len(windows)):
            if not tonal[row]:
                yield ()
            elif paired[row]:
                low, high = sorted((float(first[row]), float(second[row])))
                yield low, high
            else:
                yield (float(first[row]),)

    def _strongest(
        self, power: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Frequency (Hz) and energy of each spectrum's highest peak, which is then taken out."""
        rows = np.arange(len(power))
        peak = np.clip(np.argmax(power, axis=1), 1, power.shape[1] - 2)
        lobe = np.clip(peak[:, np.newaxis] + np.arange(-LOBE, LOBE + 1), 0, power.shape[1] - 1)
        near = np.sqrt(power[rows[:, np.newaxis], peak[:, np.newaxis] + np.arange(-1, 2)])
        # The peak of a Hann window's main lobe between two bins (Grandke, 1983).
        left, top, right = np.maximum(near, np.finfo(np.float64).tiny).T
        side = np.where(right >= left, right, left) / top
        shift = np.where(right >= left, 1, -1) * (2 * side - 1) / (side + 1)
        energy = power[rows[:, np.newaxis], lobe].sum(axis=1)
        power[rows[:, np.newaxis], lobe] = 0.0
        return (peak + shift) * self._rate / self._size, energy

    def _tone(self, group: _Part) -> _Part | None:
        """The group as a tone; None when it is not one."""
        whole = self._samples[group.begin * self._block : group.end * self._block]
        most = round(PIECE * self._rate)
        middle = max(0, (whole.size - most) // 2)
        piece = whole[middle : middle + most]
        if len(group.frequencies) == 1:
            frequencies = self._one(whole, piece, group.frequencies[0])
        else:
            frequencies = self._two(piece, *group.frequencies)
        return _Part(group.begin, group.end, Sound.TONE, frequencies) if frequencies else None

    def _one(self, whole: Samples, piece: Samples, near: float) -> tuple[float, ...]:
        """The frequency, if a detector that listens for it is sure of it."""
        if whole.size < round(RUN * self._rate):
            return ()
        tone = strongest_tone(piece, self._rate)
        if tone is None or not _same((tone.frequency,), (near,)):
            return ()
        sure = ToneDetector(tone.frequency, self._rate).feed(whole)
        return (tone.frequency,) if sure else ()

    def _two(self, piece: Samples, low: float, high: float) -> tuple[float, ...]:
        """Both frequencies, each measured without the other, if no third tone stands out."""
        voiced = any(abs(high / low / ratio - 1) < 2 * TOLERANCE for ratio in HARMONICS)
        if voiced or piece.size < round(LEAST_PAIR * self._rate):
            return ()
        lower = strongest_tone(_without(piece, self._rate, high), self._rate)
        if lower is None:
            return ()
        higher = strongest_tone(_without(piece, self._rate, lower.frequency), self._rate)
        if higher is None or not _same((lower.frequency, higher.frequency), (low, high)):
            return ()
        rest = _without(piece, self._rate, lower.frequency, higher.frequency)
        third = strongest_tone(rest, self._rate)
        alone = third is None or third.level - max(lower.level, higher.level) <= MOST_HARMONIC
        share = 1 - float(np.dot(rest, rest)) / float(np.sum(np.square(piece - np.mean(piece))))
        if share < LEAST_SHARE or not alone:
            return ()
        return lower.frequency, higher.frequency


def _without(samples: Samples, sample_rate: int, *frequencies: float) -> Samples:
    """What least squares leave of the samples without sines of these frequencies, and DC."""
    phases = 2 * math.pi / sample_rate * np.outer(np.arange(samples.size), frequencies)
    columns = np.hstack([np.ones((samples.size, 1)), np.cos(phases), np.sin(phases)])
    return np.asarray(samples - columns @ np.linalg.lstsq(columns, samples, rcond=None)[0])


def _same(some: tuple[float, ...], others: tuple[float, ...]) -> bool:
    """Whether these are the same frequencies, as near as a window tells them apart."""
    return len(some) == len(others) and all(
        abs(first - second) <= min(max(2 * TOLERANCE * first, 2 * LEAST_TOLERANCE), MOST_TOLERANCE)
        for first, second in zip(some, others, strict=True)
    )


def _snapped(tones: list[_Part], begin: int, end: int) -> list[_Part]:
    """Tones of one sound, without the few blocks between them where two of them mix.

    A lost packet spoils the windows it lies in, 120 ms in all.
    """
    most = round(RUN / HOP)
    bounds = [[tone.begin, tone.end] for tone in tones]
    if bounds and bounds[0][0] - begin < most:
        bounds[0][0] = begin
    if bounds and end - bounds[-1][1] < most:
        bounds[-1][1] = end
    for left, right in pairwise(bounds):
        if right[0] - left[1] < most:
            left[1] = right[0] = (left[1] + right[0]) // 2
    return [
        _Part(first, last, tone.sound, tone.frequencies)
        for tone, (first, last) in zip(tones, bounds, strict=True)
    ]


def _between(tones: list[_Part], begin: int, end: int) -> list[_Part]:
    """The tones, and other sound in all the rest from `begin` to `end`."""
    parts: list[_Part] = []
    position = begin
    for tone in tones:
        if tone.begin > position:
            parts.append(_Part(position, tone.begin, Sound.OTHER))
        parts.append(tone)
        position = tone.end
    return [*parts, _Part(position, end, Sound.OTHER)] if position < end else parts


def _joined(parts: Iterable[_Part]) -> list[_Part]:
    """The parts, with equal neighbours joined, and speech joined across its short pauses."""
    joined: list[_Part] = []
    for part in parts:
        if len(joined) > 1 and part.sound is joined[-2].sound is Sound.OTHER:
            pause = joined[-1]
            quiet = pause.sound in (Sound.SILENCE, Sound.FAINT)
            if quiet and pause.end - pause.begin < round(PAUSE / HOP):
                joined[-2:] = [_Part(joined[-2].begin, pause.end, Sound.OTHER)]
        if joined and _continues(joined[-1], part):
            part = replace(joined.pop(), end=part.end)
        joined.append(part)
    return joined


def _continues(last: _Part, part: _Part) -> bool:
    touches = last.end == part.begin and last.sound is part.sound
    return touches and _same(last.frequencies, part.frequencies)
