"""A running keyword in a few words, for the ladder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum

from ..concurrency import release_lock
from .agents import AgentKeywords
from .base import Context

#: Longer arguments are cut.
_LONGEST = 40
#: The keyword of which only the first argument is shown: a password is among the others.
_START_AGENT = AgentKeywords.start_agent.__name__


def step_words(name: str, arguments: Sequence[object]) -> str:
    """The keyword and its positional arguments, as a suite writes them."""
    shown = arguments[:1] if name == _START_AGENT else arguments
    return "    ".join([name.replace("_", " ").title(), *map(_cut, shown)])


def _cut(argument: object) -> str:
    text = _words(argument)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _words(argument: object) -> str:
    if isinstance(argument, list):
        return ", ".join(map(str, argument))
    return argument.name if isinstance(argument, Enum) else str(argument)


@contextmanager
def step(context: Context, words: str, *, quiet: bool) -> Iterator[None]:
    """A keyword runs: writes what its agents see meanwhile, and explains its failure.

    A quiet one only reads, so it is not a step of the test.
    """
    try:
        with context.console.keyword(words), context.evidence.keyword(words, quiet=quiet):
            yield
    finally:
        release_lock(context.changes)
