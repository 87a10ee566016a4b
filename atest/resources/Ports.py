"""Ports where nobody listens."""

import socket


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
