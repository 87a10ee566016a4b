"""Runs that go on at the same time, so many of them and not more."""

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

    A run that needs more of the machine takes several streams, or all where there are fewer. While
    it waits for them, no other takes one, but for those that are left over beside runs of its kind:
    with five streams and runs of two, one.
    """

    def __init__(self, number: int | str) -> None:
        if not str(number).isdecimal() or int(number) < 1:
            raise SystemExit(f"STREAMS={number}: it must be a number, and 1 at least.")
        self._all = self._free = int(number)
        self._waiting: list[Turn] = []
        self._narrow = 0  # of those that go on, how many have one stream
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
            self._waiting.append(turn)
            return turn

    @contextmanager
    def taken(self, turn: Turn) -> Iterator[None]:
        """Waits for its streams, and has them until the block ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_next(turn))
            self._waiting.remove(turn)
            self._have(turn, 1)
        try:
            yield
        finally:
            with self._changed:
                self._have(turn, -1)

    def _have(self, turn: Turn, number: int) -> None:
        """A run begins (1) or ends (-1)."""
        self._free -= number * turn.width
        self._narrow += number * (turn.width == 1)
        self._changed.notify_all()

    def _is_next(self, turn: Turn) -> bool:
        return not self._expected and turn == self._next()

    def _next(self) -> Turn | None:
        first = min(self._waiting)
        if first.width <= self._free:
            return first
        left_over = self._all % first.width
        narrow = [turn for turn in self._waiting if turn.width == 1]
        return min(narrow, default=None) if self._free and self._narrow < left_over else None
