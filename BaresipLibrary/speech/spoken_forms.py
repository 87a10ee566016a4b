"""What spoken words may stand for: digits, numbers and letters, as strings of letters and digits.

Speech has many forms for one value: ``1234`` is said as four digits, as "twelve thirty-four" or as
"one thousand two hundred and thirty-four", and an engine writes any of these, or homophones. A
`Reading` is one of them; all readings of a text together are a graph from token to token.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

#: Words that sound like digits in English.
SOUNDS = {
    "to": "2", "too": "2", "for": "4", "fore": "4", "won": "1", "ate": "8", "oh": "0", "o": "0",
}  # fmt: skip
#: How often the digit is said that follows in English: double five.
REPEATED = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
#: A digit by other words that are said for it, in English and in six more languages.
_DIGIT_WORDS = {
    "0": "zero nought naught null nul cero zéro nula",
    "1": "one eins ein un une uno una um uma een één",
    "2": "two zwei zwo deux dos due dois duas twee",
    "3": "three tree drei trois tres tre três drie",
    "4": "four vier quatre cuatro quattro quatro",
    "5": "five fife fünf fuenf cinq cinco cinque vijf",
    "6": "six sechs seis sei meia zes",
    "7": "seven sieben sept siete sette sete zeven",
    "8": "eight acht huit ocho otto oito",
    "9": "nine niner neun neuf nueve nove negen",
}
_SPELLING = (
    "alfa alpha bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike"
    " november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu"
)
_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"]
_TEENS += ["eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
#: What may be said between two digits of one number.
_FILLERS = frozenset(["and", "uh", "um", "er", "erm", "hmm", "dash", "hyphen", "space", "then"])
#: The most words of one number, such as "one thousand two hundred and thirty four".
_LONGEST_NUMBER = 8

_NUMBERS = dict(
    [(word, value) for value, word in enumerate(_UNITS, 1)]
    + [(word, value) for value, word in enumerate(_TEENS, 10)]
    + [(word, value) for value, word in zip(range(20, 100, 10), _TENS, strict=True)]
)
_TOKEN = r"[^\W_]+"


class SpokenToken(NamedTuple):
    """Letters and digits in a row, and the number of the word that has them."""

    text: str
    word: int


class Reading(NamedTuple):
    """That the tokens up to, but not including, number `end` may stand for this string."""

    text: str
    end: int


def tokens_of(words: Sequence[str]) -> list[SpokenToken]:
    """The tokens of words, in small letters without accents: an engine may leave these out."""
    return [
        SpokenToken(token, number)
        for number, word in enumerate(words)
        for token in re.findall(_TOKEN, _without_accents(word))
    ]


def _without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(map(_base, plain)) if not plain.isascii() else plain


def _base(letter: str) -> str:
    """A Latin letter without its accents; any other character as it is."""
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter


_LETTERS = dict(
    [
        (_without_accents(word), digit)
        for digit, words in _DIGIT_WORDS.items()
        for word in words.split()
    ]
    + [(word, word[0]) for word in _SPELLING.split()]
    + list(SOUNDS.items())
)


def readings(tokens: Sequence[SpokenToken]) -> list[list[Reading]]:
    """What may be read at each token: by itself, and together with those that follow it."""
    texts = [token.text for token in tokens]
    return [list(dict.fromkeys(_at(texts, begin))) for begin in range(len(texts))]


def _at(texts: Sequence[str], begin: int) -> Iterator[Reading]:
    text = texts[begin]
    yield Reading(text, begin + 1)
    for meaning in _meanings(text):
        yield Reading(meaning, begin + 1)
    if text in _FILLERS:
        yield Reading("", begin + 1)
    if text in REPEATED and begin + 1 < len(texts):
        times = REPEATED[text]
        for meaning in (texts[begin + 1], *_meanings(texts[begin + 1])):
            yield Reading(meaning * times, begin + 2)
    yield from _numbers(texts, begin)


def _meanings(text: str) -> Iterator[str]:
    """What a token may be written for, in digits and letters, other than itself."""
    if text in _LETTERS:
        yield _LETTERS[text]
    if text in _NUMBERS:
        yield str(_NUMBERS[text])
    numerals = [unicodedata.numeric(character, None) for character in text]
    if all(value is not None and value in range(10) for value in numerals):
        yield "".join(str(int(value or 0)) for value in numerals)


def _numbers(texts: Sequence[str], begin: int) -> Iterator[Reading]:
    """The cardinal numbers of several tokens that begin at that one."""
    total, current, smallest = 0, 0, 1000
    for end in range(begin, min(begin + _LONGEST_NUMBER, len(texts))):
        text, value = texts[end], _below_hundred(texts[end])
        if text == "and" and smallest >= 100 and end > begin:
            continue
        if text == "hundred" and 0 < current < 100:
            current, smallest = current * 100, 100
        elif text == "thousand" and current > 0 and not total:
            total, current, smallest = current * 1000, 0, 1000
        elif value is not None and _follows(value, smallest):
            current, smallest = current + value, 10 if value >= 20 else 1
        else:
            return
        if end > begin:
            yield Reading(str(total + current), end + 1)


def _below_hundred(text: str) -> int | None:
    """The number below a hundred that one token is, in words or figures: 12 hundred 34."""
    is_figure = text.isascii() and text.isdecimal() and len(text) <= 2 and text[0] != "0"
    return int(text) if is_figure else _NUMBERS.get(text)


def _follows(value: int, smallest: int) -> bool:
    """Whether a number may go on with that value: "twenty one" and "hundred ten" do."""
    return smallest >= 100 or (smallest == 10 and value < 10)
