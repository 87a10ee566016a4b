"""The processes of agents: forked off a warm process, or spawned one by one.

`docs/adr/0001-fork-server.md` says why.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..concurrency import Changes, wait_until
from ..errors import BackendError
from .embedded.wheel import home as wheel_home

_WORKER_HOME = str(Path(__file__).parent / "embedded")
#: Loads the worker as a package of its own: `BaresipLibrary` and what it imports stay out.
_ENTRY = (
    "import sys; sys.path.insert(0, {home!r}); from worker.__main__ import main;"
    " del sys.path[0]; main(sys.argv[1:], {wheel!r})"
)
#: How long a process may take to end (s): once it was asked to, after SIGTERM, after SIGKILL.
_ASKED, _TERMINATED, _KILLED = 2.5, 0.5, 5.0
#: A fork server that has not answered after this long (s) is broken: on a busy machine it may take
#: some seconds to load.
_FORK_TIMEOUT = 20.0
#: How long the warm process may take to end (s): it gives its agents 1.8 s to end.
_FORK_END = 3.0


class Child(ABC):
    """The process of one agent."""

    def __init__(self, changes: Changes) -> None:
        self.exited = False
        self.status: int | None = None
        self._changes = changes

    @property
    @abstractmethod
    def pid(self) -> int:
        """Its process id."""

    @property
    def is_stopped(self) -> bool:
        """Whether a signal or a debugger has stopped it."""
        return _is_held(self.pid)

    def has_exited(self, status: int | None) -> None:
        """Notes the exit code: negative for a signal, None when it is unknown."""
        with self._changes:
            self.status = status
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

        `ask` tells whether the process could be asked. One that is stopped could not answer.
        """
        if not self.is_stopped and ask() and self.wait(_ASKED):
            return
        self.kill(signal.SIGTERM)
        if not self.wait(_TERMINATED):
            self.kill(signal.SIGKILL)
            self.wait(_KILLED)


class _ForkedChild(Child):
    def __init__(self, changes: Changes) -> None:
        super().__init__(changes)
        self.known_pid: int | None = None

    @property
    def pid(self) -> int:
        assert self.known_pid is not None
        return self.known_pid

    def watch_as_orphan(self) -> None:
        """Waits for the end of a process whose parent is gone; its exit code is lost."""
        try:
            descriptor = os.pidfd_open(self.pid)  # Linux only, as is forking without exec
        except (ProcessLookupError, AttributeError):
            self.has_exited(None)
            return
        try:
            select.select([descriptor], [], [])
        finally:
            os.close(descriptor)
        self.has_exited(None)


class _SpawnedChild(Child):
    def __init__(self, changes: Changes, process: "_Process") -> None:
        super().__init__(changes)
        self._process = process
        threading.Thread(target=self._watch, name=f"agent-{self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _watch(self) -> None:
        self.has_exited(self._process.wait())


def _is_held(pid: int) -> bool:
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


_Process = subprocess.Popen[bytes]


def _start_worker(*arguments: str, inherit: socket.socket) -> _Process:
    wheel = wheel_home()
    entry = _ENTRY.format(home=_WORKER_HOME, wheel=str(wheel) if wheel else None)
    return subprocess.Popen(
        [sys.executable, "-P", "-c", entry, *arguments],
        pass_fds=[inherit.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for Robot, which then stops its agents
    )


class WarmProcess(NamedTuple):
    """A process that forks agents, and this end of what it is asked through."""

    control: socket.socket
    process: _Process

    @classmethod
    def start(cls) -> "WarmProcess":
        """Starts one.

        Raises:
            BackendError: it could not be started.
        """
        try:
            with ExitStack() as undo:
                ours, theirs = socket.socketpair()
                undo.callback(ours.close)
                with theirs:
                    process = _start_worker("fork", str(theirs.fileno()), inherit=theirs)
                undo.pop_all()
                return cls(ours, process)
        except OSError as error:
            raise BackendError(
                f"The process that starts agents (the fork server) cannot be started: {error}"
            ) from error


#: Started before there is a launcher: the first one that needs such a process takes it.
_started_early: list[WarmProcess] = []


def start_early() -> None:
    """Starts a process that forks agents, where that is safe, for the first launcher."""
    if sys.platform == "linux" and not _started_early:
        with suppress(BackendError):  # the launcher tries again, and says it
            _started_early.append(WarmProcess.start())


class Launcher(ABC):
    """Starts agents' processes."""

    @abstractmethod
    def launch(self, folder: Path, channel: socket.socket) -> Child:
        """Starts a process that serves one agent over `channel` and owns its private `folder`.

        Raises:
            BackendError: it could not be started.
        """

    @abstractmethod
    def launch_program(self, command: Sequence[str], folder: Path, output: int) -> Child:
        """Starts a program in its private `folder`; it prints to the descriptor `output`.

        If this process is killed, the program ends and its folder is removed.

        Raises:
            BackendError: it could not be started.
        """

    def warm_up(self, *, embedded: bool = True) -> None:  # noqa: B027 - nor has each to prepare
        """Prepares for a quick first launch, without waiting: of an agent, or of a program only."""

    def close(self) -> None:  # noqa: B027 - nor to release
        """Releases what the launcher itself holds; agents end on their own channels."""


class Spawner(Launcher):
    """A fresh interpreter for each agent: slower, and safe on every platform."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._programs = Forker(changes)  # a fork that is followed by exec is safe everywhere

    def launch(self, folder: Path, channel: socket.socket) -> Child:
        process = _start_worker("agent", str(channel.fileno()), str(folder), inherit=channel)
        return _SpawnedChild(self._changes, process)

    def launch_program(self, command: Sequence[str], folder: Path, output: int) -> Child:
        return self._programs.launch_program(command, folder, output)

    def close(self) -> None:
        self._programs.close()


class Forker(Launcher):
    """Forks agents off one warm process, which cleans up if this process is killed."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._control: socket.socket | None = None
        self._process: _Process | None = None
        self._reader: threading.Thread | None = None
        self._children: dict[int, _ForkedChild] = {}
        self._unnamed: dict[int, _ForkedChild] = {}
        self._requests = 0
        self._launching = threading.Lock()

    def warm_up(self, *, embedded: bool = True) -> None:
        # Where it dies or cannot be started, the next launch starts another, and says if it cannot.
        with self._launching, suppress(BackendError, OSError):
            control = self._warm()
            if embedded:
                control.sendall(_line({"load": True}))

    def _warm(self) -> socket.socket:
        control = self._control
        if control is not None:
            return control
        warm = _started_early.pop() if _started_early else WarmProcess.start()
        self._control, self._process = warm
        self._reader = threading.Thread(
            target=self._read, args=warm, name="forkserver", daemon=True
        )
        self._reader.start()
        return warm.control

    def launch(self, folder: Path, channel: socket.socket) -> Child:
        return self._launch({"folder": str(folder)}, channel.fileno())

    def launch_program(self, command: Sequence[str], folder: Path, output: int) -> Child:
        return self._launch({"folder": str(folder), "command": list(command)}, output)

    def _launch(self, request: dict[str, Any], descriptor: int) -> Child:
        with self._launching:
            # A warm process that died since the last launch is noticed by the first attempt.
            child = self._try_launch(request, descriptor) or self._try_launch(request, descriptor)
        if child is None:
            raise BackendError("The process that starts agents (the fork server) failed twice.")
        return child

    def _try_launch(self, request: dict[str, Any], descriptor: int) -> _ForkedChild | None:
        child = _ForkedChild(self._changes)
        self._requests += 1
        number = self._requests
        self._unnamed[number] = child
        try:
            self._request(_line({**request, "number": number}), descriptor)
            is_named = wait_until(self._changes, lambda: self._named(child), _FORK_TIMEOUT)
        finally:
            with self._changes:
                self._unnamed.pop(number, None)  # a late fork for it is dropped
        if is_named is None:
            self.close()
            # It may have forked for this request, so nothing else may use the folder any more.
            raise BackendError(
                "The process that starts agents (the fork server) has not answered for"
                f" {_FORK_TIMEOUT:g} s."
            )
        return child if is_named else None

    def _request(self, request: bytes, descriptor: int) -> None:
        try:
            socket.send_fds(self._warm(), [request], [descriptor])
        except OSError:
            self.close()  # it died since the last launch: the next one gets another
            socket.send_fds(self._warm(), [request], [descriptor])

    def _named(self, child: _ForkedChild) -> bool | None:
        if child.known_pid is not None:
            return True
        return False if self._control is None else None

    def close(self) -> None:
        with self._changes:
            control, self._control = self._control, None
        if control is None:
            return
        control.shutdown(socket.SHUT_RDWR)
        assert self._reader is not None and self._process is not None
        if not self._requests:
            self._process.kill()  # it has started nothing, and may not have loaded yet
        elif not _is_held(self._process.pid):
            self._reader.join(_FORK_END)
        if self._reader.is_alive():
            self._process.kill()  # it hangs
        self._reader.join()
        control.close()

    def _read(self, control: socket.socket, process: _Process) -> None:
        try:
            with control.makefile("rb") as lines, suppress(ConnectionError):
                for line in lines:
                    self._take(json.loads(line))
        except Exception:
            process.kill()  # nobody reads how its agents end: the next launch starts another
            raise
        finally:
            process.wait()
            self._lose_children(control)

    def _take(self, message: dict[str, Any]) -> None:
        with self._changes:
            if "pid" in message:
                self._name(message["pid"], self._unnamed.pop(message["number"], None))
                self._changes.notify_all()
                return
            child = self._children.pop(message["exited"], None)
        if child is not None:
            child.has_exited(message["status"])

    def _name(self, pid: int, child: _ForkedChild | None) -> None:
        if child is None:  # the launch was interrupted
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            return
        child.known_pid = pid
        self._children[pid] = child

    def _lose_children(self, control: socket.socket) -> None:
        with self._changes:
            orphans, self._children = list(self._children.values()), {}
            died_by_itself = self._control is control
            if died_by_itself:
                self._control = None
            self._changes.notify_all()
        for child in orphans:
            threading.Thread(
                target=child.watch_as_orphan, name=f"orphan-{child.pid}", daemon=True
            ).start()
        if died_by_itself:
            with self._launching:  # nobody sends a request into it any more
                control.close()


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def make_launcher(changes: Changes) -> Launcher:
    """The quickest launcher that is safe here.

    A fork without exec is not safe on macOS once system frameworks are loaded.
    """
    return Forker(changes) if sys.platform == "linux" else Spawner(changes)
