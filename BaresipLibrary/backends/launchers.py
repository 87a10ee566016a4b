"""The processes of agents: forked off a warm process, or spawned one by one.

`docs/adr/0001-fork-server.md` says why.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..concurrency import Changes, wait_until
from ..errors import BackendError
from .child import Child, ForkedChild, SpawnedChild, is_held
from .embedded.wheel import home as wheel_home

_WORKER_HOME = str(Path(__file__).parent / "embedded")
#: Loads the worker as a package of its own: `BaresipLibrary` and what it imports stay out.
_ENTRY = (
    "import sys; sys.path.insert(0, {home!r}); from worker.__main__ import main;"
    " del sys.path[0]; main(sys.argv[1:], {wheel!r})"
)
#: A fork server that has not answered after this long (s) is broken: on a busy machine it may take
#: some seconds to load.
_FORK_TIMEOUT = 20.0
#: How long the warm process may take to end (s): it gives its agents 1.8 s to end.
_FORK_END = 3.0


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


def _take_early() -> WarmProcess | None:
    """What `start_early` has started; None where it has started nothing, or that has ended."""
    warm = _started_early.pop() if _started_early else None
    if warm is None or warm.process.poll() is None:
        return warm
    warm.control.close()
    return None


def end_early() -> None:
    """Ends what `start_early` has started, unless a launcher has taken it over."""
    for warm in _started_early:
        warm.control.close()
        warm.process.kill()  # it has started nothing, and may not have loaded yet
        warm.process.wait()
    _started_early.clear()


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
        return SpawnedChild(self._changes, process)

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
        self._children: dict[int, ForkedChild] = {}
        self._unnamed: dict[int, ForkedChild] = {}
        self._requests = 0
        self._launching = threading.Lock()

    def warm_up(self, *, embedded: bool = True) -> None:
        # Where it dies or cannot be started, the next launch starts another, and says if it cannot.
        with self._launching, suppress(BackendError, OSError):
            self._warm().sendall(_line({"load": embedded}))

    def _warm(self) -> socket.socket:
        control = self._control
        if control is not None:
            return control
        warm = _take_early() or WarmProcess.start()
        self._control, self._process = warm
        self._reader = threading.Thread(
            target=self._read, args=warm, name="forkserver", daemon=True
        )
        self._reader.start()
        return warm.control

    def launch(self, folder: Path, channel: socket.socket) -> Child:
        return self._launch({"folder": str(folder)}, channel.fileno())

    def launch_program(self, command: Sequence[str], folder: Path, output: int) -> Child:
        # Not that of the fork server, which may be older than what the suite has set since.
        program = {"command": list(command), "environment": dict(os.environ)}
        return self._launch({"folder": str(folder), **program}, output)

    def _launch(self, request: dict[str, Any], descriptor: int) -> Child:
        with self._launching:
            # A warm process that died since the last launch is noticed by the first attempt.
            child = self._try_launch(request, descriptor) or self._try_launch(request, descriptor)
        if child is None:
            raise BackendError("The process that starts agents (the fork server) failed twice.")
        return child

    def _try_launch(self, request: dict[str, Any], descriptor: int) -> ForkedChild | None:
        child = ForkedChild(self._changes)
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
            _send(self._warm(), request, descriptor)
        except OSError:
            self.close()  # it died since the last launch: the next one gets another
            _send(self._warm(), request, descriptor)

    def _named(self, child: ForkedChild) -> bool | None:
        if child.failed:
            raise BackendError(
                "The process that starts agents (the fork server) could not start it:"
                f" {child.failed}"
            )
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
        elif not is_held(self._process.pid):
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
            self._lose_children(control, process.wait())

    def _take(self, message: dict[str, Any]) -> None:
        with self._changes:
            if "number" in message:
                self._take_answer(message, self._unnamed.pop(message["number"], None))
                self._changes.notify_all()
                return
            child = self._children.pop(message["exited"], None)
        if child is not None:
            child.has_exited(message["status"])

    def _take_answer(self, answer: dict[str, Any], child: ForkedChild | None) -> None:
        pid = answer.get("pid")
        if child is not None:
            child.known_pid, child.failed = pid, answer.get("failed", "")
            if pid is not None:
                self._children[pid] = child
        elif pid is not None:  # the launch was interrupted
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _lose_children(self, control: socket.socket, status: int) -> None:
        with self._changes:
            orphans, self._children = list(self._children.values()), {}
            died_by_itself = self._control is control
            if died_by_itself:
                self._control = None
            self._changes.notify_all()
        how = _orphan_ended(status)
        for child in orphans:
            threading.Thread(
                target=child.watch_as_orphan, args=(how,), name=f"orphan-{child.pid}", daemon=True
            ).start()
        if died_by_itself:
            with self._launching:  # nobody sends a request into it any more
                control.close()


def _orphan_ended(status: int) -> str:
    from ..wording import describe_exit  # which is not needed to start early

    return (
        "ended, as did the process that had started it (the fork server), which"
        f" {describe_exit(status)}"
    )


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _send(control: socket.socket, request: bytes, descriptor: int) -> None:
    sent = socket.send_fds(control, [request], [descriptor])
    control.sendall(request[sent:])


def make_launcher(changes: Changes) -> Launcher:
    """The quickest launcher that is safe here.

    A fork without exec is not safe on macOS once system frameworks are loaded.
    """
    return Forker(changes) if sys.platform == "linux" else Spawner(changes)
