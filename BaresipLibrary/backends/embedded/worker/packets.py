"""The RTP packets of calls: each that reaches a call's socket, and each that leaves it."""

import asyncio
import contextlib
import ctypes
import time
from collections.abc import Callable
from typing import Any

from .call_control import find_stream
from .faults import safely, watch
from .native import MessageBuffer, PacketHandler, library
from .rtp_counter import HEADER, RtpCounter, RtpHeader, payload_of
from .stack_thread import StackThread

#: Above TURN, whose packets it sees unwrapped, and below SRTP, which drops what it can't decrypt.
_BELOW_SRTP = 5
#: Above SRTP and DTLS, where payloads are as they were before encryption.
_ABOVE_SRTP = 40
_VERSION = 2
#: Octets of the longest packet that may hold a telephone event, with an extension of the header.
_LONGEST_EVENT = 64
#: Octets of the longest packet of UDP.
_LONGEST = 65535
#: RTCP on the same port as RTP (RFC 5761, section 4).
_RTCP = range(64, 96)
#: How often the counts of a call that is watched are reported (s).
_PERIOD = 0.1

Report = Callable[..., None]


class CallPackets:
    """The packets of one call. `stream` is the stream whose socket is watched now.

    The stack counts those that it takes. In a call that it holds, for instance, it drops what
    arrives before it counts.
    """

    def __init__(self) -> None:
        self.stream: int | None = None
        self.received = RtpCounter()
        self.sent = RtpCounter()
        #: How many of the sent packets the peer reports as lost; None before its first report.
        self.sent_lost: int | None = None
        self._untaken = 0
        self._expected: int | None = None

    def arrived(self, header: RtpHeader) -> None:
        """Takes in a packet that the stack is about to read."""
        taken = self._settle()
        self._expected = taken + 1
        self.received.take(time.monotonic(), header)

    def untaken(self) -> int:
        """How many packets the stack has not taken so far."""
        self._settle()
        return self._untaken

    def _settle(self) -> int:
        """Looks whether the stack took the newest packet: it has, before it sees another.

        Returns how many it has taken.
        """
        taken = int(library.stream_metric_get_rx_n_packets(self.stream))
        expected, self._expected = self._expected, None
        if expected is not None and taken < expected:
            self._untaken += 1
        return taken

    def follow(self, stream: int) -> None:
        """Counts the packets of another stream from now on, after those so far."""
        self.stream, self._expected = stream, None

    def summary(self) -> dict[str, Any]:
        """What was counted in both directions."""
        return {
            "received": self.received.summary(),
            "sent": {**self.sent.summary(), "lost": self.sent_lost},
        }


class PacketCounts:
    """Follows the RTP packets of all calls. To be kept as long as the stack runs.

    The stack's thread calls it with each packet that arrives, and a thread of each stream with each
    that is sent. Sockets own what is registered with them and drop it at their own end, which comes
    later than that of the call: so the handlers belong to no call, and find theirs by a number.
    """

    def __init__(self, thread: StackThread, report: Report) -> None:
        self._thread = thread
        self._report = report
        self._calls: dict[str, CallPackets] = {}
        self._numbered: dict[int, CallPackets] = {}
        self._last_number = 0
        self._watched: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._handlers = (
            PacketHandler("_Bool", 3, safely(False, self._on_arrival)),
            PacketHandler("_Bool", 3, safely(False, self._on_decrypted)),
            PacketHandler("_Bool", 4, safely(False, self._on_sent)),
        )

    async def follow(self, call_id: str) -> None:
        """Sees every packet of a call from now on, if this build of the wheel can. Idempotent."""
        if library.has_all_for("SEE_RTP"):
            await self._thread.run(lambda: self._open(call_id))

    def _open(self, call_id: str) -> None:
        stream = find_stream(call_id)
        session = library.stream_rtp_sock(stream) if stream else None
        sock = library.rtp_sock(session) if session else None
        if not stream or not sock:
            return
        packets = self._calls.setdefault(call_id, CallPackets())
        if packets.stream == stream:
            return
        packets.follow(stream)
        self._last_number += 1
        self._numbered[self._last_number] = packets
        arrival, decrypted, sent = (handler.address for handler in self._handlers)
        for layer, send, receive in (
            (_BELOW_SRTP, None, arrival),
            (_ABOVE_SRTP, sent, decrypted),
        ):
            library.udp_register_helper(
                ctypes.byref(ctypes.c_void_p()), sock, layer, send, receive, self._last_number
            )

    def _on_arrival(self, _source: int, buffer: int, number: int) -> bool:
        packets, (header, _) = self._numbered.get(number), _read(buffer)
        if packets is not None and header is not None:
            packets.arrived(header)
        return False  # the stack goes on with it

    def _on_decrypted(self, _source: int, buffer: int, number: int) -> bool:
        packets, (header, payload) = self._numbered.get(number), _read(buffer, _LONGEST_EVENT)
        if packets is not None and header is not None:
            packets.received.take_payload(time.monotonic(), header, payload)
        return False

    def _on_sent(self, _error: int, _destination: int, buffer: int, number: int) -> bool:
        packets, (header, payload) = self._numbered.get(number), _read(buffer)
        if packets is not None and header is not None:
            at = time.monotonic()
            packets.sent.take(at, header)
            packets.sent.take_payload(at, header, payload)
        return False

    def note_report(self, call_id: str | None, rtcp: dict[str, Any]) -> None:
        """Takes in what RTCP says of the sent packets: nothing unless the peer reports on them."""
        packets = self._calls.get(call_id or "")
        if packets is not None and (rtcp.get("rtt_us") or rtcp.get("tx_lost")):
            packets.sent_lost = rtcp.get("tx_lost", 0)

    def close(self, call_id: str) -> None:
        """Reports the last counts of a call that has closed, and follows it no more."""
        self._tell(call_id)
        self._watched.discard(call_id)
        packets = self._calls.pop(call_id, None)
        # The stack's thread may be adding another call's packets.
        for number in [key for key, value in list(self._numbered.items()) if value is packets]:
            del self._numbered[number]

    def _tell(self, call_id: str) -> None:
        packets = self._calls.get(call_id)
        if packets is not None:
            self._report("RtpCounted", call_id=call_id, **packets.summary())

    async def do_watch_rtp(self, call_id: str, on: bool) -> None:
        """Reports the counts of a call at once, and again while it is watched."""
        if not on:
            self._watched.discard(call_id)
            self._wake.set()
            return
        await self.follow(call_id)
        self._tell(call_id)
        self._watched.add(call_id)
        if self._task is None:
            self._task = asyncio.create_task(self._keep_telling())
            watch(self._task)

    async def _keep_telling(self) -> None:
        while self._watched:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _PERIOD)
            for call_id in list(self._watched):
                self._tell(call_id)
        self._task = None

    async def do_count_packets(self, call_id: str) -> dict[str, Any] | None:
        """The counts so far, as `Packets` has them; None when the call has no audio stream."""

        def count() -> dict[str, Any] | None:
            stream, packets = find_stream(call_id), self._calls.get(call_id)
            if not stream:
                return None
            if packets is not None and packets.stream != stream:
                packets = None
            untaken = packets.untaken() if packets else 0
            return {
                "received": library.stream_metric_get_rx_n_packets(stream) + untaken,
                "sent": library.stream_metric_get_tx_n_packets(stream),
                "untaken": untaken,
                "last_at": packets and packets.received.last_at,
                "payload_types": sorted(packets.received.payload_types) if packets else [],
            }

        return await self._thread.run(count)


def _read(address: int, longest: int = _LONGEST) -> tuple[RtpHeader | None, bytes]:
    """Header and payload of the RTP packet in a buffer; no header for any other packet.

    Nor for one of more octets than `longest`. Of a long payload only the beginning is read.
    """
    buffer = MessageBuffer.from_address(address)
    size = buffer.end - buffer.pos
    if not HEADER.size <= size <= longest:
        return None, b""
    packet = ctypes.string_at(buffer.buf + buffer.pos, min(size, _LONGEST_EVENT + 1))
    version, kind, sequence, timestamp, ssrc = HEADER.unpack_from(packet)
    payload_type = kind & 0x7F
    if version >> 6 != _VERSION or payload_type in _RTCP:
        return None, b""
    return RtpHeader(payload_type, sequence, timestamp, ssrc), payload_of(packet)
