"""A wall clock that is set back while something waits, for this Robot and all it starts.

The run must have been started with `libfaketime` (`fake_clock_environment`), which reads how far
the clock is off from a file, each time anew.
"""

import os
import tempfile
import threading
import time
from pathlib import Path

from robot.api.deco import library
from robot.api.exceptions import SkipExecution

_FILE = "FAKETIME_TIMESTAMP_FILE"
_HOUR = 3600.0
#: What a busy machine may add (s); the hour would be far more.
_LATE = 60.0
#: After that time (s) a keyword that begins now is waiting.
_IN_THE_MIDDLE = 0.4


@library(scope="GLOBAL", auto_keywords=True)
class Clock:
    """Keywords for whoever starts such a run, and for that run."""

    def __init__(self) -> None:
        self._began: tuple[float, float] | None = None

    def use_fake_clock(self) -> None:
        """What is started from now on has a clock of its own."""
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not found:
            raise SkipExecution("libfaketime is not installed: apt-get install faketime")
        handle, name = tempfile.mkstemp(prefix="clock-")
        os.write(handle, b"+0")
        os.close(handle)
        # Nobody can set back the other clock, by which the library waits.
        os.environ |= {"LD_PRELOAD": str(found[0]), _FILE: name, "FAKETIME_NO_CACHE": "1"}
        os.environ["FAKETIME_DONT_FAKE_MONOTONIC"] = os.environ["DONT_FAKE_MONOTONIC"] = "1"

    def use_real_clock(self) -> None:
        """What is started from now on has the machine's clock."""
        os.environ.pop("LD_PRELOAD", None)
        name = os.environ.pop(_FILE, None)
        if name:
            Path(name).unlink()

    def set_clock_back_soon(self) -> None:
        """Sets the clock of this run back by an hour while the next keyword is at work."""
        self._began = time.time(), time.monotonic()
        file = Path(os.environ[_FILE])
        threading.Timer(_IN_THE_MIDDLE, file.write_text, ["-1h"]).start()

    def it_should_have_taken(self, seconds: float) -> None:
        """So long it really was since then, while the clock went back by an hour."""
        assert self._began is not None
        told, took = (now - then for now, then in zip(_now(), self._began, strict=True))
        if not -_HOUR - 1 < told - took < -_HOUR + 1:
            raise AssertionError(f"The clock was not set back: it says that it took {told:.1f} s.")
        if not seconds <= took < seconds + _LATE:
            raise AssertionError(f"It took {took:.1f} s.")

    def set_clock_right(self) -> None:
        """Sets the clock of this run right again."""
        Path(os.environ[_FILE]).write_text("+0")


def _now() -> tuple[float, float]:
    return time.time(), time.monotonic()
