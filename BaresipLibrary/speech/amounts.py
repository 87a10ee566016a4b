"""Amounts of money, numbers with signs, and dates in one form: $5.50 is 5 dollars 50.

All parts of such a number belong together: 5 is not in -5, 5.50 or $5.50.
"""

import re
from collections.abc import Sequence

from .number_runs import added, is_alone, own_form
from .number_words import COMMA, FULL_STOP, NOTHING, POINT, ROUND, UNKNOWN_POWERS, Token, parts
from .spoken_signs import (
    MAYBE_MINUS,
    SLASH,
    Currency,
    currencies,
    is_currency,
    is_half,
    is_minus,
    minus,
    word_for_and,
)

_SPANISH = "es"
#: So many tokens are an amount without hundredth parts: 5 dollars.
_WITHOUT_CENTS = 2
#: The most tokens of an amount: 5 dollars and 50 cents.
_MOST_TOKENS = 5
_MONTHS = {
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
}  # fmt: skip
#: After these, may and march are no months: you may 5.
_BEFORE_VERBS = {"i", "you", "we", "they"}
#: What several thirds to tenths, or a quarter, are parts of; number words are figures by then.
_PART = re.compile(r"([3-9]|10)(?:rd|th)s?|quarters?")
_QUARTER = "4"
_FEW = re.compile(r"a|[1-9]")
#: After these, "and" adds nothing.
_BETWEEN = {"mellem", "zwischen", "between", "entre", "tra", "fra", "tussen"}
#: In Spanish this lies between euros and cents, too.
_WITH = "con"
#: It is said without "and": fünf einhalb.
_GERMAN_HALF = "einhalb"
_DAY = re.compile(r"([1-9]|[12]\d|3[01])(?:st|nd|rd|th)?")


def with_amounts(tokens: Sequence[Token], code: str) -> list[Token]:
    """The tokens, with each amount of money as 5 dollars 50, or 50 cents.

    The end of a sentence and a long pause never lie within an amount.
    """
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        ahead = _up_to_border(tokens[at : at + _MOST_TOKENS + 1])
        read = (_amount(ahead, currency, _ands(code)) for currency in currencies(code))
        amount, used = next(filter(None, read), (ahead[:1], 1))
        result += amount
        at += used
    return result


def _ands(code: str) -> Sequence[str]:
    """What may lie between 5 dollars and 50 cents."""
    return (word_for_and(code), _WITH) if code == _SPANISH else (word_for_and(code),)


def _up_to_border(tokens: Sequence[Token]) -> Sequence[Token]:
    borders = (place for place in range(1, len(tokens)) if tokens[place].border >= FULL_STOP)
    return tokens[: next(borders, None)]


def _amount(
    tokens: Sequence[Token], currency: Currency, ands: Sequence[str]
) -> tuple[Sequence[Token], int] | None:
    """The amount at the beginning of tokens, and how many of them it takes."""
    known = _with_hundredths(tokens, currency, ands)
    if known is None and (used := _with_perhaps_hundredths(tokens, currency, ands[0])):
        return [own_form(tokens[:used])], used
    if known is None and _is_whole_amount(tokens, currency):
        known = "00", 2
    whole, (hundredths, used) = tokens[0].plain, known or ("", 0)
    if not (whole.isdecimal() and hundredths.isdecimal()) or len(hundredths) > 2:
        return None
    said = _as_said(whole, hundredths.zfill(2), currency)
    whole_amount = tokens[0]._replace(last_word=tokens[used - 1].last_word)
    return [
        whole_amount._replace(
            plain=text,
            border=NOTHING if place else whole_amount.border,
            is_joined=place > 0 and len(said) > _WITHOUT_CENTS,
        )
        for place, text in enumerate(said)
    ], used


def _with_hundredths(
    tokens: Sequence[Token], currency: Currency, ands: Sequence[str]
) -> tuple[str, int] | None:
    """The hundredth parts of the amount that tokens begin with, and how many tokens it takes."""
    large, small = (currency.one, currency.several), (currency.small_one, currency.small)
    match [token.plain for token in tokens]:
        case [_, sign, hundredths, name, *_] if (
            sign == POINT and name in large and len(hundredths) == 2
        ):
            return hundredths, 4
        case [_, name, hundredths, cents, *_] if name in large and cents in small:
            return hundredths, 4
        case [_, name, word, hundredths, cents, *_] if (
            name in large and word in ands and cents in small
        ):
            return hundredths, 5
        case [_, name, word, hundredths, *_] if (
            name in large and word in ands[1:] and _may_be_cents(hundredths)
        ):
            return hundredths, 4
        case [_, name, hundredths, *_] if name in large and _is_said_on(tokens):
            return hundredths, 3
    return None


def _with_perhaps_hundredths(tokens: Sequence[Token], currency: Currency, and_: str) -> int:
    """How many tokens an amount takes with what may be its hundredth parts; 0 without these."""
    large = (currency.one, currency.several)
    match [token.plain for token in tokens]:
        case [_, name, hundredths, *_] if name in large and _may_be_cents(hundredths):
            return 3
        case [_, name, word, hundredths, *_] if (
            name in large and word == and_ and _may_be_cents(hundredths)
        ):
            return 4
    return 0


def _is_whole_amount(tokens: Sequence[Token], currency: Currency) -> bool:
    large = (currency.one, currency.several)
    return len(tokens) > 1 and tokens[1].plain in large and tokens[1].border == NOTHING


def _is_said_on(tokens: Sequence[Token]) -> bool:
    """Whether hundredth parts end the amount: not in "5 dollars 20 days ago"."""
    is_last = len(tokens) == 3 or tokens[3].border >= COMMA
    is_unbroken = all(token.border == NOTHING for token in tokens[1:3])
    return _may_be_cents(tokens[2].plain) and is_unbroken and is_last


def _may_be_cents(text: str) -> bool:
    return text.isdecimal() and len(text) == 2


def _as_said(whole: str, hundredths: str, currency: Currency) -> list[str]:
    if hundredths == "00":
        return [whole, currency.one if whole == "1" else currency.several]
    if not whole.strip("0"):
        cents = hundredths.lstrip("0")
        return [cents, currency.small_one if cents == "1" else currency.small]
    return [whole, currency.one if whole == "1" else currency.several, hundredths]


def with_dates(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, where May 21st is May 21: an engine writes either for the same words.

    The year after it is another number.
    """
    result = list(tokens)
    for place, token in enumerate(tokens):
        day = _DAY.fullmatch(token.plain)
        if not day or not _is_beside_month(tokens, place):
            continue
        result[place] = token._replace(plain=day[1])
        follower = tokens[place + 1] if place + 1 < len(tokens) else None
        if follower and (follower.border == COMMA or len(follower.plain) > 1):
            result[place + 1] = follower._replace(border=max(follower.border, FULL_STOP))
    return result


def _is_beside_month(tokens: Sequence[Token], place: int) -> bool:
    said, before = ["", "", *(token.plain for token in tokens[max(0, place - 2) : place])][-2:]
    after = [token.plain for token in tokens[place + 1 : place + 3] if token.plain != "of"]
    return (before in _MONTHS and said not in _BEFORE_VERBS) or not _MONTHS.isdisjoint(after[:1])


def with_mixed_numbers(tokens: Sequence[Token], code: str) -> list[Token]:
    """The tokens, where 2½ and two and a half are one number, and so is 5 dollars and a half."""
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        fraction, used = _fraction_after_and(_up_to_border(tokens[at : at + _MOST_TOKENS]), code)
        before = result[-2:] if result and is_currency(result[-1].plain) else result[-1:]
        if fraction and before and _is_figure(before[0]):
            if len(before) > 1:
                result[-1] = before[1]._replace(is_joined=True)
            result += [token._replace(is_joined=True, border=NOTHING) for token in fraction]
            at += used
        else:
            result.append(tokens[at])
            at += 1
    return result


def _fraction_after_and(tokens: Sequence[Token], code: str) -> tuple[Sequence[Token], int]:
    """The fraction at the beginning of tokens, as "and 1 / 2", and how many of them it takes."""
    and_ = word_for_and(code)
    match [token.plain for token in tokens]:
        case [word, whole, sign, part, *_] if word == and_ and sign == SLASH:
            used = 4
        case [word, "a" | "1", half, *_] if word == and_ and is_half(half, code):
            whole, part, used = "1", "2", 3
        case [word, half, *_] if word == and_ and is_half(half, code):
            whole, part, used = "1", "2", 2
        case ["and", few, name, *_] if _FEW.fullmatch(few) and (found := _PART.fullmatch(name)):
            whole, part, used = few.replace("a", "1"), found[1] or _QUARTER, 3
        case [half, *_] if half == _GERMAN_HALF and is_half(half, code):
            whole, part, used = "1", "2", 1
        case _:
            return (), 0
    first = tokens[0]._replace(last_word=tokens[used - 1].last_word)
    return parts(first, (and_, whole, SLASH, part)), used


def with_open_sums(tokens: Sequence[Token], code: str) -> list[Token]:
    """The tokens, where one hundred and 5 is 105.

    100 and 5, which may be that or not, is equal to the same pieces only.
    """
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        before = result[-1].plain if result else ""
        ahead = _up_to_border(tokens[at : at + 4])
        is_sum = before not in _BETWEEN and _may_be_sum(ahead, word_for_and(code))
        used = 3 if is_sum else 1
        after = tokens[at + used : at + used + 2]
        result.append(_sum(ahead[:used], after, code) if is_sum else tokens[at])
        at += used
    return result


def _may_be_sum(tokens: Sequence[Token], and_: str) -> bool:
    match [token.plain for token in tokens]:
        case [_, _, _, sign] if sign == SLASH or (sign == POINT and not tokens[0].is_spelled):
            return False
        case [round_, word, _, *_] if word == and_ and ROUND.fullmatch(round_):
            return added(tokens[0]._replace(is_round=True), tokens[2]) is not None
    return False


def _sum(tokens: Sequence[Token], after: Sequence[Token], code: str) -> Token:
    """A round number, "and" and figures as one token."""
    own, whole = own_form(tokens), added(tokens[0], tokens[-1])
    return own._replace(plain=whole) if whole and is_alone(tokens[-1], after, code) else own


def with_signs_joined(tokens: Sequence[Token], code: str) -> list[Token]:
    """The tokens, where minus, the point, the slash and "k" are parts of their numbers."""
    result = list(tokens)
    for place, token in enumerate(tokens):
        said = tokens[place - 1] if place else None
        if said and _is_figure(said) and token.plain in UNKNOWN_POWERS and not token.border:
            result[place] = token._replace(is_joined=True)
        after = place + 1 < len(tokens) and _is_figure(tokens[place + 1])
        if not after or tokens[place + 1].border > NOTHING:
            continue
        is_between = said and _is_figure(said) and token.border == NOTHING
        if is_between and token.plain in (POINT, SLASH, "slash"):
            sign = SLASH if token.plain == "slash" else token.plain
            result[place] = token._replace(plain=sign, is_joined=True)
        elif is_minus(token.plain, said.plain if said else "", code):
            result[place] = token._replace(plain=minus(code))
        elif token.plain != MAYBE_MINUS:
            continue
        result[place + 1] = result[place + 1]._replace(is_joined=True)
    return result


def _is_figure(token: Token) -> bool:
    return token.plain.isdecimal()
