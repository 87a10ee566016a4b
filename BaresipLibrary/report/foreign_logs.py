"""Keeps what other packages log about themselves out of a suite's log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def only_warnings_of(*packages: str) -> Iterator[None]:
    """While the block runs, these packages log warnings and errors, and nothing below.

    Robot writes all that Python's `logging` carries into log.html. The levels come back at the end:
    a suite may use the same packages, and want to read what they say.
    """
    loggers = [logging.getLogger(package) for package in packages]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(max(logger.level, logging.WARNING))
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
