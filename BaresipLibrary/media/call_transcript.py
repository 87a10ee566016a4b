"""What was said in one direction of a call, and when.

The recording is always cut into segments from its beginning (`speech_segments.py`), and a segment
is understood once, when a keyword first needs it. So what is heard does not depend on when somebody
listened. Times are seconds of the call's audio: 0 is its first sample, by the machine's clock.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..speech.heard import Word
from ..speech.transcriber import Transcriber, Transcription
from .echo_free import EchoFree
from .results import HeardSegment
from .speech_segments import Segment, StreamSegments
from .tracks import Track, TrackStream

#: When nothing is recorded for this long (s), as when the peer stops sending, speech has ended.
_STALLED = 0.5
#: It is known a little later (s) that speech has begun.
_ONSET = 0.1
#: Seconds of audio that a failure describes at most.
_DESCRIBED = 30.0


class CallTranscript:
    """What an agent heard (rx) or said (tx) in one call."""

    def __init__(self, track: Track, echo_free: EchoFree | None = None) -> None:
        """`echo_free` leaves out the echo of the agent's own voice."""
        self.track = track
        self._echo_free = echo_free
        #: Where the last match of a wait ended, in seconds of the call's audio.
        self.matched = float("-inf")
        self._streams: dict[Path, StreamSegments] = {}
        self._grew_at = time.monotonic()
        #: What was understood and when the first sample came do not change any more.
        self._heard: dict[tuple[Segment, str | None], HeardSegment] = {}
        self._ends: dict[Segment, float] = {}
        self._first_sample: float | None = None

    def read(self) -> None:
        """Reads what was recorded since the last time."""
        if self._echo_free is not None:
            self._echo_free.read_ahead()
        for stream in self.track.streams:
            if stream.path not in self._streams:
                for earlier in self._streams.values():
                    earlier.read()
                    earlier.finish()
                self._streams[stream.path] = StreamSegments(stream, self._echo_free)
        if self._newest and self._newest.read():
            self._grew_at = time.monotonic()

    def finish(self) -> None:
        """Reads to the end: no more audio will come."""
        self.read()
        if self._newest:
            self._newest.finish()

    @property
    def _newest(self) -> StreamSegments | None:
        return next(reversed(self._streams.values()), None)

    @property
    def seconds(self) -> float:
        """Seconds of the call's audio by now, by the clock."""
        if self._newest is None:
            return 0.0
        return self.at(self._newest.stream, self._newest.seconds)

    @property
    def stalls_in(self) -> float:
        """Seconds until what is said has ended, unless more audio comes."""
        return max(0.0, self._grew_at + _STALLED - time.monotonic())

    def segments(self, *, also_open: bool = False) -> list[Segment]:
        """The segments so far, in order; the open one where it may have ended, or is asked for."""
        ended = [segment for one in self._streams.values() for segment in one.segments]
        newest = self._newest.open_segment if self._newest else None
        is_over = also_open or not self.stalls_in
        return [*ended, newest] if newest and is_over else ended

    def request(
        self,
        transcriber: Transcriber,
        language: str | None,
        since: float,
        *,
        also_open: bool = False,
    ) -> list[Transcription]:
        """Has everything understood that was said from some second of the call's audio on."""
        segments = self.segments(also_open=also_open)
        newest = self._newest
        if (
            newest
            and newest.open_segment
            and newest.has_paused
            and newest.open_segment not in segments
        ):
            segments.append(newest.open_segment)  # it takes as long as the pause that ends it
        return [
            segment.request(transcriber, language)
            for segment in segments
            if self._end(segment) > since
        ]

    def give_up(self) -> None:
        """What was not begun yet is not understood unless somebody asks for it again."""
        for one in self._streams.values():
            one.give_up()

    def heard(
        self, language: str | None, since: float = float("-inf"), *, also_open: bool = False
    ) -> list[HeardSegment]:
        """What was understood by now, up to the first segment that was not."""
        heard: list[HeardSegment] = []
        for segment in self.segments(also_open=also_open):
            if self._end(segment) <= since:
                continue
            understood = self._understood(segment, language)
            if understood is None:
                break
            heard.append(understood)
        return heard

    def is_known(self, begin: float, end: float, language: str | None) -> bool:
        """Whether all was understood that is said between two seconds of the call's audio.

        So it is only when that time is over, or when no more audio comes.
        """
        ended = self.segments()
        for segment in self.segments(also_open=True):
            is_between = self._end(segment) > begin and self.at(segment.stream, segment.begin) < end
            if is_between and not (segment in ended and self._understood(segment, language)):
                return False
        return self.seconds >= end + _ONSET or not self.stalls_in

    def _end(self, segment: Segment) -> float:
        if segment not in self._ends:
            self._ends[segment] = self.at(segment.stream, segment.end)
        return self._ends[segment]

    def _understood(self, segment: Segment, language: str | None) -> HeardSegment | None:
        transcription = segment.transcription(language)
        if transcription is None or not transcription.is_done:
            return None
        known = self._heard.get((segment, language))
        if known is None:
            known = self._timed(segment, segment.words(language))
            self._heard[segment, language] = known
        return known

    def has_echo(self, since: float) -> bool:
        """Whether something from a second on was an echo of the agent's own voice, and no more."""
        segments = self.segments(also_open=True)
        return any(one.is_echo and self._end(one) > since for one in segments)

    def known(self) -> list[HeardSegment]:
        """What was understood by now in any language; asks for nothing."""
        known = ((segment, segment.understood) for segment in self.segments(also_open=True))
        return [self._timed(segment, words) for segment, words in known if words]

    def known_in(self, language: str | None) -> list[HeardSegment]:
        """What was understood by now in a language; asks for nothing."""
        known = ((one, one.words(language)) for one in self.segments(also_open=True))
        return [self._timed(segment, words) for segment, words in known if words]

    def _timed(self, segment: Segment, words: Sequence[Word]) -> HeardSegment:
        stream = segment.stream
        timed = [
            replace(
                word,
                begin=round(float(self.at(stream, word.begin)), 3),
                end=round(float(self.at(stream, word.end)), 3),
                confidence=round(float(word.confidence), 3),
            )
            for word in words
        ]
        begin, end = self.at(stream, segment.begin), self.at(stream, segment.end)
        return HeardSegment(round(begin, 3), round(end, 3), tuple(timed))

    def at(self, stream: TrackStream, second: float) -> float:
        """The second of the call's audio that is a second of one of its recordings."""
        moment, origin = stream.moment(second), self._origin
        if moment is not None and origin is not None:
            return moment.at - origin
        earlier = 0.0
        for path, one in self._streams.items():
            if path == stream.path:
                break
            earlier += one.seconds
        return earlier + second

    def second_of(self, moment: float) -> float | None:
        """The second of the call's audio at a monotonic moment; None before there is audio."""
        origin = self._origin
        return None if origin is None else moment - origin

    def moment_of(self, second: float) -> float | None:
        """The monotonic moment at a second of the call's audio; None before there is audio."""
        origin = self._origin
        return None if origin is None else origin + max(0.0, second)

    def newest_audio(self, since: float) -> tuple[NDArray[np.float64], int]:
        """The samples of the newest recording from a second of the call's audio on, and their rate.

        They are 30 s at most, the last ones: mono in [-1, 1], shape (n,).
        """
        if self._newest is None or not self._newest.seconds:
            return np.empty(0), 0
        stream, end = self._newest.stream, self._newest.seconds
        begin = max(0.0, end - (self.seconds - since), end - _DESCRIBED)
        return stream.samples(begin, end), stream.rate

    @property
    def _origin(self) -> float | None:
        """When the first sample came or left, on the monotonic clock."""
        if self._first_sample is None:
            streams = self.track.streams
            moment = streams[0].moment(0.0) if streams else None
            self._first_sample = moment.at if moment else None
        return self._first_sample


def words_since(segments: Iterable[HeardSegment], since: float) -> Iterator[Word]:
    """The words that were said since then: the middle of each is after it."""
    for segment in segments:
        yield from (word for word in segment.words if (word.begin + word.end) / 2 > since)
