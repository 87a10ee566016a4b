"""Reads a WAV file while another process writes it."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PCM = 0x0001
EXTENSIBLE = 0xFFFE
RIFF_HEADER = 12
CHUNK_HEADER = 8
BYTES_PER_SAMPLE = 2


@dataclass(frozen=True)
class _Layout:
    """Where the samples of a WAV file are, in bytes."""

    sample_rate: int
    channels: int
    data_start: int

    @property
    def frame(self) -> int:
        return self.channels * BYTES_PER_SAMPLE


class RecordingReader:
    """Follows a WAV file (16-bit PCM, any number of channels) that grows.

    The sizes in the header are believed only when they fit the file as it is: while it grows they
    are 0 or old, and everything from the start of the data to the end of the file is audio. Once
    the writer has closed it they fit, and chunks behind the data are left out.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Follows the file of that path, opened when it is first needed and exists by then."""
        self.path = Path(path)
        self._file: BinaryIO | None = None
        self._layout: _Layout | None = None
        self._position = 0

    @property
    def sample_rate(self) -> int:
        """Samples a second; 0 until the header is there. Raises like `read_new`."""
        layout = self._layout or self._find_layout()
        return layout.sample_rate if layout else 0

    @property
    def seconds(self) -> float:
        """Seconds of audio before the position that has been read or skipped to."""
        return self.frames / self._layout.sample_rate if self._layout else 0.0

    @property
    def frames(self) -> int:
        """How many frames lie before the position that has been read or skipped to."""
        layout = self._layout
        return (self._position - layout.data_start) // layout.frame if layout else 0

    @property
    def length(self) -> int:
        """How many frames have been written by now. Raises like `read_new`."""
        layout = self._find_layout()
        return (self._data_end(layout) - layout.data_start) // layout.frame if layout else 0

    @property
    def is_finished(self) -> bool:
        """Whether the sizes in the header fit the file: its writer has closed it."""
        if self._find_layout() is None or self._file is None:
            return False
        riff_size = _uint32(_read_at(self._file, 4, 4))
        return riff_size + CHUNK_HEADER == os.fstat(self._file.fileno()).st_size

    @property
    def channels(self) -> int:
        """How many channels; 0 until the header is there. Raises like `read_new`."""
        layout = self._layout or self._find_layout()
        return layout.channels if layout else 0

    def read_new(self, most: int | None = None) -> "NDArray[np.float64]":
        """The samples that were written since the last call, mono, in [-1, 1), shape (n,).

        With `most`, no more than so many, and the next call goes on after them. Channels are
        averaged. A frame that is not complete yet is left for the next call. Empty while the file
        or its header is not there, and when nothing is new. Raises `ValueError` when the file is
        not a WAV file with 16-bit PCM.
        """
        return _mono(self.read_frames(most))

    def read_part(self, begin: float, end: float) -> "NDArray[np.float64]":
        """The samples between two seconds of the recording, as far as it goes by now.

        Shape and errors are those of `read_new`, which goes on from where it was.
        """
        import numpy as np

        layout = self._find_layout()
        if layout is None:
            return np.empty(0)
        first, last = (round(second * layout.sample_rate) for second in (begin, end))
        position, self._position = self._position, layout.data_start + first * layout.frame
        try:
            return _mono(self.read_frames(max(0, last - first)))
        finally:
            self._position = position

    def read_frames(self, most: int | None = None) -> "NDArray[np.int16]":
        """What `read_new` reads as it lies in the file, shape (n, channels), n up to `most`.

        Of shape (0, 0) while the header is not there. Raises like `read_new`.
        """
        import numpy as np

        layout = self._find_layout()
        if layout is None or self._file is None:
            return np.empty((0, 0), dtype=np.int16)
        size = max(0, self._data_end(layout) - self._position)
        if most is not None:
            size = min(size, most * layout.frame)
        self._file.seek(self._position)
        raw = self._file.read(size - size % layout.frame)
        raw = raw[: len(raw) - len(raw) % layout.frame]
        self._position += len(raw)
        return np.frombuffer(raw, dtype="<i2").reshape(-1, layout.channels)

    def skip_to_end(self) -> None:
        """Skips everything written so far: `read_new` returns what comes after. Raises like it.

        Nothing is skipped while the file or its header is not there yet.
        """
        layout = self._find_layout()
        if layout is not None:
            size = max(0, self._data_end(layout) - self._position)
            self._position += size - size % layout.frame

    def close(self) -> None:
        """Closes the file. Closing twice is fine; reading again goes on where it stopped."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        """The reader itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the file."""
        self.close()

    def _find_layout(self) -> _Layout | None:
        if self._file is None:
            try:
                self._file = self.path.open("rb", buffering=0)
            except FileNotFoundError:
                return None
        if self._layout is None:
            try:
                self._layout = _parse(self._file, self.path)
            except ValueError:
                self.close()
                raise
            self._position = self._layout.data_start if self._layout else 0
        return self._layout

    def _data_end(self, layout: _Layout) -> int:
        """Where the audio ends by now. The size is taken first: the file may grow."""
        assert self._file is not None
        size = os.fstat(self._file.fileno()).st_size
        data_size = _uint32(_read_at(self._file, layout.data_start - 4, 4))
        if self.is_finished:
            return min(size, layout.data_start + data_size)
        return size


def _mono(frames: "NDArray[np.int16]") -> "NDArray[np.float64]":
    import numpy as np

    if not frames.size:
        return np.empty(0)
    return np.asarray(frames.mean(axis=1) / 32768.0, dtype=np.float64)


def seconds_recorded(path: str | os.PathLike[str]) -> float:
    """How much audio a recording holds by now; 0 without one. Raises like `read_new`."""
    with RecordingReader(path) as reader:
        reader.skip_to_end()
        return reader.seconds


def _parse(file: BinaryIO, path: Path) -> _Layout | None:
    """The layout, None while the header is incomplete; raises `ValueError` for other files.

    RIFF: 'RIFF', size, 'WAVE', then chunks of a 4-byte name, a 4-byte little-endian size and that
    many bytes, padded to an even number.
    """
    start = _read_at(file, 0, RIFF_HEADER)
    if not (b"RIFF".startswith(start[:4]) and b"WAVE".startswith(start[8:12])):
        raise ValueError(f"{path} is not a WAV recording: it starts with {start!r}.")
    position = RIFF_HEADER
    form: tuple[int, int] | None = None
    while len(header := _read_at(file, position, CHUNK_HEADER)) == CHUNK_HEADER:
        name, size = header[:4], _uint32(header[4:])
        body = position + CHUNK_HEADER
        if name == b"data":
            if form is None:
                raise ValueError(f"{path} is not a WAV recording: no format precedes its data.")
            return _Layout(form[0], form[1], body)
        if name == b"fmt ":
            form = _parse_format(_read_at(file, body, min(size, 40)), size, path)
            if form is None:
                return None
        position = body + size + size % 2
    return None


def _parse_format(chunk: bytes, size: int, path: Path) -> tuple[int, int] | None:
    """Sample rate and channels of a format chunk, None while it is incomplete."""
    if size < 16:
        raise ValueError(f"{path} is not a WAV recording: its format has {size} bytes, not 16.")
    if len(chunk) < min(size, 40):
        return None
    coding, channels, sample_rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if coding == EXTENSIBLE and len(chunk) >= 26:
        coding = struct.unpack_from("<H", chunk, 24)[0]
    if coding != PCM or bits != 8 * BYTES_PER_SAMPLE or not channels or not sample_rate:
        raise ValueError(
            f"{path} is not a recording of 16-bit PCM: it has format {coding:#06x}, {bits} bits, "
            f"{channels} channels, {sample_rate} samples a second."
        )
    return sample_rate, channels


def _read_at(file: BinaryIO, position: int, count: int) -> bytes:
    file.seek(position)
    return file.read(count)


def _uint32(raw: bytes) -> int:
    return int.from_bytes(raw, "little")
