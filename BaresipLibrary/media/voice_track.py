"""The sounds of one direction of a call, by the machine's clock, as they come."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.echo import EchoPath
from ..audio.line_state import BLIP, SoundFinder, Span, TimedSpan
from ..backends.base import PlayoutDelay
from ..speech.activity import Span as VoiceSpan
from ..speech.activity import VoiceActivity
from ..speech.turns import joined
from ..types import AudioDirection
from .echoes import Echoes
from .playout import lateness, playout_delay
from .tracks import Track, TrackStream, without_slivers

#: How exact (s) a beginning or an end is found: frames of 5 ms, and what a codec adds to them.
EDGE = 0.010
#: Seconds by which a sound may be recorded earlier or later than at its pace and count as exact,
#: and for which its end may wait in a jitter buffer, also on a busy machine.
_PACE, _LONGEST_WAIT = 0.020, 0.2
#: Seconds of a sound's end that may have waited together.
_WAITING = 0.105


class _Finder(Protocol):
    """Finds sounds in audio that is fed to it, in seconds from its beginning."""

    @property
    def sounds(self) -> Sequence[Span]: ...

    @property
    def seconds(self) -> float: ...

    def feed(self, samples: NDArray[np.float64]) -> None: ...

    def divide(self) -> None: ...

    def end(self) -> None: ...


class _Audible:
    """Takes for a sound what is loud enough."""

    def __init__(self, rate: int) -> None:
        self._sounds = SoundFinder(rate)
        self.feed = self._sounds.feed

    def divide(self) -> None:
        """Has nothing to do: what an agent sends has no pauses but those of a hold."""

    def end(self) -> None:
        """Has nothing to do: a sound that is open counts as one already."""

    @property
    def sounds(self) -> Sequence[Span]:
        return self._sounds.sounds()

    @property
    def seconds(self) -> float:
        return self._sounds.seconds


class VoiceTrack:
    """What one side of a call says, in monotonic seconds: as it was known at the last `read`.

    What is heard has the time at which it arrived: what it waits in the agent's jitter buffer is
    taken off. Times are right to the `error` of their span.
    """

    def __init__(
        self,
        agent: Agent,
        call: Call,
        direction: AudioDirection,
        *,
        noise: bool = False,
        edge: float = 0.0,
        own: "VoiceTrack | None" = None,
    ) -> None:
        """Prepares to read.

        With `noise`, all that is audible is a sound; else what is steady is noise of the line.
        `edge` is how many seconds a beginning or an end may be off beside its time in the audio.
        An echo of `own`, what the agent sends, is no sound of the other side: read that first.

        Raises:
            UsageError: the agent's backend cannot record that direction, or cannot time it.
        """
        self._track = Track(agent, call, direction)
        self._activities: dict[Path, tuple[TrackStream, _Finder]] = {}
        self._finder: Callable[[int], _Finder] = _Audible if noise else VoiceActivity
        self._agent, self._call, self._direction = agent, call, direction
        self._edge = edge
        self._echoes = Echoes(own) if own else None
        self._delay = PlayoutDelay(0.0, 0.0)
        #: Each sound so far, in order, without the pauses between them; the last may go on.
        self.sounds: list[TimedSpan] = []
        #: Up to which moment the audio has been judged; 0 before any was.
        self.until = 0.0

    @property
    def echo(self) -> EchoPath | None:
        """How what the agent says comes back; None while it did not."""
        return self._echoes.first if self._echoes else None

    def read(self) -> None:
        """Takes in what was recorded since the last time. Call it with `changes` held.

        Raises:
            BackendError: a part of the call was not recorded.
        """
        self._track.require_recorded()
        self._learn_delay()
        streams = self._track.streams
        for stream in streams:
            activity = self._feed(stream)
            if activity and (stream is not streams[-1] or not self._call.is_live):
                activity.end()
        self._time_sounds()

    def read_ahead(self) -> None:
        """Reads what was recorded long ago, which may take a moment: without `changes` held.

        Echoes in it are looked for, too: that takes longest.
        """
        self._learn_delay()
        for stream in self._track.streams:
            self._feed(stream)
        self._time_sounds()

    def _learn_delay(self) -> None:
        if self._direction is AudioDirection.rx:
            self._delay = playout_delay(self._agent, self._call)

    def _feed(self, stream: TrackStream) -> _Finder | None:
        """What finds sounds, after all of a stream that can be read; None without a rate."""
        if not stream.rate:
            return None
        if stream.path not in self._activities:
            self._activities[stream.path] = stream, self._finder(stream.rate)
        activity = self._activities[stream.path][1]
        for samples, follows_pause in stream.read_parts():
            if follows_pause:
                activity.divide()
            activity.feed(samples)
        return activity

    def _time_sounds(self) -> None:
        read = self._activities.values()
        known = self._echoes.count if self._echoes else 0
        timed = [span for stream, activity in read for span in self._timed(stream, activity)]
        if self._echoes and self._echoes.count > known:  # what came before may be one, too
            timed = [span for stream, activity in read for span in self._timed(stream, activity)]
        self.sounds = joined(sorted(timed), BLIP)
        self.until = max((self._end_of(stream, activity) for stream, activity in read), default=0.0)

    def _timed(self, stream: TrackStream, activity: _Finder) -> list[TimedSpan]:
        spans = list(self._arrived(stream, activity))
        if spans and self._is_kept_back(stream, activity):
            (begin, end, error), half = spans.pop(), self._delay.seconds / 2
            spans.append(TimedSpan(begin, end + half, error + half))
        return spans

    def _arrived(self, stream: TrackStream, activity: _Finder) -> Iterator[TimedSpan]:
        waits, behind = self._waits
        for begin, end in self._of_other_side(stream, activity):
            parts = without_slivers(list(stream.timed((begin - behind, end - behind))))
            late = 0.0 if self._delay.by_packets else _late_end(parts) / 2
            for span in parts:
                half = late if span is parts[-1] else 0.0
                first, last = (self._may_wait_less(edge) for edge in (span.begin, span.end))
                error = span.error + self._delay.error + self._edge + half + max(first, last)
                begins, ends = span.begin - waits + first, span.end - waits + last
                yield TimedSpan(begins - half, ends - half, error)

    def _may_wait_less(self, recorded: float) -> float:
        """By how much less, more or less, than its delay a sample waited that was recorded then.

        Packets that come later and later wait less and less in a buffer that plays by the clock. Of
        those that are late by chance the quickest count, which may be late themselves.
        """
        if self._delay.by_packets or self._direction is AudioDirection.tx:
            return 0.0
        return min(lateness(self._call, recorded), self._delay.seconds) / 2

    def _of_other_side(self, stream: TrackStream, activity: _Finder) -> Iterator[Span]:
        """The sounds, without what is an echo of the agent's own, in seconds of the recording."""
        sounds = activity.sounds
        if self._echoes is None:
            yield from sounds
            return
        waits = self._delay.seconds
        for number, (begin, end) in enumerate(sounds, 1):
            sound, is_open = VoiceSpan(begin, end), number == len(sounds)
            yield from self._echoes.left_of(stream, sound, waits, is_open=is_open)

    def samples_since(
        self, moment: float, seconds: float
    ) -> tuple[NDArray[np.float64], int] | None:
        """So much of what was recorded from a moment on, and its rate; None where nothing was.

        What was not recorded yet is left out.
        """
        for stream in reversed(self._track.streams):
            rate = stream.rate
            place = stream.place(moment) if rate else None
            if place is not None and (place >= 0 or stream is self._track.streams[0]):
                samples = stream.samples(max(0.0, place), place + seconds)
                return np.pad(samples, (max(0, round(-place * rate)), 0)), rate
        return None

    def _is_kept_back(self, stream: TrackStream, activity: _Finder) -> bool:
        """Whether the rest of the last sound may be in the buffer, as no packet has come since."""
        is_open = activity.sounds[-1][1] > activity.seconds - BLIP
        newest = stream.moment(activity.seconds) if is_open and self._delay.by_packets else None
        return newest is not None and time.monotonic() - newest.at > self._delay.seconds

    def _end_of(self, stream: TrackStream, activity: _Finder) -> float:
        waits, behind = self._waits
        moment = stream.moment(activity.seconds - behind)
        return moment.at - waits if moment else 0.0

    @property
    def _waits(self) -> tuple[float, float]:
        """How long a sample waits before it is recorded: seconds by the clock, and of recording.

        A buffer that keeps a number of packets back lets one go when another arrives: a sample came
        when that many before it were recorded, however long a pause lay between.
        """
        seconds = self._delay.seconds
        return (0.0, seconds) if self._delay.by_packets else (seconds, 0.0)


def _late_end(parts: Sequence[TimedSpan]) -> float:
    """By how many seconds the last part of one sound was recorded later than at its pace.

    The packet before a pause often waits in the jitter buffer, or came late itself: which of the
    two cannot be seen. A longer time is a pause of a sender who leaves silence out.
    """
    if len(parts) < 2 or parts[-1].end - parts[-1].begin > _WAITING:
        return 0.0
    late = parts[-1].begin - parts[-2].end
    return late if _PACE < late < _LONGEST_WAIT else 0.0
