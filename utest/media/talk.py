"""A call whose recordings and times a test writes to the sample."""

import time
from pathlib import Path

import numpy as np
import soundfile

from BaresipLibrary.agents.call import Call
from BaresipLibrary.backends.base import PlayoutDelay
from BaresipLibrary.events import AudioTimed, MediaStarted
from BaresipLibrary.media.conversation import Conversation

from ..scripted import Phone
from .recorded import RATE, tone

Sounds = list[tuple[float, float]]


class Talk:
    """A call whose audio is written sound by sound: alice's, and what she hears."""

    def __init__(self, phone: Phone, folder: Path) -> None:
        phone.backend.playout_delay = PlayoutDelay(0.0, 0.0)
        phone.rings()
        phone.is_established("in-1")
        self.phone, self.folder = phone, folder
        self.call: Call = phone.agent.calls[0]
        #: The second 0 of the sounds, by the clock of the machine.
        self.began = self.call.established_at or 0.0
        self._streams = 0

    def stream(self, said: Sounds, heard: Sounds, seconds: float, rate: int = RATE) -> None:
        """Adds a stream of that length that begins with the call, or where the last one ended."""
        self._streams += 1
        paths = [self.folder / f"{self._streams}-{way}.wav" for way in ("rx", "tx")]
        first = (self._streams - 1) * seconds
        self.phone.backend.feed(MediaStarted(time.monotonic(), "in-1", rate, 1, *paths))
        for path, sounds in zip(paths, (heard, said), strict=True):
            samples = np.zeros(round(seconds * rate))
            for begin, end in sounds:
                piece = tone(10.0)[: round((end - begin) * rate)]
                start = round((begin - first) * rate)
                samples[start : start + piece.size] = piece
            soundfile.write(path, samples, rate)
            at = self.began + first
            timed = AudioTimed(time.monotonic(), "in-1", path, 0, at - 0.001, at + 0.001)
            self.phone.backend.feed(timed)

    def read(self) -> Conversation:
        conversation = Conversation(self.phone.agent, self.call)
        conversation.read()
        return conversation
