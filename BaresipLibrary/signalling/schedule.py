"""Runs tasks at their times, on threads that may wait for an agent's baresip."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ..concurrency import Changes

#: How many tasks run at the same time: an agent that does not answer must not delay the others.
_AT_ONCE = 8


@dataclass(order=True)
class _Task:
    at: float
    number: int
    run: Callable[[], None] = field(compare=False)


class Schedule:
    """Tasks that are due at monotonic times. A task must raise nothing.

    Its condition is its own: that of the library is notified at every event of every agent.
    """

    def __init__(self) -> None:
        self._news = Changes()
        self._tasks: list[_Task] = []
        self._numbers = itertools.count()
        self._ended = False
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reaction")
        self._thread = threading.Thread(target=self._follow, name="reactions", daemon=True)
        self._thread.start()

    def add(self, at: float, run: Callable[[], None]) -> None:
        """Adds a task; never blocks."""
        with self._news:
            heapq.heappush(self._tasks, _Task(at, next(self._numbers), run))
            self._news.notify_all()

    def end(self) -> None:
        """Ends the threads, once the tasks that have begun are done; others are dropped."""
        with self._news:
            self._ended = True
            self._news.notify_all()
        self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def _follow(self) -> None:
        while (task := self._next()) is not None:
            self._pool.submit(task.run)

    def _next(self) -> _Task | None:
        """The next task, as soon as it is due; None at the end."""
        with self._news:
            while not self._ended:
                wait = self._tasks[0].at - time.monotonic() if self._tasks else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._tasks)
                self._news.wait(wait)
        return None
