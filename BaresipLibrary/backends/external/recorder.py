"""Has the files that baresip records into appear where the library's recordings lie.

The module sndfile names its files by itself, as soon as a call's audio begins. They are written to
a folder of the same file system and get their own names at once, so that they grow under these.
"""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from ...audio.recordings import RecordingReader
from ...events import MediaStarted

_DIRECTIONS = {"enc": "tx", "dec": "rx"}


@dataclass
class _Recorded:
    """A call's recordings so far: its number, and the streams it has had."""

    number: int
    streams: int = 0
    open: dict[str, Path] | None = None


class Recorder:
    """Names the recordings of one agent.

    `moves` says that a file gets its new name instead of a second one: baresip 1.0 would overwrite
    it when another call begins within the same second, later versions open theirs twice.
    """

    def __init__(self, folder: Path, stem: Path, *, moves: bool) -> None:
        self.stem = stem
        self._folder = folder
        self._moves = moves
        self._calls: dict[str, _Recorded] = {}
        self._hidden: Path | None = None
        self._made: list[Path] = []
        self._seen: set[str] = set()

    def make_room(self) -> None:
        """Sees to it that baresip can write beside the names of now. To be called before a call."""
        hidden = self.stem.with_name(f".{self.stem.name}")
        made = [folder for folder in (hidden, *hidden.parents) if not folder.exists()]
        try:
            hidden.mkdir(parents=True, exist_ok=True)
        except OSError:  # `take` will say so; without a place to write, baresip plays no audio
            hidden, made = self._folder.with_name("unrecorded"), []
            hidden.mkdir(exist_ok=True)
        if hidden == self._hidden:
            return
        fresh = self._folder.with_name(f"{self._folder.name}.new")
        fresh.symlink_to(hidden)
        fresh.replace(self._folder)
        self.tidy()
        self._hidden, self._made = hidden, made

    def take(self, written: str, call_id: str) -> MediaStarted | None:
        """A file has appeared; returns the event when it completes a pair of directions.

        Raises:
            OSError: it cannot be where the library's recordings lie.
        """
        path = self._folder.parent / written
        direction = _DIRECTIONS.get(path.stem.rpartition("-")[2])
        if direction is None or (not self._moves and written in self._seen) or not path.exists():
            return None
        self._seen.add(written)
        call = self._calls.setdefault(call_id, _Recorded(len(self._calls) + 1))
        if call.open is None or direction in call.open:
            call.open = {}
            call.streams += 1
        part = "" if call.streams == 1 else f"-part{call.streams}"
        ours = self.stem.with_name(f"{self.stem.name}-{call.number}{part}-{direction}.wav")
        self._rename(path, ours)
        call.open[direction] = ours
        if len(call.open) < len(_DIRECTIONS):
            return None
        return _started(call_id, call.open["rx"], call.open["tx"])

    def _rename(self, path: Path, ours: Path) -> None:
        ours.parent.mkdir(parents=True, exist_ok=True)
        if not self._moves:
            with contextlib.suppress(OSError):  # not every file system has two names for a file
                os.link(path, ours)
                return
        path.replace(ours)

    def tidy(self) -> None:
        """Removes what only baresip needed, when no call is left."""
        hidden, self._hidden = self._hidden, None
        self._seen.clear()
        for path in hidden.glob("dump-*.wav") if hidden else ():
            path.unlink(missing_ok=True)
        made, self._made = self._made, []
        for folder in made:
            try:
                folder.rmdir()
            except OSError:
                return  # others use it


def _started(call_id: str, rx: Path, tx: Path) -> MediaStarted:
    with RecordingReader(rx) as reader:
        rate, channels = reader.sample_rate, reader.channels
    return MediaStarted(time.monotonic(), call_id, rate, channels, rx, tx)
