"""The one wait."""

import random
import signal
import threading
import time
from contextlib import suppress

import pytest

from BaresipLibrary.concurrency import Changes, release_lock, wait_until


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


class Interruption(Exception):
    """As Ctrl-C and Robot's timeouts do, it comes out of nowhere."""


def test_an_interruption_at_any_moment_is_what_comes_out_and_nothing_stays_locked() -> None:
    """Beside a thread that notifies all the time, some fall between a lock and its release."""
    changes, chance = Changes(), random.Random(7)
    over = threading.Event()
    beats = 0

    def notify() -> None:
        nonlocal beats
        while not over.is_set():
            with changes:
                beats += 1
                changes.notify_all()

    def interrupt(number: int, frame: object) -> None:
        raise Interruption

    thread = threading.Thread(target=notify, daemon=True)
    before = signal.signal(signal.SIGALRM, interrupt)
    thread.start()
    try:
        for _ in range(400):
            with suppress(Interruption):
                try:
                    signal.setitimer(signal.ITIMER_REAL, chance.uniform(5e-5, 1e-3))
                    wait_until(changes, lambda: None, 60)
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            release_lock(changes)  # as the library does after every keyword
    finally:
        signal.signal(signal.SIGALRM, before)
    seen = beats
    assert wait_until(changes, lambda: beats > seen or None, 5), "it is locked for ever"
    over.set()
    thread.join(5)
    assert not thread.is_alive()
