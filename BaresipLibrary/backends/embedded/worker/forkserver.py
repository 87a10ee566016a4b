"""Forks agents off a process that has the wheel imported already.

The parent asks for an agent with `{"folder": …}` and the agent's end of its channel, or for a
program with `{"folder": …, "command": […]}` and a descriptor for what it prints: one request at a
time, each with a `number`. The answer `{"pid": …, "number": …}` comes at once, and
`{"exited": …, "status": …}` when that child has ended, a line each. When the parent is gone, this
process ends the children, removes their folders and ends itself.
"""

import json
import os
import select
import shutil
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

#: How long children may take to end after the parent is gone (s).
_GRACE = 1.8

ServeAgent = Callable[[socket.socket, str], None]


class ForkServer:
    """Single-threaded, so that a fork is safe."""

    def __init__(self, control: socket.socket, serve_agent: ServeAgent | None) -> None:
        self._control = control
        self._serve_agent = serve_agent
        self._folders: dict[int, str] = {}
        self._programs: set[int] = set()
        self._wake, wake_writer = socket.socketpair()
        self._wake.setblocking(False)
        wake_writer.setblocking(False)
        self._wake_writer = wake_writer
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_writer.fileno(), warn_on_full_buffer=False)

    def run(self) -> None:
        """Serves until the parent is gone."""
        while True:
            readable, _, _ = select.select([self._control, self._wake], [], [])
            if self._wake in readable:
                self._drain_wake()
                self._reap(tell=True)
            if self._control in readable and not self._serve_request():
                break
        self._end_children()

    def _drain_wake(self) -> None:
        try:
            self._wake.recv(4096)
        except BlockingIOError:
            pass

    def _serve_request(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(self._control, 65536, 1)
        if not data:
            return False
        request = json.loads(data)
        pid = os.fork()
        if pid == 0:
            self._become(request, descriptors[0])
        os.close(descriptors[0])
        self._folders[pid] = request["folder"]
        if "command" in request:
            self._programs.add(pid)
        self._tell({"pid": pid, "number": request["number"]})
        return True

    def _become(self, request: dict[str, Any], descriptor: int) -> None:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for inherited in (self._control, self._wake, self._wake_writer):
                inherited.close()
            if "command" in request:
                _become_program(request["command"], request["folder"], descriptor)
            log_to(request["folder"])
            assert self._serve_agent is not None
            self._serve_agent(socket.socket(fileno=descriptor), request["folder"])
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
                shutil.rmtree(folder, ignore_errors=True)

    def _tell(self, message: dict[str, int]) -> None:
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
            shutil.rmtree(folder, ignore_errors=True)


def _become_program(command: list[str], folder: str, output: int) -> None:
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)  # where a core dump may be written
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execvp(command[0], command)


def log_to(folder: str) -> None:
    """Sends what this process prints, its native code included, to `log` in the folder."""
    log = os.open(f"{folder}/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
