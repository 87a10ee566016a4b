"""The RTP packets of calls, counted: those that reach a call's socket, and those that leave it."""

import ctypes
import time
from typing import Any

from .call_control import find_stream
from .faults import safely
from .native import POINTER, MessageBuffer, library
from .stack_thread import StackThread

#: Above TURN, whose packets it sees unwrapped, and below SRTP, which drops what it can't decrypt.
_LAYER = 5
_HEADER = 12
_VERSION = 2
#: RTCP on the same port as RTP (RFC 5761, section 4).
_RTCP = range(64, 96)

_RECEIVED = ctypes.CFUNCTYPE(ctypes.c_bool, POINTER, POINTER, POINTER)


class PacketTap:
    """Sees the packets that reach one stream, whether the stack takes them or not.

    The stack counts those that it takes. In a call that it holds, for instance, it drops what
    arrives before it counts. `last_at` is when the newest packet came, `payload_types` are those of
    all that came. The socket owns what `open` gives it and drops it at its own end: until then the
    tap must be kept. All of it runs on the stack's thread.
    """

    def __init__(self, stream: int) -> None:
        self.stream = stream
        self.last_at: float | None = None
        self.payload_types: set[int] = set()
        self._untaken = 0
        self._expected: int | None = None
        self._handler = _RECEIVED(safely(False, self._arrived))

    def open(self) -> None:
        """Sees every packet from now on."""
        session = library.stream_rtp_sock(self.stream)
        sock = session and library.rtp_sock(session)
        if sock:
            helper = ctypes.c_void_p()
            library.udp_register_helper(
                ctypes.byref(helper), sock, _LAYER, None, self._handler, None
            )

    def untaken(self) -> int:
        """How many packets the stack has not taken so far."""
        self._settle()
        return self._untaken

    def _arrived(self, _source: int, buffer: int, _argument: int) -> bool:
        payload_type = _payload_type(MessageBuffer.from_address(buffer))
        if payload_type is not None:
            self._settle()
            self.payload_types.add(payload_type)
            self._expected = self._taken() + 1
            self.last_at = time.monotonic()
        return False  # the stack goes on with it

    def _settle(self) -> None:
        """Looks whether the stack took the newest packet: it has, before it sees another."""
        expected, self._expected = self._expected, None
        if expected is not None and self._taken() < expected:
            self._untaken += 1

    def _taken(self) -> int:
        return int(library.stream_metric_get_rx_n_packets(self.stream))


def _payload_type(buffer: MessageBuffer) -> int | None:
    """The payload type of an RTP packet; None for any other packet."""
    if buffer.end - buffer.pos < _HEADER:
        return None
    octets = (ctypes.c_uint8 * 2).from_address(buffer.buf + buffer.pos)
    payload_type = octets[1] & 0x7F
    is_rtp = octets[0] >> 6 == _VERSION and payload_type not in _RTCP
    return payload_type if is_rtp else None


class PacketCounts:
    """Counts the RTP packets of calls."""

    def __init__(self, thread: StackThread) -> None:
        self._thread = thread
        self._taps: dict[str, PacketTap] = {}

    async def watch(self, call_id: str) -> None:
        """Counts from now on what the stack does not take, too, if this build of the wheel can."""
        if not library.has_all_for("COUNT_PACKETS"):
            return

        def tap() -> None:
            stream = find_stream(call_id)
            known = self._taps.get(call_id)
            if stream and not (known and known.stream == stream):
                self._taps[call_id] = PacketTap(stream)
                self._taps[call_id].open()

        await self._thread.run(tap)

    async def forget(self, call_id: str) -> None:
        """Drops the tap of a call that has closed."""
        await self._thread.run(lambda: self._taps.pop(call_id, None))

    async def read(self, call_id: str) -> dict[str, Any] | None:
        """The counts so far, as `Packets` has them; None when the call has no audio stream."""

        def count() -> dict[str, Any] | None:
            stream, tap = find_stream(call_id), self._taps.get(call_id)
            if not stream:
                return None
            if tap and tap.stream != stream:
                tap = None
            untaken = tap.untaken() if tap else 0
            return {
                "received": library.stream_metric_get_rx_n_packets(stream) + untaken,
                "sent": library.stream_metric_get_tx_n_packets(stream),
                "untaken": untaken,
                "last_at": tap and tap.last_at,
                "payload_types": sorted(tap.payload_types) if tap else [],
            }

        return await self._thread.run(count)
