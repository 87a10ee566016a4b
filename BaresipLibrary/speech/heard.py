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
    begin: float
    """Seconds from the start of the audio, like `end`."""
    end: float
    confidence: float
    """How sure the engine is, from 0 to 1; NaN when it does not say."""


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
    group_times: tuple[tuple[float, float] | None, ...] = field(default=(), repr=False)
    """When the words of each group began and ended; None for a group without any."""

    @property
    def at(self) -> float:
        """When it began, in seconds of the call's audio."""
        return self.begin

    def __str__(self) -> str:
        return self.text


def put_together(pieces: Sequence[Word], text: str) -> list[Word]:
    """The words of a text of which an engine has told pieces, such as ``$5`` and ``.50``.

    What begins with a mark, right after the piece before it in the text, belongs to that: *4-7* has
    no minus. A word is as sure as its least sure piece.
    """
    words: list[Word] = []
    place = 0
    for piece in pieces:
        at = text.find(piece.text, place)
        follows = at == place and not piece.text[:1].isalnum() and _is_said(piece.text)
        place = at + len(piece.text) if at >= 0 else place
        if words and follows:
            last = words.pop()
            sure = min(last.confidence, piece.confidence)
            piece = Word(last.text + piece.text, last.begin, piece.end, sure)
        words.append(piece)
    return words


def _is_said(text: str) -> bool:
    return any(character.isalnum() for character in text)


def written(words: Iterable[Word]) -> str:
    """Words as the engine wrote them, as one text."""
    return " ".join(word.text for word in words)


def mean_confidence(words: Sequence[Word]) -> float:
    """How sure the engine is of words, from 0 to 1; 0 without one."""
    return sum(word.confidence for word in words) / len(words) if words else 0.0
