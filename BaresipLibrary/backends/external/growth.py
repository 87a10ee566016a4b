"""Notices when files have grown, without looking again and again where the system tells (Linux)."""

import ctypes
import os
import struct
import sys
from pathlib import Path

_IN_MODIFY = 0x2
_EVENT = struct.Struct("iIII")
#: Where the system does not tell: how often files are looked at while somebody listens (s).
PERIOD = 0.02


class Growth:
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
