"""The recordings that baresip writes, which are renamed as the library names its recordings.

The module sndfile names its files by itself. Up to baresip 3.10 they exist once a call's audio is
set up; since 3.11 each is opened with the first packet of its direction, and since 3.16 it is
announced before that, when the audio is set up. Baresip writes them to a folder on the file system
of the library's recordings, and they are renamed at once, so that they grow under their new names:
in a folder of its own baresip would overwrite a file when a call of the same parties begins within
the same second.
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
class RecordingFile:
    """One direction of one part of a call: a renegotiation may begin another part."""

    call_id: str
    direction: str
    part: int
    path: Path
    is_open: bool = False


@dataclass
class _CallRecordings:
    """The newest file of each direction of a call, and the last event that named them."""

    number: int
    files: dict[str, RecordingFile] = field(default_factory=dict)
    reported: MediaStarted | None = None


class SharedNameError(ValueError):
    """Baresip has given one name to recordings of two calls. `calls`: their Call-IDs."""

    def __init__(self, *calls: str) -> None:
        super().__init__(
            "its recording has the name of another call's, with the same peer, that began within"
            " the same second"
        )
        self.calls = calls


class RecordingNamer:
    """Renames the files that one agent's baresip records.

    `announces`: baresip prints the name of a file before it opens it, and again afterwards.
    """

    def __init__(self, folder: Path, stem: Path, *, announces: bool) -> None:
        self.stem = stem
        self._folder = folder
        self._announces = announces
        self._calls: dict[str, _CallRecordings] = {}
        self._due: dict[str, RecordingFile] = {}
        self._hidden: Path | None = None
        self._made: list[Path] = []

    def make_room(self) -> None:
        """Makes the folder that baresip writes to, beside the recordings. Call it before a call."""
        hidden = self.stem.with_name(f".{self.stem.name}")
        made = [folder for folder in (hidden, *hidden.parents) if not folder.exists()]
        try:
            hidden.mkdir(parents=True, exist_ok=True)
        except OSError:  # `take` will raise; without a folder to write to, baresip plays no audio
            hidden, made = self._folder.with_name("unrecorded"), []
            hidden.mkdir(exist_ok=True)
        if hidden == self._hidden:
            return
        fresh = self._folder.with_name(f"{self._folder.name}.new")
        fresh.symlink_to(hidden)
        fresh.replace(self._folder)
        self.tidy()
        self._hidden, self._made = hidden, made

    def take(self, written: str, call_id: str) -> RecordingFile | None:
        """Takes in a file name that baresip has printed; returns the renamed file once it is open.

        `call_id` is the call whose audio is being set up.

        Raises:
            OSError: the file cannot be moved to the library's recordings.
            SharedNameError: a file that is due has that name, and is another call's.
        """
        path = self._folder.parent / written
        direction = DIRECTIONS.get(path.stem.rpartition("-")[2])
        if direction is None or path.parent != self._folder:
            return None
        if self._announces and (written not in self._due or not path.exists()):
            due = self._due.pop(written, None)
            if due is not None and due.call_id != call_id:
                raise SharedNameError(due.call_id, call_id)
            self._due[written] = self._begin(call_id, direction)
            return None
        file = self._due.pop(written, None) or self._begin(call_id, direction)
        if not path.exists():
            return None
        self._rename(path, file)
        return file

    def missed(self, written: str) -> RecordingFile | None:
        """Returns the recording that baresip could not open under that name."""
        return self._due.pop(written, None)

    def media(self, call_id: str) -> MediaStarted | None:
        """The event that names a call's recordings; None when the last one still holds.

        Neither direction waits for the other one, whose file appears at its path with its first
        packet.
        """
        call = self._calls[call_id]
        rx, tx = (
            call.files.get(direction) or self._begin(call_id, direction)
            for direction in ("rx", "tx")
        )
        opened = rx if rx.is_open else tx
        started = media_started(call_id, opened.path, rx.path, tx.path)
        if started is None or (call.reported is not None and _same(started, call.reported)):
            return None
        call.reported = started
        return started

    def _begin(self, call_id: str, direction: str) -> RecordingFile:
        """The file of a direction that begins, or begins again after a renegotiation."""
        call = self._calls.setdefault(call_id, _CallRecordings(len(self._calls) + 1))
        before = call.files.get(direction)
        if before is not None and not before.is_open:
            return before
        newest = max((file.part for file in call.files.values()), default=1)
        part = max(newest, before.part + 1) if before else newest
        path = self._path(call.number, part, direction)
        path.unlink(missing_ok=True)  # of a run before this one, in the same output directory
        call.files[direction] = RecordingFile(call_id, direction, part, path)
        return call.files[direction]

    def _path(self, number: int, part: int, direction: str) -> Path:
        words = "" if part == 1 else f"-part{part}"
        return self.stem.with_name(f"{self.stem.name}-{number}{words}-{direction}.wav")

    def _rename(self, path: Path, file: RecordingFile) -> None:
        reported = self._calls[file.call_id].reported
        if reported is not None and reported.rx == file.path and _rate(path) != reported.rate:
            # The sent direction began first and has another rate: this is a stream of its own.
            file.part += 1
            file.path = self._path(self._calls[file.call_id].number, file.part, file.direction)
        file.path.parent.mkdir(parents=True, exist_ok=True)
        path.replace(file.path)
        file.is_open = True

    def forget(self, call_id: str) -> None:
        """Drops the files of a call that is over: those that have not begun never will."""
        for written in [name for name, file in self._due.items() if file.call_id == call_id]:
            del self._due[written]

    def tidy(self) -> None:
        """Removes the folder that baresip writes to. Call it when no call is left."""
        hidden, self._hidden = self._hidden, None
        for path in hidden.glob("dump-*.wav") if hidden else ():
            path.unlink(missing_ok=True)
        made, self._made = self._made, []
        for folder in made:
            try:
                folder.rmdir()
            except OSError:
                return  # another agent uses it


def unwritten(path: Path, error: OSError) -> str:
    """Why a recording has stopped, as a clause."""
    return f"{path} cannot be written: {error.strerror}"


def peer_named_by(written: str) -> str:
    """The URI of the peer in baresip's name of a recording; empty before baresip 2.9."""
    match = _PEER.search(written)
    return match[1] if match else ""


def media_started(call_id: str, opened: Path, rx: Path, tx: Path) -> MediaStarted | None:
    """The event for recordings of which one is open; None until its header is complete."""
    with RecordingReader(opened) as reader:
        rate, channels = reader.sample_rate, reader.channels
    return MediaStarted(time.monotonic(), call_id, rate, channels, rx, tx) if rate else None


def _rate(path: Path) -> int:
    with RecordingReader(path) as reader:
        return reader.sample_rate


def _same(media: MediaStarted, other: MediaStarted) -> bool:
    return (media.rx, media.tx, media.rate) == (other.rx, other.tx, other.rate)
