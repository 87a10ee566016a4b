"""The recordings of an agent's calls, which baresip writes: when they grow, and with what timing.

The module sndfile writes the samples of a packet as soon as it is decoded, or just before it is
sent, and keeps none back: on 1.0 the files grew within 0.4 ms of their packets.
"""

import time
from pathlib import Path

from ...audio.wav_reader import RecordingReader
from ...events import AudioTimed, MediaStarted
from ..base import Report
from ..embedded.worker.recording import CLOSELY, UNHEARD, StreamClock

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


class Recordings:
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
