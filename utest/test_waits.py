"""The one wait."""

import threading
import time

import pytest

from BaresipLibrary.waits import Changes, wait_until


def test_a_condition_that_holds_needs_no_time() -> None:
    assert wait_until(Changes(), lambda: "yes", 0) == "yes"


def test_time_that_is_over_is_no_answer() -> None:
    assert wait_until(Changes(), lambda: None, 0.01) is None


def test_an_event_of_another_thread_ends_the_wait() -> None:
    changes, box = Changes(), list[str]()

    def happen() -> None:
        with changes:
            box.append("it")
            changes.notify_all()

    thread = threading.Timer(0.05, happen)
    thread.start()
    began = time.monotonic()
    assert wait_until(changes, lambda: box[0] if box else None, 1e9) == "it"
    assert time.monotonic() - began < 5
    thread.join()


def test_a_check_that_raises_ends_the_wait() -> None:
    def check() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        wait_until(Changes(), check, 60)
