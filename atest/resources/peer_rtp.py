"""RTP of the scripted peer: G.711 tones and telephone events out, everything that arrives kept."""

import socket
import struct
import threading
import time
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

RATE, PACKET = 8000, 160
#: Payload types of G.711 (RFC 3551).
PCMU, PCMA = 0, 8
COMFORT_NOISE = 13
#: A packet of silence.
SILENCE = (PCMU, b"\xff" * PACKET)
_EVENTS = "0123456789*#ABCD"
_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")


@dataclass(frozen=True)
class Packet:
    """One RTP packet that arrived, `at` in monotonic seconds."""

    at: float
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


class Rtp:
    """One RTP socket: sends a tone from `play` on, and keeps what arrives in `packets`."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self.port: int = self._socket.getsockname()[1]
        self.target: tuple[str, int] | None = None
        self.payload_type = PCMU
        #: Samples in a packet, and the source that it names.
        self.length = PACKET
        self.ssrc = 0x5EED
        #: Octets of padding at the end of each packet (RFC 3550, section 5.1).
        self.padding = 0
        self.sent = 0
        self.packets: list[Packet] = []
        self._sequence, self._timestamp = 1000, 160
        self._samples: NDArray[np.float64] | None = None
        self._position = 0
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._receive, self._send)
        ]
        for thread in self._threads:
            thread.start()

    def play(self, *frequencies: float, level: float = -12.0) -> None:
        """Sends sines (Hz, each of that dBFS) from now on; a frequency of 0 is silence."""
        seconds = np.arange(RATE) / RATE
        sines = [np.sin(2 * np.pi * round(frequency) * seconds) for frequency in frequencies]
        self._samples = 10 ** (level / 20) * np.sum(sines, axis=0)

    def stop(self) -> None:
        """Sends no packet any more."""
        self._samples = None

    def press(
        self, digit: str | int, *, payload_type: int = 101, milliseconds: int = 100, ends: int = 3
    ) -> None:
        """Sends one telephone event (RFC 4733), paced; audio pauses meanwhile."""
        event = _EVENTS.index(digit) if isinstance(digit, str) else digit
        samples, self._samples = self._samples, None
        started, count = self._timestamp, max(1, milliseconds // 20)
        for number in range(count + ends):
            last = number >= count
            duration = PACKET * min(number + 1, count)
            payload = _EVENT.pack(event, 0x8A if last else 0x0A, duration)
            self._put(payload_type, payload, started, marker=number == 0)
            self._closed.wait(0 if last else 0.02)
        self._timestamp = (started + PACKET * count) & 0xFFFFFFFF
        self._samples = samples

    def press_out_of_order(self, digit: str, *order: int) -> None:
        """Sends so many packets of a telephone event in that order; the highest number ends it."""
        event, samples, self._samples = _EVENTS.index(digit), self._samples, None
        started, first = self._timestamp, self._sequence
        for number in order:
            bits = 0x8A if number == max(order) else 0x0A
            self._sequence = (first + number) & 0xFFFF
            self._put(101, _EVENT.pack(event, bits, PACKET * (number + 1)), started)
            self._closed.wait(PACKET / RATE)
        self._sequence = (first + len(order)) & 0xFFFF
        self._timestamp = (started + PACKET * len(order)) & 0xFFFFFFFF
        self._samples = samples

    def tone(self, last: float = 0.3) -> float | None:
        """The strongest frequency (Hz) of the last seconds that arrived; None without sound."""
        payloads = [p for p in list(self.packets) if p.payload_type in (PCMU, PCMA)]
        recent = payloads[-max(1, int(last * RATE / PACKET)) :]
        if not recent:
            return None
        samples = np.concatenate([decoded(p.payload, p.payload_type) for p in recent])
        if np.sqrt(np.mean(samples**2)) < 0.003:
            return None
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
        return float(np.argmax(spectrum) * RATE / samples.size)

    def wait_for_packets(self, count: int, within: float) -> bool:
        """Whether so many more packets arrive in time (s)."""
        with self._changed:
            wanted = len(self.packets) + count
            return self._changed.wait_for(lambda: len(self.packets) >= wanted, within)

    def close(self) -> None:
        self._closed.set()
        self._socket.close()

    def _receive(self) -> None:
        self._socket.settimeout(0.2)
        while not self._closed.is_set():
            try:
                data = self._socket.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                return
            if len(data) >= _HEADER.size:
                _, kind, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
                packet = Packet(
                    time.monotonic(), kind & 0x7F, bool(kind & 0x80), sequence, timestamp, ssrc,
                    data[_HEADER.size :],
                )  # fmt: skip
                with self._changed:
                    self.packets.append(packet)
                    self._changed.notify_all()

    def _send(self) -> None:
        due = time.monotonic()
        while not self._closed.wait(max(0.0, due - time.monotonic())):
            length = self.length
            due += length / RATE
            samples = self._samples
            if samples is None or self.target is None:
                continue
            piece = np.take(samples, range(self._position, self._position + length), mode="wrap")
            self._position = (self._position + length) % samples.size
            self._put(self.payload_type, encoded(piece, self.payload_type), self._timestamp)
            self._timestamp = (self._timestamp + length) & 0xFFFFFFFF

    def send_numbers(self, *numbers: int) -> None:
        """Sends a packet of silence for each of these sequence numbers, paced; `play` is off."""
        first = self._sequence
        for number in numbers:
            self._sequence = (first + number) & 0xFFFF
            timestamp = (self._timestamp + PACKET * number) & 0xFFFFFFFF
            self._put(self.payload_type, encoded(np.zeros(PACKET), self.payload_type), timestamp)
            self._closed.wait(PACKET / RATE)

    def number_from(self, sequence: int) -> None:
        """Goes on with that sequence number."""
        self._sequence = sequence

    def repeat(self, *packets: tuple[int, bytes], every: float = PACKET / RATE) -> None:
        """Sends packets (payload type, payload) in turn, one every so many seconds from now on."""
        self.stop()

        def send() -> None:
            for payload_type, payload in cycle(packets):
                if self._closed.wait(every):
                    return
                self._put(payload_type, payload, self._timestamp)
                self._timestamp = (self._timestamp + round(every * RATE)) & 0xFFFFFFFF

        threading.Thread(target=send, daemon=True).start()

    def send_event(
        self, event: int, *durations: int, payload_type: int = 101, end: bool = True
    ) -> None:
        """Sends a telephone event, a packet for each duration (samples); the last one ends it."""
        started = self._timestamp
        for number, duration in enumerate(durations):
            is_end = end and number == len(durations) - 1
            payload = _EVENT.pack(event, 0x8A if is_end else 0x0A, duration)
            self._put(payload_type, payload, started, marker=number == 0)
            self._closed.wait(PACKET / RATE)
        self._timestamp = (started + max(durations)) & 0xFFFFFFFF

    def _put(
        self, payload_type: int, payload: bytes, timestamp: int, *, marker: bool = False
    ) -> None:
        kind = payload_type | (0x80 if marker else 0)
        bits = 0xA0 if self.padding else 0x80
        head = _HEADER.pack(bits, kind, self._sequence, timestamp, self.ssrc)
        payload += bytes(self.padding - 1) + bytes([self.padding]) if self.padding else b""
        self._sequence = (self._sequence + 1) & 0xFFFF
        if self.target is not None:
            try:
                self._socket.sendto(head + payload, self.target)
                self.sent += 1
            except OSError:
                pass  # nobody listens there


def _mu_law() -> NDArray[np.float64]:
    """What each of the 256 octets of mu-law stands for, -1 to 1 (G.711)."""
    codes = ~np.arange(256) & 0xFF
    magnitude = (((codes & 0x0F) * 2 + 33) << (codes >> 4 & 7)) - 33
    return np.where(codes & 0x80, -magnitude, magnitude) / 8159.0


def _a_law() -> NDArray[np.float64]:
    """What each of the 256 octets of A-law stands for, -1 to 1 (G.711)."""
    codes = np.arange(256) ^ 0x55
    exponent, mantissa = codes >> 4 & 7, codes & 0x0F
    magnitude = np.where(
        exponent == 0, mantissa * 2 + 1, (mantissa * 2 + 33) << np.maximum(exponent - 1, 0)
    )
    return np.where(codes & 0x80, magnitude, -magnitude) / 4096.0


_VALUES = {PCMU: _mu_law(), PCMA: _a_law()}
_ORDERS = {law: np.argsort(values) for law, values in _VALUES.items()}


def decoded(payload: bytes, law: int) -> NDArray[np.float64]:
    return _VALUES[law][np.frombuffer(payload, np.uint8)]


def encoded(samples: NDArray[np.float64], law: int) -> bytes:
    if law not in _VALUES:
        return bytes(samples.size)
    order = _ORDERS[law]
    values = _VALUES[law][order]
    places = np.clip(np.searchsorted(values, samples), 1, 255)
    nearer_below = samples - values[places - 1] < values[places] - samples
    return order[np.where(nearer_below, places - 1, places)].astype(np.uint8).tobytes()
