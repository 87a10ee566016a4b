"""Cuts a recording into the segments in which somebody speaks; each is understood as a whole.

Where they begin and end follows from the audio alone, and not from when somebody asks.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..audio.timeline import Sound, timeline
from ..speech.activity import FRAME, Span, VoiceActivity
from ..speech.heard import Word
from ..speech.transcriber import Transcriber, Transcription
from .echo_free import EchoFree
from .tracks import TrackStream

#: A pause of this many seconds ends a segment.
PAUSE = 0.4
#: Speech without such a pause is cut after this many seconds at most, and after so many at least.
_LONGEST, _SHORTEST_CUT = 12.0, 6.0
#: Seconds of audio before and after a segment that are understood with it: an engine needs them
#: for the first and the last sound, and where speech is cut, for the word that it is cut in.
_BEFORE, _AFTER = 0.2, 0.2
_OVERLAP = 1.0
#: Seconds over which the level is averaged where the quietest place is looked for.
_QUIET = 0.1
#: Sound that is a tone for more than this share of it is no speech.
_MOST_TONE = 0.9
#: No voice holds one note for so many seconds.
_LONG_TONE = 0.5
#: Seconds of audio that are read and judged at a time: memory stays small in a long call.
_CHUNK = 10.0


@dataclass(eq=False)
class Segment:
    """Speech between two pauses, in seconds of one recording."""

    stream: TrackStream
    begin: float
    end: float
    #: Whether speech went on before it without a pause.
    follows_cut: bool = False
    #: Whether speech goes on after it.
    is_cut: bool = False
    #: What leaves out the echo of the agent's own voice, where there may be one.
    echo_free: EchoFree | None = None
    #: Whether all of it is such an echo, as far as it was to be understood.
    is_echo: bool = False
    _transcriptions: dict[str | None, Transcription] = field(default_factory=dict)

    @property
    def _audio(self) -> Span:
        before = _OVERLAP if self.follows_cut else _BEFORE
        after = _OVERLAP if self.is_cut else _AFTER
        begin, end = max(0.0, self.begin - before), self.end + after
        for gap in gaps_in(self.stream, Span(begin, end)):
            # Beyond it is what was said at another time. A segment may begin at a gap.
            is_before = gap < self.begin + FRAME
            begin, end = (gap, end) if is_before else (begin, min(gap, end))
        return Span(begin, end)

    def request(self, transcriber: Transcriber, language: str | None) -> Transcription:
        """Has it understood, unless that was asked for before.

        What failed is asked for anew, and so is what was given up.
        """
        known = self._transcriptions.get(language)
        if known is None or not (known.is_done or known.is_needed):
            samples, rate = self._samples(), self.stream.rate
            self.is_echo = samples is None
            # It might write "Beep".
            if samples is not None and _silence_tones(samples, rate):
                self._transcriptions[language] = transcriber.submit(samples, rate, language)
            else:
                self._transcriptions[language] = _nothing_said()
        transcription = self._transcriptions[language]
        if transcription.error:
            del self._transcriptions[language]
        return transcription

    def _samples(self) -> NDArray[np.float64] | None:
        """What the engine gets; None where all of it is an echo."""
        if self.echo_free is None:
            return self.stream.samples(*self._audio)
        return self.echo_free.samples(self.stream, self._audio)

    def give_up(self) -> None:
        """What was asked for is not begun any more: nobody waits for it."""
        for transcription in self._transcriptions.values():
            transcription.is_needed = False

    def transcription(self, language: str | None) -> Transcription | None:
        """What was asked for; None if it was not."""
        return self._transcriptions.get(language)

    @property
    def understood(self) -> list[Word]:
        """Its words in the language in which it was understood first; empty before that."""
        done = (language for language, one in self._transcriptions.items() if one.is_done)
        return next((self.words(language) for language in done), [])

    def words(self, language: str | None) -> list[Word]:
        """Its words, in seconds of the recording; empty before it is understood."""
        transcription = self._transcriptions.get(language)
        if transcription is None or not transcription.is_done:
            return []
        return [
            Word(word.text, self._at(word.begin), self._at(word.end), word.confidence)
            for word in transcription.words
            if self._has(word)
        ]

    def _at(self, second: float) -> float:
        """A second of what was understood in the recording: nobody spoke before the segment."""
        return max(self.begin, self._audio.begin + second)

    def _has(self, word: Word) -> bool:
        """Whether a word is in it, and not in the segment beside it: they overlap at a cut."""
        middle = self._audio.begin + (word.begin + word.end) / 2
        if self.follows_cut and middle < self.begin:
            return False
        return not (self.is_cut and middle >= self.end)


class StreamSegments:
    """The segments of one recording while it grows."""

    def __init__(self, stream: TrackStream, echo_free: EchoFree | None = None) -> None:
        self.stream = stream
        self._echo_free = echo_free
        #: Those that have ended.
        self.segments: list[Segment] = []
        self._activity: VoiceActivity | None = None
        self._samples = 0
        self._spans_done = 0
        #: Up to where it was cut into segments, and whether speech went on there.
        self._done, self._follows_cut = 0.0, False
        #: The speech that may go on.
        self._open: Span | None = None
        self._unfinished: Segment | None = None
        self._is_over = False

    @property
    def seconds(self) -> float:
        """Seconds of audio so far."""
        return self._samples / self.stream.rate if self._samples else 0.0

    def read(self) -> bool:
        """Reads what was recorded since the last time; returns whether that was anything."""
        rate, before = self.stream.rate, self._samples
        while rate:
            samples = self.stream.samples(self.seconds, self.seconds + _CHUNK)
            if not samples.size:
                break
            self._samples += samples.size
            self._activity = self._activity or VoiceActivity(rate)
            self._activity.feed(samples)
            self._cut_off()
        return self._samples > before

    def finish(self) -> None:
        """Ends the segment that is open: no more audio will come."""
        if not self._is_over and self._activity is not None:
            self._is_over = True
            self._activity.end()
            self._cut_off()

    def give_up(self) -> None:
        """What was not begun yet is not understood unless somebody asks for it again."""
        for segment in (*self.segments, self._unfinished):
            if segment is not None:
                segment.give_up()

    @property
    def open_segment(self) -> Segment | None:
        """The segment that may go on, up to its last sound so far; None without one."""
        if self._open is None:
            return None
        segment = self._segment(self._open)
        if self._unfinished is None or not _are_same(segment, self._unfinished):
            self._replace_unfinished(segment)  # it has more than was understood before
        return self._unfinished

    def _replace_unfinished(self, segment: Segment | None) -> None:
        if self._unfinished is not None:
            self._unfinished.give_up()
        self._unfinished = segment

    @property
    def has_paused(self) -> bool:
        """Whether the audio goes on after the last sound for as long as is understood with it."""
        return self._open is None or self.seconds - self._open.end >= _AFTER

    def _groups(self) -> list[Span]:
        """Speech that was not cut off yet; what no pause divides is one."""
        if self._activity is None:
            return []
        spans = self._activity.spans
        while self._spans_done < len(spans) and spans[self._spans_done].end <= self._done:
            self._spans_done += 1
        spans = spans[self._spans_done :]
        if self._activity.open and self._activity.open.end > self._done:
            spans = [*spans, self._activity.open]
        groups: list[Span] = []
        for begin, end, is_new in self._pieces(spans):
            if groups and not is_new and begin - groups[-1].end < PAUSE:
                groups[-1] = Span(groups[-1].begin, end)
            else:
                groups.append(Span(begin, end))
        return groups

    def _pieces(self, spans: Sequence[Span]) -> Iterator[tuple[float, float, bool]]:
        """The spans, divided where nothing was recorded for as long as a pause; True after that."""
        for span in spans:
            begin, is_new = max(span.begin, self._done), False
            for gap in gaps_in(self.stream, Span(begin, span.end)):
                yield begin, gap, is_new
                begin, is_new = gap, True
            yield begin, span.end, is_new

    def _cut_off(self) -> None:
        """Makes segments of what has ended, and of speech that goes on for too long."""
        groups, self._open = self._groups(), None
        for number, (begin, end) in enumerate(groups, 1):
            while end - begin > _LONGEST + _OVERLAP:
                cut = self._quietest_place(begin)
                self._add(self._segment(Span(begin, cut), is_cut=True))
                begin = cut
            if number < len(groups) or self._is_over or self.seconds - end >= PAUSE:
                self._add(self._segment(Span(begin, end)))
            else:
                self._open = Span(begin, end)

    def _add(self, segment: Segment) -> None:
        if self._unfinished is not None and _are_same(segment, self._unfinished):
            segment = self._unfinished  # it may have been understood while the pause lasted
            self._unfinished = None
        self.segments.append(segment)
        self._done, self._follows_cut = segment.end, segment.is_cut
        self._replace_unfinished(None)

    def _segment(self, group: Span, *, is_cut: bool = False) -> Segment:
        follows_cut = self._follows_cut and group.begin == self._done
        begin, end = group
        return Segment(self.stream, begin, end, follows_cut, is_cut, self._echo_free)

    def _quietest_place(self, begin: float) -> float:
        first = begin + _SHORTEST_CUT
        samples = self.stream.samples(first, begin + _LONGEST)
        width = round(_QUIET * self.stream.rate)
        energy = np.concatenate([[0.0], np.cumsum(np.square(samples))])
        powers = energy[width:] - energy[:-width]
        return first + (int(np.argmin(powers)) + width / 2) / self.stream.rate


def gaps_in(stream: TrackStream, span: Span) -> Iterator[float]:
    """Where in a part of a recording nothing was recorded for as long as a pause."""
    position = span.begin
    for before, after in pairwise(stream.timed(span)):
        position += before.end - before.begin
        if after.begin - before.end >= PAUSE:
            yield position


def _silence_tones(samples: NDArray[np.float64], rate: int) -> bool:
    """Silences long tones, as beside a beep an engine misses words; whether more is audible."""
    lengths: dict[Sound, float] = defaultdict(float)
    for stretch in timeline(samples, rate).stretches:
        lengths[stretch.sound] += stretch.end - stretch.begin
        if stretch.sound is Sound.TONE and stretch.end - stretch.begin >= _LONG_TONE:
            samples[round(stretch.begin * rate) : round(stretch.end * rate)] = 0.0
    return lengths[Sound.TONE] <= _MOST_TONE * (lengths[Sound.TONE] + lengths[Sound.OTHER])


def _nothing_said() -> Transcription:
    """What is understood where nobody speaks."""
    transcription = Transcription()
    transcription.is_done = True
    return transcription


def _are_same(one: Segment, other: Segment) -> bool:
    return (one.begin, one.end, one.is_cut) == (other.begin, other.end, other.is_cut)
