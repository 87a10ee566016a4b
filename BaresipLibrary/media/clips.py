"""What an agent has heard in a whole call, with the time it heard it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.line_state import SoundFinder, Span, join_spans
from ..audio.wav_reader import RecordingReader
from ..backends.base import Capability
from ..errors import BackendError, NothingYet, UsageError
from ..events import MediaStarted
from ..types import AudioDirection


@contextmanager
def following_recording(agent: Agent, call: Call, *, closely: bool = False) -> Iterator[None]:
    """Has the recordings of a call complete by now, and reported when they grow meanwhile.

    Closely, every packet of theirs is timed by itself.
    """
    if not call.is_live:
        yield
        return
    agent.listen(call, on=True, closely=closely)
    try:
        yield
    finally:
        with suppress(BackendError):  # what there is to say about the agent has been said
            agent.listen(call, on=False, closely=closely)


class _Stream(NamedTuple):
    media: MediaStarted
    reader: RecordingReader
    finder: SoundFinder


class HeardSounds:
    """The sounds that an agent heard in a call from its beginning on, read as they are recorded."""

    def __init__(self, agent: Agent, call: Call) -> None:
        agent.require(Capability.TIME_AUDIO)
        self.agent = agent
        self.call = call
        self.error = 0.0
        self._streams: dict[Path, _Stream] = {}

    def sounds(self) -> list[Span]:
        """When something audible began and ended, monotonic seconds, in order.

        They are right to `error` seconds, beside the 5 ms of `SoundFinder`.
        """
        for media in self.call.streams:
            if media.rx not in self._streams:
                reader = RecordingReader(media.rx)
                self._streams[media.rx] = _Stream(media, reader, SoundFinder(media.rate))
            stream = self._streams[media.rx]
            with stream.reader as reader:
                stream.finder.feed(reader.read_new())
        self.error = 0.0
        return join_spans(
            [span for stream in self._streams.values() for span in self._timed(stream)]
        )

    @property
    def seconds(self) -> float:
        """How much audio there was."""
        return sum(stream.finder.seconds for stream in self._streams.values())

    def _timed(self, stream: _Stream) -> Iterator[Span]:
        """The sounds of a stream by the clock; one that a pause in what came parts is two."""
        clocks, path, rate = self.call.clocks, stream.media.rx, stream.media.rate
        for begin, end in stream.finder.sounds():
            borders = clocks.borders(path, begin, end, rate)
            for first, last in zip([begin, *borders], [*borders, end], strict=True):
                moment = clocks.moment(path, first, rate)
                if moment is not None:
                    self.error = max(self.error, moment.error)
                    yield moment.at, moment.at + last - first


def recording_of(agent: Agent, call: Call, direction: AudioDirection) -> Path:
    """The newest recording of a call, with everything in it that was heard or sent until now.

    Raises:
        NothingYet: there is none: no media has run.
        UsageError: the backend cannot record what an agent sends.
    """
    if direction is AudioDirection.tx:
        agent.require(Capability.RECORD_SENT)
    media = media_of(agent, call, "recording")
    with following_recording(agent, call):
        return _file_of(media, direction)


def media_of(agent: Agent, call: Call, what: str) -> MediaStarted:
    """The newest media of a call, to have `what` of.

    Raises:
        NothingYet: none has run.
    """
    if call.media is None:
        raise NothingYet(f"{agent.name} has no {what} yet: {call.describe()} without audio so far.")
    return call.media


def _file_of(media: MediaStarted, direction: AudioDirection) -> Path:
    return media.rx if direction is AudioDirection.rx else media.tx


def _read(reader: RecordingReader) -> tuple[int, NDArray[np.int16]]:
    """The sample rate, and the frames that are new."""
    with reader:
        return reader.sample_rate, reader.read_frames()


class Clip:
    """A cut that begins now, in the recordings of one call, and ends when it is written."""

    def __init__(self, agent: Agent, call: Call, direction: AudioDirection, target: Path) -> None:
        """Makes sure that `target`, a WAV file that may exist, can be written.

        Raises:
            UsageError: the call has no media.
            OSError: the target cannot be written.
        """
        self.agent = agent
        self.call = call
        self.target = target
        self._direction = direction
        self._first = len(call.streams) - 1
        self._reader = RecordingReader(recording_of(agent, call, direction))
        with self._reader as reader:
            reader.skip_to_end()
        target.parent.mkdir(parents=True, exist_ok=True)
        target.open("ab").close()

    def write(self) -> float:
        """Writes the cut until now, or the end of the call; returns its seconds.

        Raises:
            UsageError: the codec has changed meanwhile, and with it the sample rate.
            OSError: the target cannot be written.
        """
        with following_recording(self.agent, self.call):
            readers = [self._reader, *map(RecordingReader, self._later())]
        pieces = [piece for piece in map(_read, readers) if piece[1].size]
        formats = {(rate, frames.shape[1]) for rate, frames in pieces}
        if len(formats) > 1:
            raise UsageError(
                f"{self.agent.name} has no recording in one piece: the codec has changed since"
                " Start Recording."
            )
        rate, channels = formats.pop() if formats else (self._reader.sample_rate, 1)
        return self._write(rate, [frames for _, frames in pieces], channels)

    def _later(self) -> list[Path]:
        streams = self.call.streams[self._first :]
        # Of the two directions one may go on when the other begins anew.
        files = dict.fromkeys(_file_of(media, self._direction) for media in streams)
        return list(files)[1:]

    def _write(self, rate: int, pieces: list[NDArray[np.int16]], channels: int) -> float:
        frames = np.concatenate(pieces) if pieces else np.empty((0, channels), dtype=np.int16)
        with self.target.open("wb") as file:
            soundfile.write(file, frames, rate, subtype="PCM_16", format="WAV")
        return len(frames) / rate
