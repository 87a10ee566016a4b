"""Which numbers that stand side by side are one: 20 1 is 21, 4. 7. 1. 2. and 555 - 1234 are, too.

A number that is said digit by digit, or put together from recordings, is written in pieces. Where
nobody can know whether pieces are one number, they are a word of their own, which is equal to
nothing but the same pieces.
"""

import re
from collections.abc import Container, Iterator, Sequence

from .number_words import COLON, COMMA, DASH, FULL_STOP, NOTHING, Token

#: A machine that puts numbers together from recordings says "twenty. one", "one hundred. five".
_TENS, _HUNDREDS = re.compile(r"[2-9]0"), re.compile(r"[1-9]00")
#: Figures that a word has multiplied: 5 thousand; and how many digits there are before them.
_THOUSANDS, _BELOW_THOUSAND = re.compile(r"([1-9]\d{0,2}?)((?:000)+)"), 3
#: These languages say ones before tens, and "20. 1." is a date.
_ONES_FIRST = ("da", "de", "nl")
#: Also the end of a sentence.
_OVER_SENTENCES = range(FULL_STOP + 1)
#: So many single digits are one number though each is a sentence: "4. 7. 1." Two may be choices.
_SURELY_ONE = 3
#: With a dash between them, two numbers with up to so many digits each are a range: 5-10.
_SHORT = 2
#: Longer ranges begin and end with a round number, or a year: 100-200, 1990-1995.
_END = re.compile(r"[1-9]\d*[05]0|(?:19|20)\d\d")
#: Before the end of a range.
_TO = ("to", "through", "bis", "à", "a", "al", "til", "tot", "até")
#: Before the last of several choices.
_OR = {
    "da": ("eller",), "de": ("oder",), "en": ("or",), "es": ("o", "u"), "fr": ("ou",),
    "it": ("o", "oppure"), "nl": ("of",), "pt": ("ou",),
}  # fmt: skip


def with_whole_numbers(tokens: Sequence[Token], code: str) -> list[Token]:
    """The tokens, where pieces of one number are that number or have no border between them."""
    has_tens = code not in _ONES_FIRST
    tokens = _with_dashes(_with_figures_added(tokens, code))
    tokens = _with_spelled_sentences(_with_sums(tokens, has_tens))
    return _with_choices(tokens, _OR.get(code, ()))


def added(round_: Token, figures: Token, *, has_tens: bool = True) -> str | None:
    """The sum of a number in words and the figures after it: one hundred (and) 5; None without one.

    After "ten" they are the next number, and after a zero that was said they are the next digit. In
    "one hundred and 5 thousand" both are multiplied.
    """
    few = _THOUSANDS.fullmatch(figures.plain) if figures.is_spelled else None
    if few and len(round_.plain) <= _BELOW_THOUSAND:
        total = _added(round_, few[1], has_tens)
        return total and total + few[2]
    return _added(round_, figures.plain, has_tens)


def _added(round_: Token, figures: str, has_tens: bool) -> str | None:
    zeros = len(round_.plain) - len(round_.plain.rstrip("0"))
    is_tens = zeros == 1 and has_tens and round_.plain[-2:-1] != "1"
    is_number = round_.is_round and round_.plain.isdecimal() and figures.isdecimal()
    if (
        not is_number
        or "0" in (round_.plain[0], figures[0])
        or len(figures) > zeros
        or not (is_tens or zeros > 1)
    ):
        return None
    return str(int(round_.plain) + int(figures))


def is_alone(figures: Token, after: Sequence[Token], code: str) -> bool:
    """Whether figures are a number of their own word, and neither a choice nor a range begins.

    The next word may have what the figures may be to: twenty $5 vouchers, twenty 1 or 2.
    """
    match after:
        case [word, other, *_] if word.plain in (*_TO, *_OR.get(code, ())):
            goes_on = other.plain.isdecimal()
        case [other, *_]:
            goes_on = other.border in (COMMA, DASH) and other.plain.isdecimal()
        case _:
            goes_on = False
    return figures.is_whole and not goes_on


def own_form(tokens: Sequence[Token]) -> Token:
    """What may be one number or several, as one word: it is equal to the same pieces only."""
    text = " ".join(token.plain for token in tokens)
    return tokens[0]._replace(plain=text, last_word=tokens[-1].last_word)


def _with_figures_added(tokens: Sequence[Token], code: str) -> list[Token]:
    """Adds figures to the number in words before them: twenty 1, one thousand 200."""
    has_tens = code not in _ONES_FIRST
    result: list[Token] = []
    for place, token in enumerate(tokens):
        after = tokens[place + 1 : place + 3]
        is_time = bool(after) and after[0].border == COLON
        may_go_on = bool(result) and token.border == NOTHING and not is_time
        whole = added(result[-1], token, has_tens=has_tens) if may_go_on else None
        if whole:
            own = own_form([result[-1], token])
            result[-1] = own._replace(plain=whole) if is_alone(token, after, code) else own
        else:
            result.append(token)
    return result


def _with_dashes(tokens: Sequence[Token]) -> list[Token]:
    """Makes one of a number that has dashes: 555-1234, 4 - 7 - 1 - 2; those of a range stay."""
    result: list[Token] = []
    for first, end in _runs(tokens, (NOTHING, DASH)):
        run = tokens[first:end]
        dashes = [place for place in range(1, len(run)) if run[place].border == DASH]
        if len(dashes) > 1 or (dashes and not _is_range(run, dashes[0])):
            text = "".join(token.plain for token in run)
            result.append(run[0]._replace(plain=text, last_word=run[-1].last_word))
        else:
            result += run
    return result


def _is_range(run: Sequence[Token], dash: int) -> bool:
    """Whether numbers with a dash before one of them are two: 5-10 thousand, not 555-1234."""
    low, high = ("".join(token.plain for token in half) for half in (run[:dash], run[dash:]))
    shortest, longest = sorted((len(low), len(high)))
    are_apart = run[dash].word > run[dash - 1].last_word
    has_words = any(token.is_spelled for token in run)
    if has_words or longest <= _SHORT or (are_apart and shortest <= _SHORT):
        return True
    return len(low) == len(high) and low < high and all(map(_END.fullmatch, (low, high)))


def _runs(tokens: Sequence[Token], borders: Container[int]) -> Iterator[tuple[int, int]]:
    """Where numbers stand side by side, as first and end, with such borders between them."""
    first = 0
    for end in range(1, len(tokens) + 1):
        goes_on = end < len(tokens) and tokens[end].border in borders
        if goes_on and tokens[end].plain.isdecimal() and tokens[end - 1].plain.isdecimal():
            continue
        yield first, end
        first = end


def _ends_sentence(tokens: Sequence[Token], end: int, least: int = FULL_STOP) -> bool:
    return end == len(tokens) or tokens[end].border >= least


def _with_sums(tokens: Sequence[Token], has_tens: bool) -> list[Token]:
    """Adds numbers that were put together from recordings: 20 1 is 21, 100 5 is 105."""
    result: list[Token] = []
    for first, end in _runs(tokens, _OVER_SENTENCES):
        run = list(tokens[first:end])
        borders = [token.border for token in run[1:]]
        whole = _sum([token.plain for token in run], has_tens)
        # "20. 1." is one number, but not "100. 5 new messages": that 5 belongs to what follows.
        is_last = _ends_sentence(tokens, end, COMMA)
        if whole is None or (FULL_STOP in borders and not is_last):
            result += run
            continue
        # Without a pause "100 5" may be 1005.
        is_sum = is_last and NOTHING not in borders
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
    """Takes the borders out of a number that is read digit by digit: 4. 7. 1. 2."""
    result = list(tokens)
    for first, end in _runs(tokens, _OVER_SENTENCES):
        is_number = end - first >= _SURELY_ONE or _ends_sentence(tokens, end)
        if is_number and all(map(_is_one_digit, tokens[first:end])):
            result[first + 1 : end] = [
                token._replace(border=min(token.border, COMMA)) for token in tokens[first + 1 : end]
            ]
    return result


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
