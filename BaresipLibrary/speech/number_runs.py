"""Which numbers that stand side by side are one: 20 1 is 21, 4. 7. 1. 2. is 4712.

A number that is said digit by digit, or put together from recordings, is written in pieces. Where
nobody can know whether pieces are one number, they are a word of their own, which is equal to
nothing but the same pieces.
"""

import re
from collections.abc import Iterator, Sequence

from .number_words import COMMA, DASH, FULL_STOP, NOTHING, Token

#: A machine that puts numbers together from recordings says "twenty. one", "one hundred. five".
_TENS, _HUNDREDS = re.compile(r"[2-9]0"), re.compile(r"[1-9]00")
#: These languages say ones before tens, and "20. 1." is a date.
_ONES_FIRST = ("da", "de", "nl")
#: So many single digits are one number though each is a sentence: "4. 7. 1." Two may be choices,
#: or a range: so many with dashes between them are none.
_SURELY_ONE = 3
#: Before the last of several choices.
_OR = {
    "da": ("eller",), "de": ("oder",), "en": ("or",), "es": ("o", "u"), "fr": ("ou",),
    "it": ("o", "oppure"), "nl": ("of",), "pt": ("ou",),
}  # fmt: skip


def with_whole_numbers(tokens: Sequence[Token], code: str) -> list[Token]:
    """The tokens, where pieces of one number are that number or have no border between them."""
    tokens = _with_spelled_sentences(_with_sums(tokens, has_tens=code not in _ONES_FIRST))
    return _with_choices(tokens, _OR.get(code, ()))


def _runs(tokens: Sequence[Token], most: int) -> Iterator[tuple[int, int]]:
    """Where numbers stand side by side, as first and end, with no larger border between them."""
    first = 0
    for end in range(1, len(tokens) + 1):
        goes_on = end < len(tokens) and tokens[end].border <= most
        if goes_on and tokens[end].plain.isdecimal() and tokens[end - 1].plain.isdecimal():
            continue
        yield first, end
        first = end


def _ends_sentence(tokens: Sequence[Token], end: int, least: int = FULL_STOP) -> bool:
    return end == len(tokens) or tokens[end].border >= least


def _with_sums(tokens: Sequence[Token], *, has_tens: bool) -> list[Token]:
    """Adds numbers that were put together from recordings: 20 1 is 21, 100 5 is 105."""
    result: list[Token] = []
    for first, end in _runs(tokens, FULL_STOP):
        run = list(tokens[first:end])
        borders = [token.border for token in run[1:]]
        # 400-48 in one word is no sum: these are digits of a longer number.
        are_words = len({token.word for token in run}) == len(run)
        whole = _sum([token.plain for token in run], has_tens) if are_words else None
        # "20. 1." is one number, but not "100. 5 new messages": that 5 belongs to what follows.
        is_last = _ends_sentence(tokens, end, COMMA)
        if whole is None or (FULL_STOP in borders and not is_last):
            result += run
            continue
        # Without a pause "100 5" may be 1005, unless somebody said "1 hundred 5".
        is_spelled = set(borders) == {NOTHING} and run[0].last_word > run[0].word
        is_sum = is_spelled or (is_last and NOTHING not in borders)
        text = whole if is_sum else " ".join(token.plain for token in run)
        result.append(run[0]._replace(plain=text, last_word=run[-1].last_word))
    return result


def _sum(numbers: Sequence[str], has_tens: bool) -> str | None:
    """Hundreds, tens and ones together; None where these numbers are something else."""
    if len(numbers) == 1:
        return None
    total = numbers[-1]
    for number in reversed(numbers[:-1]):
        is_tens = has_tens and _TENS.fullmatch(number)
        digits = 1 if is_tens else 2 if _HUNDREDS.fullmatch(number) else 0
        if not 0 < len(total) <= digits or total.startswith("0"):
            return None
        total = str(int(number) + int(total))
    return total


def _with_spelled_sentences(tokens: Sequence[Token]) -> list[Token]:
    """Takes the borders out of a number that is read digit by digit: 4. 7. 1. 2. or 4 - 7 - 1."""
    result = list(tokens)
    for first, end in _spelled(tokens):
        if all(map(_is_one_digit, tokens[first:end])):
            result[first + 1 : end] = [
                token._replace(border=min(token.border, COMMA)) for token in tokens[first + 1 : end]
            ]
    return result


def _spelled(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The numbers side by side that are one if each is a single digit."""
    for first, end in _runs(tokens, FULL_STOP):
        if end - first >= _SURELY_ONE or _ends_sentence(tokens, end):
            yield first, end
    for first, end in _runs(tokens, DASH):
        borders = {token.border for token in tokens[first + 1 : end]}
        if end - first >= _SURELY_ONE and borders == {DASH}:
            yield first, end


def _with_choices(tokens: Sequence[Token], words_for_or: Sequence[str]) -> list[Token]:
    """Parts digits that are choices: "press 1, 2 or 3" is not 12 or 3."""
    result = list(tokens)
    for place, token in enumerate(tokens):
        after = [_is_one_digit(one) for one in tokens[place + 1 : place + 3]]
        if token.plain not in words_for_or or after not in ([True], [True, False]):
            continue
        at = place - 1
        while at > 0 and all(map(_is_one_digit, tokens[at - 1 : at + 1])):
            if tokens[at].border >= FULL_STOP:
                break
            result[at] = tokens[at]._replace(border=FULL_STOP)
            at -= 1
    return result


def _is_one_digit(token: Token) -> bool:
    return len(token.plain) == 1 and token.plain.isdecimal()
