"""Calls whose recordings and their times are made up, sample by sample."""

import time
from pathlib import Path

import numpy as np
import soundfile

from BaresipLibrary.agents.call import Call
from BaresipLibrary.events import AudioTimed, MediaStarted

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
