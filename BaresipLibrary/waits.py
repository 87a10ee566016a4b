"""The one place where this library blocks."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Held while state changes, notified by every event, shared by all agents of a library.
Changes = threading.Condition


def wait_until(changes: Changes, check: Callable[[], T | None], timeout: float) -> T | None:
    """Waits on events until `check` has an answer; None when `timeout` (s) is over without one.

    `check` runs with `changes` held, once before anything is waited for and again after every
    event. It may raise to end the wait: that is how a wait fails once it cannot succeed.
    """
    deadline = time.monotonic() + timeout
    with changes:
        while (answer := check()) is None:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return None
            changes.wait(min(remaining, threading.TIMEOUT_MAX))
        return answer
