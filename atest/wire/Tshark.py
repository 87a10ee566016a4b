"""Captures the SIP messages of agents on the loopback interface, as somebody else sees them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from robot.api import SkipExecution
from robot.api.deco import library

from BaresipLibrary.agents.agent import Agent

_PATIENCE = 20.0
_FIELDS = ("udp.srcport", "sip.Request-Line", "sip.Status-Line", "sip.CSeq.method", "sip.to.tag")
#: What tells a message apart from all others, save those that are sent again because of a timer.
_IDENTITY = ("sip.Call-ID", "sip.CSeq.seq", "sip.Via.branch")
#: The shortest time (s) after which a message is sent again: a little less than T1 of RFC 3261.
_AGAIN_AFTER = 0.45
_STARTED = "Capture started"
_FORBIDDEN = re.compile(r"permission|not permitted|could not be initiated", re.IGNORECASE)


@library(scope="TEST", auto_keywords=True)
class Tshark:
    """One capture a test, ended with it."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._process: subprocess.Popen[str] | None = None
        self._names: dict[str, str] = {}
        self._lines: list[str] = []
        self._arrived = threading.Condition()
        self._folder: Path | None = None

    def start_capture(self, *agents: Agent) -> None:
        """Captures what these agents send and receive over UDP, from now on.

        Skips the test where this user may not capture.
        """
        if shutil.which("tshark") is None:
            raise AssertionError("tshark is missing. Install the Debian package tshark.")
        self._marker = socket.socket(type=socket.SOCK_DGRAM)
        self._marker.bind(("127.0.0.1", 0))
        ports = {_port(agent): agent.name for agent in agents}
        self._names = ports | {str(self._marker.getsockname()[1]): "marker"}
        self._folder = Path(tempfile.mkdtemp(prefix="tshark-"))
        command = ["tshark", "-n", "-l", "-i", "lo", "-Y", "sip", "-T", "fields"]
        for field in (*_FIELDS, *_IDENTITY, "frame.time_relative"):
            command += ["-e", field]
        command += ["-f", " or ".join(f"udp port {port}" for port in self._names)]
        command += [part for port in self._names for part in ("-d", f"udp.port=={port},sip")]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"TMPDIR": str(self._folder)},
        )
        self._await_start()
        threading.Thread(target=self._read, daemon=True).start()

    def captured_messages(self) -> list[str]:
        """What was captured so far, such as ``alice INVITE`` and ``bob 200 INVITE``, in order.

        A request within a dialog is told apart: ``alice re-INVITE``. What a timer has sent again,
        on a machine that was too busy to answer in time, is told once.
        """
        text = b"OPTIONS sip:marker SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n"
        self._marker.sendto(text, self._marker.getsockname())
        with self._arrived:
            if not self._arrived.wait_for(self._is_complete, _PATIENCE):
                raise AssertionError(f"The capture does not end: {self._lines}")
            return [self._told(line) for line in _sent_once(self._lines[:-1])]

    def end_test(self, data: object, result: object) -> None:
        """Listener: ends the capture."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_PATIENCE)
            self._marker.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _await_start(self) -> None:
        assert self._process is not None and self._process.stderr is not None
        said = ""
        for line in self._process.stderr:
            said += line
            if _STARTED in line:
                threading.Thread(target=self._process.stderr.read, daemon=True).start()
                return
        if _FORBIDDEN.search(said):
            raise SkipExecution(f"This user may not capture packets: {said.strip()}")
        raise AssertionError(f"tshark did not start: {said}")

    def _read(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        for line in self._process.stdout:
            with self._arrived:
                self._lines.append(line.rstrip("\n"))
                self._arrived.notify_all()

    def _is_complete(self) -> bool:
        return bool(self._lines) and self._sender(self._lines[-1]) == "marker"

    def _sender(self, line: str) -> str:
        return self._names.get(line.split("\t")[0], "somebody else")

    def _told(self, line: str) -> str:
        _, request, status, method, to_tag = [*line.split("\t"), "", "", "", ""][:5]
        if status:
            return f"{self._sender(line)} {status.split()[1]} {method}"
        again = "re-" if to_tag and method == "INVITE" else ""
        return f"{self._sender(line)} {again}{request.split()[0]}"


def _sent_once(lines: list[str]) -> Iterator[str]:
    """The messages without those that a timer has sent again."""
    times: dict[str, float] = {}
    for line in lines:
        message, _, at = line.rpartition("\t")
        if float(at) - times.setdefault(message, float(at)) < _AGAIN_AFTER:
            yield line


def _port(agent: Agent) -> str:
    return agent.uri.rpartition(":")[2].partition(";")[0]
