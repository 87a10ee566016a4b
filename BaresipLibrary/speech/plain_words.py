"""Words in the form in which they are compared: what does not count is left out.

That is lower case, without punctuation, apostrophes and hyphens; numbers are digits, however they
are said or written: twenty one, 21; one two three, 1 2 3, 123. Number words are known to the
package text2num in eight languages; what is said in English on the telephone is added here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from ..errors import UsageError
from .heard import Word

_INSTALL = "pip install 'robotframework-baresip[speech]'"
#: A pause of this many seconds between two words ends a number that is said digit by digit. Where a
#: machine puts it together from recordings, there are 0.56 s between "twenty" and "one".
_PAUSE = 0.8
#: What is not speech: [Music], (applause), *coughs*.
_NOTE = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^\W\d]+\*|♪+")
_AMOUNT = re.compile(r"([$£€])\s?(\d[\d,.]*)")
_CURRENCIES = {"$": "dollar", "£": "pound", "€": "euro"}
_SYMBOLS = {"&": " and ", "%": " percent ", "@": " at ", "+": " plus ", "*": " star ", "#": " # "}
_SPELLINGS = {"okay": "ok"}
_APOSTROPHE = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}`]")
_PIECE = re.compile(r"\d+(?:st|nd|rd|th)\b|\d+|[^\W\d_]+|#")
_SENTENCE_END = re.compile(r"[.!?;:]\W*$")
_REPEATED = {"double": 2, "triple": 3}
_POWERS = {"hundred": 100, "thousand": 1000, "million": 1000000, "billion": 1000000000}
#: What may lie between two words.
_NOTHING, _COMMA, _FULL_STOP, _LONG_PAUSE = range(4)
#: A machine that puts numbers together from recordings says "twenty. one", "one hundred. five".
_TENS, _HUNDREDS = re.compile(r"[2-9]0"), re.compile(r"[1-9]00")
#: The languages whose number words are known.
_NUMBER_LANGUAGES = ("da", "de", "en", "es", "fr", "it", "nl", "pt")


@dataclass(frozen=True)
class Unit:
    """What counts as one word: a word, or one digit of a number."""

    text: str
    word: int
    """The place of the word that it comes from."""
    last_word: int
    """That of the last one, where several are one number: one hundred."""
    is_digit: bool = False
    begins_number: bool = False
    """Whether no other digit belongs to the same number before this one."""
    ends_number: bool = False


class _Token(NamedTuple):
    """A word or a number in plain form; the methods are what text2num asks of it."""

    plain: str
    word: int
    last_word: int
    #: What lies between it and the token before.
    border: int = _NOTHING

    def text(self) -> str:
        """Its text."""
        return self.plain

    def nt_separated(self, _previous: "_Token") -> bool:
        """Whether it cannot belong to the same number as the token before."""
        return self.border > _NOTHING

    def not_a_number_part(self) -> bool:
        """Whether it is no number, though it looks like one: what is a zero is ``0`` by now."""
        return self.plain == "o"


def plain_units(words: Sequence[Word], language: str = "en") -> list[Unit]:
    """The words in the form in which they are compared."""
    tokens = list(_tokens(words))
    code = language.partition("-")[0].lower()
    if code == "en":
        tokens = _with_english_numbers(tokens)
    if code in _NUMBER_LANGUAGES:
        tokens = _with_digits(tokens, code)
    return _units(tokens)


def plain_text(units: Sequence[Unit]) -> str:
    """Words in their plain form, each number in one piece: ``your code is 1234``."""
    pieces = [
        ("" if after.is_digit and not after.begins_number else " ") + after.text for after in units
    ]
    return "".join(pieces).strip()


def _tokens(words: Sequence[Word]) -> Iterator[_Token]:
    border = _LONG_PAUSE
    texts = _without_notes([word.text for word in words])
    for place, text in enumerate(texts):
        if place and words[place].begin - words[place - 1].end > _PAUSE:
            border = _LONG_PAUSE
        for piece in _PIECE.findall(_spelled(text)):
            yield _Token(_SPELLINGS.get(piece, piece), place, place, border)
            border = _NOTHING
        if _SENTENCE_END.search(text):
            border = _FULL_STOP
        elif text.endswith(","):
            border = _COMMA


def _without_notes(texts: Sequence[str]) -> list[str]:
    """The words without notes of the engine, which may be longer than a word: (upbeat music)."""
    if not texts:
        return []
    one_line = " ".join(text.replace(" ", "_") for text in texts)
    return _NOTE.sub(lambda note: " " * note.group().count(" "), one_line).split(" ")


def _spelled(text: str) -> str:
    """A word in lower case, signs as words: what is left is cut into pieces."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = _APOSTROPHE.sub("", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = _AMOUNT.sub(_amount, text)
    text = re.sub(r"(?<=\d)[.,](?=\d)", " point ", text)
    return "".join(_SYMBOLS.get(character, character) for character in text)


def _amount(found: re.Match[str]) -> str:
    sign, number = found.groups()
    ending = "" if number.rstrip(".,") == "1" else "s"
    return f" {number} {_CURRENCIES[sign]}{ending} "


def _with_english_numbers(tokens: Sequence[_Token]) -> list[_Token]:
    """Puts what text2num does not know in its words: oh five, double five, a hundred, 5 million."""
    result: list[_Token] = []
    numbers = [_is_number(token.plain) for token in tokens]
    for token, before, after, follower in zip(
        tokens, [False, *numbers], [*numbers[1:], False], [*tokens[1:], None], strict=False
    ):
        plain = token.plain
        if plain in ("oh", "o") and (before or after):
            result.append(token._replace(plain="0"))
        elif plain == "a" and follower and follower.plain in _POWERS:
            result.append(token._replace(plain="one"))
        elif plain in _REPEATED and follower and after:
            times = _REPEATED[plain] - 1
            result += [token._replace(plain=follower.plain)] * times
        elif plain in _POWERS and result and result[-1].plain.isdecimal():
            last = result.pop()
            whole = str(int(last.plain) * _POWERS[plain])
            result.append(last._replace(plain=whole, last_word=token.last_word))
        else:
            result.append(token)
    return result


@cache
def _is_number(text: str) -> bool:
    return text.isdecimal() or any(True for _ in _numbers([_Token(text, 0, 0)], "en"))


def _numbers(tokens: Sequence[_Token], language: str) -> Iterator[tuple[int, int, str]]:
    """Where number words begin and end, and their digits."""
    try:
        from text_to_num import find_numbers
    except ImportError:
        raise UsageError(f"Comparing words needs the package text2num: {_INSTALL}.") from None

    for number in find_numbers(list(tokens), language, 0.0):
        yield number.start, number.end, number.text


def _with_digits(tokens: Sequence[_Token], language: str) -> list[_Token]:
    result: list[_Token] = []
    done = 0
    for start, end, text in _numbers(tokens, language):
        result += tokens[done:start]
        whole = tokens[start]._replace(last_word=tokens[end - 1].last_word)
        result += _parts(whole, _PIECE.findall(_spelled(text)))
        done = end
    return _with_sums([*result, *tokens[done:]])


def _with_sums(tokens: Sequence[_Token]) -> list[_Token]:
    """Adds numbers that were put together from recordings: 20 1 is 21, 100 5 is 105."""
    result: list[_Token] = []
    for token in reversed(tokens):
        after, following = result[-1] if result else None, result[-2] if result[1:] else None
        # "20. 1." is one number, but not "100. 5 new messages": that 5 belongs to what follows.
        is_apart = not following or following.border >= _COMMA
        joins = after and (after.border == _NOTHING or (after.border < _LONG_PAUSE and is_apart))
        if after and joins and _are_sum(token.plain, after.plain):
            whole = str(int(token.plain) + int(after.plain))
            result[-1] = token._replace(plain=whole, last_word=after.last_word)
        else:
            result.append(token)
    return result[::-1]


def _are_sum(first: str, second: str) -> bool:
    if not second.isdecimal() or second.startswith("0"):
        return False
    digits = 1 if _TENS.fullmatch(first) else 2 if _HUNDREDS.fullmatch(first) else 0
    return len(second) <= digits


def _parts(token: _Token, texts: Iterable[str]) -> list[_Token]:
    """A token in several parts; only the first is parted from the token before."""
    return [
        token._replace(plain=text, border=_NOTHING if number else token.border)
        for number, text in enumerate(texts)
    ]


def _units(tokens: Sequence[_Token]) -> list[Unit]:
    """The tokens, numbers digit by digit. Digits that nothing but a comma parts are one number."""
    singles = [
        part
        for token in tokens
        for part in (_parts(token, token.plain) if token.plain.isdecimal() else [token])
    ]
    digits = [token.plain.isdecimal() for token in singles]
    continues = [
        is_digit and was_digit and token.border < _FULL_STOP
        for token, is_digit, was_digit in zip(singles, digits, [False, *digits], strict=False)
    ]
    return [
        Unit(
            token.plain,
            token.word,
            token.last_word,
            is_digit,
            begins_number=is_digit and not continued,
            ends_number=is_digit and not goes_on,
        )
        for token, is_digit, continued, goes_on in zip(
            singles, digits, continues, [*continues[1:], False], strict=False
        )
    ]
