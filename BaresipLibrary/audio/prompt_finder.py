"""Finds a known prompt in audio, and when it began.

How `PromptFinder` decides: prompt and audio become patterns of energy over time and pitch
(`spectrograms`). Short and long pieces of the prompt, from its beginning and from 0.25 s and 0.5 s
into it, are compared with the newest frames. The shorter a piece is, the more similar the audio
must be. The shortest pieces must also agree as waveforms, which another voice that says the same
words does not. The waveform then gives the exact time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from .chirp import alignment
from .prompt_files import PromptFile
from .spectrograms import (
    BANDS,
    COMPRESSION,
    HOP,
    WINDOW,
    HeardFrames,
    SoundPattern,
    Spectrogram,
    frames_of,
)
from .windows import SampleBuffer

#: Seconds after which pieces begin, with sound: a late cut-in may have cost the prompt that.
SKIPS = (0.0, 0.25, 0.5)


@dataclass(frozen=True)
class _Evidence:
    """How similar the audio must be to a piece of the prompt."""

    #: Of sound in the piece, pauses not counted.
    seconds: float
    likeness: float
    #: Least correlation of the waveforms; 0 where the pattern is enough.
    waveform: float = 0.0


#: Measured: of the pieces of other prompts by the same synthetic voice, music and noise, one in a
#: hundred reaches 0.87 in 0.5 s, 0.83 in 0.7 s, 0.74 in 1 s, 0.69 in 1.4 s and 0.44 in 2.8 s, at
#: the best of all times in 15 s; of the prompt itself, in noise 10 dB below it, after a codec and
#: with 5 % of the packets lost, one in a hundred stays below 0.86, 0.87, 0.89, 0.89 and 0.91. Half
#: a second was not enough for `your call` and `you are call(er)`, said by the same voice: 0.93.
EVIDENCE = (
    _Evidence(0.6, 0.92, 0.7),
    _Evidence(0.8, 0.86, 0.6),
    _Evidence(1.0, 0.80, 0.5),
    _Evidence(1.4, 0.80),
    _Evidence(2.8, 0.75),
)
#: Seconds of sound that a prompt needs at least to be distinguished from others.
LEAST_SOUND = 0.6
#: Energy relative to the loudest frame above which a frame is sound, not a pause: -40 dB.
SOUND = 10 ** (-40 / 10)
#: How much of a piece's pattern must vary over time: a steady tone has no beginning to find.
LEAST_VARIATION = 0.05
#: Frames to wait after a similar one: it is the best when none of these is more similar.
SETTLE = 4
#: New frames, at least, for each comparison.
LOOK = 5
#: New frames, at most, for each comparison, which bounds its memory.
MOST_AT_ONCE = 50
#: Seconds by which the pattern may be off the exact time.
SEARCH = 0.030
#: Samples a second at which waveforms are compared.
EXACT_RATE = 8000
#: Correlation of the waveforms from which on they give the time more exactly than the pattern.
CLEAR = 0.3
#: By how much the least similar second of the best candidate must beat that of the next.
MARGIN = 0.15
#: How similar the worst second of the best candidate must be. Measured with two prompts that begin
#: alike, in 1,000 trials: where 0.2 s are left out at the fork, the wrong prompt was named in 433
#: without this and in 117 with it; with 5 % of the packets left out in 69 and 6, with 1 % in 2 and
#: 0, and the right one is still named in 963.
LEAST_WORST = 0.7


@dataclass(frozen=True)
class PromptMatch:
    """A prompt that was heard."""

    #: Seconds from the first sample fed to the prompt's beginning; less than 0 when it began before
    #: that, and where it would have begun when its beginning is missing.
    offset: float
    #: How similar the patterns are, 0 to 1.
    score: float


@dataclass(frozen=True, eq=False)
class _Piece:
    """Frames `start` to `end` of the prompt, and the evidence that it takes to recognise them."""

    start: int
    end: int
    pattern: SoundPattern
    evidence: _Evidence


class PromptFinder:
    """Listens for one prompt in audio that arrives bit by bit.

    Sure 0.7 to 1 s after the prompt began, when it begins with sound and no noise covers it.
    Where the chunks end does not matter.
    """

    def __init__(self, prompt: PromptFile, sample_rate: int) -> None:
        """Prepares to listen for a prompt in audio of `sample_rate` samples a second.

        Raises `ValueError` below 8000 samples a second, and for a prompt with less than 0.6 s
        of sound or without anything that changes over time.
        """
        self.prompt = prompt
        self.sample_rate = sample_rate
        #: The match once the finder is sure, else None.
        self.match: PromptMatch | None = None
        self._pieces = _cut(prompt)
        self._spectrogram = Spectrogram(sample_rate)
        self._longest = max(piece.pattern.length for piece in self._pieces)
        self._waveform = _resampled(prompt.samples, prompt.sample_rate)
        self._frames = np.empty((0, BANDS))
        self._pending = np.empty((0, BANDS))
        self._frame_count = 0
        self._history = SampleBuffer()

    @property
    def seconds(self) -> float:
        """Seconds of audio fed so far."""
        return self._history.end / self.sample_rate

    def feed(self, samples: NDArray[np.float64]) -> PromptMatch | None:
        """Takes the next mono samples in [-1, 1], any number; returns the match once sure.

        A finder that is sure stays sure. Raises `ValueError` unless the array has one dimension.
        """
        if self.match is not None:
            return self.match
        self._history.feed(samples)
        self._pending = np.concatenate([self._pending, self._spectrogram.feed(samples)])
        while len(self._pending) >= LOOK and self.match is None:
            new, self._pending = np.split(self._pending, [MOST_AT_ONCE])
            self._frames = np.concatenate([self._frames, new])
            self._frame_count += len(new)
            self.match = self._find(HeardFrames(self._frames), len(new))
            self._forget()
        return self.match

    def _find(self, heard: HeardFrames, new: int) -> PromptMatch | None:
        """The earliest match that the newest frames complete, with time to settle.

        Of two that a cadence completes at the same time, it is the one that has more of the prompt.
        """
        matches: list[tuple[int, int, PromptMatch]] = []
        for piece in self._pieces:
            length = piece.pattern.length
            scores = heard.likeness(piece.pattern, SETTLE + new)
            if scores.size <= SETTLE:
                continue
            first = self._frame_count - scores.size - length + 1
            settled = np.lib.stride_tricks.sliding_window_view(scores, SETTLE + 1).max(axis=1)
            peaks = (scores[: settled.size] == settled) & (settled >= piece.evidence.likeness)
            for index in np.flatnonzero(peaks).tolist():
                match = self._confirmed(piece, first + index, float(scores[index]))
                if match is not None:
                    matches.append((first + index + length, piece.start, match))
                    break
        return min(matches, key=lambda match: match[:2])[2] if matches else None

    def _confirmed(self, piece: _Piece, frame: int, score: float) -> PromptMatch | None:
        """The match if the waveforms from that frame on agree with the piece, too."""
        coarse = frame * HOP
        waveform = self._waveform[_exact(piece.start * HOP) : _exact(piece.end * HOP)]
        begin = max(0, round((coarse - SEARCH) * self.sample_rate))
        end = round((coarse + (piece.end - piece.start) * HOP + SEARCH) * self.sample_rate)
        heard = _resampled(self._history.between(begin, end), self.sample_rate)
        lag, correlation = alignment(heard, waveform)
        if correlation < piece.evidence.waveform:
            return None
        refined = begin / self.sample_rate + lag / EXACT_RATE
        exact = refined if correlation >= CLEAR else coarse
        return PromptMatch(exact - piece.start * HOP, min(score, 1.0))

    def _forget(self) -> None:
        """Drops what no piece needs any more."""
        self._frames = self._frames[-(self._longest + SETTLE + LOOK) :]
        oldest = (self._frame_count - self._longest - SETTLE - LOOK) * HOP - SEARCH
        self._history.drop_before(round(oldest * self.sample_rate))


def best_match(
    candidates: Sequence[PromptFile], samples: NDArray[np.float64], sample_rate: int
) -> tuple[int, PromptMatch] | None:
    """The number of the candidate that the samples hold, and where; None when unsure.

    Candidates that begin alike are distinguished by their least similar second, as far as both were
    heard: the best must win by 0.15 there, and have 0.7. Of two equally similar candidates of which
    one is the beginning of the other, the longer wins. Raises `ValueError` as `PromptFinder` does.
    """
    frames = Spectrogram(sample_rate).feed(samples)
    rated = []
    for number, prompt in enumerate(candidates):
        match = PromptFinder(prompt, sample_rate).feed(samples)
        if match is not None:
            worst, compared = _worst_second(prompt, frames, match.offset)
            rated.append((worst, compared, number, match))
    rivals = [rival for rival in rated if rival[0] > max(max(rated)[0] - MARGIN, LEAST_WORST)]
    rivals.sort(key=lambda rival: rival[1])
    is_longest = rivals and (len(rivals) == 1 or rivals[-1][1] - rivals[-2][1] >= LEAST_SOUND)
    return rivals[-1][2:] if is_longest else None


def _worst_second(
    prompt: PromptFile, heard: NDArray[np.float64], offset: float
) -> tuple[float, float]:
    """The likeness of the least similar second of sound, and the seconds that both have."""
    pattern = frames_of(prompt)
    shift = round(offset / HOP)
    first, last = max(0, -shift), min(len(pattern), len(heard) - shift)
    second = round(1.0 / HOP)
    worst = 1.0
    for start in range(first, max(first, last - second) + 1, second // 4):
        piece = pattern[start : min(start + second, last)]
        if np.count_nonzero(_is_sound(piece, pattern)) >= second // 2:
            same = HeardFrames(heard[start + shift : start + shift + len(piece)])
            worst = min(worst, float(same.likeness(SoundPattern(piece))[0]))
    return worst, (last - first) * HOP


def _cut(prompt: PromptFile) -> list[_Piece]:
    """The pieces that vary, or the whole prompt if only that varies: a burst and a pause."""
    frames = frames_of(prompt)
    sound = np.concatenate([[0.0], np.cumsum(_is_sound(frames, frames)) * HOP])
    pieces = _by_sound(frames, sound) or _whole(frames, sound)
    if not pieces:
        raise ValueError(
            f"{prompt.path} can't be recognised: it takes {LEAST_SOUND} s of sound that changes, "
            f"and its {prompt.seconds:.1f} s have less."
        )
    return pieces


def _by_sound(frames: NDArray[np.float64], sound: NDArray[np.float64]) -> list[_Piece]:
    """Pieces with as much sound as each evidence wants; `sound`: seconds of it so far."""
    pieces = []
    for skip in SKIPS:
        start = min(round(skip / HOP), len(frames))
        onset = int(np.searchsorted(sound, sound[start], "right")) - 1
        if skip and onset > start:
            # No window is half pause, as where the prompt begins: so every period of a cadence is
            # equally similar, and the first period matches.
            start = min(onset + round((WINDOW - HOP) / HOP), len(frames))
        for evidence in EVIDENCE:
            end = int(np.searchsorted(sound, sound[start] + evidence.seconds - HOP / 2))
            if end <= len(frames):
                pieces.append(_Piece(start, end, SoundPattern(frames[start:end]), evidence))
    return [piece for piece in pieces if piece.pattern.variation > LEAST_VARIATION]


def _whole(frames: NDArray[np.float64], sound: NDArray[np.float64]) -> list[_Piece]:
    """All of the prompt as one piece, if it has enough sound and varies."""
    pattern = SoundPattern(frames)
    known = [evidence for evidence in EVIDENCE if evidence.seconds <= sound[-1] + HOP / 2]
    if not known or pattern.variation <= LEAST_VARIATION:
        return []
    return [_Piece(0, len(frames), pattern, known[-1])]


def _is_sound(frames: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each frame is sound and not a pause, compared with the loudest of the prompt."""
    energy = np.sum(frames ** (1 / COMPRESSION), axis=1)
    loudest = float(np.max(np.sum(whole ** (1 / COMPRESSION), axis=1), initial=0.0))
    return np.asarray((energy > loudest * SOUND) & (energy > 0))


def _exact(seconds: float) -> int:
    return round(seconds * EXACT_RATE)


def _resampled(samples: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    return np.asarray(soxr.resample(samples, sample_rate, EXACT_RATE, quality="HQ"))
