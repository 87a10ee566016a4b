"""Writes the prompts in `BaresipLibrary/prompts/`: short WAV files for suites to send.

They are 16-bit mono at 8 kHz, the sample rate of G.711. The script writes the same bytes every
time. Run it with `make prompts` after changing it.
"""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 8000
LEVEL = 10 ** (-10 / 20)  # -10 dBFS, about as loud as the tones of a phone network
FADE = 0.005  # seconds; without it a tone starts and ends with a click

Samples = NDArray[np.float64]


def seconds_of_time(duration: float) -> Samples:
    return np.arange(round(duration * SAMPLE_RATE)) / SAMPLE_RATE


def silence(duration: float) -> Samples:
    return np.zeros_like(seconds_of_time(duration))


def tone(frequency: float, duration: float) -> Samples:
    time = seconds_of_time(duration)
    fade = np.minimum(1.0, np.minimum(time, time[::-1]) / FADE)
    return LEVEL * fade * np.sin(2 * np.pi * frequency * time)


def note(frequency: float, duration: float) -> Samples:
    """A tone that dies away like a struck bell."""
    return tone(frequency, duration) * np.exp(-seconds_of_time(duration) / (duration / 3))


def welcome() -> Samples:
    """A chime of three rising notes: C5, E5, G5."""
    return np.concatenate([note(523.25, 0.3), note(659.25, 0.3), note(783.99, 0.6)])


def ringback() -> Samples:
    """What a caller hears while the phone rings: one period of 425 Hz, 1 s on and 4 s off."""
    return np.concatenate([tone(425, 1.0), silence(4.0)])


def busy() -> Samples:
    """What a caller hears when the line is taken: 425 Hz, 0.48 s on and 0.48 s off, three times."""
    return np.concatenate([tone(425, 0.48), silence(0.48)] * 3)


def write_wav(path: Path, samples: Samples) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())


def main() -> None:
    directory = Path(__file__).resolve().parent.parent / "BaresipLibrary" / "prompts"
    directory.mkdir(exist_ok=True)
    for prompt in (welcome, ringback, busy):
        path = directory / f"{prompt.__name__}.wav"
        write_wav(path, prompt())
        print(path)


if __name__ == "__main__":
    main()
