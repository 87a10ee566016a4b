"""Words in the form in which they are compared: what does not count is left out.

That is lower case, without punctuation, apostrophes and hyphens; numbers are digits, however they
are said or written: twenty one, 21; one two three, 1 2 3, 123 (`number_words`). In scripts that are
written without spaces each character counts as a word.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from .amounts import with_amounts, with_dates, with_mixed_numbers, with_open_sums, with_signs_joined
from .heard import Word
from .number_runs import with_whole_numbers
from .number_words import (
    COLON,
    COMMA,
    DASH,
    FULL_STOP,
    LONG_PAUSE,
    NOTHING,
    NUMBER_LANGUAGES,
    Token,
    parts,
    value,
    with_digits,
)
from .spoken_signs import (
    DASHES,
    MAYBE_MINUS,
    OTHER_CURRENCIES,
    is_amid_number,
    is_currency,
    is_dash,
    with_signs_spelled,
)

#: A pause of this many seconds between two words ends a number that is said digit by digit. Where a
#: machine puts it together from recordings, there are 0.56 s between "twenty" and "one".
NUMBER_PAUSE = 0.8
#: One of this many seconds lies between words as a comma does: "100, 5 new messages".
_SHORT_PAUSE = 0.25
#: What is not speech: [Music], (applause), *coughs*.
_NOTE = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^\W\d]+\*|♪+")
_ENGLISH = "en"
_SPELLINGS = {"okay": "ok"}
#: A written word without any sign, but with punctuation around it; figures end it: twenty-1.
_WHOLE = re.compile(
    r"[`'\"\u2018\u201c\xab(\[]*(?:[^\W\d_]+|(?:[^\W\d_]+-)?\d+(?:[.,]\d+)*)[`'\"\u2019\u201d\xbb)\].,;:?!…]*"
)
_SENTENCE_END = re.compile(r"[.!?;:]\W*$")
#: Characters that stand for a kind of character where a text is cut into pieces.
_WHOLE_WORD, _MARK = "\0", "\1"
_COLON = ":"
#: What lies between figures that are written as one word.
_BETWEEN_FIGURES = dict.fromkeys([*"-\u2010\u2011\u2012\u2013\u2014~;"], DASH) | {_COLON: COLON}
_PIECE = re.compile(
    rf"\d+(?:st|nd|rd|th|e|o)\b|\d+|(?:[^\W\d_]{_MARK}*)+|{_WHOLE_WORD}{_MARK}*"
    rf"|(?<=\d){_COLON}(?=\d)|(?<=[\d ])[{DASHES};](?=\d)|[#/{MAYBE_MINUS}{OTHER_CURRENCIES}]"
)
#: First and last characters of scripts without spaces: Thai and Lao, Burmese, Khmer, Japanese and
#: Chinese.
_WITHOUT_SPACES = (
    ("\u0e00", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff"), ("\u3040", "\u30ff"),
    ("\u3400", "\u9fff"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003ffff"),
)  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """What counts as one word: a word, or one digit of a number."""

    text: str
    #: The place of the word that it comes from.
    word: int
    #: That of the last one, where several are one number: one hundred.
    last_word: int
    #: Whether it is a digit, or a sign or a currency that belongs to a number with digits.
    in_number: bool = False
    #: Whether nothing else belongs to the same number before it.
    begins_number: bool = False
    ends_number: bool = False
    #: Whether it is in the same figures, or number words, as the digit before it: in 530, 30 is.
    is_inside: bool = False
    #: In 5:30, the 3.
    is_after_colon: bool = False

    @property
    def is_digit(self) -> bool:
        """Whether it is one digit."""
        return self.in_number and self.text.isdecimal()


def plain_units(
    words: Sequence[Word], language: str = "en", *, has_notes: bool = True
) -> list[Unit]:
    """The words in the form in which they are compared.

    `has_notes`: what an engine has written, where (laughs) is no word.
    """
    code = _code(language)
    texts = [word.text for word in words]
    tokens = list(_tokens(words, _without_notes(texts, code) if has_notes else texts, code))
    if code not in NUMBER_LANGUAGES:
        tokens = with_whole_numbers(tokens, code)
    else:
        tokens = with_whole_numbers(with_digits(tokens, code), code)
        tokens = with_amounts(with_dates(tokens) if code == _ENGLISH else tokens, code)
    tokens = with_open_sums(with_mixed_numbers(tokens, code), code)
    return _units(with_signs_joined(tokens, code))


def _code(language: str) -> str:
    return language.partition("-")[0].lower()


def plain_text(units: Sequence[Unit]) -> str:
    """Words in their plain form, each number in one piece: ``your code is 1234``."""
    joined = digits_joined(units)
    return "".join(
        ("" if is_joined else " ") + unit.text
        for is_joined, unit in zip(joined, units, strict=True)
    ).strip()


def digits_joined(units: Sequence[Unit]) -> list[bool]:
    """Whether no space parts a unit from the one before, in plain form."""
    before = [None, *units]
    return [
        unit.is_digit
        and not (unit.begins_number or unit.is_after_colon)
        and bool(last and last.is_digit)
        for last, unit in zip(before, units, strict=False)
    ]


def unfinished_number(units: Sequence[Unit], language: str = "en") -> Unit | None:
    """The beginning of the number with which words end, as it may go on; None without one.

    4712, five dollars (and fifty cents), one hundred and.
    """
    ends = list(units)
    if ends and is_amid_number(ends[-1].text, _code(language)):
        ends.pop()
    if ends and is_currency(ends[-1].text) and not ends[-1].in_number:
        ends.pop()
    number = list(takewhile(lambda unit: unit.in_number, reversed(ends)))
    return next((unit for unit in number if unit.begins_number), number[-1] if number else None)


def _tokens(words: Sequence[Word], texts: Sequence[str], code: str) -> Iterator[Token]:
    border, is_amid = LONG_PAUSE, False
    for place, (text, spelled) in enumerate(
        zip(texts, with_signs_spelled(texts, code), strict=True)
    ):
        pieces = list(_pieces(spelled))
        is_time = _COLON in pieces
        border = max(border, _pause(words, place), FULL_STOP if is_time else NOTHING)
        if is_amid and border < LONG_PAUSE:
            border = NOTHING
        is_amid = bool(pieces) and is_amid_number(pieces[-1], code)
        for piece in pieces:
            if piece in _BETWEEN_FIGURES:
                border = _BETWEEN_FIGURES[piece]
                continue
            plain = _SPELLINGS.get(piece, piece)
            yield Token(plain, place, place, border, is_whole=bool(_WHOLE.fullmatch(text)))
            border = NOTHING
        if is_dash(text) and not pieces:
            border = DASH
        elif is_time or _SENTENCE_END.search(text):
            border = FULL_STOP
        elif text.endswith(","):
            border = COMMA


def _pause(words: Sequence[Word], place: int) -> int:
    """What a pause before a word is: also an engine that writes no full stops knows the times."""
    pause = words[place].begin - words[place - 1].end if place else 0.0
    return LONG_PAUSE if pause > NUMBER_PAUSE else COMMA if pause > _SHORT_PAUSE else NOTHING


def _without_notes(texts: Sequence[str], code: str) -> list[str]:
    """The words without notes of the engine, which may be longer than a word: (upbeat music).

    What has a number in it is no note: (555) 123-4567.
    """

    def replacement(note: re.Match[str]) -> str:
        words = note[0].replace("_", " ")
        return note[0] if _has_number(words, code) else " " * note[0].count(" ")

    if not texts:
        return []
    one_line = " ".join(text.replace(" ", "_") for text in texts)
    return _NOTE.sub(replacement, one_line).split(" ")


def _has_number(text: str, code: str) -> bool:
    language = code if code in NUMBER_LANGUAGES else "en"
    return any(
        any(map(str.isnumeric, piece)) or value(piece, language) is not None
        for piece in _pieces(text.lower())
    )


def _pieces(text: str) -> Iterator[str]:
    """The words of a text; marks belong to the letter before them."""
    kinds = text if text.isascii() else "".join(map(_kind, text))
    for piece in _PIECE.finditer(kinds):
        yield text[slice(*piece.span())]


def _kind(character: str) -> str:
    if unicodedata.category(character).startswith("M"):
        return _MARK
    is_word = any(first <= character <= last for first, last in _WITHOUT_SPACES)
    return _WHOLE_WORD if is_word and character.isalpha() else character


def _units(tokens: Sequence[Token]) -> list[Unit]:
    """The tokens, numbers digit by digit. Digits that nothing but a comma parts are one number."""
    pieces = [parts(token, token.plain) if token.plain.isdecimal() else [token] for token in tokens]
    singles = [part for piece in pieces for part in piece]
    insides = [number > 0 for piece in pieces for number in range(len(piece))]
    digits = [token.plain.isdecimal() for token in singles]
    continues = [
        token.is_joined or (is_digit and was_digit and token.border < FULL_STOP)
        for token, is_digit, was_digit in zip(singles, digits, [False, *digits], strict=False)
    ]
    goes_on = [*continues, False][1:]
    return [
        Unit(
            token.plain.replace("ß", "ss"),
            token.word,
            token.last_word,
            in_number=is_digit or continued or goes,
            begins_number=(is_digit or goes) and not continued,
            ends_number=(is_digit or continued) and not goes,
            is_inside=is_inside,
            is_after_colon=continued and token.border == COLON,
        )
        for token, is_digit, continued, goes, is_inside in zip(
            singles, digits, continues, goes_on, insides, strict=True
        )
    ]
