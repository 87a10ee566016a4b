"""What a suite expects to be said: one of several phrases, or words that match an expression."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .heard import HeardSpeech, Word, mean_confidence, written
from .patterns import Pattern
from .plain_words import Unit, digits_joined, plain_units
from .words import Match, Phrase, find_phrase, nearest_stretch

if TYPE_CHECKING:
    import regex

#: The language of number words where none is given.
ENGLISH = "en"
#: Where a number begins and ends in a word: A4712 has one, and so has "twenty".
_FIRST_DIGIT, _FIRST_SIGN = re.compile(r"\d|\b[^\W\d]+(?!.*\d)"), re.compile(r"[^(\"].*")
_LAST_DIGIT = re.compile(r".*\d|.*\w", re.DOTALL)


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
        given = self.phrases[number].given
        said = words[match.first : match.last + 1]
        return HeardSpeech(
            written(said), given, *_times(said), match.similarity, mean_confidence(said)
        )

    def nearest(self, words: Sequence[Word]) -> Match | None:
        """What was said that is most similar to a phrase; None when no word is in common.

        Of a ``Secret`` it tells neither the numbers nor its words.
        """
        units = plain_units(words, self.language or ENGLISH)
        matches = [
            match if isinstance(phrase.given, str) else replace(match, numbers="", denial="")
            for phrase in self.phrases
            if (match := nearest_stretch(phrase, units))
        ]
        return max(matches, key=lambda match: match.similarity, default=None)

    def __str__(self) -> str:
        if self.pattern is not None:
            return f"words that match '{self.pattern.text}'"
        return " or ".join(f'"{phrase.text}"' for phrase in self.phrases)


def _times(words: Sequence[Word]) -> tuple[float, float]:
    return (words[0].begin, words[-1].end) if words else (0.0, 0.0)


def _search(pattern: Pattern, words: Sequence[Word], language: str) -> HeardSpeech | None:
    """Looks in the words as they were written, and then in their plain form.

    A match must not begin or end within a number. One as it was written should not have a group
    that does either: ``(\\d+)`` in "4, 7, 1" is the whole number in plain form.
    """
    units = plain_units(words, language)
    as_written = _Pieces([(word.text, number, number) for number, word in enumerate(words)])
    plain = _Pieces(
        [(unit.text, unit.word, unit.last_word) for unit in units],
        digits_joined(units),
    )
    written_numbers, numbers = list(as_written.numbers(units)), list(plain.unit_numbers(units))
    as_whole = [
        _matched(pattern, match, pieces, words)
        for pieces, match in (
            (as_written, _first(pattern, as_written, written_numbers, with_groups=True)),
            (plain, _first(pattern, plain, numbers)),
        )
        if match is not None
    ]
    if as_whole:
        return min(as_whole, key=lambda heard: heard.begin)
    split = _first(pattern, as_written, written_numbers)
    return _matched(pattern, split, as_written, words) if split else None


def _first(
    pattern: Pattern,
    pieces: "_Pieces",
    numbers: Sequence[tuple[int, int]],
    *,
    with_groups: bool = False,
) -> "regex.Match[str] | None":
    """The first match, perhaps with all its groups, that does not begin or end within a number."""
    for match in pattern.finditer(pieces.text):
        spans = match.regs if with_groups else match.regs[:1]
        if all(_is_whole(span, numbers) for span in spans):
            return match
    return None


def _is_whole(edges: Iterable[int], numbers: Iterable[tuple[int, int]]) -> bool:
    return not any(begin < edge < end for begin, end in numbers for edge in edges)


def _matched(
    pattern: Pattern, match: "regex.Match[str]", pieces: "_Pieces", words: Sequence[Word]
) -> HeardSpeech:
    said, *groups = (pieces.words(words, *span) for span in match.regs)
    return HeardSpeech(
        written(said),
        pattern.text,
        *_times(said),
        similarity=1.0,
        confidence=mean_confidence(said),
        groups=match.groups(),
        group_times=tuple(_times(group) if group else None for group in groups),
    )


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

    def unit_numbers(self, units: Sequence[Unit]) -> Iterator[tuple[int, int]]:
        """Where numbers begin and end in the text; a piece is a unit."""
        first = 0
        for place, unit in enumerate(units):
            first = place if unit.begins_number else first
            if unit.ends_number:
                yield self._starts[first], self._starts[place] + len(unit.text)

    def numbers(self, units: Iterable[Unit]) -> Iterator[tuple[int, int]]:
        """Where the numbers of words begin and end in the text; a piece is a word."""
        first: Unit | None = None
        for unit in units:
            first = unit if unit.begins_number else first
            if unit.ends_number and first is not None:
                begin = _FIRST_DIGIT if first.is_digit else _FIRST_SIGN
                yield self._edge(first.word, begin, 0), self._edge(unit.last_word, _LAST_DIGIT, 1)

    def _edge(self, piece: int, pattern: re.Pattern[str], side: int) -> int:
        """Where, in the text, what the pattern finds in a piece begins (0) or ends (1)."""
        text = self._pieces[piece][0]
        found = pattern.search(text)
        span = found.span() if found else (0, len(text))
        return self._starts[piece] + span[side]
