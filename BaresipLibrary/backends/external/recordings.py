"""The recordings of an agent's calls, which baresip writes: when they grow, and with what timing.

The module sndfile writes the samples of a packet as soon as it is decoded, or just before it is
sent, and keeps none back: on 1.0 the files grew within 0.4 ms of their packets.
"""

import time
from pathlib import Path

from ...audio.recordings import RecordingReader
from ...events import AudioTimed, MediaStarted
from ..base import Report
from ..worker.clock import CLOSELY, LISTENED, UNHEARD, StreamClock
from .growth import Growth

#: Seconds of audio in a packet, as baresip and nearly every phone sends it.
_PACKET = 0.020


class _Recording:
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
        self._growth = Growth()
        self._heard: dict[str, _Recording] = {}
        self._sent: dict[str, _Recording] = {}
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
                followed[media.call_id] = _Recording(media, path, self._report)
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

    def _drop(self, followed: dict[str, _Recording], call_id: str) -> None:
        recording = followed.pop(call_id, None)
        if recording is not None:
            self._growth.forget(recording.path)
            recording.close()
