"""Follows the growth of the recordings that baresip writes.

Its module sndfile writes the samples of a packet as soon as it is decoded, or just before it is
sent, and buffers none: on 1.0 the files grew within 0.4 ms of their packets.
"""

import time
from pathlib import Path

from ...audio.wav_reader import RecordingReader
from ...events import AudioArrived, AudioTimed, MediaStarted
from ..base import USUAL_PACKET, Report
from ..embedded.worker.stream_clock import CLOSELY, UNHEARD, StreamClock

#: How often to look (s) while somebody listens: a third of a packet, so that what arrives is heard
#: a few ms later. `docs/adr/0016-growth-by-length.md` has the figures.
LISTENED = 0.007


class _GrowingRecording:
    """A file that baresip writes to."""

    def __init__(self, call_id: str, path: Path, report: Report) -> None:
        self.path = path
        self._call_id = call_id
        self._report = report
        self._reader = RecordingReader(path)
        self._clock: StreamClock | None = None
        #: How many samples were there at the last look.
        self.frames = 0

    def _timed(self, frame: int, earliest: float, latest: float) -> None:
        at = time.monotonic()
        self._report(AudioTimed(at, self._call_id, self.path, frame, earliest, latest))

    def look(self, *, closely: bool) -> bool:
        """Times the samples written since the last look; returns whether there are any."""
        before = time.monotonic()
        try:
            frames = self._reader.length
        except (OSError, ValueError):
            return True  # the listener reads it, too, and says why that fails
        after = time.monotonic()
        if frames and self._clock is None:  # what is sent may have another rate than what is heard
            self._clock = StreamClock(self._reader.sample_rate, USUAL_PACKET, self._timed)
        if self._clock is not None:
            self._clock.closely = closely
            self._clock.look(before, after, frames)
        grown, self.frames = frames > self.frames, frames
        return grown

    def close(self) -> None:
        """Closes the file."""
        self._reader.close()


class RecordingFollower:
    """Follows what each call hears and sends."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._heard: dict[str, _GrowingRecording] = {}
        self._sent: dict[str, _GrowingRecording] = {}
        self._listened: set[str] = set()
        self._closely: set[str] = set()

    @property
    def period(self) -> float | None:
        """How often to look (s); None while nothing is recorded."""
        if not self._heard:
            return None
        if self._closely:
            return CLOSELY
        return LISTENED if self._listened else UNHEARD

    def heard(self, call_id: str) -> Path | None:
        """The recording of what a call hears; None before it begins."""
        return self._heard[call_id].path if call_id in self._heard else None

    def sent_seconds(self, call_id: str) -> float | None:
        """How many seconds of a call have been recorded as sent; None where none are."""
        recording = self._sent.get(call_id)
        if recording is None:
            return None
        try:
            with RecordingReader(recording.path) as reader:
                return reader.length / reader.sample_rate if reader.sample_rate else None
        except (OSError, ValueError):
            return None

    def follow(self, media: MediaStarted) -> None:
        """Follows these recordings of a call from now on, in place of earlier ones."""
        for followed, path in ((self._heard, media.rx), (self._sent, media.tx)):
            before = followed.get(media.call_id)
            if before is None or before.path != path:
                if before is not None:
                    before.close()
                followed[media.call_id] = _GrowingRecording(media.call_id, path, self._report)

    def forget(self, call_id: str) -> None:
        """Looks at the recordings of a call for the last time: the call is over."""
        if call_id in self._heard:
            self._look(call_id)
        self._drop(call_id)
        self._listened.discard(call_id)
        self._closely.discard(call_id)

    def listen(self, call_id: str, *, on: bool, closely: bool) -> None:
        """Looks more often while somebody listens; `closely` times each packet by itself."""
        (self._listened.add if on else self._listened.discard)(call_id)
        (self._closely.add if on and closely else self._closely.discard)(call_id)
        if on and call_id in self._heard:
            self._look(call_id)
            self._report_arrived(call_id)

    def look(self) -> bool:
        """Reports times, and what grew of calls that are listened to; returns whether any did."""
        grown = [call_id for call_id in self._heard if self._look(call_id)]
        heard = [call_id for call_id in grown if call_id in self._listened]
        for call_id in heard:
            self._report_arrived(call_id)
        return bool(heard)

    def close(self) -> None:
        """Closes all files."""
        for call_id in list(self._heard):
            self._drop(call_id)

    def _look(self, call_id: str) -> bool:
        closely = call_id in self._closely
        grown = [one[call_id].look(closely=closely) for one in (self._sent, self._heard)]
        return any(grown)

    def _report_arrived(self, call_id: str) -> None:
        rx, tx = self._heard[call_id].frames, self._sent[call_id].frames
        self._report(AudioArrived(time.monotonic(), call_id, rx, tx))

    def _drop(self, call_id: str) -> None:
        for followed in (self._heard, self._sent):
            if recording := followed.pop(call_id, None):
                recording.close()
