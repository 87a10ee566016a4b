"""Errors of the worker itself, wherever they are raised: its parent is told of each.

C code calls into the worker, and what such a function raises never reaches a caller in Python. The
same holds for tasks that nobody awaits, for threads, and for destructors.
"""

import asyncio
import functools
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from .reports import Report

T = TypeVar("T")


class CommandFailed(Exception):
    """A command that could not be carried out; its text goes to the parent."""


class _Reporter:
    """Reports each fault once: one that comes with every packet would flood the parent."""

    def __init__(self, report: Report, loop: asyncio.AbstractEventLoop) -> None:
        self._report = report
        self._loop = loop
        self._known: set[str] = set()

    def __call__(self, error: BaseException) -> None:
        fault = describe(error)
        if fault in self._known:
            return
        self._known.add(fault)
        words = "".join(traceback.format_exception(error))
        report = functools.partial(self._report, "WorkerFailed", fault=fault, words=words)
        try:
            self._loop.call_soon_threadsafe(report)
        except RuntimeError:  # the loop has ended, and nobody reads events any more
            sys.stderr.write(words)


#: What is done with an error: until `report_faults`, it is printed to the worker's log.
_failed: Callable[[BaseException], None] = traceback.print_exception


def failed(error: BaseException) -> None:
    """Tells the parent of an error that nobody handles. Any thread may call it."""
    _failed(error)


def describe(error: BaseException) -> str:
    """The type and the text of an error, and where it was raised."""
    trace = traceback.extract_tb(error.__traceback__)
    where = f", at {Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else ""
    return f"{type(error).__name__}: {error}{where}"


def safely(default: T, function: Callable[..., T]) -> Callable[..., T]:
    """The function for a caller that can handle no exception, such as C code.

    What it raises is reported, and the default is returned.
    """

    @functools.wraps(function)
    def guarded(*arguments: Any) -> T:
        try:
            return function(*arguments)
        except Exception as error:
            failed(error)
            return default

    return guarded


def watch(task: asyncio.Task[Any]) -> None:
    """Reports an error that ends a task which nobody awaits."""

    def on_end(ended: asyncio.Task[Any]) -> None:
        if not ended.cancelled() and (error := ended.exception()) is not None:
            failed(error)

    task.add_done_callback(on_end)


def report_faults(report: Report) -> None:
    """Reports every error that nobody handles from now on, on the running loop."""
    global _failed
    loop = asyncio.get_running_loop()
    _failed = _Reporter(report, loop)
    loop.set_exception_handler(_on_loop_error)
    sys.unraisablehook = _on_unraisable
    threading.excepthook = _on_thread_error


def _on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if error is None:
        loop.default_exception_handler(context)
    else:
        failed(error)


def _on_unraisable(raised: "sys.UnraisableHookArgs") -> None:
    if raised.exc_value is not None:
        failed(raised.exc_value)


def _on_thread_error(raised: threading.ExceptHookArgs) -> None:
    if raised.exc_value is not None:
        failed(raised.exc_value)
