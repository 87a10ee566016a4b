"""Many act at the same time, and one that fails ends it."""

import threading

import pytest

from BaresipLibrary.concurrency import run_concurrently


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
