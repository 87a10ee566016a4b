"""When somebody speaks, by the energy of the audio: sound counts, and noise on the line does not.

Frames of 5 ms are sound when they are louder than the noise of the line, which is whatever stays
the same for 0.6 s without being a tone. `docs/adr/0030-voice-activity.md` compares it with others.
"""

import math
from collections import deque
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..audio.levels import power_to_dbfs
from ..audio.line_state import MOST_NOISE, MOST_SHARE
from ..audio.sines import strongest_tone
from ..audio.tones import LEAST_LEVEL
from ..audio.windows import SampleBuffer, WindowBuffer

#: Seconds that are sound or not as a whole: how exact a beginning or an end is.
FRAME = 0.005
#: Seconds; a longer pause in speech ends a span.
PAUSE = 0.3
#: Seconds of sound; a span with less of it is a click.
LEAST_SPEECH = 0.060
#: Seconds; a shorter pause between two sounds joins them, and a shorter sound is left out, except
#: where it ends speech: the burst of a last *t*, or the syllable in which a machine was cut off.
_BLIP = 0.020
#: dB above the threshold on a noisy line; a sound that is louder ends speech, however short.
_CLEAR = 6.0
#: Frames of audio in which noise is looked for, and from one look to the next. In 0.4 s a word that
#: is said softly, or a long *s*, is often as steady as noise.
_WINDOW, _HOP = 120, 20
#: Frames whose levels are averaged to tell noise from speech: single ones show its pitch.
_AVERAGED = 4
#: dB, the standard deviation of these averages in noise; what is said softly may have less.
_MOST_SPREAD = 3.0
#: dB by which sound is louder than the loudest frame of the noise.
_ABOVE_NOISE = 1.5
#: dB below the noise: where the line is so quiet, the noise has ended, or it was none.
_GONE = 10.0


class Span(NamedTuple):
    """A stretch of sound, in seconds from the start of the audio."""

    begin: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin


class _Sound(NamedTuple):
    """A sound without pauses: its first frame, the frame after its last one, its peak (dBFS).

    `cuts`: where it fell silent, and went on, around a pause that was not recorded.
    """

    first: int
    end: int
    peak: float
    cuts: tuple[tuple[int, int], ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end - self.first) * FRAME


class _Frames:
    """The level of each frame (dBFS), without DC and without the hum of the mains.

    What the 5 ms around a sample have in common is taken away from it: 50 Hz lose 20 dB.
    """

    def __init__(self, rate: int) -> None:
        self.size = max(2, round(FRAME * rate))
        self.margin = self.size // 2
        self._windows = WindowBuffer(self.size + 2 * self.margin, self.size)

    def feed(self, samples: NDArray[np.float64]) -> list[float]:
        """The levels of the frames that are complete now."""
        windows = self._windows.feed(samples)
        sums = np.cumsum(windows, axis=1)
        width = 2 * self.margin + 1
        sums = np.concatenate([np.zeros((len(sums), 1)), sums], axis=1)
        means = (sums[:, width:] - sums[:, :-width]) / width
        centred = windows[:, self.margin : self.margin + means.shape[1]] - means
        return [power_to_dbfs(power) for power in np.square(centred).mean(axis=1).tolist()]


class VoiceActivity:
    """Follows audio, and knows when somebody spoke in it."""

    def __init__(self, rate: int) -> None:
        #: Those that have ended, in order: each was followed by a pause of `PAUSE`.
        self.spans: list[Span] = []
        self._rate = rate
        self._frames = _Frames(rate)
        self._samples = SampleBuffer()
        self._levels: deque[float] = deque(maxlen=_WINDOW + _HOP)
        self._count = 0
        self._threshold = LEAST_LEVEL
        self._noise = -math.inf
        self._decided: list[Span] = []
        #: Each sound of the span that is open; the last may go on.
        self._sounds: list[_Sound] = []
        self._peak = LEAST_LEVEL
        #: The first frame after the newest pause that was not recorded.
        self._divided = -1

    @property
    def seconds(self) -> float:
        """Seconds of audio that were judged so far."""
        return self._at(self._count) if self._count else 0.0

    @property
    def open(self) -> Span | None:
        """The span that may go on, until its last sound so far; None when nobody speaks.

        A faint sound is taken for speech once it is long enough to be told from noise.
        """
        sounds = self._long_enough()
        if not sounds:
            return None
        is_sure = self._peak > MOST_NOISE or self._count - sounds[0].first >= _WINDOW
        return Span(self._at(sounds[0].first), self._at(sounds[-1].end)) if is_sure else None

    @property
    def sounds(self) -> list[Span]:
        """Each sound of `spans` and of `open`, without the short pauses between them, in order."""
        return [*self._decided, *(self._timed(self._long_enough()) if self.open else [])]

    def feed(self, samples: NDArray[np.float64]) -> None:
        """Takes the next mono samples in [-1, 1], shape (n,)."""
        self._samples.feed(samples)
        for level in self._frames.feed(samples):
            self._levels.append(level)
            self._count += 1
            self._judge(level)
            if self._count % _HOP == 0 and len(self._levels) >= _WINDOW:
                self._look_for_noise()
            if self._count % _AVERAGED == 0:
                self._look_for_its_end()
        kept = self._count - _WINDOW
        self._samples.drop_before(kept * self._frames.size + self._frames.margin)

    def divide(self) -> None:
        """Notes that time has passed that was not recorded: what is fed next came later."""
        self._divided = self._count

    def end(self) -> None:
        """Ends the span that is open: no more audio will come."""
        sounds = self._timed(self._long_enough())
        if sounds:
            self.spans.append(Span(sounds[0].begin, sounds[-1].end))
            self._decided += sounds
        self._sounds, self._peak = [], LEAST_LEVEL

    def _at(self, frame: int) -> float:
        """Where a frame begins, in seconds."""
        return (frame * self._frames.size + self._frames.margin) / self._rate

    def _timed(self, sounds: list[_Sound]) -> list[Span]:
        edges = ([one.first, *chain.from_iterable(one.cuts), one.end] for one in sounds)
        return [
            Span(self._at(first), self._at(end))
            for one in edges
            for first, end in zip(one[::2], one[1::2], strict=True)
        ]

    def _judge(self, level: float) -> None:
        frame = self._count - 1
        if level >= self._threshold:
            self._peak = max(self._peak, level)
            if self._sounds and (frame - self._sounds[-1].end) * FRAME < _BLIP:
                self._sounds.append(self._continued(self._sounds.pop(), frame, level))
            else:
                self._sounds.append(_Sound(frame, frame + 1, level))
        elif self._sounds and (frame + 1 - self._sounds[-1].end) * FRAME >= PAUSE:
            self.end()

    def _continued(self, sound: _Sound, frame: int, level: float) -> _Sound:
        """A sound that goes on with a frame, perhaps after a pause that was not recorded."""
        is_cut = sound.end - 1 <= self._divided <= frame and sound.end < frame
        cuts = (*sound.cuts, (sound.end, frame)) if is_cut else sound.cuts
        return _Sound(sound.first, frame + 1, max(sound.peak, level), cuts)

    def _long_enough(self) -> list[_Sound]:
        """The sounds of the open span, without clicks; none while all of them are too short."""
        sounds = [sound for sound in self._sounds if sound.seconds >= _BLIP]
        if sum(sound.seconds for sound in sounds) < LEAST_SPEECH:
            return []
        after = [sound for sound in self._sounds if sound.first >= sounds[-1].end]
        margin = _CLEAR if self._threshold > LEAST_LEVEL else 0.0
        return sounds + [sound for sound in after if sound.peak >= self._threshold + margin]

    def _look_for_noise(self) -> None:
        """Raises the threshold above what the last window held, if that was noise or silence."""
        levels = np.array(self._levels)
        if self._is_noise(levels[-_WINDOW:]):
            loudest = float(levels[-_WINDOW:].max())
            self._noise = float(levels[-_WINDOW:].mean())
            self._threshold = max(LEAST_LEVEL, loudest + _ABOVE_NOISE)
            # It began where the last frame before was louder, or at most one look ago.
            louder = np.flatnonzero(levels[:-_WINDOW] >= self._threshold)
            length = levels.size - (int(louder[-1]) + 1 if louder.size else 0)
            self._drop_sounds_from(self._count - length)

    def _look_for_its_end(self) -> None:
        """Lowers the threshold again when the last frames were far below the noise."""
        latest = [self._levels[-number] for number in range(1, _AVERAGED + 1)]
        if max(latest) < self._noise - _GONE:
            self._threshold, self._noise = LEAST_LEVEL, -math.inf

    def _is_noise(self, levels: NDArray[np.float64]) -> bool:
        if levels.max() < LEAST_LEVEL:
            return True
        powers = (10 ** (levels / 10)).reshape(-1, _AVERAGED).mean(axis=1)
        if (
            10 * np.log10(powers.mean()) > MOST_NOISE
            or np.std(10 * np.log10(powers)) > _MOST_SPREAD
        ):
            return False
        first = (self._count - _WINDOW) * self._frames.size + self._frames.margin
        tone = strongest_tone(
            self._samples.between(first, first + _WINDOW * self._frames.size), self._rate
        )
        return tone is None or tone.share < MOST_SHARE

    def _drop_sounds_from(self, frame: int) -> None:
        """Takes it back that these frames were sound."""
        kept = [sound for sound in self._sounds if sound.first < frame]
        self._sounds = [
            sound._replace(
                end=min(sound.end, frame), cuts=tuple(cut for cut in sound.cuts if cut[1] < frame)
            )
            for sound in kept
        ]
