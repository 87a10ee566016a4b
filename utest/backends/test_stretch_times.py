"""When the parent is told the times of recordings."""

import pytest

from BaresipLibrary.backends.embedded.worker import stretch_times
from BaresipLibrary.backends.embedded.worker.stretch_times import StretchTime, StretchTimes


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    standing = Clock()
    monkeypatch.setattr(stretch_times, "time", standing)
    return standing


def test_what_makes_the_first_stretch_more_exact_waits_for_a_second(clock: Clock) -> None:
    told: list[list[StretchTime]] = []
    times = StretchTimes(told.append)
    times.note("rx", 0, 1.0, 1.02)
    times.note("tx", 0, 1.1, 1.2)
    times.note("rx", 0, 1.0, 1.01)
    times.tell_if_due()
    assert told == []
    clock.now += 1.0
    times.tell_if_due()
    assert told == [[("rx", 0, 1.0, 1.01), ("tx", 0, 1.1, 1.2)]]


def test_a_stretch_that_follows_another_does_not_wait(clock: Clock) -> None:
    told: list[list[StretchTime]] = []
    times = StretchTimes(told.append)
    times.note("rx", 0, 1.0, 1.02)
    times.note("rx", 8000, 3.0, 3.02)
    times.tell_if_due()
    assert told == [[("rx", 0, 1.0, 1.02), ("rx", 8000, 3.0, 3.02)]]
    times.note("rx", 8000, 3.0, 3.01)
    times.tell_if_due()
    assert len(told) == 1
    times.note("rx", 16000, 5.0, 5.02)
    times.tell_if_due()
    assert told[1:] == [[("rx", 8000, 3.0, 3.01), ("rx", 16000, 5.0, 5.02)]]


def test_each_is_told_once(clock: Clock) -> None:
    told: list[list[StretchTime]] = []
    times = StretchTimes(told.append)
    times.note("rx", 0, 1.0, 1.02)
    times.tell()
    times.tell()
    clock.now += 1.0
    times.tell_if_due()
    assert told == [[("rx", 0, 1.0, 1.02)]]
