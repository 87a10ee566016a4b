"""Signs of a written word as the words that are said for them: -$5 is minus 5 dollars.

What changes a number must not be lost, or a wrong one would be equal: minus, the slash of 1/2, the
point of .5 and the sign of a currency are words here, in eight languages; in others those of
English.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from .number_words import (
    ABBREVIATED_POWERS,
    NUMBER_LANGUAGES,
    POWERS,
    UNKNOWN_POWERS,
    value,
    with_ordinals_alike,
)


class Currency(NamedTuple):
    """What one and several of a currency are called, and of its hundredth parts."""

    one: str
    several: str
    small_one: str
    small: str


class _Names(NamedTuple):
    """What a language says for signs."""

    and_: str
    percent: str
    at: str
    plus: str
    minus: str
    star: str
    half: str
    point: str
    dollar: str
    pound: str
    euro: str


_NAMES = {
    "da": _Names("og", "procent", "snabela", "plus", "minus", "stjerne", "halv halvt", "komma",
                 "dollar dollar cent cent", "pund pund penny pence", "euro euro cent cent"),
    "de": _Names("und", "prozent", "at", "plus", "minus", "stern", "halb einhalb", "komma",
                 "dollar dollar cent cent", "pfund pfund penny pence", "euro euro cent cent"),
    "en": _Names("and", "percent", "at", "plus", "minus negative", "star", "half", "point",
                 "dollar dollars cent cents", "pound pounds penny pence", "euro euros cent cents"),
    "es": _Names("y", "por ciento", "arroba", "más", "menos", "asterisco", "medio media",
                 "coma punto", "dólar dólares centavo centavos", "libra libras penique peniques",
                 "euro euros céntimo céntimos"),
    "fr": _Names("et", "pour cent", "arobase", "plus", "moins", "étoile", "demi demie", "virgule",
                 "dollar dollars cent cents", "livre livres penny pence",
                 "euro euros centime centimes"),
    # text2num takes centesimi for an ordinal.
    "it": _Names("e", "per cento", "chiocciola", "più", "meno", "asterisco", "mezzo mezza",
                 "virgola", "dollaro dollari 100o 100o", "sterlina sterline penny pence",
                 "euro euro 100o 100o"),
    "nl": _Names("en", "procent", "apenstaartje", "plus", "min minus", "sterretje", "half", "komma",
                 "dollar dollar cent cent", "pond pond penny pence", "euro euro cent cent"),
    "pt": _Names("e", "por cento", "arroba", "mais", "menos", "asterisco", "meio meia", "vírgula",
                 "dólar dólares centavo centavos", "libra libras penny pence",
                 "euro euros cêntimo cêntimos"),
}  # fmt: skip
#: Signs of currencies that may have no name here, as a range of a regular expression.
OTHER_CURRENCIES = "\u20a0-\u20ab\u20ad-\u20cf"
#: The signs of currencies that have names here, and of all.
_SIGNS = "$£€"
_ANY_SIGN = rf"{_SIGNS}¥{OTHER_CURRENCIES}"
_OTHER_NAMES = {"¥": "yen", "₹": "rupees"}
#: A dash that stands alone before a number, a long one at its beginning, and brackets around an
#: amount may be a minus or not.
MAYBE_MINUS = "\N{MINUS SIGN}"
#: In such words "minus" is none: at least, more or less.
_AT_LEAST = {"al", "au", "du", "lo", "o", "ou", "pelo"}
#: What stands between the digits of a fraction, in all languages.
SLASH = "/"
#: What is said: letters, digits, and the marks that have a name.
_SAID = re.compile(rf"[^\W_]|[&%@+*#¢/{_ANY_SIGN}]")
_APOSTROPHE = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}`]")
_VULGAR_FRACTION = re.compile("(\\d?)([\u00bc-\u00be\u2150-\u215e])")
_FRACTION = re.compile(r"\d+\s*/\s*\d+")
_SLASH = re.compile(r"(?<=\d)\s*[/\N{FRACTION SLASH}]\s*(?=\d)")
_ALWAYS_OPEN = re.compile(r"\b24/7\b")
#: After no letter or digit, nor a digit and a mark: not in 1-800, 50%-60% and (555)-1234.
_BEFORE_MINUS = r"(?<![^\W_])(?<!\d[^\w\s])"
_MINUS = re.compile(rf"{_BEFORE_MINUS}([{_ANY_SIGN}]?)[-\u2010-\u2013](?=[{_ANY_SIGN}]?[.,]?\d)")
_LONG_DASH_FIRST = re.compile(rf"{_BEFORE_MINUS}\u2014(?=[{_ANY_SIGN}]?[.,]?\d)")
_LONE_DASH = re.compile("[-\u2010-\u2013\u2212]")
#: What a dash may be written as, also between the numbers of a range.
DASHES = "-\u2010-\u2014\u2212~"
_DASH = re.compile(f"[{DASHES}]+")
_BEGINS_WITH_NUMBER = re.compile(rf"[{_ANY_SIGN}]?[.,]?\d")
_AMOUNT_IN_BRACKETS = re.compile(rf"\(([{_ANY_SIGN}][\d.,]+)\)")
_BARE_POINT = re.compile(r"(?<![\w.,])[.,](?=\d)")
_SIGN_FIRST = re.compile(rf"([{_ANY_SIGN}])\s?(\d+(?:[.,]\d+)*)")
#: 2bn, $2-million: what follows the figures makes another number of them.
_ABBREVIATED = re.compile(
    rf"([{_SIGNS}]?)((?:\d+[.,])*\d+)-?(k|m|b|mn|bn|tn|million|billion|trillion|thousand)\b", re.I
)
_ANY_POWER = {*POWERS, *ABBREVIATED_POWERS, *UNKNOWN_POWERS}
#: Without the sign of a currency these may be a room, or metres: 5b is 5b.
_UNKNOWN = ("m", "b")
_FULL_HOUR = re.compile(r"(?<![\d:.])([1-9]|1[0-2]):00(?![\d:])")
_THOUSANDS = r"\b(?!0)\d{1,3}(?:([SEPARATORS])\d{3})(?:\1\d{3})*\b"
_ENGLISH_THOUSANDS = re.compile(_THOUSANDS.replace("SEPARATORS", ","))
_OTHER_THOUSANDS = re.compile(_THOUSANDS.replace("SEPARATORS", ".,"))


def is_said(text: str) -> bool:
    """Whether a written word is more than marks that nobody says."""
    return bool(_SAID.search(text))


def is_dash(text: str) -> bool:
    """Whether it is a dash that stands alone."""
    return bool(_DASH.fullmatch(text))


def with_signs_spelled(texts: Sequence[str], code: str) -> Iterator[str]:
    """Words in lower case, with signs as words: what is left is cut into pieces."""
    for before, text, follower in _with_neighbours(list(_with_currency_last(texts, code))):
        is_maybe_minus = _LONE_DASH.fullmatch(text) and _BEGINS_WITH_NUMBER.match(follower)
        if is_maybe_minus and not before[-1:].isdigit():
            yield MAYBE_MINUS
        elif _FRACTION.match(text) and _is_number(before, code):
            yield f"{word_for_and(code)} {_spelled(text, code)}"
        else:
            yield _spelled(text, code)


def _with_neighbours(texts: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    return zip(["", *texts], texts, [*texts[1:], ""], strict=False)


def _is_number(text: str, code: str) -> bool:
    language = code if code in NUMBER_LANGUAGES else "en"
    return value(text.lower(), language) is not None


@cache
def currencies(code: str) -> tuple[Currency, ...]:
    """What the currencies are called."""
    names = _of(code)
    return tuple(Currency(*called.split()) for called in (names.dollar, names.pound, names.euro))


def is_currency(word: str) -> bool:
    """Whether it is the name of a currency, or of its hundredth part, in any language."""
    return word in _all_currencies() or bool(re.fullmatch(f"[{OTHER_CURRENCIES}]", word))


@cache
def _all_currencies() -> frozenset[str]:
    names = {name for code in _NAMES for names in currencies(code) for name in names}
    return frozenset(names.union(_OTHER_NAMES.values()))


def word_for_and(code: str) -> str:
    """What stands between 5 dollars and 50 cents."""
    return _of(code).and_


def is_amid_number(word: str, code: str) -> bool:
    """Whether no number ends with a word: one hundred and, two point."""
    return word == word_for_and(code) or word in _of(code).point.split()


def is_minus(word: str, before: str, code: str) -> bool:
    """Whether a word before a number makes it negative; `before`: the word before that one."""
    return word in _of(code).minus.split() and before not in _AT_LEAST


def minus(code: str) -> str:
    """What is said before a negative number."""
    return _of(code).minus.split()[0]


def is_half(word: str, code: str) -> bool:
    """Whether it is the word for 1/2."""
    return word in _of(code).half.split()


@cache
def names_of_signs(code: str) -> frozenset[str]:
    """The words that are said for percent, minus, point, a half and currencies."""
    names = _of(code)
    said = (names.percent, names.minus, names.half, names.point)
    return frozenset(
        word for words in (*said, names.dollar, names.pound, names.euro) for word in words.split()
    )


def _of(code: str) -> _Names:
    return _NAMES.get(code, _NAMES["en"])


def _several(sign: str, code: str) -> str:
    named = currencies(code)[_SIGNS.index(sign)].several if sign in _SIGNS else sign
    return _OTHER_NAMES.get(named, named)


def _with_currency_last(texts: Sequence[str], code: str) -> Iterator[str]:
    """The words, where "$2 million" is 2 million dollars, and "€ 5" is 5 euros."""
    currency, before = "", ""
    for text, follower in zip(texts, [*texts[1:], ""], strict=False):
        shown = text
        if currency:
            power = _power_in_full(text, code)
            shown, currency = re.sub(r"(\w+(?:[.,]\d+)*)", rf"\1 {currency}", power, count=1), ""
        elif text and text in _SIGNS and follower[:1].isdigit() and not before[-1:].isdigit():
            shown, currency = "", _several(text, code)
        else:
            found = _SIGN_FIRST.fullmatch(text.lstrip("-"))
            if found and re.sub(r"\W", "", follower).lower() in _ANY_POWER:
                currency = _several(found[1], code)
                shown = text.replace(found[1], "", 1)
        before = text
        yield shown


def _power_in_full(text: str, code: str) -> str:
    """The word after "$5", where bn is billion in English."""
    word = re.sub(r"\W", "", text)
    power = ABBREVIATED_POWERS.get(word.lower()) if code == "en" else None
    return text.replace(word, power) if power else text


def _spelled(text: str, code: str) -> str:
    names = _of(code)
    if code == "en":
        text = _ABBREVIATED.sub(_in_full, text)
    text = _VULGAR_FRACTION.sub(lambda found: _fraction(found[1], found[2], names.and_), text)
    text = text.replace("²", " squared ").replace("³", " cubed ")
    text = with_ordinals_alike(text.lower(), code)
    text = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).lower())
    text = text.replace("\N{MINUS SIGN}", "-")
    text = _ALWAYS_OPEN.sub("24 7", text)
    text = _MINUS.sub(rf" {minus(code)} \1", text)
    text = _LONG_DASH_FIRST.sub(f" {MAYBE_MINUS} ", text)
    text = _AMOUNT_IN_BRACKETS.sub(rf"{MAYBE_MINUS} \1", text)
    is_english = code == "en" or code not in NUMBER_LANGUAGES
    thousands = _ENGLISH_THOUSANDS if is_english else _OTHER_THOUSANDS
    text = thousands.sub(lambda number: re.sub(r"\D", "", number[0]), text)
    text = _FULL_HOUR.sub(r"\1", re.sub(rf"(?<=[{_SIGNS}])[.,](?=\d)", "0.", text))
    text = _SIGN_FIRST.sub(lambda found: f" {found[2]} {_several(found[1], code)} ", text)
    text = _SLASH.sub(" / ", _BARE_POINT.sub(" 0 point ", text))
    text = re.sub(r"(?<=\d)[.,](?=\d)", " point ", text)
    return "".join(_name(character, names, code) for character in text)


def _in_full(found: re.Match[str]) -> str:
    """An abbreviated number: $2bn is 2 billion dollars."""
    sign, figures, power = found[1], found[2], found[3].lower()
    if power in _UNKNOWN and not sign:
        return found[0]
    currency = f" {_several(sign, 'en')}" if sign else ""
    return f"{figures} {ABBREVIATED_POWERS.get(power, power)}{currency}"


def _fraction(before: str, fraction: str, and_: str) -> str:
    """½ is 1/2, and 2½ is 2 and 1/2."""
    written = unicodedata.normalize("NFKC", fraction)
    return f"{before} {and_} {written} " if before else f" {written} "


def _name(character: str, names: _Names, code: str) -> str:
    """What is said for a character; the character itself where that is nothing special."""
    if character in _SIGNS or is_currency(character) or character in _OTHER_NAMES:
        return f" {_several(character, code)} "
    signs = {
        "&": names.and_, "%": names.percent, "@": names.at, "+": names.plus, "*": names.star,
        "¢": currencies(code)[0].small, "#": "#",
    }  # fmt: skip
    return f" {signs[character]} " if character in signs else character
