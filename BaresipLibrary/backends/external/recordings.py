"""The recordings of an agent's calls, which baresip writes: when they grow, and with what timing.

The module sndfile writes the samples of a packet as soon as it is decoded, or just before it is
sent, and keeps none back: on 1.0 the files grew within 0.4 ms of their packets.
"""

import ctypes
import os
import struct
import sys
import time
from pathlib import Path

from ...audio.wav_reader import RecordingReader
from ...events import AudioTimed, MediaStarted
from ..base import Report
from ..embedded.worker.recording import CLOSELY, LISTENED, UNHEARD, StreamClock

_IN_MODIFY = 0x2
_EVENT = struct.Struct("iIII")
#: Where the system does not tell: how often files are looked at while somebody listens (s).
PERIOD = 0.02


class FileWatch:
    """The files that are watched. `fileno` is readable when one was written to; None elsewhere."""

    def __init__(self) -> None:
        self._watches: dict[int, Path] = {}
        self._sizes: dict[Path, int] = {}
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        self._descriptor = self._libc.inotify_init1(os.O_NONBLOCK) if self._libc else -1

    @property
    def fileno(self) -> int | None:
        """What to select on."""
        return self._descriptor if self._descriptor >= 0 else None

    @property
    def period(self) -> float | None:
        """How often to ask `grown` where there is nothing to select on, while files are watched."""
        return PERIOD if self._descriptor < 0 and self._sizes else None

    def watch(self, path: Path) -> None:
        """From now on; to be asked for again when the file has been made since.

        A file that cannot be watched, since it is not there or the system watches enough, is looked
        at whenever `grown` is asked.
        """
        self._sizes[path] = -1
        if self._libc and self._descriptor >= 0:
            number = self._libc.inotify_add_watch(self._descriptor, os.fsencode(path), _IN_MODIFY)
            if number >= 0:
                self._watches[number] = path

    def forget(self, path: Path) -> None:
        """No longer."""
        self._sizes.pop(path, None)
        for number in [number for number, known in self._watches.items() if known == path]:
            del self._watches[number]
            if self._libc:
                self._libc.inotify_rm_watch(self._descriptor, number)

    def grown(self) -> set[Path]:
        """The files that have grown since the last call."""
        watched = set(self._watches.values())
        unwatched = {path for path in list(self._sizes) if path not in watched}
        return {path for path in unwatched if self._has_grown(path)} | self._told()

    def _told(self) -> set[Path]:
        """The files that the system says were written to."""
        try:
            data = os.read(self._descriptor, 65536) if self._descriptor >= 0 else b""
        except BlockingIOError:
            return set()
        found, at = set(), 0
        while at + _EVENT.size <= len(data):
            number, _, _, length = _EVENT.unpack_from(data, at)
            at += _EVENT.size + length
            if number in self._watches:
                found.add(self._watches[number])
        return found

    def _has_grown(self, path: Path) -> bool:
        if not path.exists():
            return False
        before, self._sizes[path] = self._sizes[path], path.stat().st_size
        return self._sizes[path] > before

    def close(self) -> None:
        """Watches nothing any more."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._watches.clear()
        self._sizes.clear()


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

    def look(self, *, closely: bool) -> None:
        """Takes into account how long it is by now."""
        before = time.monotonic()
        try:
            frames = self._reader.length
        except (OSError, ValueError):
            return  # whoever listens is told
        self._clock.closely = closely
        self._clock.look(before, time.monotonic(), frames)

    def close(self) -> None:
        """Lets go of the file."""
        self._reader.close()


class Recordings:
    """Follows what is heard in each call, and what is sent where packets are timed closely."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._growth = FileWatch()
        self._heard: dict[str, _GrowingRecording] = {}
        self._sent: dict[str, _GrowingRecording] = {}
        self._listened: set[str] = set()
        self._closely: set[str] = set()

    @property
    def fileno(self) -> int | None:
        """What to select on for growth while somebody listens, where the system tells."""
        return self._growth.fileno

    @property
    def period(self) -> float | None:
        """How often to look beside that (s); None while there is nothing to look at."""
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
        self.opened(media.call_id)

    def opened(self, call_id: str) -> None:
        """A file of a call is there by now; before that it could not be watched."""
        if call_id in self._listened and call_id in self._heard:
            self._growth.watch(self._heard[call_id].path)

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
        if call_id in self._heard:
            path = self._heard[call_id].path
            (self._growth.watch if on else self._growth.forget)(path)

    def look(self) -> list[str]:
        """Reports what became known of times; returns the calls that are heard and went on."""
        for call_id in self._heard:
            self._look(call_id)
        grown = self._growth.grown()
        return [call_id for call_id, heard in self._heard.items() if heard.path in grown]

    def close(self) -> None:
        """Follows nothing any more."""
        for call_id in list(self._heard):
            self._let_go(call_id)
        self._growth.close()

    def _look(self, call_id: str) -> None:
        closely = call_id in self._closely
        self._heard[call_id].look(closely=closely)
        if closely:
            self._sent[call_id].look(closely=True)

    def _let_go(self, call_id: str) -> None:
        self._drop(self._heard, call_id)
        self._drop(self._sent, call_id)

    def _drop(self, followed: dict[str, _GrowingRecording], call_id: str) -> None:
        recording = followed.pop(call_id, None)
        if recording is not None:
            self._growth.forget(recording.path)
            recording.close()
