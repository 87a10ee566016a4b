"""Connections to the ctrl_tcp of baresips that run already, one to each: it serves the newest."""

import socket
import threading

from ...errors import BackendError, UsageError

#: How long it may take to connect (s).
_CONNECT = 5.0
_lock = threading.Lock()
#: Where agents of this process are connected, or about to be.
_taken: set[tuple[str, int]] = set()


class ControlAddress:
    """Where one agent is connected; no other agent of this process connects there meanwhile."""

    def __init__(self, where: str, host: str, port: int) -> None:
        """Resolves and takes ``host:port``, which is `where` in the words of the suite.

        Raises:
            UsageError: another agent of this process is connected there.
            BackendError: there is no such host.
        """
        self._where = where
        self._address = host, port
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise self._nobody_there(error) from error
        self._mine = {(str(one[4][0]), port) for one in found}
        with _lock:
            if self._mine & _taken:
                raise UsageError(
                    f"An agent is attached to the baresip at {where} already, and its ctrl_tcp"
                    " serves the newest client only: stop that agent first."
                )
            _taken.update(self._mine)

    def connect(self) -> socket.socket:
        """Connects.

        Raises:
            BackendError: nobody takes the connection.
        """
        try:
            return socket.create_connection(self._address, timeout=_CONNECT)
        except OSError as error:
            self.release()
            raise self._nobody_there(error) from error

    def release(self) -> None:
        """Lets another agent connect there. Idempotent."""
        with _lock:
            _taken.difference_update(self._mine)
            self._mine = set()

    def _nobody_there(self, error: OSError | UnicodeError) -> BackendError:
        why = error.strerror or error if isinstance(error, OSError) else "not a host name"
        return BackendError(
            f"There is no baresip to control at {self._where}: {why}."
            " It needs the module ctrl_tcp, and ctrl_tcp_listen in its configuration."
        )
