"""Finds secrets with numbers in words by the form in which phrases are compared.

So whatever `Wait Until Speech` takes for a secret number is masked as well: one hundred twenty
three thousand four hundred fifty six, 5 million, einundzwanzig.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from ..errors import UsageError
from .heard import Word
from .number_words import NUMBER_LANGUAGES, is_number_word
from .plain_words import Unit, plain_units
from .spoken_signs import names_of_signs
from .words import have_same_meaning

_ENGLISH = "en"
#: A language that writes thousands as most do: 1.234,56.
_OTHER = "de"
_THOUSANDS = re.compile(r"\d[.,]\d{3}|\d,\d")
_PUNCTUATION = "`'\"()[].,:;?!\xab\xbb"
#: The first of several units, and the end.
_Stretch = tuple[int, int]


#: A text has no times: its words may have been said without a pause, or with short ones.
_PAUSES = (0.0, 0.5)


def numbers_said(words: Sequence[Word], secrets: Collection[str]) -> Iterator[int]:
    """The places of the words that say a secret with a number in it, in any language known."""
    texts = [word.text for word in words] + [word for one in secrets for word in one.split()]
    try:
        for language in _languages([text.strip(_PUNCTUATION) for text in texts]):
            numbers = list(filter(None, (_plain(secret, language) for secret in secrets)))
            for units in _heard(words, language) if numbers else ():
                for first, end in _stretches(numbers, units):
                    yield from range(units[first].word, units[end - 1].last_word + 1)
    except UsageError:  # without text2num no phrase is compared either
        return


def _languages(texts: Sequence[str]) -> list[str]:
    """The languages that have a word for a number or a sign among these, and English.

    Figures with marks are read as most other languages do, too.
    """
    pieces = {piece for text in texts for piece in text.lower().split("-")}
    words = [piece for piece in pieces if any(map(str.isalpha, piece))]
    always = {_ENGLISH, *([_OTHER] if any(map(_THOUSANDS.search, texts)) else [])}
    return [
        language
        for language in NUMBER_LANGUAGES
        if language in always
        or not names_of_signs(language).isdisjoint(words)
        or any(is_number_word(word, language) for word in words)
    ]


def _heard(words: Sequence[Word], language: str) -> Iterator[list[Unit]]:
    """What was heard as it is compared, and also without its punctuation and its times."""
    yield plain_units(words, language)
    texts = tuple(word.text for word in words)
    stripped = tuple(text.strip(_PUNCTUATION) for text in texts)
    for form in {texts, stripped}:
        for pause in _PAUSES:
            yield _units(form, language, pause)


def _units(texts: Sequence[str], language: str, pause: float = 0.0) -> list[Unit]:
    words = [Word(text, at * pause, at * pause, 1.0) for at, text in enumerate(texts)]
    return plain_units(words, language, has_notes=False)


@cache
def _plain(secret: str, language: str) -> tuple[Unit, ...]:
    """A secret in plain form; empty when it has no number, and other ways find it."""
    units = _units([word.strip(_PUNCTUATION) for word in secret.split()], language)
    return tuple(units) if any(unit.text[:1].isdecimal() for unit in units) else ()


def _stretches(secrets: Sequence[Sequence[Unit]], units: Sequence[Unit]) -> Iterator[_Stretch]:
    """Where secrets are in what was heard, as first and end."""
    for secret in secrets:
        for first in range(len(units) - len(secret) + 1):
            end = first + len(secret)
            if all(map(have_same_meaning, secret, units[first:end])):
                yield first, end
