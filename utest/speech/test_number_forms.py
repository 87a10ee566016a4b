"""Numbers as testers send them: each form that is equal, and where a number ends."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from BaresipLibrary.speech.amounts import with_dates
from BaresipLibrary.speech.heard import Word
from BaresipLibrary.speech.number_words import Token
from BaresipLibrary.speech.plain_words import plain_text, plain_units, unfinished_number
from BaresipLibrary.speech.words import Match, Phrase, find_phrase

from .number_forms import EQUAL, EQUAL_IN_OTHER_LANGUAGES, FORMS, apart
from .test_words import find, nearest, said


@pytest.mark.parametrize(("phrase", "heard"), EQUAL)
def test_equal_numbers(phrase: str, heard: str) -> None:
    assert find(phrase, heard, 1.0) == Match(0, len(heard.split()) - 1, 1.0)


@pytest.mark.parametrize(("language", "phrase", "heard"), EQUAL_IN_OTHER_LANGUAGES)
def test_equal_numbers_of_other_languages(language: str, phrase: str, heard: str) -> None:
    assert find(phrase, heard, 1.0, language) == Match(0, len(heard.split()) - 1, 1.0)


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        ("your balance is 5 dollars", "your balance is 5 dollars. 50 cents is the fee"),
        ("dollars press 2", "Euros press 1. Dollars press 2."),
        ("euros press 2", "For pounds press 1, euros press 2"),
        ("5 dollars 20 days ago", "you paid five dollars, 20 days ago"),
    ],
)
def test_a_sentence_ends_an_amount(phrase: str, heard: str) -> None:
    assert find(phrase, heard, 1.0) is not None


def test_a_pause_ends_an_amount() -> None:
    words = [*said("5 dollars"), Word("50", 6.0, 6.2, 0.9), Word("cents", 6.2, 6.4, 0.9)]
    assert find_phrase(Phrase.parse("$5.50"), plain_units(words), 0.5) is None
    assert find_phrase(Phrase.parse("5 dollars"), plain_units(words), 1.0) is not None


@pytest.mark.parametrize(
    ("language", "phrase", "heard"),
    [
        ("fr", "5 minutes", "au moins 5 minutes"),
        ("es", "cinco minutos", "más o menos 5 minutos"),
        ("es", "5 minutos", "al menos cinco minutos"),
        ("pt", "5 minutos", "pelo menos 5 minutos"),
        ("es", "120 euros", "por ciento veinte euros"),
        ("en", "at 6 30", "at 6:30, 7:15"),
        ("en", "at 5", "at 5, 6:30"),
        ("en", "at 6:30", "at 6:30, 5 people"),
        ("en", "10 minutes", "wait 5 - 10 minutes"),
        ("en", "200 minutes", "wait 100 - 200 minutes"),
        ("en", "call 555. 1234", "call 555. 1234"),
        ("en", "10 thousand people", "wait for 5-10 thousand people"),
        ("en", "10 dollars and 50 cents", "5-10 dollars and 50 cents"),
        ("en", "60 percent", "50%-60%"),
        ("en", "5551234", "(555)-1234"),
        ("en", "-5", "\N{LEFT DOUBLE QUOTATION MARK}-5\N{RIGHT DOUBLE QUOTATION MARK}"),
        ("en", "open 9-5", "open 9-5. 7 days"),
        ("en", "5", "5%"),
        ("en", "may 5", "it is May 5th"),
        ("en", "5 minutes", "wait \N{EM DASH} 5 minutes"),
        ("en", "between 100", "between 100 and 5"),
        ("en", "between 100", "between 100 and 50 people"),
        ("en", "100", "call 100 and 200"),
    ],
)
def test_a_number_beside_other_words_is_heard(language: str, phrase: str, heard: str) -> None:
    assert find(phrase, heard, 1.0, language) is not None


def test_an_ordinal_after_a_verb_is_no_date() -> None:
    assert find("you may 5", "you may 5th", 0.5) is None


def test_a_sign_may_stand_before_its_number() -> None:
    assert find("five dollars", "$ 5", 1.0) == Match(1, 1, 1.0)
    assert find("five euros", "€ 5", 1.0) == Match(1, 1, 1.0)


def test_a_day_is_heard_beside_a_year() -> None:
    for heard in (
        "on March 3rd, 2026 at 10",
        "on March 3, 2026",
        "on March third twenty twenty six",
    ):
        assert find("on march 3", heard, 1.0) is not None
        assert find("on march 3, 2026", heard, 1.0) is not None
        assert find("on march 32", heard, 0.5) is None


class _CountedTokens(list[Token]):
    """Tokens that know how many of them were copied."""

    copied = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.copied += len(found) if isinstance(place, slice) else 0
        return found


def test_a_date_is_read_beside_its_neighbours_only() -> None:
    tokens = _CountedTokens(Token("5", place, place) for place in range(500))
    with_dates(tokens)
    assert tokens.copied < 10 * len(tokens)


def test_a_zero_needs_a_number_beside_it() -> None:
    assert find("call me at 5", "Call me at 5, oh and bring 2", 1.0) is not None
    assert find("number 5", "number 5, oh no", 1.0) is not None
    assert find("502", "five, oh two", 1.0) is not None


@pytest.mark.parametrize("pause", [1.0, 5.0])
def test_a_pause_ends_a_number_of_any_length(pause: float) -> None:
    heard = plain_units(apart("code 1, 2, 3", pause))
    assert find_phrase(Phrase.parse("code 123"), heard, 0.5) is None
    assert find_phrase(Phrase.parse("code 1"), heard, 1.0) is not None
    words = apart("call 555 1234", pause)
    assert find_phrase(Phrase.parse("call 555. 1234"), plain_units(words), 1.0) is not None


def test_without_full_stops_a_short_pause_parts_numbers() -> None:
    words = [*apart("your balance is 100", 0.0), Word("5", 1.6, 1.8, 0.9)]
    words += [Word("new", 1.8, 2.0, 0.9), Word("messages", 2.0, 2.3, 0.9)]
    for phrase in ("your balance is 105", "your balance is 1005"):
        assert find_phrase(Phrase.parse(phrase), plain_units(words), 0.5) is None
    recorded = apart("your balance is 20 1", 0.5)
    assert find_phrase(Phrase.parse("your balance is 21"), plain_units(recorded), 1.0) is not None


def test_what_nobody_can_know_is_equal_to_the_same_pieces_only() -> None:
    heard = "Your balance is 100, 5 new messages."
    assert find("your balance is 100, 5 new messages", heard, 1.0) is not None
    match = nearest("your balance is 105 new messages", heard)
    assert match is not None
    assert not match.has_numbers
    assert plain_text(plain_units(said(heard))) == "your balance is 100 5 new messages"


@pytest.mark.parametrize(
    ("heard", "may_go_on"),
    [
        ("press 1", True),
        ("press one", True),
        ("you have 5 dollars", True),
        ("you have $5.", True),
        ("you have 100, 5", True),
        ("you have one hundred and", True),
        ("you have five dollars and", True),
        ("two point", True),
        ("press one or two and hold the", False),
        ("sales and", False),
        ("many dollars", False),
        ("press 1 please", False),
        ("", False),
    ],
)
def test_a_number_at_the_end_may_go_on(heard: str, may_go_on: bool) -> None:
    assert (unfinished_number(plain_units(said(heard))) is not None) is may_go_on


@pytest.mark.parametrize("end", ["and", "and,", "and."])
def test_only_a_long_pause_ends_a_number_after_and(end: str) -> None:
    words = said(f"you have one hundred {end}")
    for pause, phrase in ((0.6, "105"), (1.0, "100")):
        heard = [*words, Word("five", words[-1].end + pause, words[-1].end + pause + 0.3, 0.9)]
        assert find_phrase(Phrase.parse(f"you have {phrase}"), plain_units(heard), 1.0) is not None


@settings(max_examples=50)
@given(
    st.text("0123456789", min_size=1, max_size=11),
    st.text("0123456789", min_size=1, max_size=11),
    st.sampled_from(FORMS),
    st.sampled_from(["your code is {} thank you", "{}", "please call {} now"]),
)
def test_a_number_is_heard_in_each_form_and_no_other_number_is(
    number: str, other: str, form: Callable[[str], str], sentence: str
) -> None:
    heard = sentence.format(form(number))
    assert find(sentence.format(number), heard, 1.0) is not None
    for wrong in (other, number[:-1], number[1:], number + "0", number[::-1]):
        if wrong and wrong != number:
            assert find(sentence.format(wrong), heard, 0.5) is None
