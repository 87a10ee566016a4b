"""A WAV file that is correct after every write, and the times of what is written to it."""

import contextlib
import struct
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from .stream_clock import StreamClock

#: Bytes of a sample.
SAMPLE = 2


class _Writer(wave.Wave_write):
    """Closed by its owner alone: the destructor would try again what has failed."""

    def __del__(self) -> None:
        pass


class Recording:
    """A 16-bit WAV file whose header is correct after every write.

    When the file cannot be written, `lost` is called once with the reason, and the rest is dropped.
    """

    def __init__(
        self, path: Path, rate: int, channels: int, clock: StreamClock, lost: Callable[[str], None]
    ) -> None:
        self.path = path
        self._frame_size = SAMPLE * channels
        self._clock = clock
        self._lost = lost
        self._file: BinaryIO | None = None
        try:
            file = _created(path)
        except OSError as error:
            self._lose(error.strerror or str(error))
            return
        self._file = file
        self._wave = _Writer(file)
        self._wave.setparams((channels, SAMPLE, rate, 0, "NONE", ""))
        self.write(b"")

    def write(self, pcm: bytes) -> None:
        """Appends samples and hands them to the operating system."""
        if self._file is None:
            return
        try:
            self._wave.writeframes(pcm)
            self._file.flush()
        except OSError as error:
            self._lose(error.strerror or str(error))
        except struct.error:
            self._lose("a WAV file cannot be longer than 4 GiB")

    @property
    def frames(self) -> int:
        """How many samples of each channel have been written."""
        return self._wave.tell() if self._file else 0

    def look(self, before: float, after: float, *, closely: bool) -> None:
        """Notes that everything is written that had arrived at a time between these two.

        Closely, looks are so frequent that each packet is timed by itself.
        """
        if self._file is not None:
            self._clock.closely = closely
            self._clock.look(before, after, self.frames)

    def write_packets(self, packets: Sequence[tuple[float, bytes]], *, closely: bool) -> None:
        """Appends packets, each with the time it left at; closely, each is reported."""
        frames = self.frames
        self._clock.closely = closely
        if self._file is not None:
            for at, pcm in packets:
                self._clock.step(at, frames)
                frames += len(pcm) // self._frame_size
            self._clock.tell_if_better()
        if packets:
            self.write(b"".join(pcm for _, pcm in packets))

    def close(self) -> None:
        """Ends the file."""
        if self._file is not None:
            self._wave.close()
            self._file.close()

    def _lose(self, why: str) -> None:
        file, self._file = self._file, None
        if file is not None:
            for one in (self._wave, file):
                with contextlib.suppress(OSError, struct.error):  # nor can their last words
                    one.close()
        self._lost(f"{self.path} cannot be written: {why}")


def _created(path: Path) -> BinaryIO:
    """A new file, and its folder if need be."""
    try:
        return path.open("wb")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")
