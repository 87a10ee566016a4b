"""A bad network between two agents: a relay for SIP and RTP on loopback that loses and delays."""

import heapq
import itertools
import random
import re
import selectors
import socket
import struct
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from statistics import fmean

from robot.api.deco import library

from BaresipLibrary.agents.agent import Agent

_HOST = "127.0.0.1"
Address = tuple[str, int]
#: SO_TIMESTAMPNS of Linux, which Python does not name.
_TIMESTAMP = 35


@dataclass
class Path:
    """What happens to the RTP packets of one direction: lost in percent, late in seconds.

    `spent` is how long each really took, at least and at most, in seconds: on a busy machine it is
    not known better. And how many of its samples are no silence.
    """

    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    cut: bool = False
    spent: list[tuple[float, float, int]] = field(default_factory=list)


class _Side:
    """What stands in for one agent towards the other: a port for SIP, and one each for RTP, RTCP.

    `agent` and `media` are where that agent really is, once it is known.
    """

    def __init__(self) -> None:
        self.sip = _bound()
        self.rtp, self.rtcp = _pair()
        self.agent: Address | None = None
        self.media: Address | None = None

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        return self.sip, self.rtp, self.rtcp


class _Network(threading.Thread):
    """Forwards between a caller and a callee, neither of whom sees the other's addresses."""

    def __init__(self, callee: Address, to_caller: Path, to_callee: Path, seed: int) -> None:
        super().__init__(name="relay", daemon=True)
        self._caller, self._callee = _Side(), _Side()
        self._callee.agent = callee
        self._paths = {id(self._caller): to_caller, id(self._callee): to_callee}
        self._chance = random.Random(seed)
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._waker, self._woken = socket.socketpair()
        self.lost = self.passed = 0
        #: The INVITEs of each side that wait for one of the other, while they are to cross.
        self.withheld: defaultdict[int, list[Callable[[], object]]] | None = None

    @property
    def port(self) -> int:
        """Where the callee seems to be."""
        port: int = self._callee.sip.getsockname()[1]
        return port

    def run(self) -> None:
        """Forwards until it is stopped."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            for side, other in ((self._caller, self._callee), (self._callee, self._caller)):
                for sock in side.sockets:
                    selector.register(sock, selectors.EVENT_READ, (side, other))
            while True:
                self._send_due()
                wait = self._due[0][0] - time.monotonic() if self._due else None
                for key, _ in selector.select(wait if wait is None else max(0.0, wait)):
                    if key.data is None:
                        return
                    self._take(key.fileobj, *key.data)

    def stop(self) -> None:
        """Ends the thread."""
        self._waker.send(b"x")
        self.join()
        sockets = (*self._caller.sockets, *self._callee.sockets, self._waker, self._woken)
        for sock in sockets:
            sock.close()

    def _take(self, sock: socket.socket, side: _Side, other: _Side) -> None:
        """A packet came to what stands in for `side`: it is for that agent, from the other."""
        try:
            data, notes, _, source = sock.recvmsg(65536, 64)
        except OSError:
            return  # a packet sent before had no reader
        if sock is side.sip:
            other.agent = source
            if side.agent:
                disguised = self._disguised(data, side, other)
                go = partial(other.sip.sendto, disguised, side.agent)
                if not (self.withheld is not None and data.startswith(b"INVITE ")):
                    self._later(time.monotonic(), go)
                    return
                self.withheld[id(side)].append(go)
                self._release_crossing()
        elif side.media:
            port = side.media[1] + (sock is side.rtcp)
            out = other.rtp if sock is side.rtp else other.rtcp
            self._forward(data, _arrival(notes), out, (side.media[0], port), self._paths[id(side)])

    def _release_crossing(self) -> None:
        """Sends the INVITEs on that were withheld, once each side has sent one."""
        if self.withheld is not None and len(self.withheld) == 2:
            for go in itertools.chain(*self.withheld.values()):
                self._later(time.monotonic(), go)
            self.withheld = None

    def _forward(
        self, data: bytes, came: float, out: socket.socket, to: Address, path: Path
    ) -> None:
        if path.cut or self._chance.uniform(0, 100) < path.loss:
            self.lost += 1
            return
        self.passed += 1

        def go() -> None:
            before = time.monotonic()
            out.sendto(data, to)
            if not 192 <= data[1] <= 223:  # RTCP, as RFC 5761 tells it from RTP
                after = time.monotonic()
                path.spent.append((before - came, after - came, _loud_samples(data)))

        self._later(came + path.delay + self._chance.uniform(0, path.jitter), go)

    def _later(self, at: float, go: Callable[[], object]) -> None:
        heapq.heappush(self._due, (at, next(self._numbers), go))

    def _send_due(self) -> None:
        while self._due and self._due[0][0] <= time.monotonic():
            heapq.heappop(self._due)[2]()

    def _disguised(self, data: bytes, side: _Side, other: _Side) -> bytes:
        """The message with the sender's addresses replaced by what stands in for it."""
        assert side.agent and other.agent
        head, _, body = data.partition(b"\r\n\r\n")
        swaps = [
            (_place(other.agent), _place(other.sip.getsockname())),
            (_place(side.sip.getsockname()), _place(side.agent)),
        ]
        lines = head.split(b"\r\n")
        for number, line in enumerate(lines):
            if line.lower().startswith(b"via:"):
                continue  # by which the answers find their way
            lines[number] = _swapped(line, swaps)
        if b"\nm=audio " in body:
            body = self._with_own_media(body, other)
        return b"\r\n".join(_with_length(lines, len(body))) + b"\r\n\r\n" + body

    def _with_own_media(self, body: bytes, other: _Side) -> bytes:
        found = re.search(rb"\nm=audio (\d+)", body)
        assert found
        other.media = (_HOST, int(found[1]))
        port = other.rtp.getsockname()[1]
        body = body.replace(found[0], b"\nm=audio %d" % port)
        return re.sub(rb"\na=rtcp:\d+", b"\na=rtcp:%d" % (port + 1), body)


@library(scope="TEST", auto_keywords=True)
class Relay:
    """Keywords for a network that is lossy, late or cut. One relay lies between two agents."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._networks: list[_Network] = []
        self._paths: dict[str, Path] = {}

    def end_test(self, data: object, result: object) -> None:
        """Listener: ends the relays of a test."""
        while self._networks:
            self._networks.pop().stop()

    def start_relay(self, caller: Agent, callee: Agent, seed: int = 1) -> str:
        """Begins to relay; returns the URI under which the caller reaches the callee by it."""
        user, _, address = callee.uri.removeprefix("sip:").partition("@")
        host, _, port = address.partition(":")
        ways = [self._paths.setdefault(one.name, Path()) for one in (caller, callee)]
        place = host, int(port.partition(";")[0])
        network = _Network(place, *ways, seed)
        network.start()
        self._networks.append(network)
        return f"sip:{user}@{_HOST}:{network.port}"

    def the_way_to(
        self,
        agent: str,
        loss: float = 0.0,
        delay: timedelta = timedelta(),
        jitter: timedelta = timedelta(),
        cut: bool = False,
    ) -> None:
        """Says what happens from now on to RTP that is sent to an agent; loss in percent."""
        path = self._paths.setdefault(agent, Path())
        path.loss, path.cut = loss, cut
        path.delay, path.jitter = delay.total_seconds(), jitter.total_seconds()
        path.spent = []

    def times_of_sounds_on_the_way_to(self, agent: str) -> list[tuple[float, float]]:
        """How long each sound between silences took through the relay, of a call in PCMU.

        At least and at most, in seconds, the mean over its samples; of the sounds since that was
        last asked or said.
        """
        path = self._paths[agent]
        packets, path.spent = path.spent, []
        times = []
        for is_loud, group in itertools.groupby(packets, lambda packet: packet[2] > 0):
            if is_loud:
                least, most, samples = zip(*group, strict=True)
                times.append((fmean(least, samples), fmean(most, samples)))
        return times

    def the_next_invites_cross(self) -> None:
        """The next INVITE of either side is on its way until the other side has sent one, too."""
        for network in self._networks:
            network.withheld = defaultdict(list)

    def packets_should_have_been_lost(self) -> None:
        """Fails when all arrived: then nothing was tried."""
        lost, passed = (sum(getattr(n, w) for n in self._networks) for w in ("lost", "passed"))
        print(f"{lost} packets lost, {passed} passed")
        if not lost:
            raise AssertionError("No packet was lost.")


def _bound(port: int = 0) -> socket.socket:
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.bind((_HOST, port))
    if sys.platform == "linux":
        sock.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
    return sock


def _arrival(notes: list[tuple[int, int, bytes]]) -> float:
    """When a packet came, in monotonic seconds: on Linux by the kernel, for this may be busy."""
    for level, kind, stamp in notes:
        if (level, kind) == (socket.SOL_SOCKET, _TIMESTAMP):
            seconds, nanoseconds = struct.unpack("qq", stamp)
            return _monotonic_at_zero() + seconds + nanoseconds / 1e9
    return time.monotonic()


def _monotonic_at_zero() -> float:
    """What the monotonic clock reads when the other one reads 0: of ten looks the quickest."""
    looks = [(time.monotonic(), time.time(), time.monotonic()) for _ in range(10)]
    before, other, _ = min(looks, key=lambda look: look[2] - look[0])
    return before - other


def _loud_samples(packet: bytes) -> int:
    """How many samples of an RTP packet with mu-law are not zero."""
    return sum(octet & 0x7F != 0x7F for octet in packet[12:])


def _pair() -> tuple[socket.socket, socket.socket]:
    """Sockets at an even port and the next one, as RTP and RTCP want it."""
    while True:
        rtp = _bound()
        port = rtp.getsockname()[1]
        try:
            if port % 2 == 0:
                return rtp, _bound(port + 1)
        except OSError:
            pass  # the next one is taken
        rtp.close()


def _place(address: Address) -> bytes:
    return f"{address[0]}:{address[1]}".encode()


def _swapped(line: bytes, swaps: list[tuple[bytes, bytes]]) -> bytes:
    """Each place replaced once, in one pass, so that no replacement is replaced again."""
    known = dict(swaps)
    pattern = rb"(?:%s)(?!\d)" % b"|".join(map(re.escape, known))
    return re.sub(pattern, lambda match: known[match[0]], line)


def _with_length(lines: list[bytes], length: int) -> list[bytes]:
    return [
        b"Content-Length: %d" % length if line.lower().startswith(b"content-length:") else line
        for line in lines
    ]
