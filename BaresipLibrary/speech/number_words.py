"""Number words as digits: twenty one is 21, oh five is 05, triple five is 555.

Number words are known to the package text2num in eight languages; what is said in English on the
telephone is added here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ..errors import UsageError

_INSTALL = "pip install 'robotframework-baresip[speech]'"
#: The languages whose number words are known.
NUMBER_LANGUAGES = ("da", "de", "en", "es", "fr", "it", "nl", "pt")
#: What may lie between two words.
NOTHING, COMMA, FULL_STOP, LONG_PAUSE = range(4)
_ENGLISH = "en"
_REPEATED = {"double": 2, "triple": 3}
POWERS = {"hundred": 100, "thousand": 1000, "million": 1000000, "billion": 1000000000}
#: Words in which "one" is no number; an engine may write them in two.
_COMPOUNDS = {"any", "every", "some", "no"}
_ZEROS = ("oh", "o")
#: No number that is said has more digits.
_MOST_DIGITS = 15
#: A machine that puts numbers together from recordings says "twenty. one", "one hundred. five".
_TENS, _HUNDREDS = re.compile(r"[2-9]0"), re.compile(r"[1-9]00")


class Token(NamedTuple):
    """A word or a number in plain form; the methods are what text2num asks of it."""

    plain: str
    word: int
    last_word: int
    #: What lies between it and the token before.
    border: int = NOTHING
    #: Whether it stays a word, though it may be a number.
    is_word: bool = False

    def text(self) -> str:
        """Its text."""
        return self.plain

    def nt_separated(self, _previous: "Token") -> bool:
        """Whether it cannot belong to the same number as the token before."""
        return self.border > NOTHING

    def not_a_number_part(self) -> bool:
        """Whether it is no number, though it looks like one: what is a zero is ``0`` by now."""
        return self.is_word or self.plain == "o"


def with_digits(tokens: Sequence[Token], language: str) -> list[Token]:
    """The tokens with numbers as digits; `language` is one of `NUMBER_LANGUAGES`."""
    if language == _ENGLISH:
        tokens = _with_english_numbers(tokens)
    result: list[Token] = []
    done = 0
    for start, end, text in _numbers(tokens, language):
        result += tokens[done:start]
        whole = tokens[start]._replace(last_word=tokens[end - 1].last_word)
        result += parts(whole, re.findall(r"\w+", re.sub(r"[.,](?=\d)", " point ", text)))
        done = end
    return _with_sums([*result, *tokens[done:]])


def parts(token: Token, texts: Iterable[str]) -> list[Token]:
    """A token in several parts; only the first is parted from the token before."""
    return [
        token._replace(plain=text, border=NOTHING if number else token.border)
        for number, text in enumerate(texts)
    ]


def _numbers(tokens: Sequence[Token], language: str) -> Iterator[tuple[int, int, str]]:
    """Where number words begin and end, and their digits."""
    try:
        from text_to_num import find_numbers
    except ImportError:
        raise UsageError(f"Comparing words needs the package text2num: {_INSTALL}.") from None

    for number in find_numbers(list(tokens), language, 0.0):
        yield number.start, number.end, number.text


@cache
def _is_number(text: str) -> bool:
    return text.isdecimal() or any(True for _ in _numbers([Token(text, 0, 0)], _ENGLISH))


def _with_english_numbers(tokens: Sequence[Token]) -> list[Token]:
    """Puts what text2num does not know in its words: oh five, double five, a hundred, 5 million."""
    tokens = _with_zeros(_with_compounds(tokens))
    result: list[Token] = []
    for token, follower in zip(tokens, [*tokens[1:], None], strict=False):
        plain = token.plain
        if plain == "a" and follower and follower.plain in POWERS:
            result.append(token._replace(plain="one"))
        elif plain in _REPEATED and follower and _is_number(follower.plain):
            result += parts(token, [follower.plain] * (_REPEATED[plain] - 1))
        elif plain in POWERS and _ends_fraction(result):
            result.append(token._replace(is_word=True))  # two point five million
        elif plain in POWERS and result and _is_short_number(result[-1].plain):
            last = result.pop()
            whole = str(int(last.plain) * POWERS[plain])
            result.append(last._replace(plain=whole, last_word=token.last_word))
        else:
            result.append(token)
    return result


def _with_compounds(tokens: Sequence[Token]) -> list[Token]:
    result: list[Token] = []
    for token in tokens:
        before = result[-1] if result else None
        if (
            before
            and before.plain in _COMPOUNDS
            and (token.plain, token.border) == ("one", NOTHING)
        ):
            result[-1] = before._replace(
                plain=before.plain + "one", last_word=token.last_word, is_word=True
            )
        else:
            result.append(token)
    return result


def _with_zeros(tokens: Sequence[Token]) -> list[Token]:
    """Makes a zero of each "oh" that is said beside a number."""
    result: list[Token] = []
    for place, token in enumerate(tokens):
        before = result[-1].plain if result and token.border < FULL_STOP else ""
        is_zero = token.plain in _ZEROS and (
            _is_number(before) or before in _REPEATED or _begins_number(tokens, place)
        )
        result.append(token._replace(plain="0") if is_zero else token)
    return result


def _begins_number(tokens: Sequence[Token], place: int) -> bool:
    """Whether an "oh" begins a number: not in "oh, one moment", nor in "oh one moment"."""
    followers = tokens[place + 1 : place + 3]
    if not followers or followers[0].border > NOTHING:
        return False
    if followers[0].plain in _REPEATED:
        return True
    if followers[0].plain in _ZEROS:
        return _begins_number(tokens, place + 1)
    is_alone = followers[1:] and not _is_number(followers[1].plain)
    begins_sentence = tokens[place].border >= FULL_STOP
    return _is_number(followers[0].plain) and not (begins_sentence and is_alone)


def _ends_fraction(tokens: Sequence[Token]) -> bool:
    """Whether the last of the tokens is a digit after "point"."""
    numbers = [_is_number(token.plain) for token in tokens[::-1]]
    digits = numbers.index(False) if False in numbers else 0
    return digits > 0 and tokens[-1 - digits].plain == "point"


def _is_short_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _MOST_DIGITS


def _with_sums(tokens: Sequence[Token]) -> list[Token]:
    """Adds numbers that were put together from recordings: 20 1 is 21, 100 5 is 105."""
    result: list[Token] = []
    for token in reversed(tokens):
        after, following = result[-1] if result else None, result[-2] if result[1:] else None
        # "20. 1." is one number, but not "100. 5 new messages": that 5 belongs to what follows.
        is_apart = not following or following.border >= COMMA
        joins = after and (after.border == NOTHING or (after.border < LONG_PAUSE and is_apart))
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
