"""Forks agents off a process that has the wheel imported already.

The parent asks for an agent with `{"folder": …}` and the agent's end of its channel, or for a
program with `{"folder": …, "command": […], "environment": {…}}` and a descriptor for what it
prints, each with a `number`; with `{"load": true}` it asks that the wheel be imported now, and with
`{"load": false}` that this process be kept. The answer `{"pid": …, "number": …}` comes at once, or
`{"failed": why, "number": …}`, and `{"exited": …, "status": …}` when that child has ended. All of
these are a line each. When the parent is gone, this process ends the children, removes their
folders and ends itself. When this process is killed, the kernel kills its programs, too, where it
can (ADR 5).
"""

import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

#: How long children may take to end after the parent is gone (s).
_GRACE = 1.8
#: How many descriptors are taken at once: requests may wait while the wheel is imported.
_AT_ONCE = 64
#: How long this process waits for the first request (s). It is started before Robot reads the
#: settings of the library, and nobody asks for anything where Robot refuses one of them.
_WANTED_WITHIN = 60.0
#: The option of Linux's prctl() that names the signal for the end of the parent.
_PR_SET_PDEATHSIG = 1

ServeAgent = Callable[[socket.socket, str], None]


class ForkServer:
    """Single-threaded, so that a fork is safe."""

    def __init__(self, control: socket.socket, load: Callable[[], ServeAgent]) -> None:
        """`load` imports the wheel, and returns what serves an agent."""
        self._pid = os.getpid()
        self._control = control
        self._load = load
        self._serve_agent: ServeAgent | None = None
        self._unread = b""
        self._descriptors: list[int] = []
        self._folders: dict[int, str] = {}
        self._programs: set[int] = set()
        self._wake, wake_writer = socket.socketpair()
        self._wake.setblocking(False)
        wake_writer.setblocking(False)
        self._wake_writer = wake_writer
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_writer.fileno(), warn_on_full_buffer=False)

    def run(self) -> None:
        """Serves until the parent is gone, or has asked for nothing in time."""
        if not select.select([self._control], [], [], _WANTED_WITHIN)[0]:
            return
        while True:
            readable, _, _ = select.select([self._control, self._wake], [], [])
            if self._wake in readable:
                self._drain_wake()
                self._reap(tell=True)
            if self._control in readable and not self._serve_requests():
                break
        self._end_children()

    def _drain_wake(self) -> None:
        try:
            self._wake.recv(4096)
        except BlockingIOError:
            pass

    def _serve_requests(self) -> bool:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, 65536, _AT_ONCE)
        except ConnectionResetError:  # the parent is gone, and has not read every answer
            return False
        if not data:
            return False
        self._descriptors += descriptors
        *lines, self._unread = (self._unread + data).split(b"\n")
        for request in map(json.loads, lines):
            if "folder" in request:
                self._start(request, self._descriptors.pop(0))
            elif request["load"]:
                self._prepare()
        return True

    def _prepare(self) -> None:
        """Imports what agents need, unless it is there.

        Where that fails, an agent tries it again, and its log says why it cannot start.
        """
        take_short_turns()
        if self._serve_agent is None:
            with suppress(BaseException):  # a module may also call sys.exit()
                self._serve_agent = self._load()

    def _start(self, request: dict[str, Any], descriptor: int) -> None:
        """Starts what is asked for, or answers why not: an error here would end all the others."""
        try:
            if "command" in request:
                take_short_turns()
            else:
                self._prepare()
            Path(request["folder"]).stat()  # who gave up has removed it
            self._fork(request, descriptor)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            self._tell({"failed": why, "number": request["number"]})
        finally:
            os.close(descriptor)

    def _fork(self, request: dict[str, Any], descriptor: int) -> None:
        pid = os.fork()
        if pid == 0:
            self._become(request, descriptor)
        self._folders[pid] = request["folder"]
        if "command" in request:
            self._programs.add(pid)
        self._tell({"pid": pid, "number": request["number"]})

    def _become(self, request: dict[str, Any], descriptor: int) -> None:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for inherited in (self._control, self._wake, self._wake_writer):
                inherited.close()
            for later in self._descriptors:
                os.close(later)
            if "command" in request:
                _become_program(request, descriptor, self._pid)
            log_to(request["folder"])
            serve_agent = self._serve_agent or self._load()
            serve_agent(socket.socket(fileno=descriptor), request["folder"])
            status = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)

    def _reap(self, *, tell: bool) -> None:
        while self._folders:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            folder = self._folders.pop(pid)
            self._programs.discard(pid)
            if tell:
                self._tell({"exited": pid, "status": os.waitstatus_to_exitcode(status)})
            else:
                _remove(folder)

    def _tell(self, message: dict[str, int | str]) -> None:
        try:
            self._control.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            pass  # the parent is gone: the next select reports it

    def _end_children(self) -> None:
        for pid in self._programs:  # agents see their channels close, programs have none
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        while self._folders and (remaining := deadline - time.monotonic()) > 0:
            self._reap(tell=False)
            if self._folders:
                select.select([self._wake], [], [], remaining)
                self._drain_wake()
        for pid, folder in self._folders.items():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            _remove(folder)


def _remove(folder: str) -> None:
    import shutil  # with compressions that nobody needs at the start

    shutil.rmtree(folder, ignore_errors=True)


def _become_program(request: dict[str, Any], output: int, parent: int) -> None:
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(request["folder"])  # where a core dump may be written
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    _end_with_parent(parent)
    command = request["command"]
    os.execvpe(command[0], command, request["environment"])


def _end_with_parent(parent: int) -> None:
    """Has this process killed when its parent dies, as nobody would clean up after it any more.

    An agent sees that its channel closes; a program has none.
    """
    libc = _c_library()
    if libc is None:
        return
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it died before that


@cache
def take_short_turns() -> None:
    """Has this process, and all that it starts from now on, wait less for a CPU that is busy."""
    with suppress(Exception):  # nothing depends on it
        c_library = _c_library()
        if c_library is not None:
            from .short_turns import ask_for_short_turns

            ask_for_short_turns(c_library)


@cache
def _c_library() -> Any:
    """The C library of Linux; None elsewhere, and where Python was built without libffi."""
    if sys.platform != "linux":
        return None
    try:
        import ctypes
    except ImportError:
        return None
    return ctypes.CDLL(None)


def log_to(folder: str) -> None:
    """Sends what this process prints, its native code included, to `log` in the folder."""
    log = os.open(f"{folder}/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
