"""Which words count as said, and which do not."""

import pytest

from BaresipLibrary.speech import number_words
from BaresipLibrary.speech.heard import Word
from BaresipLibrary.speech.plain_words import plain_text, plain_units
from BaresipLibrary.speech.words import (
    Match,
    Phrase,
    find_phrase,
    is_said,
    nearest_stretch,
)


def said(text: str) -> list[Word]:
    """Words that were heard, one after the other without a pause."""
    return [
        Word(word, 0.4 * number, 0.4 * number + 0.35, 0.9)
        for number, word in enumerate(text.split())
    ]


def find(phrase: str, heard: str, similarity: float = 0.8, language: str = "en") -> Match | None:
    return find_phrase(
        Phrase.parse(phrase, language), plain_units(said(heard), language), similarity
    )


def nearest(phrase: str, heard: str, language: str = "en") -> Match | None:
    return nearest_stretch(Phrase.parse(phrase, language), plain_units(said(heard), language))


#: Phrases, and what was heard that is equal.
EQUAL = [
    ("press one for sales", "Press 1 for sales."),
    ("press 1 for sales", "press one, for sales"),
    ("twenty one", "21"),
    ("21", "twenty-one"),
    ("1 2 3", "one two three"),
    ("123", "one, two, three"),
    ("one two three", "1-2-3"),
    ("one hundred twenty three", "123"),
    ("one hundred and five", "105"),
    ("a hundred", "100"),
    ("five million", "5 million"),
    ("1,234", "one thousand two hundred thirty four"),
    ("nineteen ninety nine", "1999"),
    ("twelve thirty", "12:30"),
    ("twenty one", "20. 1."),
    ("one hundred and twenty five", "100, 20. 5"),
    ("2 0 1", "2 0 1"),
    ("three point five", "3.5"),
    ("zero zero seven", "007"),
    ("one oh two", "102"),
    ("double five", "5 5"),
    ("the first of may", "The 1st of May"),
    ("twenty dollars", "$20"),
    ("one dollar", "$1"),
    ("five percent", "5%"),
    ("okay", "OK"),
    ("O.K.", "Okay"),
    ("don't", "dont"),
    ("don't", "don\N{RIGHT SINGLE QUOTATION MARK}t"),
    ("voice-mail", "voicemail"),
    ("voicemail", "voice mail"),
    ("good bye", "Goodbye!"),
    ("PBX", "P B X"),
    ("rock & roll", "Rock and roll"),
    ("the pound key", "the # key"),
    ("the star key", "the * key"),
    ("Müller", "MÜLLER"),
    ("five dollars and fifty cents", "$5.50."),
    ("fifty cents", "$0.50"),
    ("one pound and one penny", "£1.01"),
    ("five dollars", "$5.00"),
    ("two thousand dollars", "$2,000"),
    ("two point five million", "2.5 million"),
    ("one point five million dollars", "$1.5 million."),
    ("open until five pm", "Open until 5:00 PM"),
    ("five thirty", "5:30"),
    ("double oh seven", "007"),
    ("oh double seven", "077"),
    ("oh oh seven", "007"),
    ("triple five", "555"),
    ("treble five", "555"),
    ("anyone", "any one"),
    ("any one", "Anyone?"),
    ("no one is available", "no-one is available"),
    ("press one, two or three", "Press 1 2 or 3."),
    ("नमस्ते", "नमस्ते!"),
    ("请按一转人工服务", "请 按一 转 人工服务。"),
    ("お電話ありがとうございます", "お電話 ありがとう ござい ます"),
    ("สวัสดีครับ", "สวัสดี ครับ"),
]


@pytest.mark.parametrize(("phrase", "heard"), EQUAL)
def test_what_does_not_count(phrase: str, heard: str) -> None:
    assert find(phrase, heard, 1.0) == Match(0, len(heard.split()) - 1, 1.0)


@pytest.mark.parametrize(
    ("phrase", "heard", "similarity"),
    [
        ("press one for sales", "press two for sales", 0.75),
        ("press one for the sales department", "press two for the sales department", 5 / 6),
        ("your code is 1234 thank you", "your code is 1235 thank you", 8 / 9),
        ("press one for sales", "press 12 for sales", 0.75),
        ("your code is 1234", "your code is 12345", 1.0),
        ("1234", "1 2 3 4 5", 1.0),
        ("1234", "1, 2, 3, 4, 5", 1.0),
        ("five hundred dollars please now", "five dollars please now", 4 / 6),
        ("1 2 3 4 5 6", "1 2 9 3 4 5 6", 5 / 6),
        ("please press 12 now", "please press 1 or 2 now", 4 / 5),
        ("you have twelve messages today", "you have one or two messages today", 5 / 6),
        ("it is on the first of may", "it is on the second of may", 6 / 7),
        ("you are third in the queue", "you are second in the queue", 5 / 6),
        ("press one for sales", "press fourteen sales", 1.0),
        ("dial one to exit", "dial twelve exit", 1.0),
        ("your balance is 105", "Your balance is 100. 5 new messages.", 5 / 6),
        ("press 12", "Press 1, 2 or 3.", 1.0),
        ("press 12", "Press 1. 2 is for support.", 1.0),
    ],
)
def test_digits_are_never_forgiven(phrase: str, heard: str, similarity: float) -> None:
    assert find(phrase, heard, 0.5) is None
    match = nearest(phrase, heard)
    assert match is not None
    assert match.similarity == pytest.approx(similarity)
    assert not match.has_numbers


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        ("yes", "yesterday"),
        ("one", "won"),
        ("two", "to"),
        ("press two", "press to continue"),
        ("press for", "press 4"),
        ("sales", "sale"),
        ("hello", "[hello] (hello there) *hello*"),
        ("two words", "words two"),
    ],
)
def test_a_short_phrase_is_heard_as_it_is(phrase: str, heard: str) -> None:
    assert find(phrase, heard) is None


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        ("press two for sales", "press to for sales"),
        ("press one for sales", "press 1 4 sales"),
        ("for sales press one now", "4 sales press won now"),
    ],
)
def test_a_word_that_sounds_like_a_digit_counts_amid_the_phrase(phrase: str, heard: str) -> None:
    match = find(phrase, heard, 0.75)
    assert match is not None
    assert match.similarity >= 0.8


def test_the_similarity_is_the_word_error_rate_of_the_best_stretch() -> None:
    phrase = "please leave a message after the tone"
    heard = "hello please leave your message um after tone thank you"
    match = find(phrase, heard, 0.5)
    assert match == Match(1, 7, pytest.approx(4 / 7))
    assert find(phrase, heard, 0.6) is None


def test_the_first_of_several_is_found_with_all_its_words() -> None:
    heard = "press one for sales now or press one for sales now"
    assert find("press one for sales now", heard) == Match(0, 4, 1.0)


def test_a_number_ends_where_a_sentence_does() -> None:
    assert find("press one", "Press 1. 2 is for support.") == Match(0, 1, 1.0)
    assert find("press one", "Press 1 2 is for support.") is None
    assert find("balance is 100", "Your balance is 100. 5 new messages.") == Match(1, 3, 1.0)
    assert find("you have 20", "You have 20. One of them is urgent.") == Match(0, 2, 1.0)


@pytest.mark.parametrize(
    ("phrase", "heard", "first", "last"),
    [
        ("one moment please", "Oh, one moment please.", 1, 3),
        ("two people", "Oh two people", 1, 2),
        ("press one", "Press 1, 2, or 3.", 0, 1),
        ("three", "Press 1, 2, or 3.", 4, 4),
        ("4712", "4. 7. 1. 2.", 0, 3),
    ],
)
def test_a_number_has_the_digits_that_belong_to_it(
    phrase: str, heard: str, first: int, last: int
) -> None:
    assert find(phrase, heard, 1.0) == Match(first, last, 1.0)


def test_a_number_that_nobody_says_is_no_error() -> None:
    assert find("million", "5" * 5000 + " million") is None


@pytest.mark.parametrize("said_again", ["oh", "one hundred", "point one million"])
def test_a_number_without_an_end_is_read_once(
    said_again: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each word was looked at with all words before it, or there were too many calls in calls."""
    looked_at: list[str] = []
    is_number = number_words._is_number
    monkeypatch.setattr(
        number_words, "_is_number", lambda text: bool(looked_at.append(text) or is_number(text))
    )
    words = said(f"{said_again} " * 1100)
    plain_units(words)
    assert len(looked_at) < 10 * len(words)


def test_brackets_of_a_phrase_are_not_left_out() -> None:
    assert find("you have (no) messages", "you have messages", 0.9) is None
    assert find("you have (no) messages", "You have no messages.", 1.0) is not None


def test_a_vowel_sign_counts() -> None:
    assert find("नमस्ते", "नमसता", language="hi") is None


def test_a_number_ends_where_somebody_pauses() -> None:
    pause = [Word("1", 0.0, 0.4, 0.9), Word("2", 1.5, 1.9, 0.9)]
    assert find_phrase(Phrase.parse("one"), plain_units(pause), 1.0) == Match(0, 0, 1.0)


def test_the_last_word_of_a_long_number_belongs_to_it() -> None:
    assert find("105", "that is one hundred and five please") == Match(2, 5, 1.0)


def test_numbers_of_other_languages() -> None:
    assert find("drücken Sie einundzwanzig", "Drücken Sie 21.", language="de") is not None
    assert find("tapez quatre vingt dix sept", "Tapez 97", language="fr-FR") is not None
    assert find("tapez sept", "Tapez 7", language="fi") is None
    assert find("tausend Euro", "1.000 Euro", 1.0, language="de") is not None
    assert find("zwei Komma fünf", "2,5", 1.0, language="de") is not None
    assert find("einen Moment bitte", "1 Moment bitte", 1.0, language="de") is not None
    assert find("drücken Sie eins", "Drücken Sie 1, 2 oder 3", 1.0, language="de") is not None


def test_notes_of_the_engine_are_no_words() -> None:
    assert nearest("music", "[Music] (upbeat music) *music*") is None
    assert nearest("music playing", "♪") is None


def test_nothing_was_heard() -> None:
    assert find("hello", "") is None
    assert nearest("hello", "") is None


def test_nothing_in_common() -> None:
    assert nearest("hello", "good bye") is None


@pytest.mark.parametrize("text", ["", "   ", "?!", "()", "..."])
def test_a_phrase_needs_a_word(text: str) -> None:
    with pytest.raises(ValueError, match="no word"):
        Phrase.parse(text)


def test_the_plain_form_has_each_number_in_one_piece() -> None:
    heard = "Your code is one two, three 4. Press 21 (music) first."
    assert plain_text(plain_units(said(heard))) == "your code is 1234 press 21 1st"
    assert plain_text(plain_units(said("Open at 5:30."))) == "open at 5 30"


def test_a_long_monologue_is_searched_at_once() -> None:
    heard = plain_units(said("the quick brown fox 1 2 3 jumps over it " * 200 + "good bye now"))
    assert find_phrase(Phrase.parse("good bye now"), heard, 1.0) is not None


@pytest.mark.parametrize(
    ("phrase", "text", "said"),
    [
        ("good bye", "Well: good-bye!", True),
        ("press 1", "Press one to end.", True),
        ("end", "please send the form", False),
        ("press 1", "press 12", False),
        ("bye", "", False),
        ("bye", "[Music]", False),
    ],
)
def test_whole_words_are_in_a_text(phrase: str, text: str, said: bool) -> None:
    assert is_said(phrase, text) is said
