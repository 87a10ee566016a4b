"""Whatever a keyword takes for a secret number is masked."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from BaresipLibrary.speech import secret_numbers
from BaresipLibrary.speech.masking import MASK, Secrets
from BaresipLibrary.speech.plain_words import plain_units
from BaresipLibrary.speech.words import Phrase, find_phrase

from .number_forms import EQUAL, EQUAL_IN_OTHER_LANGUAGES, FORMS, apart
from .test_words import EQUAL as EQUAL_WORDS
from .test_words import said

PAIRS = [("en", *pair) for pair in [*EQUAL, *EQUAL_WORDS]] + EQUAL_IN_OTHER_LANGUAGES


def secrets_of(phrase: str, language: str) -> Iterator[str]:
    """A phrase with numbers, and each of its whole numbers in figures."""
    units = Phrase.parse(phrase, language).units
    figures = ""
    for unit in units:
        figures = ("" if unit.begins_number else figures) + unit.text
        if unit.ends_number and figures.isdecimal():
            yield figures
    if any(unit.in_number for unit in units):
        yield phrase


def shown_of(secret: str, heard: str, language: str, pause: float | None = None) -> str:
    """What is shown of the words that a keyword takes for a secret; empty when that is nothing."""
    words = said(heard) if pause is None else apart(heard, pause)
    match = find_phrase(Phrase.parse(secret, language), plain_units(words, language), 1.0)
    if match is None:
        return ""
    shown = Secrets([secret]).words(words)
    found = words[match.first : match.last + 1]
    clear = [word.text for word in found if word in shown and any(map(str.isalnum, word.text))]
    text = Secrets([secret]).text(heard)
    return " ".join(clear) or ("" if MASK in text else text)


@pytest.mark.parametrize("pause", [None, 0.5])
def test_what_a_keyword_finds_in_any_form_is_masked(pause: float | None) -> None:
    shown = [
        (language, secret, heard, left)
        for language, phrase, heard in PAIRS
        for secret in secrets_of(phrase, language)
        if (left := shown_of(secret, heard, language, pause))
    ]
    assert not shown


@settings(max_examples=50)
@given(
    st.text("0123456789", min_size=2, max_size=9),
    st.sampled_from(FORMS),
    st.sampled_from(FORMS),
    st.sampled_from(["your code is {} thank you", "{}", "{}. 5 new messages"]),
    st.sampled_from([None, 0.1, 0.5]),
)
def test_what_a_keyword_finds_of_any_number_is_masked(
    number: str,
    form: Callable[[str], str],
    of_secret: Callable[[str], str],
    sentence: str,
    pause: float | None,
) -> None:
    heard = sentence.format(form(number))
    for secret in (number, of_secret(number), heard):
        assert not shown_of(secret, heard, "en", pause)


@pytest.mark.parametrize(
    ("secret", "heard", "language"),
    [
        ("eenentwintig%", "21%", "nl"),
        ("100. 5", "one hundred and five", "en"),
        ("100. 5", "105", "en"),
        ("0. mil 234", "0 1234", "pt"),
    ],
)
def test_marks_of_the_secret_count_as_in_a_phrase(secret: str, heard: str, language: str) -> None:
    assert not shown_of(secret, heard, language)


def test_figures_are_compared_once_and_not_in_each_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[str] = []
    numbers = secret_numbers.plain_units
    monkeypatch.setattr(
        secret_numbers,
        "plain_units",
        lambda words, language, **options: (
            compared.append(language) or numbers(words, language, **options)
        ),
    )
    assert Secrets(["hunter2"]).text("4-7-1-2 10% press 1") == "4-7-1-2 10% press 1"
    assert set(compared) == {"en"}
