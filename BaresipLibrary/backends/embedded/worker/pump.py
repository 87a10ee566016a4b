"""Moves PCM between the calls of an agent and their WAV files, on the clock of the media."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from baresip import AudioInfo, AudioNotActive, AudioRestarted, Call

from .recording import CLOSELY, LISTENED, SAMPLE, UNHEARD, Recording, StreamClock
from .sounds import SampleSource, SilentSource, interleave, make_sound

#: Rounds at the quicker pace after a new source: what lay ready is dropped a packet later.
_HURRIED_ROUNDS = 3
#: How much audio lies ready to be sent (s): twice the longer of the two, so that no tone breaks.
AHEAD = 0.16
#: Seconds of audio in a packet, as nearly every phone sends it, while none can be sent.
_PACKET = 0.020
#: No more packets are held: else streams have begun anew, or digits were sent as packets.
_MOST_HELD = 4

Report = Callable[..., None]
#: Tells of a call how many RTP packets have left; if asked, what bytes are taken to follow, too.
Sent = Callable[[str, bool], Awaitable[tuple[int, int | None] | None]]


class _Count(NamedTuple):
    """How many packets had left some time after `before`.

    `silent` are those that the stack made of nothing, `held` the bytes it had taken and not sent,
    if asked. All of that holds as long as it has taken no more, and `buffered` bytes lie ready.
    """

    before: float
    buffered: int
    silent: int
    packets: int
    held: int | None


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

    def __init__(self, call: Call, stem: Path, source: dict[str, Any], report: Report) -> None:
        self._call = call
        self._stem = stem
        self._source = source
        self._report = report
        self._sound: SampleSource | None = None
        self._format: _Format | None = None
        self._streams = 0
        self._rx: Recording | None = None
        self._tx: Recording | None = None
        self._muted = False
        self.closely = False
        self._ready = bytearray()
        self._flushed: int | None = None
        self._looked = (0.0, 0.0)
        self._count: _Count | None = None
        self._lead: int | None = None

    def set_source(self, source: dict[str, Any]) -> None:
        """Sends something else from now on; what lies ready of the old is dropped.

        The stack drops it with its next packet, and whatever was written meanwhile, too: nothing
        of the new source is written before.
        """
        self._source, self._sound = source, None
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            info = self._call.audio.info()
            if self._sends(info):
                self._drop_ready(info)

    def _drop_ready(self, info: AudioInfo) -> None:
        # Asked twice, or with nothing ready, the stack would drop the beginning of the new source.
        if self._flushed is None and info.tx_buffered:
            self._flushed = self._call.audio.stats().tx_flushed_bytes
            self._call.audio.flush_tx()

    def mute(self, on: bool) -> None:
        """Sends digital silence in place of the source, or the source again."""
        self._muted = on
        self.set_source(self._source)

    def look_closely(self, on: bool) -> None:
        """From now on, packets are timed one by one, or no longer."""
        if on != self.closely:
            self.closely, self._lead = on, None

    async def move_closely(self, sent: Sent) -> bool:
        """Moves what is there as `move` does, and times each packet that leaves, too."""
        flows = self._tx and self._rx and self._tx.frames and self._rx.frames
        try:
            before, info = time.monotonic(), self._call.audio.info()
            silent = self._call.audio.stats().tx_silence_frames
            told = await sent(self._call.call_id or "", bool(flows) and self._lead is None)
        except (AudioNotActive, AudioRestarted):
            return False
        self._count = told and _Count(before, info.tx_buffered, silent, *told)
        return self.move()

    def move(self) -> bool:
        """Moves what is there; tells whether anything arrived."""
        try:
            before = time.monotonic()
            info = self._call.audio.info()
            self._looked = before, time.monotonic()
            self._follow_format(info)
            if self._sends(info):
                self._send(info)
            else:
                self._forget_ready()
            return _receives(info) and self._receive(info)
        except (AudioNotActive, AudioRestarted):
            return False

    def close(self) -> None:
        """Takes what is left and ends the recordings."""
        self.move()
        self._close_files()

    def _sends(self, info: AudioInfo) -> bool:
        """Whether what is written goes out: while it holds the call, the stack throws it away."""
        return bool(info.tx_ready and info.tx_sample_rate) and not self._call.is_on_hold

    def _forget_ready(self) -> None:
        self._ready.clear()
        self._flushed = self._count = self._lead = None

    def _follow_format(self, info: AudioInfo) -> None:
        found = self._found_format(info)
        if found is None or found == self._format:
            return
        self._close_files()
        self._streams += 1
        part = "" if self._streams == 1 else f"-part{self._streams}"
        packet = info.tx_ptime_ms / 1000 or _PACKET
        self._rx = self._recording(f"{part}-rx.wav", found.rx_rate, found.rx_channels, packet)
        self._tx = self._recording(f"{part}-tx.wav", found.tx_rate, found.tx_channels, packet)
        self._format = found
        self._forget_ready()
        self._sound = None
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
        for recording in (self._rx, self._tx):
            if recording is not None:
                recording.close()
        self._rx = self._tx = None

    def _recording(self, ending: str, rate: int, channels: int, packet: float) -> Recording:
        path = self._stem.with_name(self._stem.name + ending)

        def timed(frame: int, earliest: float, latest: float) -> None:
            self._report(
                "AudioTimed",
                call_id=self._call.call_id,
                path=str(path),
                frame=frame,
                earliest=earliest,
                latest=latest,
            )

        def lost(why: str) -> None:
            self._report("RecordingEnded", call_id=self._call.call_id, why=why)

        return Recording(path, rate, channels, StreamClock(rate, packet, timed), lost)

    def _make_sound(self, rate: int) -> SampleSource:
        def ended() -> None:
            self._report("PromptEnded", call_id=self._call.call_id)

        try:
            return make_sound(self._source, rate, ended)
        except (ValueError, OSError) as error:
            self._report("AudioTrouble", call_id=self._call.call_id, text=str(error))
            return SilentSource()

    def _send(self, info: AudioInfo) -> None:
        frame = SAMPLE * info.tx_channels
        if self._is_dropping(info):
            return
        self._record_sent(info)
        missing = int(info.tx_sample_rate * AHEAD) - info.tx_buffered // frame
        if missing <= 0:
            return
        mono = bytes(SAMPLE * missing) if self._muted else self._take(info, missing)
        pcm = interleave(mono, info.tx_channels)
        self._call.audio.write(pcm)
        self._ready += pcm

    def _take(self, info: AudioInfo, frames: int) -> bytes:
        if self._sound is None:
            self._sound = self._make_sound(info.tx_sample_rate)
        return self._sound.take(frames)

    def _is_dropping(self, info: AudioInfo) -> bool:
        """Whether the stack has yet to drop what lay ready; notes how much of it never left."""
        if self._flushed is None:
            return False
        dropped = self._call.audio.stats().tx_flushed_bytes - self._flushed
        if not dropped and info.tx_buffered:
            return True
        self._flushed = None
        if dropped > 0:
            del self._ready[-dropped:]
        return False

    def _record_sent(self, info: AudioInfo) -> None:
        """Records what has left since the last look."""
        assert self._tx is not None
        left = len(self._ready) - info.tx_buffered
        if left > 0:
            self._tx.write(bytes(self._ready[:left]))
            del self._ready[:left]
        count, self._count = self._count, None
        if count is not None and count.buffered == info.tx_buffered:
            self._time_sent(self._tx, info, count)

    def _time_sent(self, recording: Recording, info: AudioInfo, count: _Count) -> None:
        """Looks at how much has left as packets.

        The stack takes audio some time before it sends it. What it holds is asked for once, and
        counted from then on.
        """
        packet = info.tx_sample_rate * info.tx_ptime_ms // 1000
        ahead = recording.frames // packet + count.silent - count.packets
        if count.held is not None:
            self._lead = ahead - count.held // (SAMPLE * info.tx_channels * packet)
        if self._lead is None or not self._lead <= ahead <= self._lead + _MOST_HELD:
            self._lead = None
            return
        not_sent = (ahead - self._lead) * packet
        recording.look(count.before, self._looked[1], closely=True, but=not_sent)

    def _receive(self, info: AudioInfo) -> bool:
        assert self._rx is not None
        before, after = self._looked
        arrived = b""
        if info.rx_buffered > 0:
            before = time.monotonic()
            arrived = self._call.audio.read(info.rx_capacity)
            after = time.monotonic()
            self._rx.write(arrived)
        self._rx.look(before, after, closely=self.closely)
        return bool(arrived)


def _receives(info: AudioInfo) -> bool:
    return bool(info.rx_ready and info.rx_sample_rate)


class AudioPump:
    """The audio of all calls of an agent. It runs while there is a call, and only then."""

    def __init__(self, report: Report, sent: Sent) -> None:
        self._report = report
        self._sent = sent
        self._calls: dict[str, CallAudio] = {}
        self._sources: dict[str, dict[str, Any]] = {}
        self._muted: set[str] = set()
        self._listened: set[str] = set()
        self._timed: set[str] = set()
        self._hurried = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._number = 0
        self.stem = Path()
        self.source: dict[str, Any] = {"kind": "silence"}

    def add(self, call: Call) -> None:
        """Starts to move a call's audio as soon as its media runs; once more is once too often."""
        if call.call_id is None or call.call_id in self._calls:
            return
        self._number += 1
        stem = self.stem.with_name(f"{self.stem.name}-{self._number}")
        source = self._sources.get(call.call_id, self.source)
        audio = CallAudio(call, stem, source, self._report)
        audio.mute(call.call_id in self._muted)
        self._calls[call.call_id] = audio
        self._wake.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def remove(self, call_id: str) -> None:
        """Ends the recordings of a call that has closed."""
        audio = self._calls.pop(call_id, None)
        self._sources.pop(call_id, None)
        self._muted.discard(call_id)
        self._listened.discard(call_id)
        self._timed.discard(call_id)
        if audio is not None:
            audio.close()

    def set_source(self, call_id: str | None, source: dict[str, Any]) -> None:
        """Sets what one call sends, be its media up or not, or with None every call to come."""
        if call_id is None:
            self.source = source
            return
        self._sources[call_id] = source
        if call_id in self._calls:
            self._calls[call_id].set_source(source)
        self._hurry()

    def mute(self, call_id: str, on: bool) -> None:
        """Sends digital silence in place of a call's source, or the source again."""
        (self._muted.add if on else self._muted.discard)(call_id)
        if call_id in self._calls:
            self._calls[call_id].mute(on)
        self._hurry()

    def _hurry(self) -> None:
        self._hurried = _HURRIED_ROUNDS
        self._wake.set()

    def listen(self, call_id: str, on: bool, closely: bool) -> None:
        """While somebody listens to a call, every piece of audio that arrives is reported.

        What has arrived before is in the recording when this returns. Closely, every packet is
        timed by itself.
        """
        (self._listened.add if on else self._listened.discard)(call_id)
        (self._timed.add if on and closely else self._timed.discard)(call_id)
        if call_id in self._calls:
            self._calls[call_id].move()
        self._wake.set()

    async def _move(self, call_id: str, audio: CallAudio) -> bool:
        audio.look_closely(call_id in self._timed)
        return await audio.move_closely(self._sent) if audio.closely else audio.move()

    @property
    def _period(self) -> float:
        if self._timed:
            return CLOSELY
        return LISTENED if self._listened or self._hurried else UNHEARD

    async def _run(self) -> None:
        while self._calls:
            started = time.monotonic()
            for call_id, audio in list(self._calls.items()):
                if await self._move(call_id, audio) and call_id in self._listened:
                    self._report("AudioArrived", call_id=call_id)
            self._wake.clear()
            period = self._period
            self._hurried = max(0, self._hurried - 1)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self._wake.wait(), max(0.0, started + period - time.monotonic())
                )
        self._task = None
