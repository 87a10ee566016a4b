"""The same for many agents, some at the same time."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

#: How many act at the same time: what they do is mostly to wait for baresip's answer.
_AT_ONCE = 8


def side_by_side(act: Callable[[T], None], those: Iterable[T]) -> None:
    """Does something with each of those, in their order, several at the same time.

    Raises what the first of them raised that failed. Those that had not begun by then, or when the
    caller is interrupted, do not begin any more.
    """
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="crowd")
    try:
        tasks = [pool.submit(act, one) for one in those]
        wait(tasks, return_when=FIRST_EXCEPTION)
    finally:
        pool.shutdown(cancel_futures=True)
    for task in tasks:
        if not task.cancelled():
            task.result()
