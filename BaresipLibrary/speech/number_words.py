"""Number words as digits: twenty one is 21, oh five is 05, triple five is 555.

Number words are known to the package text2num in eight languages; what is said in English on the
telephone is added here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from .spoken_forms import REPEATED

#: The languages whose number words are known.
NUMBER_LANGUAGES = ("da", "de", "en", "es", "fr", "it", "nl", "pt")
#: What may lie between two words; a colon only between figures, as in 5:30.
NOTHING, COLON, COMMA, FULL_STOP, DASH, LONG_PAUSE = range(6)
#: What stands between the digits of a number, in all languages.
POINT = "point"
_ENGLISH = "en"
POWERS = {"hundred": 100, "thousand": 1000, "million": 1000000, "billion": 10**9}
#: text2num does not know it: it stays a word.
_UNKNOWN_POWER = "trillion"
POWERS[_UNKNOWN_POWER] = 10**12
#: What text2num does not know by itself.
_OTHER_POWERS = {
    "de": {"tsd": 1000, "mio": 10**6, "mrd": 10**9},
    "it": {"mila": 1000, "milioni": 10**6, "miliardi": 10**9},
}
#: What is written after figures, in English; as a word of its own only bn is nothing else.
ABBREVIATED_POWERS = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "b": "billion",
    "bn": "billion",
    "tn": "trillion",
}
_BILLION = "bn"
#: Words that make another number of the one before, which is not in it, though it is not known.
UNKNOWN_POWERS = {"k", _BILLION, "mio", "mrd", "tsd", "quadrillion", "quintillion"}
#: After a number these two words are one, and no hundred.
_PERCENT = {
    "es": ("por", "ciento"), "fr": ("pour", "cent"), "it": ("per", "cento"), "pt": ("por", "cento")
}  # fmt: skip
#: What is said for six in Portuguese, where digits are said one by one: half a dozen.
_SIX = "meia"
_PORTUGUESE = "pt"
#: Other forms of words that text2num knows.
_OTHER_WORDS = {"es": {"primer": "primero", "tercer": "tercero"}}
_POWER = re.compile(r"1(?:00|(?:000)+)")
#: Words in which "one" is no number; an engine may write them in two.
_COMPOUNDS = {"any", "every", "some", "no"}
_ZEROS = ("oh", "o")
#: No number that is said has more digits.
_MOST_DIGITS = 15
#: After these words an "oh" is the digit, whatever follows.
_BEFORE_DIGITS = {"press", "dial", "key", "digit", "option", "extension"}
#: 500, 8000: what "and" may add to; single digits that follow one by one are not added to it.
ROUND = re.compile(r"[1-9]\d*00")
#: What a word is by itself that figures may be added to.
_ENDS_ROUND = re.compile(r"[1-9]\d*0")


#: What follows the figures of an ordinal, and what does in the form that is compared.
_ORDINALS = {
    "es": (r"\.?[ºª]|er", "o"), "it": ("[ºª°]", "o"), "pt": (r"\.?[ºª]", "o"),
    "fr": ("er|re|ère|e|ème|nd|nde|d|de", "e"), "nl": ("e|ste|de", "e"),
}  # fmt: skip


class Token(NamedTuple):
    """A word or a number in plain form; the methods are what text2num asks of it."""

    plain: str
    word: int
    last_word: int
    #: What lies between it and the token before.
    border: int = NOTHING
    #: Whether it stays a word, though it may be a number.
    is_word: bool = False
    #: Whether it belongs to the same number as the token before.
    is_joined: bool = False
    #: Whether words tell the number, or a part of it: twenty, 5 hundred.
    is_spelled: bool = False
    #: Whether it ends with a word for tens, hundreds or more, and no digit of it is a zero that was
    #: said: twenty, four thousand, but not two zero.
    is_round: bool = False
    #: Whether it is, but for punctuation, the whole of a written word: not in $5 or 5-star.
    is_whole: bool = False

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
    else:
        tokens = _with_figures_multiplied(_with_percents(tokens, language), language)
        tokens = list(_with_known_words(tokens, language))
    tokens = _with_spelled_digits(tokens, language)
    result: list[Token] = []
    done = 0
    for start, end, text in _numbers(tokens, language):
        result += tokens[done:start]
        whole = tokens[start]._replace(
            last_word=tokens[end - 1].last_word,
            is_spelled=True,
            is_round=_is_round([token.plain for token in tokens[start:end]], language),
            is_whole=all(token.is_whole for token in tokens[start:end]),
        )
        figures = with_ordinals_alike(text, language)
        result += parts(whole, re.findall(r"\w+", re.sub(r"[.,](?=\d)", " point ", figures)))
        done = end
    return [*result, *tokens[done:]]


def _is_round(words: Sequence[str], language: str) -> bool:
    """Whether words end with one for tens, hundreds or more, and none of them is a zero."""
    values = [value(word, language) or "" for word in words]
    # Some words are numbers beside others only: due mila.
    ends_round = not values[-1] or _ENDS_ROUND.fullmatch(values[-1])
    return bool(ends_round) and not any(one[:1] == "0" for one in values)


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
        # The process that understands speech has no such packages.
        from ..errors import UsageError
        from ..wording import pip_install

        raise UsageError(
            f"Comparing words needs the package text2num: {pip_install('speech')}."
        ) from None

    # Half of a surrogate pair cannot be handed to the package, which panics.
    read = [one._replace(plain=one.plain.encode(errors="replace").decode()) for one in tokens]
    for number in find_numbers(read, language, 0.0):
        yield number.start, number.end, number.text


@cache
def value(text: str, language: str) -> str | None:
    """The number that one word is by itself, in digits; None where it is no number."""
    if text.isdecimal():
        return text
    return next((digits for _, _, digits in _numbers([Token(text, 0, 0)], language)), None)


def is_number_word(text: str, language: str) -> bool:
    """Whether it is a number, or makes more of the number before it, in one of the languages."""
    return text in _OTHER_POWERS.get(language, ()) or value(text, language) is not None


def _is_number(text: str) -> bool:
    return value(text, _ENGLISH) is not None


def _with_spelled_digits(tokens: Sequence[Token], language: str) -> list[Token]:
    """Parts digits that are said one by one from a round number: 800 555 is not 805 and 55.

    Two of them at least: "eight hundred one" is 801.
    """
    values = [value(token.plain, language) or "" for token in tokens]
    result = list(tokens)
    for place in range(1, len(tokens) - 1):
        if not ROUND.fullmatch(values[place - 1]) or tokens[place].border:
            continue
        if _is_digit_alone(tokens, values, place) and _is_digit_alone(tokens, values, place + 1):
            result[place] = tokens[place]._replace(border=COMMA)
    return result


def _is_digit_alone(tokens: Sequence[Token], values: Sequence[str], place: int) -> bool:
    """Whether it is a single digit that a "hundred" after it does not make more of."""
    multiplied = place + 1 < len(values) and ROUND.fullmatch(values[place + 1])
    is_said_on = multiplied and tokens[place + 1].border == NOTHING
    return len(values[place]) == 1 and not is_said_on


def _with_english_numbers(tokens: Sequence[Token]) -> list[Token]:
    """Puts what text2num does not know in its words: oh five, double five, a hundred, 5 million."""
    tokens = _with_zeros(_with_compounds(tokens))
    result: list[Token] = []
    in_fraction = False
    for token, follower in zip(tokens, [*tokens[1:], None], strict=False):
        before = result[-1].plain if result else ""
        if token.plain == _BILLION and _is_number(before):
            token = token._replace(plain=ABBREVIATED_POWERS[_BILLION])
        plain = token.plain
        in_fraction = before == POINT or (in_fraction and _is_number(before))
        ends_fraction = in_fraction and before != POINT
        if plain == "a" and follower and follower.plain in POWERS:
            result.append(token._replace(plain="one"))
        elif plain in REPEATED and follower and _is_number(follower.plain):
            result += parts(token, [follower.plain] * (REPEATED[plain] - 1))
        elif plain in POWERS and token.border >= FULL_STOP:
            result.append(token)
        elif plain in POWERS and (ends_fraction or plain == _UNKNOWN_POWER):
            # two point five million; what is said before it belongs to the same number
            result.append(token._replace(is_word=True, is_joined=_is_number(before)))
        elif plain in POWERS and _is_short_number(before):
            result[-1] = _multiplied(result[-1], POWERS[plain], token)
        else:
            result.append(token)
    return result


def _multiplied(figures: Token, power: int, word: Token) -> Token:
    """Figures and the word after them as one number: 5 hundred."""
    whole = str(int(figures.plain) * power)
    return figures._replace(
        plain=whole, last_word=word.last_word, is_spelled=True, is_round=figures.plain[0] != "0"
    )


def _with_percents(tokens: Sequence[Token], language: str) -> list[Token]:
    """Writes "por ciento" after a number as one word."""
    result: list[Token] = []
    for token in tokens:
        said = [one.plain for one in result[-2:]]
        is_after_number = len(said) > 1 and value(said[0], language) is not None
        if is_after_number and (said[1], token.plain) == _PERCENT.get(language):
            result[-1] = result[-1]._replace(
                plain=f"{said[1]} {token.plain}", last_word=token.last_word, is_word=True
            )
        else:
            result.append(token)
    return result


def _with_known_words(tokens: Sequence[Token], language: str) -> Iterator[Token]:
    """Writes what text2num does not know in its words: primer andar, nove meia três."""
    sixes = _sixes(tokens) if language == _PORTUGUESE else [False] * len(tokens)
    for token, is_six in zip(tokens, sixes, strict=True):
        known = "seis" if is_six else _OTHER_WORDS.get(language, {}).get(token.plain)
        yield token._replace(plain=known) if known else token


def _sixes(tokens: Sequence[Token]) -> list[bool]:
    """For each token, whether it is a "meia" among digits: six, and no half."""
    digits = [len(value(token.plain, _PORTUGUESE) or "") == 1 for token in tokens]
    result = [False] * (len(tokens) + 1)
    for place in reversed(range(len(tokens))):
        if tokens[place].plain != _SIX or (place and tokens[place - 1].plain == "e"):
            continue
        is_last = place + 1 == len(tokens) or tokens[place + 1].border >= FULL_STOP
        if is_last:
            result[place] = place > 1 and all(digits[place - 2 : place])
        else:
            result[place] = digits[place + 1] or result[place + 1]
    return result[:-1]


def _with_figures_multiplied(tokens: Sequence[Token], language: str) -> list[Token]:
    """Multiplies figures by the number word after them: "5 Millionen" is not 5 1000000."""
    result: list[Token] = []
    for token in tokens:
        power = _power(token, language)
        before = result[-1] if power and result else None
        if before and token.border < FULL_STOP and _is_short_number(before.plain):
            result[-1] = _multiplied(before, power, token)
        else:
            result.append(token)
    return result


def _power(token: Token, language: str) -> int:
    """The hundred, thousand or more that a word stands for; 0 for others, such as a cent."""
    if token.plain.isdecimal() or token.plain in ("cent", "cents"):
        return 0
    known = _OTHER_POWERS.get(language, {}).get(token.plain, 0)
    digits = value(token.plain, language) or ""
    return known or (int(digits) if _POWER.fullmatch(digits) else 0)


def _with_compounds(tokens: Sequence[Token]) -> list[Token]:
    """Writes as one what is no number: any one, o'clock."""
    result: list[Token] = []
    for token in tokens:
        before = result[-1] if result else None
        if (
            before
            and token.border == NOTHING
            and (
                (before.plain in _COMPOUNDS and token.plain == "one")
                or (before.plain, token.plain) == ("o", "clock")
            )
        ):
            result[-1] = before._replace(
                plain=before.plain + token.plain, last_word=token.last_word, is_word=True
            )
        else:
            result.append(token)
    return result


def _with_zeros(tokens: Sequence[Token]) -> list[Token]:
    """Makes a zero of each "oh" that is said beside a number, or as a key."""
    result: list[Token] = []
    begins = _begin_numbers(tokens)
    for place, token in enumerate(tokens):
        is_zero = token.plain in _ZEROS and (
            begins[place] or _continues_number(result, tokens, place)
        )
        result.append(token._replace(plain="0") if is_zero else token)
    return result


def _continues_number(before: Sequence[Token], tokens: Sequence[Token], place: int) -> bool:
    """Whether an "oh" belongs to what is before it: not in "call me at five, oh, and bring two"."""
    border = tokens[place].border
    if not before or border >= FULL_STOP:
        return False
    if border == NOTHING and before[-1].plain in {*REPEATED, *_BEFORE_DIGITS}:
        return True
    goes_on = place + 1 < len(tokens) and tokens[place + 1].border < FULL_STOP
    follower = tokens[place + 1].plain if goes_on else ""
    return _is_number(before[-1].plain) and (border == NOTHING or _may_be_digits(follower))


def _begin_numbers(tokens: Sequence[Token]) -> list[bool]:
    """For each token, whether it is an "oh" that begins a number."""
    result = [False] * (len(tokens) + 1)
    for place in reversed(range(len(tokens))):
        is_zero = tokens[place].plain in _ZEROS
        result[place] = is_zero and _begins_number(tokens, place, result[place + 1])
    return result


def _begins_number(tokens: Sequence[Token], place: int, next_begins: bool) -> bool:
    """Whether an "oh" begins a number: not in "oh, one moment", nor in "oh one moment"."""
    followers = tokens[place + 1 : place + 3]
    if not followers or followers[0].border > NOTHING:
        return False
    if followers[0].plain in REPEATED:
        return True
    if followers[0].plain in _ZEROS:
        return next_begins
    is_alone = followers[1:] and not _may_be_digits(followers[1].plain)
    begins_sentence = tokens[place].border >= FULL_STOP
    return _is_number(followers[0].plain) and not (begins_sentence and is_alone)


def _may_be_digits(text: str) -> bool:
    return text in {*REPEATED, *_ZEROS} or _is_number(text)


def _is_short_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _MOST_DIGITS


def with_ordinals_alike(text: str, code: str) -> str:
    """The text, where 1er and 1re are one form, and 2nd and 2ème another."""
    suffixes, suffix = _ORDINALS.get(code, ("", ""))
    return re.sub(rf"\b(\d+)(?:{suffixes})(?!\w)", rf"\g<1>{suffix}", text) if suffix else text
