"""Runs that go on at the same time, so many of them and not more."""

import heapq
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import NamedTuple


class Turn(NamedTuple):
    """The place of a run among those that wait, and how many streams it takes."""

    rank: int
    number: int
    width: int


class Streams:
    """Lets a number of runs go on at the same time. Of those that wait, the lowest rank is next.

    A run that needs more of the machine takes several streams, or all where there are fewer.
    """

    def __init__(self, number: int | str) -> None:
        if not str(number).isdecimal() or int(number) < 1:
            raise SystemExit(f"STREAMS={number}: it must be a number, and 1 at least.")
        self._all = self._free = int(number)
        self._waiting: list[Turn] = []
        self._came = 0
        self._expected: set[str] = set()
        self._changed = Condition()

    def expect(self, names: Iterable[str]) -> None:
        """No run begins before all of these have said that theirs wait."""
        with self._changed:
            self._expected = set(names)

    def complete(self, name: str) -> None:
        """All runs of this one wait by now, or it has none."""
        with self._changed:
            self._expected.discard(name)
            self._changed.notify_all()

    def turn(self, rank: int, width: int = 1) -> Turn:
        """A place among those that wait."""
        with self._changed:
            self._came += 1
            turn = Turn(rank, self._came, min(width, self._all))
            heapq.heappush(self._waiting, turn)
            return turn

    @contextmanager
    def taken(self, turn: Turn) -> Iterator[None]:
        """Waits for its streams, and has them until the block ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_next(turn))
            heapq.heappop(self._waiting)
            self._free -= turn.width
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += turn.width
                self._changed.notify_all()

    def _is_next(self, turn: Turn) -> bool:
        return not self._expected and self._free >= turn.width and self._waiting[0] == turn
