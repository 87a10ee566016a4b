"""Runs that go on at the same time, so many of them and not more."""

import heapq
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Streams:
    """Lets a number of runs go on at the same time. Of those that wait, the lowest rank is next."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._waiting: list[tuple[int, int]] = []
        self._came = 0
        self._changed = Condition()

    @property
    def waiting(self) -> int:
        """How many runs wait for a stream."""
        with self._changed:
            return len(self._waiting)

    @contextmanager
    def turn(self, rank: int) -> Iterator[None]:
        """Waits for a stream, and has it until the block ends."""
        with self._changed:
            self._came += 1
            mine = (rank, self._came)
            heapq.heappush(self._waiting, mine)
            self._changed.wait_for(lambda: self._free and self._waiting[0] == mine)
            heapq.heappop(self._waiting)
            self._free -= 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()
