"""Lets a suite go on when the test that runs it says so."""

import os
from pathlib import Path


def make_fifo(path: str) -> str:
    """Makes the named pipe over which the two meet; returns its path."""
    os.mkfifo(path)
    return path


def wait_for_a_reader(path: str) -> None:
    """Waits until somebody reads from the pipe."""
    with Path(path).open("w"):
        pass


def read_from_fifo(path: str) -> None:
    """Lets the suite that waits go on."""
    Path(path).read_bytes()
