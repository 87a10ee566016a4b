"""Finds all of a reference recording in audio, newest first, and how alike it was.

Where `prompt_finder` is sure after a second that a prompt has begun, this looks for the whole of a
recording, however bad it became on its way. The reference is cut into pieces of 0.5 s, and each
is looked for near its place: lost packets and jitter buffers move what follows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from .chirp import alignment
from .levels import level_dbfs
from .prompt_files import PromptFile
from .prompt_finder import EXACT_RATE, LEAST_VARIATION, SOUND
from .spectrograms import BANDS, COMPRESSION, HOP, HeardFrames, SoundPattern, Spectrogram, frames_of

#: Frames of a piece: 0.5 s. Measured with 25 prompts of one voice of which 15 % of the packets were
#: left out: pieces of 0.5 s found all of them, pieces of 0.7 s 21.
PIECE = 50
#: Frames from the first to the last sound that a reference must have: 1 s.
LEAST_SOUND = 100
#: How much earlier or later a piece may come than in the reference, as a part of the time from its
#: beginning: one packet in five is lost, or one in twenty is played longer.
EARLY, LATE = 0.2, 0.05
#: Frames by which it may be off besides: 0.1 s.
SLACK = 10
#: How alike the patterns of the pieces must be, on average, each of them, and the last one.
LEAST_LIKENESS, LEAST_OF_A_PIECE, LEAST_OF_THE_LAST = 0.6, 0.2, 0.4
#: How alike the waveforms must be then. Measured with 40 prompts of one voice: where each was
#: looked for in the other 39, several patterns were alike, and the most alike waveforms had 0.53.
#: Of the prompt itself, one waveform in ten stayed below 1.0 after PCMU, 0.89 after Opus at 6
#: kbit/s, 0.79 when it was 30 dB too loud, 0.70 in noise of its own level, and 0.91, 0.72 and 0.58
#: when 5, 10 and 15 % of the packets were left out.
LEAST_WAVEFORM = 0.55
#: Seconds of the pieces whose waveforms are compared.
WAVEFORM = 0.25
#: Frames that are compared at a time, which bounds the memory.
AT_ONCE = 200


@dataclass(frozen=True)
class Occurrence:
    """Where the reference was heard."""

    #: Seconds from the first sample fed to the first sound of the reference.
    begin: float
    #: To its last sound.
    end: float
    #: How alike the patterns are, 0 to 1.
    likeness: float


class ReferenceFinder:
    """Looks for a reference in audio that arrives bit by bit."""

    def __init__(self, reference: PromptFile, sample_rate: int) -> None:
        """Prepares to look in audio of `sample_rate` samples a second.

        Raises `ValueError` for a reference with less than a second from its first to its last
        sound, or without anything that changes over time.
        """
        self._spectrogram = Spectrogram(sample_rate)
        self._starts, self._patterns = _cut(reference)
        self._likeness: list[NDArray[np.float64]] = [np.empty(0)] * len(self._patterns)
        self._rest = np.empty((0, BANDS))

    def feed(self, samples: NDArray[np.float64]) -> None:
        """Takes the next mono samples in [-1, 1], any number."""
        frames = np.concatenate([self._rest, self._spectrogram.feed(samples)])
        new = len(frames) - PIECE + 1
        if new <= 0:
            self._rest = frames
            return
        blocks = range(0, new, AT_ONCE)
        heard = [HeardFrames(frames[first : first + AT_ONCE + PIECE - 1]) for first in blocks]
        for number, pattern in enumerate(self._patterns):
            found = [block.likeness(pattern) for block in heard]
            self._likeness[number] = np.concatenate([self._likeness[number], *found])
        self._rest = frames[new:]

    def occurrences(self) -> Iterator[Occurrence]:
        """Yields where all of the reference was heard, newest first, by the patterns alone.

        What somebody says in nearly the same words may be among them: `waveform_likeness` tells.
        """
        each = self._near_their_places()
        whole = each.mean(axis=0)
        found = (whole >= LEAST_LIKENESS) & (each.min(axis=0) >= LEAST_OF_A_PIECE)
        found &= each[-1] >= LEAST_OF_THE_LAST
        while np.any(found):
            last = int(np.flatnonzero(found)[-1])
            first = max(0, last - self._starts[-1] // 2 - 2 * SLACK)
            best = first + int(np.argmax(np.where(found, whole, 0.0)[first : last + 1]))
            begin, end = self._place(0, best), self._place(-1, best) + PIECE
            yield Occurrence(begin * HOP, end * HOP, round(float(min(1.0, whole[best])), 6))
            found[first:] = False

    @property
    def best_likeness(self) -> float:
        """How alike to all of the reference the most similar stretch was, 0 to 1."""
        return float(np.max(self._near_their_places().mean(axis=0), initial=0.0))

    def _near_their_places(self) -> NDArray[np.float64]:
        """For each piece and each frame at which the reference may begin how alike it is.

        Of shape (pieces, frames); 0 where a piece has not been heard yet.
        """
        count = self._likeness[0].size
        each = np.zeros((len(self._starts), count))
        for number, start in enumerate(self._starts):
            early, late = _slack(start)
            padded = np.zeros(count + start + early + late + 1)
            padded[early : early + count] = np.maximum(0.0, self._likeness[number])
            each[number] = _running_max(padded, early + late + 1)[start : start + count]
        return each

    def _place(self, piece: int, begin: int) -> int:
        """Where that piece is most alike when the reference begins at that frame."""
        early, late = _slack(self._starts[piece])
        first = max(0, begin + self._starts[piece] - early)
        near = self._likeness[piece][first : begin + self._starts[piece] + late + 1]
        return first + int(np.argmax(near))


def _slack(start: int) -> tuple[int, int]:
    return round(EARLY * start) + SLACK, round(LATE * start) + SLACK


def _running_max(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """The largest of each `width` values in a row."""
    reach = 1
    while reach * 2 <= width:
        values = np.maximum(values[:-reach], values[reach:])
        reach *= 2
    rest = width - reach
    return np.maximum(values[:-rest], values[rest:]) if rest else values


def sounding_part(reference: PromptFile) -> tuple[float, float]:
    """The seconds at which the first sound of a reference begins, and its last one ends."""
    frames = np.flatnonzero(_is_sound(frames_of(reference)))
    return (float(frames[0] * HOP), float((frames[-1] + 1) * HOP)) if frames.size else (0.0, 0.0)


def _cut(reference: PromptFile) -> tuple[list[int], list[SoundPattern]]:
    """Where pieces begin, in frames from the first sound, and their patterns."""
    frames = frames_of(reference)
    sound = np.flatnonzero(_is_sound(frames))
    if not sound.size:
        raise ValueError(f"{reference.path} cannot be a reference: it is silent.")
    if sound[-1] + 1 - sound[0] < LEAST_SOUND:
        raise ValueError(
            f"{reference.path} cannot be a reference: from its first to its last sound it must take"
            " 1 s or more."
        )
    frames = frames[sound[0] : sound[-1] + 1]
    last = len(frames) - PIECE
    pieces = [
        (start, SoundPattern(frames[start : start + PIECE])) for start in range(0, last, PIECE)
    ]
    pieces.append((last, SoundPattern(frames[last:])))
    kept = [(start, piece) for start, piece in pieces if piece.variation > LEAST_VARIATION]
    if not kept or kept[0][0] > 0 or kept[-1][0] < last:
        raise ValueError(
            f"{reference.path} cannot be a reference: it begins or ends with a steady sound, so"
            " that its place is not known."
        )
    return [start for start, _ in kept], [piece for _, piece in kept]


def _is_sound(frames: NDArray[np.float64]) -> NDArray[np.bool_]:
    energy = np.sum(frames ** (1 / COMPRESSION), axis=1)
    return np.asarray((energy > np.max(energy, initial=0.0) * SOUND) & (energy > 0))


def waveform_likeness(reference: PromptFile, heard: NDArray[np.float64], sample_rate: int) -> float:
    """How alike the waveforms of a reference and of one occurrence are, 0 to 1.

    The median of pieces of 0.25 s, each where it is most alike near its place. Another recording
    of the same words by the same person has other waveforms.
    """
    begin, end = sounding_part(reference)
    own = _at_exact_rate(reference.samples, reference.sample_rate)[_exact(begin) : _exact(end)]
    other = _at_exact_rate(heard, sample_rate)
    size = _exact(WAVEFORM)
    loud = level_dbfs(own) - 10
    likeness = []
    for start in range(0, own.size - size + 1, size):
        piece = own[start : start + size]
        if level_dbfs(piece) < loud:
            continue
        early, late = (_exact(slack * HOP) for slack in _slack(round(start / EXACT_RATE / HOP)))
        near = other[max(0, start - early) : start + size + late]
        likeness.append(alignment(near, piece)[1])
    return float(np.median(likeness)) if likeness else 0.0


def _at_exact_rate(samples: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    if rate == EXACT_RATE:
        return samples
    return np.asarray(soxr.resample(samples, rate, EXACT_RATE, quality="HQ"))


def _exact(seconds: float) -> int:
    return round(seconds * EXACT_RATE)
