"""The echo of an agent's own audio in what it hears: it is not the other side that speaks there."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import soxr

from ..audio.echo import (
    AFTER,
    BEFORE,
    LONGEST,
    RATE,
    WINDOW,
    EchoPath,
    Samples,
    echo_path,
    left_without,
)
from ..audio.levels import level_dbfs
from ..audio.line_state import BLIP
from ..audio.tones import LEAST_LEVEL
from ..speech.activity import FRAME, LEAST_SPEECH, Span
from .tracks import TrackStream

if TYPE_CHECKING:
    from .voice_track import VoiceTrack

#: Seconds of sound without a pause that are looked at: voices pause sooner, music is no echo.
_MOST = 10.0
#: dB by which sound is fainter without the echo where it was nothing else.
_FAINTER = 10.0
#: Frames by which packets that are late may shift an echo, and the dB by which what is no echo is
#: louder than one there.
_OFF, _LOUDER = 3, 6.0


class _Both(NamedTuple):
    """What was heard, at `RATE`, and what the agent sent then and `LONGEST` s before.

    `known`: how many samples of the latter were recorded by now.
    """

    heard: Samples
    sent: Samples
    known: int
    #: When the first sample that was heard arrived (monotonic s).
    arrived: float


class Echoes:
    """Knows how what an agent says comes back to it, once it did.

    When samples come and leave is known to some milliseconds, which differ from one time that the
    agent speaks to the next: an echo that is found tells of those near it.
    """

    def __init__(self, sent: "VoiceTrack") -> None:
        """`sent`: what the agent says; it is read before what is heard is."""
        self.sent = sent
        #: In each recording, in which sound (its beginning) an echo was found, and how it came.
        self._found: dict[Path, list[tuple[float, EchoPath]]] = defaultdict(list)
        #: Of each recording and beginning of a sound, how many windows were looked at, and whether
        #: the echo was heard alone in one.
        self._looked_at: dict[tuple[Path, float], int] = defaultdict(int)
        self._alone: set[tuple[Path, float]] = set()
        #: What is left of sounds that have ended, by the lag of the echo.
        self._left: dict[tuple[Path, Span, int | None], list[Span]] = {}

    @property
    def count(self) -> int:
        """How many echoes were found."""
        return sum(map(len, self._found.values()))

    @property
    def first(self) -> EchoPath | None:
        """The first that was found."""
        return next((paths[0][1] for paths in self._found.values() if paths), None)

    def left_of(
        self, stream: TrackStream, sound: Span, waits: float, *, is_open: bool
    ) -> list[Span]:
        """What is left of a sound without the echo, in seconds of the recording.

        `waits`: how long (s) it was in the jitter buffer; `is_open`: whether it may go on.
        """
        known = self._near(stream.path, sound.begin)
        key = (stream.path, sound, known.lag if known else None)
        if key in self._left:
            return self._left[key]
        both = self._both(stream, sound, waits) if sound.seconds <= _MOST else None
        left = [sound]
        if both is not None and (path := self._path_in(both, stream.path, sound.begin)):
            heard = both.heard[: round(sound.seconds * RATE)]
            left = [
                Span(sound.begin + one.begin, sound.begin + one.end)
                for one in _louder(heard, left_without(path, heard, both.sent))
            ]
        if not is_open and (both is None or both.known == both.sent.size):
            self._left[key] = left
        return left

    def _near(self, recording: Path, second: float) -> EchoPath | None:
        """The echo that was found nearest to a second of a recording."""
        found = self._found.get(recording, [])
        after = bisect_left(found, second, key=lambda one: one[0])
        beside = found[max(0, after - 1) : after + 1]
        nearest = min(beside, key=lambda one: abs(one[0] - second), default=None)
        return nearest[1] if nearest else None

    def cleaned(self, stream: TrackStream, part: Span, waits: float) -> Samples | None:
        """What was heard without the echo; None where no sound is left."""
        samples = stream.samples(*part)
        both = self._both(stream, part, waits)
        path = self._path_in(both, stream.path, part.begin) if both else None
        if both is None or path is None:
            return samples
        left = left_without(path, both.heard, both.sent)
        if not _louder(both.heard, left):
            return None
        echo = resampled(both.heard - left, RATE, stream.rate)[: samples.size]
        return np.asarray(samples - np.pad(echo, (0, samples.size - echo.size)))

    def _both(self, stream: TrackStream, sound: Span, waits: float) -> _Both | None:
        """None where the agent has sent no sound shortly before, or meanwhile."""
        moment = stream.moment(sound.begin)
        arrived = moment.at - waits if moment else 0.0
        if moment is None or not self._may_return(arrived, sound.seconds):
            return None
        end = max(sound.end, sound.begin + WINDOW)  # a voice may pause sooner
        heard = resampled(stream.samples(sound.begin, end), stream.rate, RATE)
        wanted = BEFORE + heard.size + AFTER
        recorded = self.sent.samples_since(arrived - BEFORE / RATE, wanted / RATE)
        if recorded is None:
            return None
        sent = resampled(*recorded, RATE)[:wanted]
        return _Both(heard, np.pad(sent, (0, wanted - sent.size)), sent.size, arrived)

    def _may_return(self, arrived: float, seconds: float) -> bool:
        sounds = self.sent.sounds
        after = bisect_left(sounds, arrived + seconds, key=lambda sound: sound.begin)
        return after > 0 and arrived < sounds[after - 1].end + LONGEST

    def _path_in(self, both: _Both, recording: Path, begin: float) -> EchoPath | None:
        """How an echo came, by the first part of a sound that is one and nothing else.

        Where it has no such part, as the echo nearest to it.
        """
        size, key = round(WINDOW * RATE), (recording, begin)
        count = max(0, 2 * both.heard.size // size - 1)
        for number in range(self._looked_at[key], count):
            first = number * size // 2
            end = first + BEFORE + size + AFTER
            if end > both.known or key in self._alone:
                break
            self._looked_at[key] = number + 1
            if not self._may_return(both.arrived + first / RATE, WINDOW):
                continue
            path = echo_path(both.heard[first : first + size], both.sent[first:end])
            if path is not None:
                self._alone.add(key)
                insort(self._found[recording], (begin, path), key=lambda one: one[0])
        return self._near(recording, begin)


def _louder(heard: Samples, left: Samples) -> list[Span]:
    """Where sound is left that is not much fainter than what was heard, in seconds; no clicks."""
    spans, whole = list(_sounds_in(heard, left)), heard.size / RATE
    is_more = sum(span.seconds for span in spans) >= min(LEAST_SPEECH, whole / 2)
    return spans if is_more else []


def _sounds_in(heard: Samples, left: Samples) -> Iterator[Span]:
    least = min(BLIP - FRAME / 2, heard.size / RATE)
    begin: float | None = None
    end = 0.0
    for number, is_sound in enumerate(_is_more(heard, left)):
        at = number * FRAME
        if is_sound:
            begin, end = at if begin is None else begin, min(at + FRAME, heard.size / RATE)
        elif begin is not None and at - end >= BLIP - FRAME / 2:
            if end - begin >= least:
                yield Span(begin, end)
            begin = None
    if begin is not None and end - begin >= least:
        yield Span(begin, end)


def _is_more(heard: Samples, left: Samples) -> Iterator[bool]:
    """Whether each frame is more than the echo, which may be a little early or late."""
    levels = [_levels(samples) for samples in (heard, left, heard - left)]
    echo = levels[2]
    for number, (whole, rest, _) in enumerate(zip(*levels, strict=True)):
        near = max(echo[max(0, number - _OFF) : number + _OFF + 1])
        yield rest >= max(LEAST_LEVEL, whole - _FAINTER) and whole >= near + _LOUDER


def _levels(samples: Samples) -> list[float]:
    size = round(FRAME * RATE)
    return [level_dbfs(samples[at : at + size]) for at in range(0, samples.size, size)]


def resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    """The samples at another rate."""
    if rate == wanted:
        return samples
    return np.asarray(soxr.resample(samples, rate, wanted, quality="HQ"))


def describe_echo(path: EchoPath) -> str:
    """That an agent hears itself, as a clause about its own voice."""
    return f"{1000 * path.delay:.0f} ms later and {-path.gain:.0f} dB weaker"
