"""Something happens while a keyword waits, and not before: in a thread, once it waits."""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

#: Shorter waits (s) are for the answer to a command, and not those that a suite asked for.
_LONG = 15.0


class Meanwhile:
    """`Meanwhile    Hang Up    bob`, then the keyword that waits, with a timeout above 15 s."""

    ROBOT_LIBRARY_SCOPE = "TEST"

    def __init__(self) -> None:
        self._happened: float | None = None
        self._thread: threading.Thread | None = None

    def meanwhile(self, keyword: str, agent: str, *arguments: str, **named: Any) -> None:
        """Runs a keyword of BaresipLibrary."""
        action = _library().keywords[keyword.lower().replace(" ", "_")]
        self._during_wait(agent, lambda: action(agent, *arguments, **named))

    def meanwhile_kill(self, agent: str) -> None:
        """Kills the process of an agent."""
        pid = _pid(agent)
        self._during_wait(agent, lambda: os.kill(pid, signal.SIGKILL))

    def meanwhile_interrupt(self, agent: str, name: str) -> None:
        """Sends a signal to this Robot, as Ctrl-C does."""
        self._during_wait(agent, lambda: os.kill(os.getpid(), signal.Signals[name]))

    def kill_agent(self, agent: str) -> None:
        """Kills the process of an agent now."""
        self._happened = time.monotonic()
        os.kill(_pid(agent), signal.SIGKILL)

    def it_should_have_been_noticed_at_once(self) -> float:
        """The time since it happened is far below any timeout. Returns it (s)."""
        if self._happened is None:
            raise AssertionError("It has not happened: no keyword waited for so long.")
        took = time.monotonic() - self._happened
        if self._thread is not None:
            self._thread.join(_LONG)
        logger.info(f"Noticed {took * 1000:.0f} ms after it happened.")
        if took > 8:
            raise AssertionError(f"It was noticed {took:.1f} s after it happened.")
        return took

    def _during_wait(self, agent: str, action: Callable[[], object]) -> None:
        changes = _library().agents.get(agent).changes

        def act() -> None:
            with changes:  # is free once the other thread waits
                self._happened = time.monotonic()
            action()

        def wait(timeout: float | None = None) -> bool:
            if timeout is None or timeout > _LONG:
                del changes.wait
                self._thread = threading.Thread(target=act, daemon=True)
                self._thread.start()
            return threading.Condition.wait(changes, timeout)

        changes.wait = wait


def _library():
    return BuiltIn().get_library_instance("BaresipLibrary")


def _pid(agent: str) -> int:
    return _library().agents.get(agent).backend.pid
