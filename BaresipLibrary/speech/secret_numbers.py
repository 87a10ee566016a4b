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
#: Letters in a row, whatever signs stand beside them: eenentwintig%.
_WORD = re.compile(r"[^\W\d_]+")
_PUNCTUATION = "`'\"()[].,:;?!\xab\xbb"
#: The first of several units, and the end.
_Stretch = tuple[int, int]
#: A text has no times: its words may have been said without a pause, or with short ones.
_PAUSES = (0.0, 0.5)


def numbers_said(words: Sequence[Word], secrets: Collection[str], least: int) -> Iterator[int]:
    """The places of the words that say a secret with a number in it, in any language known.

    It must have so many letters and digits in the form in which it is compared.
    """
    texts = [word.text for word in words] + [word for one in secrets for word in one.split()]
    try:
        for language in _languages(texts):
            forms = {form for secret in secrets for form in _plain(secret, language)}
            numbers = [form for form in forms if sum(len(unit.text) for unit in form) >= least]
            for units in _heard(words, language) if numbers else ():
                for first, end in _stretches(numbers, units):
                    yield from range(units[first].word, units[end - 1].last_word + 1)
    except UsageError:  # without text2num no phrase is compared either
        return


def _languages(texts: Sequence[str]) -> list[str]:
    """The languages that have a word for a number or a sign among these, and English.

    Figures with marks are read as most other languages do, too.
    """
    words = {word for text in texts for word in _WORD.findall(text.lower())}
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
    yield from _forms([word.text for word in words], language)


def _forms(texts: Sequence[str], language: str) -> Iterator[list[Unit]]:
    """A text as it is and without its punctuation, said without a pause and with short ones."""
    stripped = tuple(text.strip(_PUNCTUATION) for text in texts)
    for form in {tuple(texts), stripped}:
        for pause in _PAUSES:
            yield _units(form, language, pause)


def _units(texts: Sequence[str], language: str, pause: float = 0.0) -> list[Unit]:
    words = [Word(text, at * pause, at * pause, 1.0) for at, text in enumerate(texts)]
    return plain_units(words, language, has_notes=False)


@cache
def _plain(secret: str, language: str) -> frozenset[tuple[Unit, ...]]:
    """The plain forms of a secret with a number; another one is found in other ways."""
    forms = {
        tuple(unit.text for unit in units): tuple(units)
        for units in _forms(secret.split(), language)
    }
    return frozenset(form for form in forms.values() if any(map(_is_number, form)))


def _is_number(unit: Unit) -> bool:
    return unit.text[:1].isdecimal()


def _stretches(secrets: Collection[Sequence[Unit]], units: Sequence[Unit]) -> Iterator[_Stretch]:
    """Where secrets are in what was heard, as first and end."""
    for secret in secrets:
        for first in range(len(units) - len(secret) + 1):
            end = first + len(secret)
            if all(map(have_same_meaning, secret, units[first:end])):
                yield first, end
