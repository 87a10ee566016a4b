"""A part of what a call has heard or sent, cut out of its recordings."""

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ..audio.recordings import RecordingReader
from ..errors import NothingYet, UsageError
from ..events import MediaStarted
from ..types import AudioDirection
from .agent import Agent
from .call import Call
from .hearing import growing


def recording_of(agent: Agent, call: Call, direction: AudioDirection) -> Path:
    """The newest recording of a call, with everything in it that was heard or sent until now.

    Raises:
        NothingYet: there is none: no media has run.
    """
    media = media_of(agent, call, "recording")
    with growing(agent, call):
        return _file_of(media, direction)


def media_of(agent: Agent, call: Call, what: str) -> MediaStarted:
    """The newest media of a call, to have `what` of.

    Raises:
        NothingYet: none has run.
    """
    if call.media is None:
        raise NothingYet(f"{agent.name} has no {what} yet: {call.story()} without audio so far.")
    return call.media


def _file_of(media: MediaStarted, direction: AudioDirection) -> Path:
    return media.rx if direction is AudioDirection.rx else media.tx


class Cut:
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
        self._reader.skip_to_end()
        self._reader.close()
        target.parent.mkdir(parents=True, exist_ok=True)
        target.open("ab").close()

    def write(self) -> float:
        """Writes the cut until now, or the end of the call; returns its seconds.

        Raises:
            UsageError: the codec has changed meanwhile, and with it the sample rate.
            OSError: the target cannot be written.
        """
        with growing(self.agent, self.call):
            readers = [self._reader, *map(RecordingReader, self._later())]
        pieces = [(reader.sample_rate, reader.read_frames()) for reader in readers]
        for reader in readers:
            reader.close()
        pieces = [(rate, frames) for rate, frames in pieces if frames.size]
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
