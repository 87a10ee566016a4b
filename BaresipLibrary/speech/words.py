"""Whether words were said: compares a phrase with the words that an engine understood.

Both are brought into the same form first (`plain_words`). The phrase is then looked for in what was
heard by its word error rate (`find_phrase`). Digits are never forgiven: an engine seldom takes one
for another, and a tester who wrote "press one" does not want to pass with "press two". Nor is what
makes the opposite of a phrase (`negations`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .heard import CoveredText, Word
from .negations import NEAR, Denials, contracted, denial, misplaced, negations_of
from .plain_words import Unit, plain_text, plain_units
from .spoken_forms import SOUNDS
from .spoken_signs import is_currency

#: So many words may be written as one: voice mail, voice-mail and voicemail are equal.
_MOST_JOINED = 4
_FORBIDDEN = float("inf")
#: What may be said for a sign on a key or a digit.
_NAMES = {("#", "pound"), ("#", "pounds"), ("#", "hash"), ("#", "number"), ("/", "slash")}
_NAMES |= {
    ("#", name)
    for name in ("raute", "dièse", "almohadilla", "numeral", "cancelletto", "hekje", "cardinal")
}
_NAMES |= {("asterisco", "estrela"), ("asterisco", "estrella"), ("star", "asterisk")}
#: In German "one" is an article, too, which changes with the word after it.
_NAMES |= {("1", "einen"), ("1", "einem"), ("1", "einer"), ("1", "eines")}


@dataclass(frozen=True)
class Phrase:
    """Words that are expected; `parse` makes one."""

    #: What the suite wrote: its text, or a ``Secret`` that has it.
    given: str | CoveredText
    units: tuple[Unit, ...] = field(repr=False, compare=False)
    #: The words that deny in its language.
    negations: frozenset[str] = field(repr=False, compare=False)

    @property
    def text(self) -> str:
        """Its words, also those of a ``Secret``: for messages that are masked."""
        return _text(self.given)

    @classmethod
    def parse(cls, given: str | CoveredText, language: str = "en") -> "Phrase":
        """The phrase that a suite wrote.

        Raises:
            ValueError: it has no word; the message is a sentence.
        """
        units = _units(_text(given), language, has_notes=False)
        if not units:
            what = f"'{given}'" if isinstance(given, str) else "the Secret"
            raise ValueError(f"There is no word in {what}, so it cannot be heard.")
        return cls(given, tuple(units), negations_of(language))


@dataclass(frozen=True)
class Match:
    """The stretch of what was heard that is most similar to a phrase."""

    #: The place of its first word, like `last`.
    first: int
    last: int
    #: 1 - word error rate, from 0 to 1.
    similarity: float
    #: Whether the numbers of the phrase are in it, digit by digit.
    has_numbers: bool = True
    #: Those that were heard instead of those of the phrase, where they are not.
    numbers: str = ""
    #: What makes the opposite of the phrase, as a clause: with "not".
    denial: str = ""


def find_phrase(phrase: Phrase, heard: Sequence[Unit], similarity: float) -> Match | None:
    """The first stretch that is similar enough (0 to 1) and has the numbers; None without one.

    The word error rate is that of the field: substituted, missing and additional words, divided by
    the words of the phrase; each digit counts as a word.
    """
    ends = _Alignment(phrase, heard, strict=True).ends()
    most = len(phrase.units) * (1 - similarity) + 1e-9
    first = next((place for place, cost in enumerate(ends) if cost.errors <= most), None)
    if first is None:
        return None
    # It may be that only its beginning was similar enough, and that the rest follows.
    followers = range(first, min(len(ends), first + int(ends[first].errors) + 1))
    end = min(followers, key=lambda place: ends[place].errors)
    return _match(phrase, heard, ends[end], end)


def is_said(phrase: str | CoveredText, text: str, language: str | None = None) -> bool:
    """Whether all words of a phrase are in a text, one after the other, in whatever form."""
    code = language or "en"
    return find_phrase(Phrase.parse(phrase, code), _units(text, code), 1.0) is not None


def nearest_stretch(phrase: Phrase, heard: Sequence[Unit]) -> Match | None:
    """The most similar stretch, its numbers right or not; None when no word is in common."""
    ends = _Alignment(phrase, heard, strict=False).ends()
    end = min(range(len(ends)), key=lambda place: ends[place].errors)
    if ends[end].errors >= len(phrase.units):
        return None
    # A word that was heard in place of another is told: "press one" for "press two".
    while end + 1 < len(ends) and ends[end + 1] == ends[end]:
        end += 1
    match = _match(phrase, heard, ends[end], end)
    near = [unit.text for unit in _with_neighbours(heard, match)]
    stretch = [unit for unit in heard if match.first <= unit.word <= match.last]
    strict, of_numbers = (
        min(_Alignment(judge, stretch, strict=True).ends()).errors
        for judge in (phrase, replace(phrase, negations=frozenset()))
    )
    denied = denial([unit.text for unit in phrase.units], near, phrase.negations)
    if not denied and strict > of_numbers:
        denied = misplaced([unit.text for unit in stretch], phrase.negations)
    match = replace(match, denial=denied)
    instead, wanted = _numbers(stretch), _numbers(phrase.units)
    if of_numbers < _FORBIDDEN or (denied and instead == wanted):
        return match
    return replace(match, has_numbers=False, numbers=f"{instead or 'none'} instead of {wanted}")


def have_same_meaning(one: Unit, other: Unit) -> bool:
    """Whether two words are equal, or one is what is said for the other: pound for #."""
    pair = one.text, other.text
    if contracted(one.text) == contracted(other.text):
        return True
    return pair in _NAMES or pair[::-1] in _NAMES


class _Cost(NamedTuple):
    """The errors of the best stretch that ends at some place, and where that stretch begins.

    `start` is negative where the shorter of two stretches with as many errors is the better one.
    """

    errors: float
    start: int


class _Alignment:
    """Aligns a phrase with every stretch of what was heard, by Sellers' algorithm.

    That is Levenshtein's, where what was heard before and after the stretch costs nothing. With
    `strict`, an alignment that gets a digit of the phrase wrong, or a negation, is forbidden.
    """

    def __init__(self, phrase: Phrase, heard: Sequence[Unit], *, strict: bool) -> None:
        self._phrase = phrase.units
        self._heard = heard
        self._strict = strict
        self._phrase_joins = list(_joins(phrase.units))
        self._heard_joins = list(_joins(heard))
        self._never_forgiven = [
            _is_number(unit) or unit.text in phrase.negations for unit in phrase.units
        ]
        self._denied = [unit.text in phrase.negations for unit in heard]
        self._denials = Denials(
            [unit.text for unit in phrase.units], [unit.text for unit in heard], self._denied
        )

    def ends(self) -> list[_Cost]:
        """The cost at each place in what was heard: that of the best stretch which ends there."""
        sign = -1 if self._strict else 1
        rows = [[_Cost(0, sign * at) for at in range(len(self._heard) + 1)]]
        for place in range(1, len(self._phrase) + 1):
            before = rows[-1]
            row = [_more(before[0], self._missing(place, 0, before[0]))]
            for at in range(1, len(self._heard) + 1):
                candidates = [
                    _more(before[at], self._missing(place, at, before[at])),
                    _more(before[at - 1], self._substituted(place - 1, at - 1, before[at - 1])),
                    _more(row[-1], self._added(place, at)),
                    *self._joined(rows, place, at),
                ]
                row.append(min(candidates))
            rows.append(row)
        return rows[-1]

    def _missing(self, place: int, at: int, before: _Cost) -> float:
        """What it costs that word `place` of the phrase was not heard between two words."""
        if not self._strict:
            return 1
        is_wrong = self._never_forgiven[place - 1]
        return _FORBIDDEN if is_wrong or self._is_denied(place - 1, at, at, before) else 1

    def _substituted(self, place: int, at: int, before: _Cost) -> float:
        if self._are_equal(place, at):
            return 0
        if not self._strict:
            return 1
        is_wrong = self._denied[at] or self._never_forgiven[place]
        return _FORBIDDEN if is_wrong or self._is_denied(place, at, at + 1, before) else 1

    def _is_denied(self, place: int, begin: int, end: int, before: _Cost) -> bool:
        """Whether the opposite was said near a word that was not heard where it was expected."""
        is_first, is_last = abs(before.start) == begin, place == len(self._phrase) - 1
        return self._denials.are_near(place, begin, end, is_first=is_first, is_last=is_last)

    def _added(self, place: int, at: int) -> float:
        """What it costs that word `at` was heard which the phrase does not have before `place`."""
        if not self._strict or place == len(self._phrase):
            return 1
        after = self._phrase[place]
        is_inside_number = after.in_number and not after.begins_number
        return _FORBIDDEN if is_inside_number or self._denied[at - 1] else 1

    def _joined(self, rows: list[list[_Cost]], place: int, at: int) -> Iterator[_Cost]:
        """Several words of the phrase that were heard as one, and the other way round."""
        for count, text in self._phrase_joins[place - 1]:
            if contracted(text) == contracted(self._heard[at - 1].text):
                yield rows[place - count][at - 1]
        for count, text in self._heard_joins[at - 1]:
            if contracted(text) == contracted(self._phrase[place - 1].text):
                yield rows[place - 1][at - count]

    def _are_equal(self, place: int, at: int) -> bool:
        wanted, heard = self._phrase[place], self._heard[at]
        if wanted.text == heard.text:
            return not wanted.in_number or self._is_whole(place, at)
        if have_same_meaning(wanted, heard):
            return True
        return self._sound_alike(place, at) and self._are_neighbours_equal(place, at)

    def _is_whole(self, place: int, at: int) -> bool:
        """Whether the number begins and ends where that of the phrase does: 1 is not in 12."""
        wanted, heard = self._phrase[place], self._heard[at]
        if not self._strict:
            return True
        if wanted.begins_number != heard.begins_number:
            return False
        if (wanted.is_inside and heard.is_after_colon) or (
            wanted.is_after_colon and heard.is_inside
        ):
            return False
        if wanted.ends_number == heard.ends_number:
            return True
        # "press 1 4 sales" was heard where somebody said "press one for sales", not "fourteen"
        is_written_apart = at + 1 < len(self._heard) and heard.word < self._heard[at + 1].word
        return (
            wanted.ends_number
            and is_written_apart
            and place + 1 < len(self._phrase)
            and self._sound_alike(place + 1, at + 1)
        )

    def _sound_alike(self, place: int, at: int) -> bool:
        wanted, heard = self._phrase[place], self._heard[at]
        if wanted.is_digit == heard.is_digit:
            return False
        word, digit = (heard, wanted) if wanted.is_digit else (wanted, heard)
        is_single = digit is heard or (digit.begins_number and digit.ends_number)
        return is_single and SOUNDS.get(word.text) == digit.text

    def _are_neighbours_equal(self, place: int, at: int) -> bool:
        """Whether the words beside them are equal: "press to" alone is not "press two"."""
        if not 0 < place < len(self._phrase) - 1 or not 0 < at < len(self._heard) - 1:
            return False
        return all(
            self._phrase[place + step].text == self._heard[at + step].text for step in (-1, 1)
        )


def _text(given: str | CoveredText) -> str:
    return given if isinstance(given, str) else str(given.value)


def _units(text: str, language: str, *, has_notes: bool = True) -> list[Unit]:
    """The words of a text, as if they were said without a pause."""
    words = [Word(piece, 0.0, 0.0, 1.0) for piece in text.split()]
    return plain_units(words, language, has_notes=has_notes)


def _numbers(units: Sequence[Unit]) -> str:
    """The numbers among words: 471 and 1."""
    numbers: list[list[Unit]] = []
    for unit in filter(_is_number, units):
        is_name = not unit.in_number and is_currency(unit.text)
        if not numbers or (not is_name and (unit.begins_number or not unit.in_number)):
            numbers.append([])
        numbers[-1].append(unit)
    return " and ".join(map(plain_text, numbers))


def _with_neighbours(heard: Sequence[Unit], match: Match) -> list[Unit]:
    """The words of a match, and those near it."""
    inside = [at for at, unit in enumerate(heard) if match.first <= unit.word <= match.last]
    return list(heard[max(0, inside[0] - NEAR) : inside[-1] + 1 + NEAR])


def _is_number(unit: Unit) -> bool:
    """Whether it is never forgiven: a part of a number, an ordinal (21st), or a currency."""
    return unit.in_number or unit.text[0].isdecimal() or is_currency(unit.text)


def _match(phrase: Phrase, heard: Sequence[Unit], cost: _Cost, end: int) -> Match:
    first, last = heard[abs(cost.start)], heard[end - 1]
    return Match(first.word, last.last_word, 1 - cost.errors / len(phrase.units))


def _more(cost: _Cost, errors: float) -> _Cost:
    return _Cost(cost.errors + errors, cost.start)


def _joins(units: Sequence[Unit]) -> Iterator[list[tuple[int, str]]]:
    """For each unit: the texts of the units up to it, joined, and how many they are."""
    for end in range(1, len(units) + 1):
        joins = []
        for count in range(2, min(end, _MOST_JOINED) + 1):
            if any(unit.in_number for unit in units[end - count : end]):
                break
            joins.append((count, "".join(unit.text for unit in units[end - count : end])))
        yield joins
