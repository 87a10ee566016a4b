"""The recordings of an agent's calls, which baresip writes: when they grow, and with what timing.

The module sndfile writes the samples of a packet as soon as it is decoded, or just before it is
sent, and keeps none back: on 1.0 the files grew within 0.4 ms of their packets.
"""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from ...audio.wav_reader import RecordingReader
from ...events import AudioTimed, MediaStarted
from ..base import Report
from ..embedded.worker.recording import CLOSELY, UNHEARD, StreamClock

#: What sndfile calls the directions, and what the library does.
DIRECTIONS = {"enc": "tx", "dec": "rx"}
_PEER = re.compile(r"dump-.*=>(.*)-\d{4}(?:-\d\d){5}-(?:enc|dec)\.wav")


@dataclass
class RecordingFile:
    """A recording of one direction of a call, and of which part of it."""

    call_id: str
    direction: str
    part: int
    path: Path
    is_open: bool = False


@dataclass
class _CallRecordings:
    """A call's recordings so far: its number, the newest file of each direction, what was told."""

    number: int
    files: dict[str, RecordingFile] = field(default_factory=dict)
    told: MediaStarted | None = None


class RecordingNamer:
    """Names the recordings of one agent.

    `announces` says that baresip names a file when it is due, and again when it has opened it.
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

    def take(self, written: str, call_id: str) -> RecordingFile | None:
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

    def missed(self, written: str) -> RecordingFile | None:
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


#: How often to look (s) while somebody listens: a third of a packet, so that what arrives is heard
#: a few ms later, and at every phase of one. `docs/adr/0016-growth-by-length.md` has the figures.
LISTENED = 0.007
#: Seconds of audio in a packet, as baresip and nearly every phone sends it.
_PACKET = 0.020


class _GrowingRecording:
    """One file that grows."""

    def __init__(self, media: MediaStarted, path: Path, report: Report) -> None:
        def timed(frame: int, earliest: float, latest: float) -> None:
            at = time.monotonic()
            report(AudioTimed(at, media.call_id, path, frame, earliest, latest))

        self.path = path
        self._reader = RecordingReader(path)
        self._clock = StreamClock(media.rate, _PACKET, timed)
        self._frames = 0

    def look(self, *, closely: bool) -> bool:
        """Takes into account how long it is by now; tells whether it has grown since."""
        before = time.monotonic()
        try:
            frames = self._reader.length
        except (OSError, ValueError):
            return True  # whoever listens reads it, and learns why it cannot be read
        self._clock.closely = closely
        self._clock.look(before, time.monotonic(), frames)
        grown, self._frames = frames > self._frames, frames
        return grown

    def close(self) -> None:
        """Lets go of the file."""
        self._reader.close()


class RecordingFollower:
    """Follows what is heard in each call, and what is sent where packets are timed closely."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._heard: dict[str, _GrowingRecording] = {}
        self._sent: dict[str, _GrowingRecording] = {}
        self._listened: set[str] = set()
        self._closely: set[str] = set()

    @property
    def period(self) -> float | None:
        """How often to look (s); None while there is nothing to look at."""
        if not self._heard:
            return None
        if self._closely:
            return CLOSELY
        return LISTENED if self._listened else UNHEARD

    def heard(self, call_id: str) -> Path | None:
        """Where what a call hears is recorded; None before that begins."""
        return self._heard[call_id].path if call_id in self._heard else None

    def follow(self, media: MediaStarted) -> None:
        """These are the recordings of a call from now on; one that goes on is followed further."""
        for followed, path in ((self._heard, media.rx), (self._sent, media.tx)):
            before = followed.get(media.call_id)
            if before is None or before.path != path:
                self._drop(followed, media.call_id)
                followed[media.call_id] = _GrowingRecording(media, path, self._report)

    def forget(self, call_id: str) -> None:
        """The call is over: a last look, then none."""
        if call_id in self._heard:
            self._look(call_id)
        self._let_go(call_id)
        self._listened.discard(call_id)
        self._closely.discard(call_id)

    def listen(self, call_id: str, *, on: bool, closely: bool) -> None:
        """Looks more often while somebody listens, closely at every packet, of those sent, too."""
        (self._listened.add if on else self._listened.discard)(call_id)
        (self._closely.add if on and closely else self._closely.discard)(call_id)

    def look(self) -> list[str]:
        """Reports what became known of times; returns the calls that are heard and went on."""
        grown = [call_id for call_id in self._heard if self._look(call_id)]
        return [call_id for call_id in grown if call_id in self._listened]

    def close(self) -> None:
        """Follows nothing any more."""
        for call_id in list(self._heard):
            self._let_go(call_id)

    def _look(self, call_id: str) -> bool:
        closely = call_id in self._closely
        if closely:
            self._sent[call_id].look(closely=True)
        return self._heard[call_id].look(closely=closely)

    def _let_go(self, call_id: str) -> None:
        self._drop(self._heard, call_id)
        self._drop(self._sent, call_id)

    def _drop(self, followed: dict[str, _GrowingRecording], call_id: str) -> None:
        recording = followed.pop(call_id, None)
        if recording is not None:
            recording.close()
