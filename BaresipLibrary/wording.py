"""Words of messages: commands, numbers, times, the first few of many, ends of processes."""

import signal
from collections.abc import Sequence

_FEW = 5


def pip_install(extra: str) -> str:
    """The command that installs the library with one of its extras."""
    return f'pip install "robotframework-baresip[{extra}]"'


def counted(number: int, noun: str) -> str:
    """A number and its noun: ``1 packet``, ``2 packets``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration_words(seconds: float) -> str:
    """A time that has passed, never as nothing: ``2.4 s``, ``0.012 s``, ``less than 0.001 s``."""
    if seconds < 0.001:
        return "less than 0.001 s"
    return f"{seconds:.1f} s" if round(seconds, 3) >= 0.1 else f"{seconds:.3f} s"


def first_few(clauses: Sequence[str]) -> str:
    """The first few of many clauses, and how many more there are."""
    more = len(clauses) - _FEW
    return "; ".join(clauses[:_FEW]) + (f"; and {more} more" if more > 0 else "")


def capitalized(text: str) -> str:
    """A text at the beginning of a sentence; names stay as they are."""
    return text[0].upper() + text[1:] if text.startswith("the ") else text


def describe_exit(status: int | None) -> str:
    """How a process ended, as a predicate: its exit code, negative for a signal, None: unknown."""
    if status is None:
        return "ended"
    if status < 0:
        return f"was ended by {_signal_name(-status)}"
    return f"exited with code {status}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have none
        return f"signal {number}"
