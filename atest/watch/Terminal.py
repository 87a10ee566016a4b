"""Runs suites at a terminal, and reads its screen as a person does."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pyte
from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

_ROWS, _COLUMNS = 50, 100
_COLOUR = "\x1b[1m"


class Terminal:
    """Keeps the last screen, what was on it on the way there, and what made it."""

    ROBOT_LIBRARY_SCOPE = "TEST"

    def run_at_a_terminal(self, suite: str, *options: str, **environment: str) -> list[str]:
        """Runs ``robot`` to its end; returns the lines of the screen."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
        backend = BuiltIn().get_variable_value("${BACKEND}", "auto")
        command = [sys.executable, "-m", "robot", "--output", "NONE", "--log", "NONE"]
        command += ["--report", "NONE", "--variable", f"BACKEND:{backend}", *options, suite]
        variables = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        folder = Path(BuiltIn().get_variable_value("${OUTPUT DIR}"))
        run = subprocess.Popen(
            command,
            cwd=folder,
            env={**variables, "TERM": "xterm", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._read(ours)
        run.wait(60)
        lines = [line.rstrip() for line in self._screen.display]
        logger.info("\n".join(lines))
        return [line for line in lines if line]

    def _read(self, terminal: int) -> None:
        self._screen = pyte.Screen(_COLUMNS, _ROWS)
        self._seen: list[str] = []
        stream = pyte.ByteStream(self._screen)
        self._raw = b""
        with open(terminal, "rb", buffering=0) as file:
            while True:
                try:
                    piece = file.read(65536)
                except OSError:
                    return  # nobody has the other end any more
                if not piece:
                    return
                self._raw += piece
                stream.feed(piece)
                self._seen += self._screen.display

    def get_what_was_on_the_screen(self) -> str:
        """All lines that were there at any time."""
        return "\n".join(dict.fromkeys(line.rstrip() for line in self._seen))

    def agents_should_be_bold(self, expected: bool) -> None:
        """Whether the console was coloured."""
        if (f"{_COLOUR}alice".encode() in self._raw) is not expected:
            raise AssertionError(f"{self._raw!r}")
