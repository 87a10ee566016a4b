"""The audio of one call: what arrives is recorded, and what is chosen is sent and recorded."""

import contextlib
import functools
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple

from baresip import AudioInfo, AudioNotActive, AudioRestarted, Call

from .recording_file import SAMPLE, Recording
from .reports import Report
from .sent_audio import SentAudio
from .sounds import SampleSource, SilentSource, interleave, make_sound
from .stream_clock import StreamClock
from .stretch_times import StretchTime, StretchTimes

#: How much audio lies ready to be sent (s): twice as long as the pump may take to come back, so
#: that no tone breaks.
AHEAD = 0.16
#: Seconds of audio in a packet, as nearly every phone sends it, while none can be sent.
_PACKET = 0.020


class _Format(NamedTuple):
    """Sample rates (Hz) and channels of what arrives and of what is sent."""

    rx_rate: int
    rx_channels: int
    tx_rate: int
    tx_channels: int


class CallAudio:
    """One call's streams: what arrives goes to its `rx` recording, what is sent to its `tx` one.

    Each direction runs when its own stream does: in a call that only receives, nothing is sent.
    """

    def __init__(
        self, call: Call, stem: Path, source: dict[str, Any], report: Report, sent: SentAudio
    ) -> None:
        self._call = call
        self._stem = stem
        self._source = source
        self._report = report
        self._sent = sent
        self._sound: SampleSource | None = None
        #: How much of the source has been taken (s).
        self._taken = 0.0
        self._format: _Format | None = None
        self._streams = 0
        self._rx: Recording | None = None
        self._tx: Recording | None = None
        self._muted = False
        #: Whether each packet is timed and reported by itself.
        self.closely = False
        self._flushed: int | None = None
        self._looked = (0.0, 0.0)
        self._times = StretchTimes(self._tell_times)
        self._reading = threading.Lock()
        #: What was read and is not recorded yet, with the times before and after.
        self._saved: deque[tuple[float, float, bytes]] = deque()

    @property
    def rests(self) -> bool:
        """Whether it has media and silence for a source, so that nothing needs to be ready soon."""
        is_silent = self._source["kind"] == "silence" and self._flushed is None
        return is_silent and self._format is not None

    def set_source(self, source: dict[str, Any]) -> None:
        """Sends something else from now on; what lies ready of the old is dropped.

        The stack drops it with its next packet, and whatever was written meanwhile, too: nothing
        of the new source is written before.
        """
        self._source, self._sound, self._taken = source, None, 0.0
        self._drop_ready()

    def _drop_ready(self) -> float:
        """Has the stack drop what lies ready; returns how much that is (s)."""
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            info = self._call.audio.info()
            # Asked twice, or with nothing ready, the stack would drop what is written next.
            if self._sends(info) and self._flushed is None and info.tx_buffered:
                self._flushed = self._call.audio.stats().tx_flushed_bytes
                self._call.audio.flush_tx()
                a_second = SAMPLE * info.tx_channels * info.tx_sample_rate
                return float(info.tx_buffered / a_second)
        return 0.0

    def mute(self, on: bool) -> None:
        """Sends digital silence in place of the source, which goes on meanwhile; or the source."""
        if on != self._muted:
            self._muted = on
            self._go_back(self._drop_ready())

    def _go_back(self, seconds: float) -> None:
        """Has the source go on so much before the place where it is."""
        self._taken, self._sound = max(0.0, self._taken - seconds), None

    def move(self) -> bool:
        """Moves what is there; tells whether anything was recorded."""
        before = self.timed
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            self._move()
        return self.timed != before

    def tell_times(self, *, at_once: bool) -> None:
        """Reports when samples came or left: at once, or what can wait a little later."""
        if at_once:
            self._times.tell()
        else:
            self._times.tell_if_due()

    def _tell_times(self, stretches: list[StretchTime]) -> None:
        self._report("AudioTimed", call_id=self._call.call_id, stretches=stretches)

    @property
    def timed(self) -> tuple[int, int]:
        """How many samples of the newest recordings, rx and tx, were timed."""
        rx, tx = self._rx, self._tx
        return (rx.frames if rx else 0, tx.frames if tx else 0)

    def _move(self) -> None:
        before = time.monotonic()
        info = self._call.audio.info()
        self._looked = before, time.monotonic()
        self._follow_format(info)
        self._record_sent()
        if self._sends(info):
            self._send(info)
        else:
            self._flushed = None
        if _receives(info):
            self._receive(info)

    def save_arrived(self) -> None:
        """Reads what has arrived, before the stack drops it. Any thread may call it.

        It is recorded when audio is moved next, or when the recordings end.
        """
        with self._reading, contextlib.suppress(AudioNotActive, AudioRestarted):
            before = time.monotonic()
            info = self._call.audio.info()
            same = self._format and self._format[:2] == (info.rx_sample_rate, info.rx_channels)
            if same and _receives(info) and info.rx_buffered:
                arrived = self._read_all(info.rx_buffered)
                self._saved.append((before, time.monotonic(), arrived))

    def close(self) -> None:
        """Takes what is left and ends the recordings."""
        self.move()
        self._close_files()

    def _sends(self, info: AudioInfo) -> bool:
        """Whether what is written goes out: while it holds the call, the stack throws it away."""
        return bool(info.tx_ready and info.tx_sample_rate) and not self._sent.is_held(self._id)

    @property
    def _id(self) -> str:
        return self._call.call_id or ""

    def _follow_format(self, info: AudioInfo) -> None:
        found = self._found_format(info)
        if found is None or found == self._format:
            return
        self._close_files()
        if self._format is None or found[2:] != self._format[2:]:
            self._go_back(AHEAD)  # what lay ready is lost with the stream before
        self._streams += 1
        part = "" if self._streams == 1 else f"-part{self._streams}"
        packet = info.tx_ptime_ms / 1000 or _PACKET
        self._rx = self._recording(f"{part}-rx.wav", found.rx_rate, found.rx_channels, packet)
        self._tx = self._recording(f"{part}-tx.wav", found.tx_rate, found.tx_channels, packet)
        self._format = found
        self._flushed = None
        self._report(
            "MediaStarted",
            call_id=self._call.call_id,
            rate=found.rx_rate,
            channels=found.rx_channels,
            rx=str(self._rx.path),
            tx=str(self._tx.path),
        )

    def _found_format(self, info: AudioInfo) -> _Format | None:
        """That of the streams that run; a direction that rests keeps its own, else has the other's.

        None while none runs.
        """
        known = self._format
        rx = (info.rx_sample_rate, info.rx_channels) if _receives(info) else known and known[:2]
        tx = (info.tx_sample_rate, info.tx_channels) if info.tx_ready else known and known[2:]
        if not (_receives(info) or info.tx_ready):
            return None
        one = rx or tx
        assert one is not None
        return _Format(*(rx or one), *(tx or one))

    def _close_files(self) -> None:
        self._record_sent()
        with self._reading:
            self._record_saved()
        for recording in (self._rx, self._tx):
            if recording is not None:
                recording.close()
        self._times.tell()
        self._rx = self._tx = None

    def _recording(self, ending: str, rate: int, channels: int, packet: float) -> Recording:
        path = self._stem.with_name(self._stem.name + ending)

        timed = functools.partial(self._times.note, str(path))

        def lost(why: str) -> None:
            self._report("RecordingEnded", call_id=self._call.call_id, why=why)

        return Recording(path, rate, channels, StreamClock(rate, packet, timed), lost)

    def _make_sound(self, rate: int) -> SampleSource:
        source = self._source

        def ended() -> SampleSource:
            self._report("PromptEnded", call_id=self._call.call_id, name=source["name"])
            # Nor is it played again when the call is renegotiated, or muted for a while.
            self._source, self._taken = source["then"], 0.0
            self._sound = self._make_sound(rate)
            return self._sound

        try:
            return make_sound(source, rate, ended, self._taken)
        except (ValueError, OverflowError, OSError) as error:
            self._report("AudioTrouble", call_id=self._call.call_id, text=str(error))
            return SilentSource()

    def _send(self, info: AudioInfo) -> None:
        if self._is_dropping(info):
            return
        if self._sound is None:
            self._sound = self._make_sound(info.tx_sample_rate)
        if isinstance(self._sound, SilentSource):
            return  # the stack sends silence when nothing is ready
        missing = int(info.tx_sample_rate * AHEAD) - info.tx_buffered // (SAMPLE * info.tx_channels)
        if missing > 0:
            self._taken += missing / info.tx_sample_rate
            mono = self._sound.take(missing)
            if self._muted:
                mono = bytes(len(mono))
            self._call.audio.write(interleave(mono, info.tx_channels))

    def _is_dropping(self, info: AudioInfo) -> bool:
        """Whether the stack has yet to drop what lay ready of the source before."""
        if self._flushed is None:
            return False
        dropped = self._call.audio.stats().tx_flushed_bytes != self._flushed
        if info.tx_buffered and not dropped:
            return True
        self._flushed = None
        return False

    def _record_sent(self) -> None:
        """Records the packets that have left since the last look."""
        if self._tx is not None and self._format is not None:
            rate, channels = self._format.tx_rate, self._format.tx_channels
            packets = [(frame.at, frame.pcm) for frame in self._sent.take(self._id, rate, channels)]
            self._tx.write_packets(packets, closely=self.closely)

    def _receive(self, info: AudioInfo) -> None:
        assert self._rx is not None
        before, after = self._looked
        with self._reading:
            self._record_saved()
            if info.rx_buffered > 0:
                before = time.monotonic()
                arrived = self._read_all(info.rx_buffered)
                after = time.monotonic()
                self._rx.write(arrived)
        self._rx.look(before, after, closely=self.closely)

    def _record_saved(self) -> None:
        """Records what was saved."""
        while self._saved and self._rx is not None:
            before, after, arrived = self._saved.popleft()
            self._rx.write(arrived)
            self._rx.look(before, after, closely=self.closely)

    def _read_all(self, expected: int) -> bytes:
        """All that has arrived: the wheel would clear as much memory as it is asked for octets."""
        most, pieces = 2 * expected, list[bytes]()
        while not pieces or len(pieces[-1]) == most:
            pieces.append(self._call.audio.read(most))
        return b"".join(pieces)


def _receives(info: AudioInfo) -> bool:
    return bool(info.rx_ready and info.rx_sample_rate)
