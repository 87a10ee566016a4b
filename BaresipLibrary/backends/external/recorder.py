"""Has the files that baresip records into appear where the library's recordings lie.

The module sndfile names its files by itself. Up to baresip 3.10 they are there once a call's audio
is set up; since 3.11 each is opened with the first packet of its direction, and since 3.16 it is
announced before that, when the audio is set up. They are written to a folder of the same file
system and get their own names at once, so that they grow under these: in its own folder a file
would be overwritten when a call of the same parties begins within the same second.
"""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from ...audio.wav_reader import RecordingReader
from ...events import MediaStarted

#: What sndfile calls the directions, and what the library does.
DIRECTIONS = {"enc": "tx", "dec": "rx"}
_PEER = re.compile(r"dump-.*=>(.*)-\d{4}(?:-\d\d){5}-(?:enc|dec)\.wav")


@dataclass
class RecordedFile:
    """A recording of one direction of a call, and of which part of it."""

    call_id: str
    direction: str
    part: int
    path: Path
    is_open: bool = False


@dataclass
class _Recorded:
    """A call's recordings so far: its number, the newest file of each direction, what was told."""

    number: int
    files: dict[str, RecordedFile] = field(default_factory=dict)
    told: MediaStarted | None = None


class Recorder:
    """Names the recordings of one agent.

    `announces` says that baresip names a file when it is due, and again when it has opened it.
    """

    def __init__(self, folder: Path, stem: Path, *, announces: bool) -> None:
        self.stem = stem
        self._folder = folder
        self._announces = announces
        self._calls: dict[str, _Recorded] = {}
        self._due: dict[str, RecordedFile] = {}
        self._hidden: Path | None = None
        self._made: list[Path] = []

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

    def take(self, written: str, call_id: str) -> RecordedFile | None:
        """Baresip has named a file; returns it once it is open, under its name here.

        `call_id` is the call whose audio is being set up.

        Raises:
            OSError: it cannot be where the library's recordings lie.
        """
        path = self._folder.parent / written
        direction = DIRECTIONS.get(path.stem.rpartition("-")[2])
        if direction is None:
            return None
        if self._announces and (written not in self._due or not path.exists()):
            self._due[written] = self._begin(call_id, direction)
            return None
        file = self._due.pop(written, None) or self._begin(call_id, direction)
        if not path.exists():
            return None
        self._rename(path, file)
        return file

    def missed(self, written: str) -> RecordedFile | None:
        """The recording that baresip could not open under that name."""
        return self._due.pop(written, None)

    def media(self, call_id: str) -> MediaStarted | None:
        """What is to be told of a call's recordings now; None when that is known already.

        What is received does not wait for what is sent, nor the other way round: the file of the
        other direction appears at its path when its first packet comes.
        """
        call = self._calls[call_id]
        rx, tx = (call.files.get(one) or self._begin(call_id, one) for one in ("rx", "tx"))
        opened = rx if rx.is_open else tx
        found = started(call_id, opened.path, rx.path, tx.path)
        if found is None or (call.told is not None and _same(found, call.told)):
            return None
        call.told = found
        return found

    def _begin(self, call_id: str, direction: str) -> RecordedFile:
        """The file of a direction that begins, or begins again after a renegotiation."""
        call = self._calls.setdefault(call_id, _Recorded(len(self._calls) + 1))
        before = call.files.get(direction)
        if before is not None and not before.is_open:
            return before
        newest = max((file.part for file in call.files.values()), default=1)
        part = max(newest, before.part + 1) if before else newest
        path = self._path(call.number, part, direction)
        path.unlink(missing_ok=True)  # of a run before this one, in the same output directory
        call.files[direction] = RecordedFile(call_id, direction, part, path)
        return call.files[direction]

    def _path(self, number: int, part: int, direction: str) -> Path:
        words = "" if part == 1 else f"-part{part}"
        return self.stem.with_name(f"{self.stem.name}-{number}{words}-{direction}.wav")

    def _rename(self, path: Path, file: RecordedFile) -> None:
        told = self._calls[file.call_id].told
        if told is not None and told.rx == file.path and _rate(path) != told.rate:
            # What was sent began first and runs at another rate: this is a stream of its own.
            file.part += 1
            file.path = self._path(self._calls[file.call_id].number, file.part, file.direction)
        file.path.parent.mkdir(parents=True, exist_ok=True)
        path.replace(file.path)
        file.is_open = True

    def forget(self, call_id: str) -> None:
        """The call is over: what has not begun will not."""
        for written in [name for name, file in self._due.items() if file.call_id == call_id]:
            del self._due[written]

    def tidy(self) -> None:
        """Removes what only baresip needed, when no call is left."""
        hidden, self._hidden = self._hidden, None
        for path in hidden.glob("dump-*.wav") if hidden else ():
            path.unlink(missing_ok=True)
        made, self._made = self._made, []
        for folder in made:
            try:
                folder.rmdir()
            except OSError:
                return  # others use it


def peer_of(written: str) -> str:
    """The URI of the peer that the name of a recording tells; empty before baresip 2.9."""
    found = _PEER.search(written)
    return found[1] if found else ""


def started(call_id: str, opened: Path, rx: Path, tx: Path) -> MediaStarted | None:
    """The event of recordings of which one is open; None before its header is complete."""
    with RecordingReader(opened) as reader:
        rate, channels = reader.sample_rate, reader.channels
    return MediaStarted(time.monotonic(), call_id, rate, channels, rx, tx) if rate else None


def _rate(path: Path) -> int:
    with RecordingReader(path) as reader:
        return reader.sample_rate


def _same(one: MediaStarted, other: MediaStarted) -> bool:
    return (one.rx, one.tx, one.rate) == (other.rx, other.tx, other.rate)
