"""Secrets are masked in speech, whatever form they were spoken in, and nothing else is."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from BaresipLibrary.speech.heard import Word
from BaresipLibrary.speech.masking import MASK, Secrets

PIN = Secrets(["1234"])


def words(text: str) -> list[Word]:
    """A word each second that lasts half of one."""
    return [Word(word, float(at), at + 0.5, 0.9) for at, word in enumerate(text.split())]


def shown(secrets: Secrets, text: str) -> str:
    return " ".join(word.text for word in secrets.words(words(text)))


def plain(masked: str) -> str:
    """A masked text without the punctuation of the words that are masked."""
    return masked.replace(f"{MASK}.", MASK).replace(f"{MASK},", MASK)


@pytest.mark.parametrize(
    "said",
    [
        "1234",
        "one two three four",
        "One, two, three, four.",
        "one-two-three-four",
        "1 2 3 4",
        "12 34",
        "12-34.",
        "1,234",
        "twelve thirty-four",
        "twelve thirty four",
        "one twenty three four",
        "twelve hundred thirty four",
        "one thousand two hundred thirty four",
        "One thousand two hundred and thirty-four",
        "won to three for",
        "one too three fore",
        "one 2 three 4",
        "one two and three uh four",
        "eins zwei drei vier",
        "um dois três quatro",
        "１２３４",
        "一 二 三 四",
        "一二三四",
        "٣".replace("٣", "١٢٣٤"),
    ],
)
def test_every_form_of_a_number_is_masked(said: str) -> None:
    assert plain(PIN.text(f"your pin is {said} thanks")) == f"your pin is {MASK} thanks"
    assert shown(PIN, f"your pin is {said} thanks") == f"your pin is {MASK} thanks"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("1122", "double one double two"),
        ("7770", "triple seven oh"),
        ("305", "three hundred and five"),
        ("305", "three oh five"),
        ("2026", "twenty twenty six"),
        ("2000", "two thousand"),
        ("AB12", "A B one two"),
        ("AB12", "alpha bravo twelve"),
        ("hunter2", "Hunter two"),
        ("hunter2", "hunter 2!"),
        ("open sesame", "Open, sesame!"),
        ("open-sesame", "open sesame"),
        ("opensesame", "open sesame"),
        ("I live at 5", "i live at five"),
        ("four five six", "456"),
        ("don't tell", "Don't tell"),
        ("p@ss w0rd!", "P@ss w0rd!"),
        ("#*!", "#*!"),
        ("1234#", "one two three four"),
        ("1234", "9912349"),
    ],
)
def test_secrets_of_every_kind_are_masked(secret: str, said: str) -> None:
    assert plain(Secrets([secret]).text(f"well {said} indeed")) == f"well {MASK} indeed"


@pytest.mark.parametrize(
    "said",
    [
        "press one for sales press two for service",
        "one two three five",
        "four three two one",
        "1235",
        "twelve thirty-five",
        "",
        "***",
        "one two three hello four",
    ],
)
def test_what_is_no_secret_stays(said: str) -> None:
    assert PIN.text(said) == said
    assert shown(PIN, said) == said


@pytest.mark.parametrize("said", ["123456789012", "1 2 3 4 5 6 7 8 9 0 1 2", "12 34 56 78 90 12"])
def test_a_secret_of_many_words_is_masked_when_it_was_heard_as_digits(said: str) -> None:
    secrets = Secrets(["one two three four five six seven eight nine zero one two"])
    assert secrets.text(f"your pin is {said} ok") == f"your pin is {MASK} ok"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("123456", "one hundred twenty three thousand four hundred fifty six"),
        ("123456", "one hundred and twenty-three thousand, four hundred and fifty-six"),
        ("5000000", "5 million"),
        ("5000000", "five million"),
        ("100", "a hundred"),
        ("1000", "a thousand"),
        ("101", "a hundred and one"),
        ("1234", "12 hundred 34"),
        ("$12.50", "twelve dollars and fifty cents"),
        ("12.50", "twelve point five zero"),
        ("21", "einundzwanzig"),
        ("1234", "eintausendzweihundertvierunddreißig"),
        ("21", "vingt et un"),
        ("97", "quatre-vingt-dix-sept"),
        ("21", "veintiuno"),
        ("4521", "cuarenta y cinco veintiuno"),
        ("21", "eenentwintig"),
        ("21st", "twenty first"),
        ("8005551212", "eight hundred five five five one two one two"),
        ("5551234567", "(555) 123-4567"),
        ("4712", "4. 7. 1. 2."),
        ("café", "cafe"),
        ("cafe", "café"),
        ("fünf vier", "54"),
    ],
)
def test_what_is_equal_to_a_secret_phrase_is_masked(secret: str, said: str) -> None:
    said_in_a_sentence = f"well {said} indeed"
    assert plain(Secrets([secret]).text(said_in_a_sentence)).replace("(", "") in (
        f"well {MASK} indeed",
        f"well {MASK}) indeed",
    )
    assert shown(Secrets([secret]), said_in_a_sentence) == f"well {MASK} indeed"


@pytest.mark.parametrize(
    ("secret", "said"), [("21", "call 1123 now"), ("100", "a moment"), ("5", "I am fine")]
)
def test_other_numbers_are_no_secret(secret: str, said: str) -> None:
    assert shown(Secrets([secret]), said) == said


def test_without_secrets_nothing_is_masked() -> None:
    assert Secrets([""]).text("one two") == "one two"
    assert Secrets(["  "]).words(words("one two")) == words("one two")


def test_the_sentence_around_a_secret_keeps_its_punctuation() -> None:
    assert (
        PIN.text("alice heard `one two three four`, not '1 234'.")
        == "alice heard `***`, not '***'."
    )
    assert Secrets(["1234."]).text("It is 1234.") == "It is ***"


def test_white_space_and_lines_stay() -> None:
    assert PIN.text("  the pin:\n\tone two\nthree four\n\nend ") == "  the pin:\n\t***\n\nend "


def test_letters_of_other_words_are_no_secret() -> None:
    assert Secrets(["then"]).text("at the north end") == "at the north end"


def test_several_secrets_and_several_times() -> None:
    secrets = Secrets(["1234", "sesame"])
    assert secrets.text("1234 sesame, or sesame 1 2 3 4 or one") == "***, or *** or one"


def test_masked_words_have_the_time_of_all_and_the_least_confidence() -> None:
    heard = words("pin one two three four now")
    heard[2] = replace(heard[2], confidence=0.3)
    masked = PIN.words(heard)
    assert [word.text for word in masked] == ["pin", MASK, "now"]
    assert (masked[1].begin, masked[1].end) == (1.0, 4.5)
    assert masked[1].confidence == 0.3


def test_half_a_number_at_an_edge_of_what_was_heard_is_masked() -> None:
    assert shown(PIN, "your pin is one two") == f"your pin is {MASK}"
    assert shown(PIN, "three four is your pin") == f"{MASK} is your pin"
    assert shown(PIN, "two three") == MASK
    assert shown(PIN, "you chose one") == "you chose one", "less than half"
    assert shown(PIN, "one two is no pin") == "one two is no pin", "not at an edge"
    assert PIN.text("you chose one two") == "you chose one two", "a text is whole"


def test_half_a_word_at_an_edge_is_no_secret() -> None:
    assert shown(Secrets(["password"]), "word for word pass") == "word for word pass"


def test_a_secret_is_in_no_repr() -> None:
    assert "1234" not in repr(PIN)


DIGITS = {
    "0": ["0", "zero", "oh", "O"],
    "1": ["1", "one", "One,", "won"],
    "2": ["2", "two", "to", "too"],
    "3": ["3", "three", "three."],
    "4": ["4", "four", "for", "Four"],
    "5": ["5", "five", "FIVE"],
    "6": ["6", "six"],
    "7": ["7", "seven"],
    "8": ["8", "eight", "ate"],
    "9": ["9", "nine", "Nine!"],
}
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"]
TEENS += ["eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
VALUES = {
    re.sub(r"\W", "", form).lower(): digit for digit, forms in DIGITS.items() for form in forms
}
OTHER_WORDS = st.lists(st.sampled_from(["your", "pin", "is", "press", "key", "thanks", "star"]))


def pair(digits: str) -> list[str]:
    """Two digits as a number in words, where there is one."""
    value = int(digits)
    if 10 <= value < 20:
        return [TEENS[value - 10]]
    if value >= 20:
        tens = TENS[value // 10 - 2]
        return [tens] if value % 10 == 0 else [f"{tens}-{DIGITS[digits[1]][1].lower()}", tens]
    return []


@st.composite
def spoken(draw: st.DrawFn, number: str) -> str:
    """A number in one of the forms in which people say it and engines write it."""
    parts: list[str] = []
    at = 0
    while at < len(number):
        two = number[at : at + 2]
        forms = list(DIGITS[number[at]])
        longer = [two, *pair(two)[:1]] if len(two) == 2 else []
        if len(two) == 2 and two[0] == two[1]:
            longer.append(f"double {DIGITS[two[0]][1]}")
        form = draw(st.sampled_from(forms + longer))
        at += 2 if form in longer else 1
        parts.append(form)
        if at < len(number) and draw(st.integers(0, 9)) == 0:
            parts.append(draw(st.sampled_from(["uh", "and", "-"])))
    separator = draw(st.sampled_from([" ", " ", "-", ", "]))
    return separator.join(parts)


def digits_said(text: str) -> str:
    """An independent reading: the digits of a text, with a space for every other word."""
    found = []
    for token in re.findall(r"\w+|\*+", text.lower()):
        found.append(VALUES.get(token, token if token.isdigit() else " "))
    return "".join(found)


NUMBERS = st.text("0123456789", min_size=3, max_size=10)


@given(st.data(), NUMBERS, OTHER_WORDS, OTHER_WORDS)
def test_no_form_of_a_secret_number_gets_through(
    data: st.DataObject, number: str, before: Sequence[str], after: Sequence[str]
) -> None:
    said = data.draw(spoken(number))
    text = " ".join([*before, said, *after])
    expected = " ".join([*before, MASK, *after])
    assert plain(Secrets([number]).text(text)) == expected
    assert shown(Secrets([number]), text) == expected


@given(st.data(), NUMBERS, st.text("0123456789", max_size=4), st.text("0123456789", max_size=4))
def test_a_secret_among_other_digits_does_not_get_through(
    data: st.DataObject, number: str, before: str, after: str
) -> None:
    said = data.draw(spoken(before + number + after))
    assert number not in digits_said(Secrets([number]).text(said))
    assert number not in digits_said(shown(Secrets([number]), said))


def test_a_secret_that_is_no_unicode_is_masked() -> None:
    assert "ö" not in Secrets(["\ud98b!ö"]).text("one \ud98b!ö two")


#: A zero stands for the mask in the test.
TEXT = st.characters(exclude_characters="\0")


@given(st.text(TEXT, max_size=12), st.text(TEXT, max_size=30), st.text(TEXT, max_size=30))
def test_a_secret_of_any_characters_does_not_get_through(
    secret: str, before: str, after: str
) -> None:
    masked = Secrets([secret]).text(f"{before} {secret} {after}")
    if secret.strip(" *"):
        plain = " ".join(secret.split()).casefold()
        assert plain not in " ".join(masked.replace(MASK, "\0").split()).casefold() or not plain


@given(
    st.lists(
        st.sampled_from(["one", "two", "three", "four", "1", "2", "12", "34", "twelve", "hello"])
    ),
    NUMBERS,
)
def test_words_lose_nothing_but_the_secret(said: list[str], number: str) -> None:
    heard = words(" ".join(said))
    masked = Secrets([number]).words(heard)
    assert [word for word in masked if word.text != MASK] == [
        word for word in heard if word in masked
    ]
    covered = [
        any(shown.begin <= word.begin and word.end <= shown.end for shown in masked)
        for word in heard
    ]
    assert all(covered)
    assert [word.begin for word in masked] == sorted(word.begin for word in masked)


def test_a_long_transcript_is_masked_quickly() -> None:
    monologue = "press one to hear two of the three four five hundred and six " * 250
    secrets = Secrets(["1234567890123456", "one two three four five six seven", "hunter2", "99"])
    assert secrets.text(monologue) == monologue


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("105", "100. 5."),
        ("425", "400. 25."),
        ("120", "100. 20."),
        ("320", "300, 20."),
        ("999", "900. 99."),
    ],
)
def test_what_is_taken_for_a_secret_number_is_masked(secret: str, said: str) -> None:
    assert MASK in Secrets([secret]).text(f"code {said}")
    assert MASK in shown(Secrets([secret]), f"code {said}")


def test_pauses_count_where_a_secret_number_is_masked() -> None:
    heard = [Word("100", 0.0, 0.3, 0.9), Word("5", 0.8, 1.0, 0.9)]
    assert [word.text for word in Secrets(["105"]).words(heard)] == [MASK]
    assert Secrets(["105"]).text("100 5") == MASK, "a text does not tell the pauses"
    heard.append(Word("55", 3.0, 3.5, 0.9))
    assert [word.text for word in Secrets(["105"]).words(heard)] == [MASK, "55"]


@pytest.mark.parametrize("word", ["word", "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"])
def test_a_long_secret_is_masked_as_it_is(word: str) -> None:
    secret = " ".join(f"{word} {number}" for number in range(1200))
    assert Secrets([secret]).text(f"say {secret} now") == f"say {MASK} now"
    assert Secrets([secret]).text("press a key") == "press a key"
