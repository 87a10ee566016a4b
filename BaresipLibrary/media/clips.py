"""The recordings of a call: whole, and clips cut from them."""

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.wav_reader import RecordingReader
from ..backends.capabilities import Capability
from ..errors import NothingYet, UsageError
from ..events import MediaStarted
from ..types import AudioDirection
from .following import following_recording


def recording_of(agent: Agent, call: Call, direction: AudioDirection) -> Path:
    """The newest recording of a call, with everything that was heard or sent until now.

    Raises:
        NothingYet: there is none, because the call has had no media.
        UsageError: the backend cannot record what an agent sends.
    """
    if direction is AudioDirection.tx:
        agent.require(Capability.RECORD_SENT)
    media = media_of(agent, call, "recording")
    with following_recording(agent, call):
        return _file_of(media, direction)


def media_of(agent: Agent, call: Call, what: str) -> MediaStarted:
    """The newest media of a call; `what` names what the caller wants of it.

    Raises:
        NothingYet: the call has had no media.
    """
    if call.media is None:
        raise NothingYet(f"{agent.name} has no {what} yet: {call.describe()} without audio so far.")
    return call.media


class Clip:
    """A clip of the recordings of one call: it begins now, and ends when it is written."""

    def __init__(self, agent: Agent, call: Call, direction: AudioDirection, target: Path) -> None:
        """Makes sure that `target`, a WAV file that may exist, can be written.

        Raises:
            NothingYet: the call has had no media.
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
        """Writes the clip until now, or to the end of the call; returns its seconds.

        Raises:
            UsageError: the codec has changed meanwhile, and with it the sample rate.
            OSError: the target cannot be written.
        """
        with following_recording(self.agent, self.call):
            readers = [self._reader, *map(RecordingReader, self._later())]
        pieces = [piece for piece in map(_read_new, readers) if piece[1].size]
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
        # When one direction begins a new file, the other may go on in its own.
        files = dict.fromkeys(_file_of(media, self._direction) for media in streams)
        return list(files)[1:]

    def _write(self, rate: int, pieces: list[NDArray[np.int16]], channels: int) -> float:
        frames = np.concatenate(pieces) if pieces else np.empty((0, channels), dtype=np.int16)
        with self.target.open("wb") as file:
            soundfile.write(file, frames, rate, subtype="PCM_16", format="WAV")
        return len(frames) / rate


def _file_of(media: MediaStarted, direction: AudioDirection) -> Path:
    return media.rx if direction is AudioDirection.rx else media.tx


def _read_new(reader: RecordingReader) -> tuple[int, NDArray[np.int16]]:
    """The sample rate of a recording, and its new frames, shape (n, channels)."""
    with reader:
        return reader.sample_rate, reader.read_frames()
