"""What no well-behaved peer sends, thrown at the SIP port and at the media ports of an agent."""

import random
import re
import socket
import struct
from collections.abc import Iterable, Iterator

from robot.api import logger
from robot.api.deco import library
from robot.libraries.BuiltIn import BuiltIn

from atest.resources.running_agents import agent_named
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.concurrency import wait_until
from BaresipLibrary.errors import BackendError
from BaresipLibrary.events import SipMessage
from utest.sip.torture import torture

_HOST = "127.0.0.1"
#: How long an agent may take to answer what every phone answers (s).
_SOON = 3.0
#: What mutations put in beside random bytes.
_PIECES = (
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b'"',
    b"<",
    b">",
    b":",
    b";",
    b"=",
    b"%s%n",
    b"\0",
    b"9" * 99,
)


@library(scope="TEST", auto_keywords=True)
class Torture:
    """Keywords that say which message was the last that an agent survived."""

    def __init__(self) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((_HOST, 0))
        self._socket.settimeout(_SOON)
        self._asked = 0

    def throw_the_torture_set_at(self, name: str) -> list[str]:
        """Sends each message of `utest/sip/torture.py`; returns the names of those that killed."""
        agent = agent_named(name)
        user = agent.uri.partition(";")[0]
        return self._throw(name, torture(user, self._place()).items())

    def throw_mutations_at(self, name: str, count: int, seed: int) -> list[str]:
        """Sends messages of the torture set, and those of this agent, with some places changed."""
        agent = agent_named(name)
        chance = random.Random(seed)
        real = [event.text.encode() for event in agent.journal.of_kind(SipMessage)]
        user = agent.uri.partition(";")[0]
        seeds = [*torture(user, self._place()).values(), *real]
        changed = (_mutated(chance.choice(seeds), chance) for _ in range(count))
        return self._throw(name, ((repr(data), data) for data in changed))

    def answer_with_torture(self, name: str) -> list[str]:
        """Has an agent dial again and again, and answers with each status line of the set.

        Returns the names of those that killed it.
        """
        lines = {
            what: data.partition(b"\r\n")[0]
            for what, data in torture().items()
            if what.startswith("status line")
        }
        return self._throw(name, ((what, self._answer(name, line)) for what, line in lines.items()))

    def _answer(self, name: str, line: bytes) -> bytes:
        agent = agent_named(name)
        agent.dial(f"sip:torturer@{self._place()}")
        while not (invite := self._socket.recv(65536)).startswith(b"INVITE "):
            pass  # what is left of the call before
        headers = invite.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        wanted = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")
        same = [header for header in headers if header.lower().startswith(wanted)]
        return b"\r\n".join([line, *same, b"Content-Length: 0", b"", b""])

    def _place(self) -> str:
        return f"{_HOST}:{self._socket.getsockname()[1]}"

    def _throw(self, name: str, messages: Iterable[tuple[str, bytes]]) -> list[str]:
        """An agent that dies is replaced by another, so that the next message finds one, too."""
        deadly, count = [], 0
        for what, data in messages:
            count += 1
            agent = agent_named(name)
            self._socket.sendto(data, _address(agent))
            if self._is_answered(agent):
                _end_calls(agent)
                continue
            wait_until(agent.changes, lambda agent=agent: agent.death, _SOON)
            if agent.death is None:
                raise AssertionError(f"{name} answers no more, and lives, after {what}.")
            logger.info(f"{what}\n{data!r}\n{agent.death}")
            if not all(caveat in agent.death for caveat in agent.backend.caveats[:1]):
                raise AssertionError(f"That it was to be expected is not said: {agent.death}")
            deadly.append(what)
            BuiltIn().run_keyword("Stop Agent", name)
            BuiltIn().run_keyword("Start Agent", name)
        logger.info(f"{count} messages, {len(deadly)} of them deadly.")
        return deadly

    def _is_answered(self, agent: Agent) -> bool:
        """Whether it answers OPTIONS: then it has dealt with everything that came before."""
        self._asked += 1
        place, key = self._place(), f"z9hG4bK-alive-{self._asked}"
        user = agent.uri.partition(";")[0]
        request = (
            f"OPTIONS {user} SIP/2.0\r\nVia: SIP/2.0/UDP {place};branch={key}\r\n"
            f"From: <sip:probe@{place}>;tag={self._asked}\r\nTo: <{user}>\r\n"
            f"Call-ID: alive-{self._asked}@{place}\r\nCSeq: 1 OPTIONS\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        try:
            self._socket.sendto(request.encode(), _address(agent))
            while key.encode() not in self._socket.recv(65536):
                pass  # an answer to what was thrown
        except OSError:
            return False
        return True

    def throw_packets_at_the_media_of(self, name: str, seed: int = 1) -> int:
        """Sends malformed RTP and RTCP to the ports of an agent's call; returns how many."""
        agent = agent_named(name)
        port = _media_port(agent)
        packets = list(_packets(random.Random(seed)))
        for data in packets:
            for at in (port, port + 1):
                self._socket.sendto(data, (_HOST, at))
        return 2 * len(packets)


def _address(agent: Agent) -> tuple[str, int]:
    host, _, port = agent.uri.partition("@")[2].partition(";")[0].partition(":")
    return host, int(port)


def _end_calls(agent: Agent) -> None:
    """Some of what was thrown made the phone ring."""
    for call in agent.calls:
        if call.is_live:
            try:
                agent.hang_up(call)
            except BackendError:
                pass  # it is over already


def _media_port(agent: Agent) -> int:
    """Where an agent wants its audio, by what it last said."""
    told = [event.text for event in agent.journal.of_kind(SipMessage) if event.sent]
    found = [match for text in told if (match := re.search(r"\nm=audio (\d+)", text))]
    return int(found[-1][1])


def _mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        start = chance.randint(0, len(changed))
        piece = chance.choice((chance.randbytes(chance.randint(0, 8)), *_PIECES))
        changed[start : start + chance.randint(0, 12)] = piece
    return bytes(changed[:60_000])


def _packets(chance: random.Random) -> Iterator[bytes]:
    """RTP (RFC 3550) as it must not be, some RTCP, and noise."""

    def rtp(first: int = 0x80, payload_type: int = 0, size: int = 160, number: int = 1) -> bytes:
        return struct.pack("!BBHII", first, payload_type, number, 160, 0xBAD) + b"\xff" * size

    yield from (b"", b"\0", b"\x80", b"\x80\0\0", rtp()[:11], rtp(size=0), rtp(size=1))
    yield from (rtp(size=1400), rtp(size=60_000), rtp(size=159), rtp(size=161))
    yield from (rtp(first=version << 6) for version in (0, 1, 3))
    yield from (rtp(payload_type=kind) for kind in range(0, 256, 5))
    yield from (rtp(first=0x80 | flags) for flags in range(1, 64))  # padding, extension, CSRCs
    yield from (rtp(first=0xA0)[:-1] + bytes([pad]) for pad in (0, 1, 160, 255))
    yield from (rtp(number=number) for number in (0, 32767, 32768, 65535))
    yield from (struct.pack("!BBH", 0x90, 0, 1) + b"\0" * 8 + b"\0\0\xff\xff", rtp(first=0x9F)[:16])
    yield from (struct.pack("!BBH", 0x80 | count, kind, words) + b"\1" * size
                for kind in range(199, 210) for count in (0, 1, 31)
                for words, size in ((0, 0), (1, 4), (65535, 8), (6, 3)))  # fmt: skip
    yield from (
        struct.pack("!BBHBBH", 1, 128, 10, 0, 1, 160),
        b"\0\1\0\0\x21\x12\xa4\x42" + b"\1" * 12,
    )
    yield from (chance.randbytes(chance.randint(1, 1500)) for _ in range(100))
