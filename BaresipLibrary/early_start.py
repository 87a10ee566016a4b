"""Starts the process that starts agents, where a suite runs, before the library is imported.

It loads meanwhile, so that the first `Start Agent` need not wait for it. It loads the wheel once
the settings say that agents may be embedded.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from .backends.launchers import end_early, start_early
from .keywords.running import is_suite_running


@contextmanager
def started_early() -> Iterator[None]:
    """Starts that process; an error in the block ends it."""
    if is_suite_running():
        start_early()
    with ended_by_errors():
        yield


@contextmanager
def ended_by_errors() -> Iterator[None]:
    """An error in the block ends what was started early, unless a launcher has taken it over."""
    try:
        yield
    except BaseException:
        end_early()
        raise
