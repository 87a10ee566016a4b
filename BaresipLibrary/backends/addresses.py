"""Local addresses and ports, as the operating system gives them."""

import socket

from ..errors import BackendError

_ATTEMPTS = 50


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
        raise BackendError(f"There is no way to {host}: {error.strerror or error}.") from error
    except UnicodeError as error:
        raise BackendError(f"There is no way to {host}: it cannot be a host's name.") from error


def free_port(address: str) -> int:
    """A port that is free at `address` now for UDP and TCP, and whose successor is, for TLS.

    Another process may take it before it is used: whoever uses it must be ready to ask again.

    Raises:
        BackendError: none can be found, or the address is not one of this machine.
    """
    for _ in range(_ATTEMPTS):
        port = _try_port(address)
        if port is not None:
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
