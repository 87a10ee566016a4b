"""Local addresses and ports, as the operating system gives them."""

import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TypeVar

from ..account import Account
from ..errors import BackendError

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
#: How many ports are tried: until one is free, and until a program that is given one can have it.
_SEARCHES, _STARTS = 50, 10


class PortTakenError(Exception):
    """Another process has taken a port since it was found free."""


def listening_address(account: Account) -> str:
    """The local IP address of an agent: its account's, or the one towards its server.

    Raises:
        BackendError: the server's host cannot be resolved or there is no route to it.
    """
    if account.address:
        return account.address
    return local_address_towards(account.next_hop) if account.next_hop else LOOPBACK


def local_address_towards(host: str, port: int = 5060) -> str:
    """The local IP address from which packets to `host` leave.

    Raises:
        BackendError: the host cannot be resolved or there is no route to it.
    """
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, address = infos[0]
        with socket.socket(family, kind, protocol) as sock:
            sock.connect(address)  # sends nothing: it only looks up the route
            return str(sock.getsockname()[0])
    except OSError as error:
        raise BackendError(f"{host} cannot be reached: {error.strerror or error}.") from error
    except UnicodeError as error:
        raise BackendError(f"{host!r} is not a host name.") from error


def on_free_port(address: str, start: Callable[[int], T]) -> T:
    """Starts a program on a free port, and on another one as long as that raises `PortTakenError`.

    Returns what `start` returns.

    Raises:
        BackendError: there is no free port, or each of those that were tried was taken.
    """
    for _ in range(_STARTS):
        with suppress(PortTakenError):
            return start(free_port(address))
    raise BackendError(f"baresip did not start: every port tried at {address} was taken.")


def free_port(address: str, besides: Collection[int] = ()) -> int:
    """A port that is free at `address` now for UDP and TCP, and whose successor is, for TLS.

    It is none of `besides`. Another process may take it before it is used: use `on_free_port`.

    Raises:
        BackendError: none can be found, or the address is not one of this machine.
    """
    for _ in range(_SEARCHES):
        port = _try_port(address)
        if port is not None and port not in besides:
            return port
    raise BackendError(f"No free port for SIP was found at {address}.")


def _try_port(address: str) -> int | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_DGRAM) as udp,
        socket.socket(family, socket.SOCK_STREAM) as tcp,
        socket.socket(family, socket.SOCK_STREAM) as tls,
    ):
        try:
            udp.bind((address, 0))
        except OSError as error:
            raise BackendError(f"{address} cannot be bound: {error.strerror}.") from error
        port = int(udp.getsockname()[1])
        try:
            tcp.bind((address, port))
            tls.bind((address, port + 1))
        except (OSError, OverflowError):
            return None
    return port
