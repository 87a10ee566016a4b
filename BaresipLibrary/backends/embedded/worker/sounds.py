"""What an agent sends: a tone, a prompt, or silence, as 16-bit mono PCM at the call's rate."""

import array
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

_FULL_SCALE = 32767
#: Seconds in a table: a frequency in tenths of a hertz then repeats without a click.
_TABLE_SECONDS = 10


class SampleSource(Protocol):
    """Provides samples in order, and silence after its end."""

    def take(self, frames: int) -> bytes:
        """The next `frames` samples: 16-bit, mono, native byte order."""
        ...


class SilentSource:
    """Digital zero."""

    def take(self, frames: int) -> bytes:
        return bytes(2 * frames)


class ToneGenerator:
    """A steady sine.

    `frequency` in Hz (resolution 0.1 Hz), `level` in dBFS, where 0 dBFS is a full-scale sine.
    """

    def __init__(self, frequency: float, level: float, rate: int) -> None:
        step = 2 * math.pi * round(frequency * _TABLE_SECONDS) / (_TABLE_SECONDS * rate)
        amplitude = _FULL_SCALE * 10 ** (level / 20)
        length = rate if float(frequency).is_integer() else rate * _TABLE_SECONDS
        samples = (round(amplitude * math.sin(step * n)) for n in range(length))
        self._table = array.array("h", samples).tobytes()
        self._at = 0

    def take(self, frames: int) -> bytes:
        wanted, out = 2 * frames, b""
        while len(out) < wanted:
            piece = self._table[self._at : self._at + wanted - len(out)]
            self._at = (self._at + len(piece)) % len(self._table)
            out += piece
        return out


class PromptPlayer:
    """A recording, played once from a frame on; `ended` is called at its end, and returns what
    follows."""

    def __init__(self, path: str, ended: Callable[[], SampleSource], frame: int = 0) -> None:
        little_endian = array.array("h", Path(path).read_bytes())
        if sys.byteorder == "big":
            little_endian.byteswap()
        self._pcm = little_endian.tobytes()
        self._at = min(2 * frame, len(self._pcm))
        self._ended = ended

    def take(self, frames: int) -> bytes:
        piece = self._pcm[self._at : self._at + 2 * frames]
        self._at += len(piece)
        if self._at < len(self._pcm):
            return piece
        return piece + self._ended().take(frames - len(piece) // 2)


def make_sound(
    source: dict[str, Any], rate: int, ended: Callable[[], SampleSource], begin: float = 0.0
) -> SampleSource:
    """The sound that a `set_audio_source` command describes, for a call at `rate` Hz.

    A prompt is played from `begin` (s) on. `ended` is called when it has ended, and returns the
    sound that follows.

    Raises:
        ValueError: the prompt was not rendered at that rate, or the kind is unknown.
    """
    match source["kind"]:
        case "silence":
            return SilentSource()
        case "tone":
            return ToneGenerator(source["frequency"], source["level"], rate)
        case "prompt":
            path = source["renderings"].get(str(rate))
            if path is None:
                raise ValueError(f"no rendering of the prompt for a call at {rate} Hz")
            return PromptPlayer(path, ended, round(begin * rate))
        case kind:
            raise ValueError(f"unknown audio source kind {kind!r}")


def interleave(mono: bytes, channels: int) -> bytes:
    """Repeats each mono sample for every channel."""
    if channels == 1:
        return mono
    samples = array.array("h", mono)
    out = array.array("h", bytes(len(mono) * channels))
    for channel in range(channels):
        out[channel::channels] = samples
    return out.tobytes()
