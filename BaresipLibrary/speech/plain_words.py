"""Words in the form in which they are compared: what does not count is left out.

That is lower case, without punctuation, apostrophes and hyphens; numbers are digits, however they
are said or written: twenty one, 21; one two three, 1 2 3, 123 (`number_words`). In scripts that are
written without spaces each character counts as a word.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .heard import Word
from .number_words import (
    COMMA,
    FULL_STOP,
    LONG_PAUSE,
    NOTHING,
    NUMBER_LANGUAGES,
    POWERS,
    Token,
    parts,
    with_digits,
)

#: A pause of this many seconds between two words ends a number that is said digit by digit. Where a
#: machine puts it together from recordings, there are 0.56 s between "twenty" and "one".
NUMBER_PAUSE = 0.8
#: What is not speech: [Music], (applause), *coughs*.
_NOTE = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^\W\d]+\*|♪+")
_AMOUNT = re.compile(r"([$£€])\s?(\d[\d,.]*)")
#: One and several of a currency, and of its hundredth parts.
_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
}
_SYMBOLS = {"&": " and ", "%": " percent ", "@": " at ", "+": " plus ", "*": " star ", "#": " # "}
_SPELLINGS = {"okay": "ok"}
_APOSTROPHE = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}`]")
_SENTENCE_END = re.compile(r"[.!?;:]\W*$")
_FULL_HOUR = re.compile(r"(?<![\d:.])([1-9]|1[0-2]):00(?![\d:])")
_THOUSANDS = r"\b(?!0)\d{1,3}(?:([SEPARATORS])\d{3})(?:\1\d{3})*\b"
_ENGLISH_THOUSANDS = re.compile(_THOUSANDS.replace("SEPARATORS", ","))
_OTHER_THOUSANDS = re.compile(_THOUSANDS.replace("SEPARATORS", ".,"))
#: Before the last of several choices.
_OR = {
    "da": ("eller",), "de": ("oder",), "en": ("or",), "es": ("o", "u"), "fr": ("ou",),
    "it": ("o", "oppure"), "nl": ("of",), "pt": ("ou",),
}  # fmt: skip
#: Characters that stand for a kind of character where a text is cut into pieces.
_WHOLE_WORD, _MARK = "\0", "\1"
_PIECE = re.compile(rf"\d+(?:st|nd|rd|th)\b|\d+|(?:[^\W\d_]{_MARK}*)+|{_WHOLE_WORD}{_MARK}*|#")
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
    word: int
    """The place of the word that it comes from."""
    last_word: int
    """That of the last one, where several are one number: one hundred."""
    is_digit: bool = False
    begins_number: bool = False
    """Whether no other digit belongs to the same number before this one."""
    ends_number: bool = False


def plain_units(
    words: Sequence[Word], language: str = "en", *, has_notes: bool = True
) -> list[Unit]:
    """The words in the form in which they are compared.

    `has_notes`: what an engine has written, where (laughs) is no word.
    """
    code = language.partition("-")[0].lower()
    texts = [word.text for word in words]
    tokens = list(_tokens(words, _without_notes(texts) if has_notes else texts, code))
    if code in NUMBER_LANGUAGES:
        tokens = _with_choices(with_digits(tokens, code), _OR[code])
    return _units(tokens)


def plain_text(units: Sequence[Unit]) -> str:
    """Words in their plain form, each number in one piece: ``your code is 1234``."""
    pieces = [
        ("" if after.is_digit and not after.begins_number else " ") + after.text for after in units
    ]
    return "".join(pieces).strip()


def _tokens(words: Sequence[Word], texts: Sequence[str], code: str) -> Iterator[Token]:
    border = LONG_PAUSE
    for place, text in enumerate(_with_currency_last(texts)):
        if place and words[place].begin - words[place - 1].end > NUMBER_PAUSE:
            border = LONG_PAUSE
        for piece in _pieces(_spelled(text, code)):
            yield Token(_SPELLINGS.get(piece, piece), place, place, border)
            border = NOTHING
        if _SENTENCE_END.search(text):
            border = FULL_STOP
        elif text.endswith(","):
            border = COMMA


def _without_notes(texts: Sequence[str]) -> list[str]:
    """The words without notes of the engine, which may be longer than a word: (upbeat music)."""
    if not texts:
        return []
    one_line = " ".join(text.replace(" ", "_") for text in texts)
    return _NOTE.sub(lambda note: " " * note.group().count(" "), one_line).split(" ")


def _with_currency_last(texts: Sequence[str]) -> Iterator[str]:
    """The words, where "$2 million" is 2 million dollars."""
    currency = ""
    for text, follower in zip(texts, [*texts[1:], ""], strict=False):
        if currency:
            text, currency = re.sub(r"(\w+)", rf"\1 {currency}", text, count=1), ""
        found = _AMOUNT.fullmatch(text)
        if found and re.sub(r"\W", "", follower).lower() in POWERS:
            currency, text = _CURRENCIES[found[1]][1], found[2]
        yield text


def _spelled(text: str, code: str) -> str:
    """A word in lower case, signs as words: what is left is cut into pieces."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = _APOSTROPHE.sub("", text)
    is_english = code == "en" or code not in NUMBER_LANGUAGES
    thousands = _ENGLISH_THOUSANDS if is_english else _OTHER_THOUSANDS
    text = thousands.sub(lambda number: re.sub(r"\D", "", number[0]), text)
    text = _AMOUNT.sub(_amount, _FULL_HOUR.sub(r"\1", text))
    text = re.sub(r"(?<=\d)[.,](?=\d)", " point ", text)
    return "".join(_SYMBOLS.get(character, character) for character in text)


def _amount(found: re.Match[str]) -> str:
    """An amount of money as it is said: 5 dollars and 50 cents."""
    sign, number = found[1], found[2].rstrip(".,")
    one, several, small_one, small = _CURRENCIES[sign]
    whole, _, rest = number.partition(".")
    if len(rest) != 2:
        return f" {number} {one if number == '1' else several} "
    said = [f"{whole} {one if whole == '1' else several}"] if whole.strip("0") else []
    if rest != "00":
        said.append(f"{rest.lstrip('0')} {small_one if rest == '01' else small}")
    return f" {' and '.join(said) or f'0 {several}'} "


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


def _units(tokens: Sequence[Token]) -> list[Unit]:
    """The tokens, numbers digit by digit. Digits that nothing but a comma parts are one number."""
    singles = [
        part
        for token in tokens
        for part in (parts(token, token.plain) if token.plain.isdecimal() else [token])
    ]
    digits = [token.plain.isdecimal() for token in singles]
    continues = [
        is_digit and was_digit and token.border < FULL_STOP
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
