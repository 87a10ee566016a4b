"""Many act at the same time, and one that fails ends it."""

import threading
import time

import pytest

from BaresipLibrary.concurrency import Crew, run_concurrently, wait_until


def test_all_act_in_several_threads() -> None:
    met = threading.Barrier(4, timeout=10)
    done: list[int] = []

    def act(number: int) -> None:
        met.wait()  # breaks unless four of them are here at once
        done.append(number)

    run_concurrently(act, range(8))
    assert sorted(done) == list(range(8))


def test_the_first_failure_is_raised_and_later_ones_do_not_begin() -> None:
    begun: list[int] = []
    go_on = threading.Event()

    def act(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ValueError("first")
        go_on.wait(0.2)

    with pytest.raises(ValueError, match="first"):
        run_concurrently(act, range(1000))
    assert len(begun) < 100


def test_nobody_is_no_trouble() -> None:
    run_concurrently(lambda _: None, [])


def test_a_crew_acts_while_its_caller_waits_on_events_and_tells_what_failed() -> None:
    changes, done = threading.Condition(), list[int]()

    def fail() -> None:
        raise ValueError("second")

    with Crew(changes) as crew:
        crew.begin(lambda: done.append(1))
        assert wait_until(changes, lambda: done or None, 10)
        crew.require_success()
        crew.begin(fail)
        assert wait_until(changes, lambda: True if crew.fault else None, 10)
        with pytest.raises(ValueError, match="second"):
            crew.require_success()


def test_a_crew_that_ends_begins_nothing_more() -> None:
    begun: list[int] = []
    go_on = threading.Event()

    def act(number: int) -> None:
        begun.append(number)
        go_on.wait(10)

    with Crew(threading.Condition()) as crew:
        for number in range(1000):
            crew.begin(lambda number=number: act(number))
        threading.Timer(0.5, go_on.set).start()
    assert len(begun) < 100


def test_a_wait_looks_again_when_time_alone_may_change_the_answer() -> None:
    changes, due = threading.Condition(), time.monotonic() + 0.05
    began = time.monotonic()
    answer = wait_until(
        changes,
        lambda: True if time.monotonic() >= due else None,
        30.0,
        lambda: max(0.0, due - time.monotonic()),
    )
    assert answer is True
    assert time.monotonic() - began < 20
