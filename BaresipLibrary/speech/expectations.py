"""What a suite expects to be said: one of several phrases, or words that match an expression."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from .heard import HeardSpeech, Word, mean_confidence, written
from .patterns import Pattern
from .plain_words import Unit, digits_joined, plain_units
from .words import Match, Phrase, find_phrase, nearest_stretch

#: The language of number words where none is given.
ENGLISH = "en"
#: From the first digit, or letter, of a text to the last.
_DIGITS, _LETTERS = re.compile(r"\d(.*\d)?"), re.compile(r"\w(.*\w)?")


@dataclass(frozen=True)
class Expectation:
    """One of some phrases, or a regular expression; `similarity` is the least that counts."""

    phrases: tuple[Phrase, ...] = ()
    pattern: Pattern | None = None
    similarity: float = 0.8
    language: str | None = None

    def find(self, words: Sequence[Word]) -> HeardSpeech | None:
        """The first of what is expected that was said; None while none was."""
        if self.pattern is not None:
            return _search(self.pattern, words, self.language or ENGLISH)
        units = plain_units(words, self.language or ENGLISH)
        matches = [
            (match.first, -match.similarity, number, match)
            for number, phrase in enumerate(self.phrases)
            if (match := find_phrase(phrase, units, self.similarity))
        ]
        if not matches:
            return None
        *_, number, match = min(matches, key=lambda candidate: candidate[:3])
        text = self.phrases[number].text
        return _heard(words[match.first : match.last + 1], text, match.similarity)

    def nearest(self, words: Sequence[Word]) -> Match | None:
        """What was said that is most similar to a phrase; None when no word is in common."""
        units = plain_units(words, self.language or ENGLISH)
        matches = [match for phrase in self.phrases if (match := nearest_stretch(phrase, units))]
        return max(matches, key=lambda match: match.similarity, default=None)

    def __str__(self) -> str:
        if self.pattern is not None:
            return f"words that match '{self.pattern.text}'"
        return " or ".join(f'"{phrase.text}"' for phrase in self.phrases)


def _heard(
    words: Sequence[Word],
    phrase: str,
    similarity: float = 1.0,
    groups: tuple[str | None, ...] = (),
) -> HeardSpeech:
    begin, end = (words[0].begin, words[-1].end) if words else (0.0, 0.0)
    return HeardSpeech(
        written(words), phrase, begin, end, similarity, mean_confidence(words), groups
    )


def _search(pattern: Pattern, words: Sequence[Word], language: str) -> HeardSpeech | None:
    """Looks in the words as they were written, and then in their plain form.

    In their plain form, too, where a match has a part of a number only: ``(\\d+)`` in "4, 7, 1".
    """
    units = plain_units(words, language)
    as_written = _Pieces([(word.text, number, number) for number, word in enumerate(words)])
    plain = _Pieces(
        [(unit.text, unit.word, unit.last_word) for unit in units],
        digits_joined(units),
    )
    found = next(pattern.finditer(as_written.text), None)
    edges = set(chain.from_iterable(found.regs)) if found else set()
    if found and not any(
        begin < edge < end for begin, end in as_written.numbers(units) for edge in edges
    ):
        return _heard(as_written.words(words, *found.span()), pattern.text, groups=found.groups())
    in_plain = next(pattern.finditer(plain.text), None)
    pieces, match = (plain, in_plain) if in_plain else (as_written, found)
    if match is None:
        return None
    return _heard(pieces.words(words, *match.span()), pattern.text, groups=match.groups())


class _Pieces:
    """A text of pieces, each with the first and last word that it comes from."""

    def __init__(
        self, pieces: Sequence[tuple[str, int, int]], joined: Sequence[bool] | None = None
    ) -> None:
        """`joined`: the pieces that no space parts from the one before."""
        self.text = ""
        self._pieces = pieces
        self._starts: list[int] = []
        for number, (text, _, _) in enumerate(pieces):
            self.text += " " if number and not (joined and joined[number]) else ""
            self._starts.append(len(self.text))
            self.text += text

    def words(self, words: Sequence[Word], begin: int, end: int) -> Sequence[Word]:
        """The words of a part of the text; none of an empty one."""
        if begin == end:
            return []
        first = self._pieces[max(0, bisect_right(self._starts, begin) - 1)][1]
        last = self._pieces[max(0, bisect_right(self._starts, end - 1) - 1)][2]
        return words[first : last + 1]

    def numbers(self, units: Iterable[Unit]) -> Iterator[tuple[int, int]]:
        """Where the numbers of words begin and end in the text; a piece is a word."""
        first: int | None = None
        for unit in units:
            first = unit.word if unit.begins_number else first
            if unit.ends_number and first is not None:
                begin = self._starts[first]
                text = self.text[
                    begin : self._starts[unit.last_word] + len(self._pieces[unit.last_word][0])
                ]
                found = _DIGITS.search(text) or _LETTERS.search(text)
                if found:
                    yield begin + found.start(), begin + found.end()
