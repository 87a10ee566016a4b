"""What an engine has understood."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class CoveredText(Protocol):
    """A text that must not show: Robot's ``Secret``."""

    @property
    def value(self) -> Any:
        """The text."""


@dataclass(frozen=True)
class Word:
    """A word that was understood."""

    text: str
    #: Seconds from the start of the audio, like `end`.
    begin: float
    end: float
    #: How sure the engine is, from 0 to 1; NaN when it does not say.
    confidence: float


@dataclass(frozen=True)
class HeardSpeech:
    """Words that were expected and heard; prints as their text.

    ``text``: as the engine wrote them; ``phrase``: which of the expected phrases it is, as the
    suite wrote it, or the regular expression; ``begin`` and ``end``: in seconds of the call's
    audio; ``similarity`` and ``confidence``: from 0 to 1; ``groups``: those of the regular
    expression.
    """

    text: str
    phrase: str | CoveredText = field(repr=False)
    begin: float
    end: float
    similarity: float
    confidence: float
    groups: tuple[str | None, ...] = ()
    #: When the words of each group began and ended; None for a group without any.
    group_times: tuple[tuple[float, float] | None, ...] = field(default=(), repr=False)

    @property
    def at(self) -> float:
        """When it began, in seconds of the call's audio."""
        return self.begin

    def __str__(self) -> str:
        return self.text


def written(words: Iterable[Word]) -> str:
    """Words as the engine wrote them, as one text."""
    return " ".join(word.text for word in words)


def mean_confidence(words: Sequence[Word]) -> float:
    """How sure the engine is of words, from 0 to 1; 0 without one."""
    return sum(word.confidence for word in words) / len(words) if words else 0.0
