"""What an agent heard or sent in a call from its start on, and when each sample came or left."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.recording_clocks import SampleTime
from ..audio.line_state import BLIP, BLOCK, Span, TimedSpan
from ..audio.wav_reader import RecordingReader
from ..backends.capabilities import Capability
from ..errors import BackendError
from ..types import AudioDirection

#: Seconds of audio that are read at a time where a call may be long.
_PART = 10.0


class TrackStream:
    """One recording of a direction of a call: another begins when the sample rate changes.

    While a call is followed, it is read as far as it is timed: what was just written may have come
    after a pause that is not known yet.
    """

    def __init__(self, call: Call, path: Path) -> None:
        self.path = path
        self._call = call
        self._reader = RecordingReader(path)

    @property
    def rate(self) -> int:
        """Samples a second; 0 before anything was recorded."""
        with self._reader as reader:
            return reader.sample_rate

    @property
    def seconds(self) -> float:
        """Seconds of audio that `read_new` has returned so far."""
        return self._reader.seconds

    def read_new(self) -> NDArray[np.float64]:
        """What was recorded since the last call: mono samples in [-1, 1], shape (n,)."""
        with self._reader as reader:
            return reader.read_new(self._readable(reader.frames))

    def read_parts(self) -> Iterator[tuple[NDArray[np.float64], bool]]:
        """What `read_new` would return, in parts: what is made of them needs little memory.

        With each, whether time has passed before it that was not recorded. No part has such a
        pause within.
        """
        with self._reader as reader:
            while rate := reader.sample_rate:
                first = reader.frames
                pause = self._pause_after(first, rate)
                limits = (round(_PART * rate), self._readable(first), pause and pause - first)
                samples = reader.read_new(min(limit for limit in limits if limit is not None))
                if not samples.size:
                    return
                yield samples, self._pause_after(first - 1, rate) == first

    def _pause_after(self, frame: int, rate: int) -> int | None:
        return self._call.clocks.pause_after(self.path, frame, rate, BLIP)

    def samples(self, begin: float, end: float) -> NDArray[np.float64]:
        """What lies between two seconds of the recording: mono samples in [-1, 1], shape (n,)."""
        with self._reader as reader:
            readable = self._readable(0)
            if readable is not None and reader.sample_rate:
                end = min(end, readable / reader.sample_rate)
            return reader.read_part(begin, end)

    def _readable(self, read: int) -> int | None:
        """How many samples may be read after so many; None for all."""
        media = self._call.media
        if not self._call.is_live or media is None or self.path not in (media.rx, media.tx):
            return None
        timed = self._call.clocks.timed_frames(self.path)
        return None if timed is None else max(0, timed - read)

    def moment(self, second: float) -> SampleTime | None:
        """When the sample at a second of the recording came or left; None if it was not timed."""
        return self._call.clocks.moment(self.path, second, self.rate)

    def place(self, moment: float) -> float | None:
        """The second of the recording that came or left at a moment; None without times."""
        return self._call.clocks.place(self.path, moment, self.rate)

    def timed(self, span: Span) -> Iterator[TimedSpan]:
        """A part of the recording by the clock; a pause in the packets divides it.

        So do tiny steps between stretches that were timed separately: `join_spans` joins them.
        """
        begin, end = span
        clocks, rate = self._call.clocks, self.rate
        borders = clocks.borders(self.path, begin, end, rate)
        for first, last in zip([begin, *borders], [*borders, end], strict=True):
            moment = clocks.moment(self.path, first, rate)
            if moment is not None:
                yield TimedSpan(moment.at, moment.at + last - first, moment.error)


def without_slivers(parts: list[TimedSpan]) -> list[TimedSpan]:
    """The parts of one sound, without what is no part of it before or after a pause.

    Sounds are found in frames: one that begins after a pause in the packets may seem to begin less
    than a frame before it, which was at another time.
    """
    if len(parts) > 1 and _is_sliver(parts[0]) and parts[1].begin - parts[0].end > BLOCK:
        parts = parts[1:]
    if len(parts) > 1 and _is_sliver(parts[-1]) and parts[-1].begin - parts[-2].end > BLOCK:
        parts = parts[:-1]
    return parts


def _is_sliver(part: TimedSpan) -> bool:
    return part.end - part.begin < BLOCK


class Track:
    """One direction of a call: all that an agent heard or sent in it, from its beginning on.

    Each track reads by itself. It works after the call has ended, too.
    """

    def __init__(self, agent: Agent, call: Call, direction: AudioDirection) -> None:
        """Prepares to read.

        Raises:
            UsageError: the agent's backend does not record that direction, or does not time it.
        """
        agent.require(Capability.TIME_AUDIO)
        if direction is AudioDirection.tx:
            agent.require(Capability.RECORD_SENT)
        self.call = call
        self.direction = direction
        self._agent = agent
        self._streams: dict[Path, TrackStream] = {}

    def require_recorded(self) -> None:
        """Checks that the audio was recorded up to now: what is missing would pass for silence.

        Raises:
            BackendError: a part of the call was not recorded.
        """
        if self.call.unrecorded:
            raise BackendError(
                f"{self._agent.name} cannot follow the conversation: {self.call.unrecorded}."
            )

    @property
    def streams(self) -> list[TrackStream]:
        """The recordings so far, in order."""
        for media in self.call.streams:
            path = media.rx if self.direction is AudioDirection.rx else media.tx
            # When one direction begins a new file, the other may go on in its own.
            if path not in self._streams:
                self._streams[path] = TrackStream(self.call, path)
        return list(self._streams.values())

    @property
    def seconds(self) -> float:
        """Seconds of audio that were read so far, of all streams."""
        return sum(stream.seconds for stream in self._streams.values())
