"""Commands that follow from what happened, not from a keyword: a thread runs them in order."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable

from ...errors import BackendError

Errand = Callable[[], None]


class Errands:
    """Runs errands, each at its time. Those that are not due at the end are dropped.

    `broke` is told of an error that is no answer of baresip's; it ends the thread.
    """

    def __init__(self, broke: Callable[[Exception], None]) -> None:
        self._broke = broke
        self._due: list[tuple[float, int, Errand]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="errands", daemon=True)
        self._thread.start()

    def run(self, errand: Errand, after: float = 0.0) -> None:
        """Runs an errand `after` seconds from now."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + after, next(self._numbers), errand))
            self._changed.notify()

    def close(self) -> None:
        """Ends the thread; an errand that runs is waited for."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (errand := self._next()) is not None:
            try:
                errand()
            except BackendError:
                pass  # the call or the agent has gone meanwhile, and whoever uses it is told
            except Exception as error:  # whatever ends this thread is told
                self._broke(error)
                return

    def _next(self) -> Errand | None:
        with self._changed:
            while not self._ended:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None
