"""A second process that serves the library, as another host would."""

import os
import re
import selectors
import subprocess
import sys
import time

import psutil
from robot.libraries.BuiltIn import BuiltIn

_READY = 30.0
_ENDS_WITHIN = 20.0


class Serving:
    """Starts and ends the server; nothing of it may be left."""

    ROBOT_LIBRARY_SCOPE = "SUITE"

    def start_serving(self, *settings: str) -> str:
        """Starts it on loopback with import settings; returns its address once it listens."""
        command = [sys.executable, "-u", "-m", "BaresipLibrary.remote", "--port", "0", *settings]
        self._process = subprocess.Popen(
            command,
            cwd=BuiltIn().get_variable_value("${OUTPUT DIR}"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return f"http://{self._read_address()}"

    def _read_address(self) -> str:
        stream, said, deadline = self._process.stdout, b"", time.monotonic() + _READY
        assert stream is not None
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while selector.select(max(0.0, deadline - time.monotonic())):
                piece = os.read(stream.fileno(), 4096)
                said += piece
                started = re.search(rb"server at (\S+) started", said)
                if started:
                    return started[1].decode()
                if not piece:
                    break
        raise AssertionError(f"It does not serve: {said.decode(errors='replace')}")

    def stop_serving(self) -> None:
        """Terminates the server; its agents end with it."""
        parts = psutil.Process(self._process.pid).children(recursive=True)
        self._process.terminate()
        code = self._process.wait(_ENDS_WITHIN)
        assert self._process.stdout is not None
        self._process.stdout.close()
        _, alive = psutil.wait_procs(parts, timeout=_ENDS_WITHIN)
        if code or alive:
            raise AssertionError(f"It ended with {code}, and these are left: {alive}")
