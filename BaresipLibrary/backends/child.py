"""The process of one agent, as Robot's process sees it."""

import os
import select
import signal
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from ..concurrency import Changes, wait_until

#: How long a process may take to end (s): once it was asked to, after SIGTERM, after SIGKILL.
_ASKED, _TERMINATED, _KILLED = 2.5, 0.5, 5.0


class Child(ABC):
    """The process of one agent."""

    def __init__(self, changes: Changes) -> None:
        self.exited = False
        self.status: int | None = None
        #: How it ended, as a predicate, where its exit code is not known.
        self.how = ""
        self._changes = changes

    @property
    @abstractmethod
    def pid(self) -> int:
        """Its process id."""

    @property
    def is_stopped(self) -> bool:
        """Whether a signal or a debugger has stopped it."""
        return is_held(self.pid)

    def has_exited(self, status: int | None, how: str = "") -> None:
        """Notes the exit code, negative for a signal; None when it is unknown: then `how`."""
        with self._changes:
            self.status, self.how = status, how
            self.exited = True
            self._changes.notify_all()

    def wait(self, timeout: float = _ASKED) -> bool:
        """Waits for the end of the process, `timeout` in seconds; returns whether it ended."""
        return wait_until(self._changes, lambda: self.exited or None, timeout) is not None

    def kill(self, number: signal.Signals) -> None:
        """Sends a signal, unless the process is known to have ended."""
        with self._changes:
            if not self.exited:
                try:
                    os.kill(self.pid, number)
                except ProcessLookupError:
                    pass  # it has just ended

    def end(self, ask: Callable[[], bool]) -> None:
        """Asks the process to end, then terminates it, then kills it. Never raises.

        `ask` tells whether the process is to be waited for. One that is stopped could not answer.
        """
        if not self.is_stopped and ask() and self.wait(_ASKED):
            return
        self.kill(signal.SIGTERM)
        if not self.wait(_TERMINATED):
            self.kill(signal.SIGKILL)
            self.wait(_KILLED)


class ForkedChild(Child):
    def __init__(self, changes: Changes) -> None:
        super().__init__(changes)
        self.known_pid: int | None = None
        #: Why it could not be started.
        self.failed = ""

    @property
    def pid(self) -> int:
        assert self.known_pid is not None
        return self.known_pid

    def watch_as_orphan(self, how: str) -> None:
        """Waits for the end of a process whose parent is gone; its exit code is lost."""
        try:
            descriptor = os.pidfd_open(self.pid)  # Linux only, as is forking without exec
        except (ProcessLookupError, AttributeError):
            self.has_exited(None, how)
            return
        try:
            select.select([descriptor], [], [])
        finally:
            os.close(descriptor)
        self.has_exited(None, how)


class SpawnedChild(Child):
    def __init__(self, changes: Changes, process: subprocess.Popen[bytes]) -> None:
        super().__init__(changes)
        self._process = process
        threading.Thread(target=self._watch, name=f"agent-{self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _watch(self) -> None:
        self.has_exited(self._process.wait())


def is_held(pid: int) -> bool:
    """Whether SIGSTOP or a debugger has stopped it."""
    return _is_held_on_linux(pid) if sys.platform == "linux" else _is_held_elsewhere(pid)


def _is_held_on_linux(pid: int) -> bool:
    """Reads it itself: the import of psutil takes longer than the end of an agent."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:  # it has gone, or there is no descriptor left to look
        return False
    _, _, after_name = stat.rpartition(b") ")
    return after_name[:1] in (b"T", b"t")


def _is_held_elsewhere(pid: int) -> bool:
    try:
        import psutil
    except OSError:  # there is no descriptor left to load it
        return False
    held = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
    try:
        return psutil.Process(pid).status() in held
    except (psutil.Error, OSError):  # it has gone, or there is no descriptor left to look
        return False
