"""Ports where nobody listens, and ports for programs that are given theirs."""

import random
import socket
from pathlib import Path

_LOWEST, _ATTEMPTS = 20000, 200


class Ports:
    """Keeps what it found until the suite ends, so that nobody else begins to listen there."""

    ROBOT_LIBRARY_SCOPE = "SUITE"

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def get_port_where_nobody_listens(self) -> int:
        """A port of 127.0.0.1 that refuses connections and swallows datagrams."""
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))  # bound, and not listening
        self._held.append(sock)
        return sock.getsockname()[1]


def port_for_a_program() -> int:
    """An even port of 127.0.0.1 that is free for UDP and TCP, and so is the next one.

    It is none of those that the system gives away by itself: nobody else gets it before the program
    has it, or while a server is restarted. Nor has this process given it away before: a server that
    takes two would not get the second one.
    """
    chance = random.SystemRandom()
    for _ in range(_ATTEMPTS):
        port = chance.randrange(_LOWEST, _lowest_ephemeral() - 1, 2)
        pair = (port, port + 1)
        if port not in _given and all(_is_free(one, kind) for one in pair for kind in _KINDS):
            _given.add(port)
            return port
    raise AssertionError("No port is free for UDP and TCP.")


_KINDS = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
_given: set[int] = set()


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(type=kind) as sock:
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _lowest_ephemeral() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        return 49152  # as IANA has it
