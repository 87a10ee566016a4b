"""A machine at the other end of a call that knows to the sample when it really spoke.

It takes the place of the scripted peer's `Rtp`: it speaks in packets of a codec on an exact clock,
hears what arrives, answers and falls silent as it was programmed, and keeps in monotonic seconds
when its voice left and when the other side's arrived. A sample has the time of its packet plus its
place in it, so what was sent and what arrived are on the same clock. A packet that leaves late,
because the processor was busy, has the time at which it was due, as its RTP timestamp says.
"""

import random
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from peer_codecs import CODECS, Codec, Coder, Samples

_HEADER = struct.Struct("!BBHII")
#: What is louder is a voice (-50 dBFS).
_AUDIBLE = 10 ** (-50 / 20) / np.sqrt(2)
#: Seconds that are loud or not as a whole.
_BLOCK = 0.005
#: Seconds of silence after which the machine takes it that the other side has ended.
ENDED = 0.3
#: Seconds before its time at which a packet is put together: encoding Opus takes up to some
#: milliseconds on a busy processor, and a packet that left so much later would not be true.
_AHEAD = 0.010

#: SO_TIMESTAMPNS of Linux, which the module socket does not name, and what it tells.
_TIMESTAMPS, _TIME = 35, struct.Struct("@qq")

Span = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """What the machine does to packets of both directions; the same seed does it again.

    `loss`: the share that is dropped; `jitter`: each is delayed by up to so many seconds, in order.
    `slow`: the share by which the machine's own clock is slow.
    """

    loss: float = 0.0
    jitter: float = 0.0
    seed: int = 0
    slow: float = 0.0


@dataclass(frozen=True)
class Manners:
    """How the machine talks. Times in seconds; of several it takes one after the other.

    `greets`: it speaks first, that long after the call is up. `answers`: from the end of what it
    hears to its answer. `stops`: from the beginning of what interrupts it to its silence; none: it
    goes on. `ducks`: decibels by which it gets quieter instead. `needs`: shorter sounds do not
    interrupt it. `minds_noise`: steady noise interrupts it, too. `length` of a turn. `suppresses`:
    it sends no packet that holds silence only, as gateways with voice activity detection do.
    """

    greets: float | None = None
    answers: Sequence[float] = ()
    stops: Sequence[float] = ()
    ducks: float | None = None
    needs: float = 0.0
    minds_noise: bool = True
    length: float = 30.0
    suppresses: bool = False


@dataclass
class Spoken:
    """A turn of the machine: when its first and last audible sample left its mouth.

    `late`: by how many seconds the first and the last packet that the line has not dropped left
    late, because the processor was busy.
    """

    begin: float
    end: float = 0.0
    late: tuple[float, float] | None = None
    interrupted: float | None = None

    def note_sent(self, late: float) -> None:
        """Notes by how much a packet of the turn left late."""
        self.late = (self.late[0] if self.late else late, late)


class _Voiced(NamedTuple):
    """The turn that a packet is part of, and where in it (s) its audible samples begin and end."""

    turn: Spoken
    begin: float
    end: float


class Ear:
    """Finds when sounds began and ended in packets, each with its time."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._levels: list[float] = []

    def hear(self, at: float, samples: Samples, rate: int) -> None:
        """Takes the samples of a packet, the first of which came at that time."""
        size = round(_BLOCK * rate)
        for place in range(0, samples.size, size):
            block = samples[place : place + size]
            level = float(np.sqrt(np.mean(block**2)))
            if level >= _AUDIBLE:
                self._extend(at + place / rate, at + (place + block.size) / rate, level)

    def _extend(self, begin: float, end: float, level: float) -> None:
        if self.spans and begin - self.spans[-1][1] < ENDED:
            self.spans[-1] = (self.spans[-1][0], max(end, self.spans[-1][1]))
            self._levels.append(level)
        else:
            self.spans.append((begin, end))
            self._levels = [level]

    @property
    def is_noise(self) -> bool:
        """Whether the newest sound is as steady as noise."""
        decibels = 20 * np.log10(self._levels or [1.0])
        return bool(np.std(decibels[2:-2]) < 3.0) if len(decibels) > 20 else False


def _arrival(stamps: list[tuple[int, int, bytes]]) -> float:
    """When a packet arrived, by the kernel if it says so: a thread may come to it late."""
    now = time.monotonic()
    for _, kind, stamp in stamps:
        if kind == _TIMESTAMPS:
            seconds, nanoseconds = _TIME.unpack(stamp[: _TIME.size])
            return now - max(0.0, time.time() - seconds - nanoseconds / 1e9)
    return now


class Machine:
    """One RTP socket of the peer, and who speaks and hears there."""

    def __init__(
        self,
        voice: Samples,
        codec: Codec = CODECS["PCMU"],
        manners: Manners | None = None,
        line: Line | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        """`voice`: what it repeats, at the codec's rate, audible from its first sample."""
        self.codec = codec
        self.manners, self.line = manners or Manners(), line or Line()
        self.target: tuple[str, int] | None = None
        self.spoken: list[Spoken] = []
        #: What really arrived, and what the machine heard of it through its line.
        self.arrived, self.heard = Ear(), Ear()
        self._voice = voice
        self._coder, self._ear_coder = Coder(self.codec), Coder(self.codec)
        self._out, self._in = (random.Random(self.line.seed * 2 + way) for way in (0, 1))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        if sys.platform == "linux":
            self._socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
        self.port: int = self._socket.getsockname()[1]
        self._position: int | None = None  # in the voice, while it speaks
        self._gain = 1.0
        self._answered = 0  # sounds that it has answered, or that were over before it spoke
        self._stopped = 0  # sounds that have interrupted it
        self._delays, self._reactions = deque(self.manners.answers), deque(self.manners.stops)
        self._due: float | None = None
        self._waiting: deque[tuple[float, bytes, _Voiced | None]] = deque()
        self._last_left = 0.0
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self.count = 0
        self._sequence = 0
        for work in (self._receive, self._send):
            threading.Thread(target=work, daemon=True).start()

    @property
    def payload_type(self) -> int:
        return self.codec.payload_type

    def wait_for(self, count: int, within: float) -> bool:
        """Whether it has begun so many turns, and ended the last of them, in time (s)."""
        with self._changed:
            return self._changed.wait_for(
                lambda: len(self.spoken) >= count and not self._is_speaking, within
            )

    @property
    def _is_speaking(self) -> bool:
        """Whether it speaks, or some of its voice has not left yet."""
        return self._position is not None or any(voiced for *_, voiced in tuple(self._waiting))

    def wait_for_voice(self, within: float) -> bool:
        """Whether it begins to speak in time (s)."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self.spoken), within)

    def close(self) -> None:
        self._closed.set()
        self._socket.close()

    def _receive(self) -> None:
        self._socket.settimeout(0.2)
        heard_at = 0.0
        while not self._closed.is_set():
            try:
                data, stamps, _, _ = self._socket.recvmsg(4096, 64)
            except TimeoutError:
                continue
            except OSError:
                return
            at = _arrival(stamps)
            if len(data) <= _HEADER.size or data[1] & 0x7F != self.payload_type:
                continue
            samples = self._ear_coder.decode(data[_HEADER.size :])
            with self._changed:
                self.arrived.hear(at, samples, self.codec.rate)
                heard_at = max(heard_at, at + self._in.uniform(0, self.line.jitter))
                if self._in.random() >= self.line.loss:
                    self.heard.hear(heard_at, samples, self.codec.rate)

    def _send(self) -> None:
        due = time.monotonic() + _AHEAD
        while True:
            made = due - _AHEAD
            leaves = self._waiting[0][0] if self._waiting else made
            if self._closed.wait(max(0.0, min(made, leaves) - time.monotonic())):
                return
            if leaves < made:
                self._leave()
                continue
            if self.target is not None:
                with self._changed:
                    self._speak(due)
                    self._changed.notify_all()
            due += self.codec.packet * (1 + self.line.slow)

    def _speak(self, due: float) -> None:
        """Puts together the packet that is due now, and gives it to the line."""
        self._plan(due)
        size, rate = self.codec.size, self.codec.rate
        samples, voiced = np.zeros(size), None
        first = 0
        if self._due is not None and self._position is None and self._due < due + self.codec.packet:
            first = min(size - 1, max(0, round((self._due - due) * rate)))
            self._position, self._gain, self._due = 0, 1.0, None
            self.spoken.append(Spoken(due + first / rate))
        if self._position is not None:
            last = self._last_sample(due, first)
            piece = np.take(
                self._voice, range(self._position, self._position + last - first), mode="wrap"
            )
            samples[first:last] = self._gain * piece
            self._position += last - first
            loud = np.flatnonzero(np.abs(samples) > _AUDIBLE)
            if loud.size:
                voiced = _Voiced(self.spoken[-1], int(loud[0]) / rate, (int(loud[-1]) + 1) / rate)
                voiced.turn.end = due + voiced.end
            if last < size:
                self._position = None
        self._hand_over(samples, due, voiced)

    def _hand_over(self, samples: Samples, due: float, voiced: _Voiced | None) -> None:
        payload = self._coder.encode(samples)
        timestamp = (160 + self.count * round(self.codec.clock * self.codec.packet)) & 0xFFFFFFFF
        self.count += 1
        if self.manners.suppresses and voiced is None:
            return
        head = _HEADER.pack(0x80, self.payload_type, self._sequence & 0xFFFF, timestamp, 0x5EED)
        self._sequence += 1
        self._last_left = max(self._last_left, due + self._out.uniform(0, self.line.jitter))
        if self._out.random() >= self.line.loss:
            self._waiting.append((self._last_left, head + payload, voiced))

    def _leave(self) -> None:
        while self._waiting and self._waiting[0][0] <= time.monotonic():
            leaves, data, voiced = self._waiting.popleft()
            assert self.target is not None
            try:
                self._socket.sendto(data, self.target)
            except OSError:
                pass  # nobody listens there
            if voiced is not None:
                voiced.turn.note_sent(time.monotonic() - leaves)

    def _last_sample(self, due: float, first: int) -> int:
        """Where in the packet that is due the turn ends: its size when it goes on."""
        size, rate = self.codec.size, self.codec.rate
        assert self._position is not None
        last = min(size, first + round(self.manners.length * rate) - self._position)
        stop = self.spoken[-1].interrupted
        if stop is None or stop >= due + self.codec.packet:
            return last
        if self.manners.ducks is not None:
            self._gain = 10 ** (-self.manners.ducks / 20)
            return last
        return max(first, min(last, round((stop - due) * rate)))

    def _plan(self, due: float) -> None:
        """Decides when to begin, and when to stop, by what it has heard so far."""
        if self._position is not None:
            self._plan_to_stop(due)
        elif self._due is None:
            self._plan_to_speak(due)

    def _plan_to_speak(self, due: float) -> None:
        spans = self.heard.spans
        if self.manners.greets is not None and not self.spoken:
            self._due = due + self.manners.greets
        elif len(spans) > self._answered and due - spans[-1][1] >= ENDED and self._delays:
            self._due = spans[-1][1] + self._next(self._delays)
        else:
            return
        self._answered = len(spans)
        self._stopped = len(spans)

    def _plan_to_stop(self, due: float) -> None:
        spans, turn = self.heard.spans, self.spoken[-1]
        if len(spans) <= self._stopped or turn.interrupted is not None or not self._reactions:
            return
        begin, end = spans[-1]
        if end - begin < self.manners.needs or (
            self.heard.is_noise and not self.manners.minds_noise
        ):
            return
        if not self.manners.minds_noise and end - begin < 0.15:
            return  # too short to be told from noise
        self._stopped = len(spans)
        turn.interrupted = max(due, begin + self._next(self._reactions))

    @staticmethod
    def _next(times: deque[float]) -> float:
        times.rotate(-1)
        return times[-1]
