"""A baresip in a process of its own: started, waited for, known to be ours, and ended."""

import os
import socket
import time
from pathlib import Path
from select import select

import psutil

from ...errors import BackendError
from ..addresses import PortTakenError
from ..launchers import Child, Launcher
from .installation import InstalledBaresip
from .output import LogLine, Output, TracedMessage

_READY = "baresip is ready."
#: What 3.18 logs as a warning of events that concern no call, all the time.
_IDLE_TALK = "ctrl_tcp: failed to encode event (Invalid argument [22])"
#: What baresip ends with when its SIP port is taken.
_PORT_TAKEN = 98
#: How long it may take to come up (s).
_START = 10.0
_LAST_LINES = 20
_PIECE = 65536


class Process:
    """One baresip. What it prints is read by one thread, with `read`."""

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
        self._parser = Output()
        self._last_lines: list[str] = []
        self._is_up = False

    def await_ready(self) -> None:
        """Waits until it says so: from then on it serves its control port.

        Raises:
            PortTakenError: its SIP port is taken.
            BackendError: it ended, or was not ready in time.
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
        """With what exit code, negative for a signal, and its last words; waits for its end."""
        if not self.child.wait():
            return f"it no longer answers. {self.last_words()}".rstrip()
        return f"it ended with {self.child.status}. {self.last_words()}".rstrip()

    def connect(self, port: int) -> socket.socket:
        """Connects to the control port, once it is known that this process serves it.

        Without that port baresip goes on, and whoever has it would be taken for baresip.

        Raises:
            PortTakenError: it does not.
            BackendError: it cannot be connected to.
        """
        try:
            served = psutil.Process(self.child.pid).net_connections("tcp")
        except psutil.Error as error:
            raise BackendError(f"baresip ended as it had started. {self.last_words()}") from error
        if not any(one.laddr.port == port and one.status == psutil.CONN_LISTEN for one in served):
            raise PortTakenError
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=_START)
        except OSError as error:
            raise BackendError(f"baresip cannot be controlled: {error}.") from error

    def read(self) -> list[TracedMessage | LogLine]:
        """What it has printed since the last call; `output` is None once it prints no more."""
        found: list[TracedMessage | LogLine] = []
        while self.output is not None:
            try:
                data = os.read(self.output, _PIECE)
            except BlockingIOError:
                break
            if not data:
                os.close(self.output)
                self.output = None
            found += self._parser.feed(data)
        lines = [item for item in found if isinstance(item, LogLine) and item.text != _IDLE_TALK]
        self._last_lines += [one.text for one in lines if one.is_warning or not self._is_up]
        del self._last_lines[:-_LAST_LINES]
        return found

    def last_words(self) -> str:
        """The last lines of its log; once it is up, only the warnings."""
        return "\n".join(self._last_lines)

    def close(self) -> None:
        """Lets go of what it printed."""
        if self.output is not None:
            os.close(self.output)
            self.output = None
