"""A baresip in a process of its own: its start, its end, its control port and its output."""

import os
import socket
import time
from pathlib import Path
from select import select

from ...errors import BackendError
from ...wording import describe_exit
from ..addresses import PortTakenError
from ..child import Child
from ..launchers import Launcher
from .installation import InstalledBaresip
from .output import LogLine, OutputParser, TracedMessage

_READY = "baresip is ready."
#: What 3.18 logs as a warning for each event that concerns no call.
_IDLE_TALK = "ctrl_tcp: failed to encode event (Invalid argument [22])"
#: The exit code of baresip when its SIP port is taken.
_PORT_TAKEN = 98
#: How long it may take to come up (s).
_START = 10.0
_LAST_LINES = 20
_PIECE = 65536


class BaresipProcess:
    """One process of baresip. One thread reads what it prints, by `read`."""

    def __init__(self, program: InstalledBaresip, folder: Path, launcher: Launcher) -> None:
        ours, theirs = os.pipe()
        try:
            command = [program.path, "-s", "-f", str(folder)]
            self.child: Child = launcher.launch_program(command, folder, theirs)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        os.set_blocking(ours, False)
        self.output: int | None = ours
        self._parser = OutputParser()
        self._last_lines: list[str] = []
        self._is_up = False

    def await_ready(self) -> None:
        """Waits until baresip prints that it is ready: then it serves its control port.

        Raises:
            PortTakenError: its SIP port is taken.
            BackendError: the process ended, or was not ready in time.
        """
        deadline = time.monotonic() + _START
        while (remaining := deadline - time.monotonic()) > 0 and self.output is not None:
            select([self.output], [], [], remaining)
            if any(isinstance(item, LogLine) and item.text == _READY for item in self.read()):
                self._last_lines.clear()
                self._is_up = True
                return
        if self.output is not None:
            raise BackendError(f"baresip did not start: it was not ready after {_START:g} s.")
        how = self.how_it_ended()
        if self.child.status == _PORT_TAKEN:
            raise PortTakenError
        raise BackendError(f"baresip did not start: {how}")

    def how_it_ended(self) -> str:
        """Waits for the end; returns by which signal or code it ended, and its last output."""
        if not self.child.wait():
            return f"it no longer answers. {self.last_words()}".rstrip()
        how = self.child.how or describe_exit(self.child.status)
        return f"it {how}. {self.last_words()}".rstrip()

    def connect(self, port: int) -> socket.socket:
        """Connects to the control port, if this process serves it.

        When another process has that port, baresip runs without it, and the other process would be
        mistaken for baresip.

        Raises:
            PortTakenError: this process does not serve the port.
            BackendError: the connection failed.
        """
        import psutil

        try:
            served = psutil.Process(self.child.pid).net_connections("tcp")
        except psutil.Error as error:
            raise BackendError(f"baresip ended at its start. {self.last_words()}") from error
        if not any(
            connection.laddr.port == port and connection.status == psutil.CONN_LISTEN
            for connection in served
        ):
            raise PortTakenError
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=_START)
        except OSError as error:
            raise BackendError(f"baresip cannot be controlled: {error}.") from error

    def read(self) -> list[TracedMessage | LogLine]:
        """Returns what was printed since the last call; sets `output` to None after the last."""
        items: list[TracedMessage | LogLine] = []
        while self.output is not None:
            try:
                data = os.read(self.output, _PIECE)
            except BlockingIOError:
                break
            if not data:
                os.close(self.output)
                self.output = None
            items += self._parser.feed(data)
        lines = [item for item in items if isinstance(item, LogLine) and item.text != _IDLE_TALK]
        self._last_lines += [line.text for line in lines if line.is_warning or not self._is_up]
        del self._last_lines[:-_LAST_LINES]
        return items

    def last_words(self) -> str:
        """The last lines of its log; once baresip is up, only warnings."""
        return "\n".join(self._last_lines)

    def close(self) -> None:
        """Closes the descriptor of what baresip prints."""
        if self.output is not None:
            os.close(self.output)
            self.output = None
