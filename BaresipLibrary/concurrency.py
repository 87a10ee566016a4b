"""Waiting on events, and doing several things at the same time: the library blocks only here."""

import heapq
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from importlib import import_module
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")

#: Held while state changes, notified by every event, shared by all agents of a library.
Changes = threading.Condition

#: How many actions run at the same time: most of their time they wait for baresip's answer.
_AT_ONCE = 8


def sharing_lock(changes: Changes) -> Changes:
    """Another condition with the same lock: who waits for it is woken by what it is about alone."""
    return threading.Condition(changes)  # type: ignore[arg-type]  # a condition acts as its lock


def _never() -> None:
    """Says that time alone changes nothing."""


def wait_until(
    changes: Changes,
    check: Callable[[], T | None],
    timeout: float,
    next_change: Callable[[], float | None] = _never,
) -> T | None:
    """Waits on events until `check` has an answer; None when `timeout` (s) is over without one.

    `check` runs with `changes` held, once before anything is waited for and again after every
    event. It may raise to end the wait: that is how a wait fails once it cannot succeed. Where the
    answer may also change with time alone, `next_change` says in how many seconds.
    """
    try:
        return _wait(changes, check, timeout, next_change)
    except RuntimeError as error:
        # Where Ctrl-C or a timeout comes just after `Condition.wait` has released its lock, the
        # interruption is hidden behind the failed attempt to release the lock again.
        if error.__context__ is None or "un-acquired" not in str(error):
            raise
        raise error.__context__ from None


def _wait(
    changes: Changes,
    check: Callable[[], T | None],
    timeout: float,
    next_change: Callable[[], float | None],
) -> T | None:
    deadline = time.monotonic() + timeout
    with changes:
        while (answer := check()) is None:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return None
            until_change = next_change()
            limit = threading.TIMEOUT_MAX if until_change is None else until_change
            changes.wait(min(remaining, limit))
        return answer


def load_module(name: str) -> None:
    """Imports a module in a thread of its own, where no timeout of a test can break that off.

    Robot raises those in the main thread, and numpy cannot be imported again after half an import.
    """
    if name in sys.modules:
        return
    loading = threading.Thread(target=import_module, args=(name,), name=f"import {name}")
    loading.start()
    loading.join()


def release_lock(changes: Changes) -> None:
    """Releases what an interruption left locked: it may come between a lock and its block."""
    while True:
        try:
            changes.release()
        except RuntimeError:
            return  # this thread does not hold it


class DueTasks:
    """Tasks with the monotonic times at which they are due, for one thread that carries them out.

    Its condition is its own: that of the library is notified at every event of every agent.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        #: Numbers tell apart those that are due at the same time: the first comes first.
        self._tasks: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._ended = False

    def add(self, at: float, task: Callable[[], None]) -> None:
        """Adds a task; never blocks."""
        with self._changed:
            heapq.heappush(self._tasks, (at, next(self._numbers), task))
            self._changed.notify()

    def next(self) -> Callable[[], None] | None:
        """The next task, as soon as it is due; None at the end."""
        with self._changed:
            while not self._ended:
                left = self._tasks[0][0] - time.monotonic() if self._tasks else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._tasks)[2]
                self._changed.wait(left)
        return None

    def end(self) -> None:
        """Drops the tasks that are left."""
        with self._changed:
            self._ended = True
            self._changed.notify()


def run_concurrently(act: Callable[[T], None], items: Iterable[T]) -> None:
    """Calls `act` with each item, in their order, several at the same time.

    Raises what the first failing item raised. Items that had not begun by then, or when the caller
    is interrupted, do not begin any more.
    """
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="concurrent")
    try:
        tasks = [pool.submit(act, item) for item in items]
        wait(tasks, return_when=FIRST_EXCEPTION)
    finally:
        pool.shutdown(cancel_futures=True)
    for task in tasks:
        if not task.cancelled():
            task.result()


class Crew:
    """Carries out actions in threads of its own, several at a time, while its caller goes on.

    At its end, those that have begun are waited for, and the others do not begin any more.
    """

    def __init__(self, changes: Changes) -> None:
        """`changes` is notified when an action is over."""
        self._changes = changes
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="concurrent")
        #: What the first failing action raised.
        self.fault: BaseException | None = None

    def __enter__(self) -> "Crew":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, act: Callable[[], None]) -> None:
        """Has an action carried out after those that were begun before."""
        self._pool.submit(self._carry_out, act)

    def _carry_out(self, act: Callable[[], None]) -> None:
        fault: BaseException | None = None
        try:
            act()
        except BaseException as error:
            fault = error
        with self._changes:
            self.fault = self.fault or fault
            self._changes.notify_all()

    def require_success(self) -> None:
        """Raises what the first failing action raised, if one has failed."""
        if self.fault is not None:
            raise self.fault
