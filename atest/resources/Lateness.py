"""Bounds of an idle machine, widened by how late this one was while the test ran.

Where something else runs, too, agents and Robot wait for a CPU. For how long is measured by a
process that does nothing else.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from lateness_probe import MEASURED, PERIOD
from robot.api import logger
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn

#: Times of a wait for a CPU by which something is late that several processes do in turn.
_WAITS = 5
#: Seconds of lateness, in the try and just before it, that a gap in audio can come from; and tries.
_DISTURBING, _BEFORE, _TRIES = 0.010, 0.5, 12


@library(scope="SUITE", listener="SELF")
class Lateness:
    """`Should Be Below    ${seconds}    500ms`, and retries for failures on a late machine only."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - until `close`
        probe = Path(__file__).with_name("lateness_probe.py")
        self._probe = subprocess.Popen(
            [sys.executable, "-S", probe, str(self._file.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[self._file.fileno()],
            start_new_session=True,  # Ctrl-C is for Robot
        )
        assert self._probe.stdout
        self._probe.stdout.readline()  # its start is not measured
        self._began = self._test_began = time.monotonic()

    def start_test(self, data: object, result: object) -> None:
        """Listener: what was late before the test does not count in it."""
        self._test_began = time.monotonic()

    def close(self) -> None:
        """Listener: ends the process that measures."""
        self._probe.communicate()
        self._file.close()

    @keyword
    def get_lateness(self, since: float | None = None) -> float:
        """The longest wait for a CPU (s) since a monotonic time, else since the test began."""
        if self._probe.poll() is not None:
            raise RuntimeError("The process that measures how late this machine is has ended.")
        began = self._test_began if since is None else since
        measured = self._measured()
        newest = measured[-1][0] if measured else self._began
        overdue = time.monotonic() - newest - 2 * PERIOD  # waits now, or has just begun
        return max([late for at, late in measured if at >= began] + [overdue, 0.0])

    @keyword
    def should_be_below(
        self, value: timedelta | float, bound: timedelta, waits: float = _WAITS
    ) -> None:
        """Fails unless a time is below a bound, to which so many waits for a CPU are added."""
        seconds, most, late = _seconds(value), bound.total_seconds(), self.get_lateness()
        allowed = f"{most:g} s + {waits:g} x {late * 1000:.1f} ms, by which this machine was late"
        logger.info(f"{seconds:.4f} s is to be below {allowed}.")
        if not seconds < most + waits * late:
            raise AssertionError(f"{seconds:.4f} s is not below {allowed}.")

    @keyword
    def retry_while_late(self, name: str, *arguments: Any) -> object:
        """Runs a keyword again when it failed while the machine was late, up to 12 times.

        Any other failure is final. Of the tries, a third must pass.
        """
        passed = 0
        for number in range(1, _TRIES + 1):
            since = time.monotonic() - _BEFORE
            status, value = BuiltIn().run_keyword_and_ignore_error(name, *arguments)
            late = self.get_lateness(since)
            logger.info(f"Try {number}: {status}, with a machine {late * 1000:.1f} ms late.")
            if status == "PASS":
                passed += 1
                if passed * 3 >= number:
                    return value
            elif late < _DISTURBING:
                raise AssertionError(f"{value} This machine was only {late * 1000:.1f} ms late.")
        raise AssertionError(f"{passed} of {_TRIES} tries passed, less than a third of them.")

    @keyword
    def keep_the_probe_waiting(self, duration: timedelta) -> None:
        """Keeps the process that measures from a CPU, as a busy machine does."""
        self._probe.send_signal(signal.SIGSTOP)
        time.sleep(duration.total_seconds())
        self._probe.send_signal(signal.SIGCONT)

    def _measured(self) -> list[tuple[float, float]]:
        size = os.fstat(self._file.fileno()).st_size
        data = os.pread(self._file.fileno(), size - size % MEASURED.size, 0)
        return list(MEASURED.iter_unpack(data))


def _seconds(value: timedelta | float) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else value
