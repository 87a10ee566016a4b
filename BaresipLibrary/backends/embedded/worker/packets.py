"""The RTP packets of calls: each that reaches a call's socket, and each that leaves it."""

import asyncio
import contextlib
import ctypes
import math
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from baresip import StackEvent

from .call_control import find_stream
from .faults import watch
from .native import PacketHandler, library, octets_in
from .reports import Report
from .rtp_counter import LONGEST_EVENT, RtpCounter, header_of, payload_of
from .stack_thread import StackThread
from .trace import hand_over

#: Above TURN, whose packets it sees unwrapped, and below SRTP, which drops what it can't decrypt.
_BELOW_SRTP = 5
#: Above SRTP and DTLS, where payloads are as they were before encryption.
_ABOVE_SRTP = 40
#: How many octets of a packet are read: enough to tell that it is longer than those.
_READ = LONGEST_EVENT + 1
#: How many packets of a direction wait to be counted when audio is moved: with 20 ms of audio each,
#: those of a second. And how many do where no audio is moved.
_KEPT, _MOST_KEPT = 50, 200
#: How often the counts of a call that is watched are reported (s).
_PERIOD = 0.1


class CallPackets:
    """The packets of one call. `stream` is the stream whose socket is watched now.

    The stack counts those that it takes. In a call that it holds, for instance, it drops what
    arrives before it counts.

    A packet is only noted as it comes or leaves, with its time: the threads that move audio must
    not wait. Whoever asks for the counts has what was noted counted first (ADR 45).
    """

    def __init__(self, is_full: Callable[["CallPackets"], None], encrypted: bool) -> None:
        """`is_full` is called when many packets wait to be counted."""
        self.stream: int | None = None
        self.received = RtpCounter()
        self.sent = RtpCounter()
        #: How many of the sent packets the peer reports as lost; None before its first report.
        self.sent_lost: int | None = None
        self._is_full = is_full
        self._encrypted = encrypted
        self._taken_by_stack = library.stream_metric_get_rx_n_packets
        #: When they came, their first octets, and how many the stack had taken before.
        self._arrived: deque[tuple[float, bytes, int]] = deque()
        self._decrypted: deque[tuple[float, bytes]] = deque()
        self._left: deque[tuple[float, bytes]] = deque()
        self._lock = threading.Lock()
        self._untaken = 0
        self._expected: int | None = None

    def note_arrival(self, octets: bytes) -> None:
        """Notes a packet that the stack is about to read."""
        self._arrived.append((monotonic(), octets, self._taken_by_stack(self.stream)))
        if len(self._arrived) % _MOST_KEPT == 0:
            self._is_full(self)

    def note_decrypted(self, octets: bytes) -> None:
        """Notes what an encrypted packet that has arrived holds."""
        if len(octets) <= LONGEST_EVENT:
            self._decrypted.append((monotonic(), octets))

    def note_sent(self, octets: bytes) -> None:
        """Notes a packet that is about to leave."""
        self._left.append((monotonic(), octets))
        if len(self._left) % _MOST_KEPT == 0:
            self._is_full(self)

    def count_if_many(self) -> None:
        """Counts what was noted once it is much."""
        if len(self._arrived) >= _KEPT or len(self._left) >= _KEPT:
            self.count()

    def count(self) -> None:
        """Counts what was noted. Any thread may call it."""
        with self._lock:
            self._count_arrived()
            self._count_decrypted(math.inf)
            self._count_left()

    def _count_arrived(self) -> None:
        waiting = [self._arrived.popleft() for _ in range(len(self._arrived))]
        while waiting:
            # What an encrypted packet holds is to be counted before the next one.
            regular = 0 if self._encrypted else self.received.take_regular(waiting)
            for _, _, taken in waiting[:regular]:
                self._settle(taken)
                self._expected = taken + 1
            for at, octets, taken in waiting[regular : regular + 1]:
                self._count_decrypted(at)
                self._count_arrival(at, octets, taken)
            waiting = waiting[regular + 1 :]

    def _count_left(self) -> None:
        waiting = [self._left.popleft() for _ in range(len(self._left))]
        while waiting:
            regular = self.sent.take_regular(waiting)
            for at, octets in waiting[regular : regular + 1]:
                if header := header_of(octets):
                    self.sent.take(at, header)
                    _count_payload(self.sent, at, octets)
            waiting = waiting[regular + 1 :]

    def _count_decrypted(self, before: float) -> None:
        """Counts what the packets hold that came before that time."""
        while self._decrypted and self._decrypted[0][0] < before:
            _count_payload(self.received, *self._decrypted.popleft())

    def _count_arrival(self, at: float, octets: bytes, taken: int) -> None:
        header = header_of(octets)
        if header is None:
            return
        self._settle(taken)
        self._expected = taken + 1
        self.received.take(at, header)
        if not self._encrypted:
            _count_payload(self.received, at, octets)

    def arrived(self) -> dict[str, Any]:
        """What `Packets` tells of those that arrived. On the stack's thread only."""
        self.count()
        with self._lock:
            self._settle(self._taken_by_stack(self.stream))
            return {
                "untaken": self._untaken,
                "last_at": self.received.last_at,
                "kinds": list((self.received.kinds - self.received.empty).items()),
                "empty": self.received.empty.total(),
            }

    def _settle(self, taken: int) -> None:
        """Looks whether the stack took the newest packet: it has, before it sees another."""
        expected, self._expected = self._expected, None
        if expected is not None and taken < expected:
            self._untaken += 1

    def follow(self, stream: int) -> None:
        """Counts the packets of another stream from now on, after those so far."""
        self.count()
        self.stream, self._expected = stream, None

    def summary(self) -> dict[str, Any]:
        """What was counted in both directions."""
        self.count()
        with self._lock:
            return {
                "received": self.received.summary(),
                "sent": {**self.sent.summary(), "lost": self.sent_lost},
            }


def _count_payload(counter: RtpCounter, at: float, octets: bytes) -> None:
    """Counts a short packet as one without payload or of a telephone event, if it is one."""
    header = header_of(octets) if len(octets) <= LONGEST_EVENT else None
    if header is not None:
        counter.take_payload(at, header, payload_of(octets))


class PacketCounts:
    """Follows the RTP packets of all calls. To be kept as long as the stack runs.

    The stack's thread calls it with each packet that arrives, and a thread of each stream with each
    that is sent. Sockets own what is registered with them and drop it at their own end, which comes
    later than that of the call: so the handlers belong to no call, and find theirs by a number.
    """

    def __init__(self, thread: StackThread, report: Report, *, encrypted: bool = True) -> None:
        """Without encryption, what arrives is seen at one place only."""
        self._thread = thread
        self._report = report
        self._encrypted = encrypted
        self._loop = asyncio.get_running_loop()
        self._calls: dict[str, CallPackets] = {}
        self._numbered: dict[int, CallPackets] = {}
        self._last_number = 0
        self._watched: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._arrival = PacketHandler("_Bool", 3, False, self._on_arrival)
        self._decrypted = PacketHandler("_Bool", 3, False, self._on_decrypted)
        self._sent = PacketHandler("_Bool", 4, False, self._on_sent)

    async def follow(self, call_id: str) -> None:
        """Sees every packet of a call from now on, if this build of the wheel can. Idempotent."""
        await self._thread.run(lambda: self.open(call_id))

    def open(self, call_id: str) -> None:
        """As `follow`. On the stack's thread only."""
        if not library.has_all_for("SEE_RTP"):
            return
        stream = find_stream(call_id)
        session = library.stream_rtp_sock(stream) if stream else None
        sock = library.rtp_sock(session) if session else None
        if not stream or not sock:
            return
        packets = self._calls.setdefault(call_id, CallPackets(self._count_soon, self._encrypted))
        if packets.stream == stream:
            return
        packets.follow(stream)
        self._last_number += 1
        self._numbered[self._last_number] = packets
        decrypted = self._decrypted.address if self._encrypted else None
        for layer, send, receive in (
            (_BELOW_SRTP, None, self._arrival.address),
            (_ABOVE_SRTP, self._sent.address, decrypted),
        ):
            library.udp_register_helper(
                ctypes.byref(ctypes.c_void_p()), sock, layer, send, receive, self._last_number
            )

    def count_where_many(self) -> None:
        """Counts the packets of calls in which many wait. To be called when the loop is awake."""
        for packets in list(self._calls.values()):
            packets.count_if_many()

    def _count_soon(self, packets: CallPackets) -> None:
        hand_over(self._loop, packets.count)

    # Each returns False: the stack goes on with the packet.

    def _on_arrival(self, _source: int, buffer: int, number: int) -> bool:
        packets = self._numbered.get(number)
        if packets is not None:
            packets.note_arrival(octets_in(buffer, _READ))
        return False

    def _on_decrypted(self, _source: int, buffer: int, number: int) -> bool:
        packets = self._numbered.get(number)
        if packets is not None:
            packets.note_decrypted(octets_in(buffer, _READ))
        return False

    def _on_sent(self, _error: int, _destination: int, buffer: int, number: int) -> bool:
        packets = self._numbered.get(number)
        if packets is not None:
            packets.note_sent(octets_in(buffer, _READ))
        return False

    def is_new_digit(self, event: StackEvent) -> bool:
        """Whether a digit that the stack reports is none that it has reported already."""
        packets = self._calls.get(event.call_id or "")
        if packets is None:
            return True
        packets.count()
        return packets.received.digits.is_new(event.text or "", monotonic())

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
            arrived = packets.arrived() if packets else {}
            taken = library.stream_metric_get_rx_n_packets(stream)
            return {
                "received": taken + arrived.get("untaken", 0),
                "sent": library.stream_metric_get_tx_n_packets(stream),
                **arrived,
            }

        return await self._thread.run(count)
