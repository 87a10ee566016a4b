"""Calls whose recordings, and their times, a test writes sample by sample."""

import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.call import Call
from BaresipLibrary.events import AudioArrived, AudioTimed, MediaStarted

from ..audio.signals import Samples
from ..scripted import Phone

RATE = 8000


def tone(seconds: float, frequency: float = 440.0) -> np.ndarray:
    """A tone at -12 dBFS."""
    return 0.25 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)


def silence(seconds: float) -> np.ndarray:
    """Digital zero."""
    return np.zeros(round(seconds * RATE))


def hears(phone: Phone, call: Call, folder: Path, *stretches: tuple[float, np.ndarray]) -> None:
    """Lets stretches of samples arrive in a call, each at a monotonic time."""
    path = folder / f"{phone.agent.name}-{call.call_id}-rx.wav"
    soundfile.write(path, np.concatenate([samples for _, samples in stretches]), RATE)
    now = time.monotonic()
    phone.backend.feed(MediaStarted(now, call.call_id, RATE, 1, path, path))
    frame = 0
    for at, samples in stretches:
        phone.backend.feed(AudioTimed(now, call.call_id, path, frame, at - 0.001, at + 0.001))
        frame += samples.size


class ListeningAgent:
    """An agent in a call, to whose recording a test appends when the agent begins to listen."""

    def __init__(self, folder: Path, name: str = "bob") -> None:
        self.phone = Phone(folder, name)
        self.agent: Agent = self.phone.agent
        self.phone.rings()
        self.phone.is_established("in-1")
        self.path = folder / f"{name}.wav"
        self.write(np.empty(0))
        media = MediaStarted(time.monotonic(), "in-1", RATE, 1, self.path, self.path)
        self.phone.backend.feed(media)
        self._pieces: list[Samples] = [np.empty(0)]
        self.phone.backend.listen = self._listen  # type: ignore[method-assign]
        self.then: Callable[[], None] = lambda: None

    def hears(self, *pieces: Samples) -> None:
        """That is what arrives, piece by piece, as soon as the agent listens."""
        self._pieces = [np.concatenate(pieces[: number + 1]) for number in range(len(pieces))]

    def write(self, samples: Samples) -> None:
        """Makes this the whole recording."""
        with wave.open(str(self.path), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())

    def _listen(self, call_id: str, on: bool, *, closely: bool = False) -> None:
        if on:
            changes = self.agent.changes
            original = changes.wait
            pieces = iter(self._pieces)
            left = len(self._pieces)

            def wait(timeout: float | None = None) -> bool:
                nonlocal left
                left -= 1
                if not left:
                    changes.wait = original  # type: ignore[method-assign]
                self.write(next(pieces))
                self.phone.backend.feed(AudioArrived(time.monotonic(), call_id))
                if not left:
                    self.then()
                return True

            changes.wait = wait  # type: ignore[method-assign]
