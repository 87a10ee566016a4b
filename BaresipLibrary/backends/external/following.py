"""Follows the recordings of an agent's calls: that they grow while somebody listens, and when."""

import re
import time
from pathlib import Path

from ...audio.recordings import RecordingReader
from ...events import AudioArrived, AudioTimed, MediaStarted
from ..base import Report
from ..worker.clock import StreamClock
from .growth import Growth

#: How often recordings are looked at while nobody listens, and while somebody wants to know to the
#: millisecond when they grew (s).
_UNHEARD, _CLOSELY = 0.077, 0.001
_PTIME = re.compile(r"(?:^|;)\s*ptime=(\d+)")
#: Seconds of audio in a packet, when the account says nothing else.
_PACKET = 0.020


def packet_time(parameters: str | None) -> float:
    """Seconds of audio in a packet, as an account's parameters have it."""
    found = _PTIME.search(parameters or "")
    return int(found[1]) / 1000 if found else _PACKET


class _Recording:
    """One growing file, and when its samples came."""

    def __init__(self, call_id: str, path: Path, clock: tuple[int, float], report: Report) -> None:
        self.call_id = call_id
        self.path = path
        self._report = report
        self._reader = RecordingReader(path)
        self.clock = StreamClock(*clock, self._timed)

    def look(self) -> None:
        before = time.monotonic()
        try:
            frames = self._reader.length
        except OSError:
            return  # whoever listens is told
        self.clock.look(before, time.monotonic(), frames)

    def _timed(self, frame: int, earliest: float, latest: float) -> None:
        self._report(AudioTimed(time.monotonic(), self.call_id, self.path, frame, earliest, latest))

    def close(self) -> None:
        self._reader.close()


class Following:
    """The recordings of all calls. `report` is called by `look` only."""

    def __init__(self, packet: float, report: Report) -> None:
        self._packet = packet
        self._report = report
        self._growth = Growth()
        self._recordings: dict[str, tuple[_Recording, _Recording]] = {}
        self._listened: set[str] = set()
        self._watched: set[str] = set()

    @property
    def fileno(self) -> int | None:
        """Readable when a recording that is listened to has grown; None where nothing tells."""
        return self._growth.fileno

    @property
    def period(self) -> float | None:
        """How long to wait at most for the next look (s); None when there is nothing to look at."""
        if self._watched & self._recordings.keys():
            return _CLOSELY
        return self._growth.period or (_UNHEARD if self._recordings else None)

    def recording(self, call_id: str) -> Path | None:
        """Where what a call hears is recorded."""
        recordings = self._recordings.get(call_id)
        return recordings[0].path if recordings else None

    def begin(self, media: MediaStarted) -> None:
        """The recordings of a call have begun, or others follow after a renegotiation."""
        self._end(media.call_id)
        rx, tx = (
            _Recording(media.call_id, path, (media.rate, self._packet), self._report)
            for path in (media.rx, media.tx)
        )
        self._recordings[media.call_id] = rx, tx
        if media.call_id in self._listened:
            self._growth.watch(media.rx)

    def listen(self, call_id: str, on: bool, *, closely: bool) -> None:
        """Has `look` report what arrives in a call; `closely` times it by itself."""
        (self._listened.add if on else self._listened.discard)(call_id)
        (self._watched.add if on and closely else self._watched.discard)(call_id)
        recordings = self._recordings.get(call_id)
        if recordings is None:
            return
        for one in recordings if closely else ():
            one.look()
            one.clock.begin_anew()
        (self._growth.watch if on else self._growth.forget)(recordings[0].path)

    def look(self) -> bool:
        """Reports what has arrived, and when; tells whether anything has."""
        grown = self._growth.grown()
        arrived = False
        for call_id, (rx, tx) in self._recordings.items():
            if rx.path in grown:
                self._report(AudioArrived(time.monotonic(), call_id))
                arrived = True
            rx.look()
            tx.look()
        return arrived

    def forget(self, call_id: str) -> None:
        """A call is over."""
        self._listened.discard(call_id)
        self._watched.discard(call_id)
        self._end(call_id)

    def _end(self, call_id: str) -> None:
        recordings = self._recordings.pop(call_id, ())
        for one in recordings:
            one.look()
            one.close()
            self._growth.forget(one.path)

    def close(self) -> None:
        """Follows nothing any more."""
        for call_id in list(self._recordings):
            self.forget(call_id)
        self._growth.close()
