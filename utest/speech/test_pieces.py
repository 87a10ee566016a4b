"""What becomes of the pieces in which Whisper tells a text."""

from types import SimpleNamespace
from typing import Any

import pytest

from BaresipLibrary.speech.engines_whisper import _is_unsure_number, _words
from BaresipLibrary.speech.heard import Word
from BaresipLibrary.speech.masking import MASK, Secrets
from BaresipLibrary.speech.pieces import put_together
from BaresipLibrary.speech.plain_words import plain_units
from BaresipLibrary.speech.words import Phrase, find_phrase

#: Texts as faster-whisper cuts them: by the tokenizer of tiny.en, split_tokens_on_spaces and
#: merge_punctuations; recorded with its version 1.2.
RECORDED = [
    [" Your", " balance", " is", " - $5", ".00", " today"],
    [" - 5", " degrees"],
    [" Wait", " 5", " - 10", " minutes."],
    [" wait", " 5", " –", " 10", " minutes"],
    [" Press", " #."],
    [" Press", " the", " #", " key."],
    [" Press", " *", " now."],
    [" Enter", " 1234", "#."],
    [" You", " get", " 10", "%", " off", " your", " order."],
    [" Das", " kostet", " 50", " €", " im", " Monat."],
    [" 5", "$"],
    [" 10", " %"],
    [" Well", " - yes"],
    [" A", " &", " B"],
    [" ¿Qué", " hora", " es?"],
    [" you", " *laugh", "*", " it"],
    [" The", " code", " is", " 4", " - 7", " - 1", " - 2."],
]


def segment(pieces: list[str], probability: float = 0.9) -> Any:
    words = [
        SimpleNamespace(word=piece, start=at * 0.4, end=at * 0.4 + 0.4, probability=probability)
        for at, piece in enumerate(pieces)
    ]
    return SimpleNamespace(words=words)


@pytest.mark.parametrize("pieces", RECORDED, ids="".join)
def test_the_words_are_those_of_the_text(pieces: list[str]) -> None:
    words = _words(segment(pieces))
    assert [word.text for word in words] == "".join(pieces).split()
    times = [moment for word in words for moment in (word.begin, word.end)]
    assert times == sorted(times)
    assert (times[0], times[-1]) == (0.0, pytest.approx(0.4 * len(pieces)))


@pytest.mark.parametrize(
    ("language", "phrase", "place"),
    [
        ("en", "press pound", 4),
        ("en", "press the pound key", 5),
        ("en", "press star now", 6),
        ("en", "enter 1234 pound", 7),
        ("en", "10 percent off your order", 8),
        ("de", "50 Euro", 9),
        ("de", "10 Prozent", 11),
        ("fr", "10 pour cent", 11),
        ("en", "5 dollars", 10),
        ("en", "wait 5", 2),
        ("en", "10 minutes", 2),
        ("en", "the code is 4712", 16),
    ],
)
def test_signs_are_heard_in_pieces(language: str, phrase: str, place: int) -> None:
    units = plain_units(_words(segment(RECORDED[place])), language)
    assert find_phrase(Phrase.parse(phrase, language), units, 1.0) is not None


@pytest.mark.parametrize(
    ("phrase", "place"),
    [
        ("your balance is 5 dollars", 0),
        ("5 degrees", 1),
        ("wait 510 minutes", 2),
        ("wait 510 minutes", 3),
        ("10 off your order", 8),
    ],
)
def test_no_number_is_another_in_pieces(phrase: str, place: int) -> None:
    units = plain_units(_words(segment(RECORDED[place])))
    assert find_phrase(Phrase.parse(phrase), units, 1.0) is None


@pytest.mark.parametrize("pieces", [[" ..."], [" -"], [" ♪"], [" –", " –"]])
def test_marks_alone_are_not_speech(pieces: list[str]) -> None:
    assert _words(segment(pieces)) == []


def test_a_dash_takes_no_time() -> None:
    (dash, five) = put_together([Word("- 5", 1.0, 1.5, 0.9)], "- 5")
    assert (dash, five) == (Word("-", 1.0, 1.0, 0.9), Word("5", 1.0, 1.5, 0.9))


def test_a_code_with_dashes_is_masked() -> None:
    shown = Secrets(["4712"]).words(_words(segment(RECORDED[16])))
    assert [word.text for word in shown] == ["The", "code", "is", MASK]


@pytest.mark.parametrize(
    ("pieces", "is_unsure"),
    [
        ([" 4", "-7", "-1", "-2."], True),
        ([" 1", "-800", "-555", "-1234."], True),
        ([" 10", ".5%."], True),
        ([" 5", " - 10", " minutes."], False),
        ([" Press", " 1", " for", " sales."], False),
    ],
)
def test_a_number_alone_is_unsure_however_it_is_cut(pieces: list[str], is_unsure: bool) -> None:
    assert _is_unsure_number([segment(pieces, 0.4)], "en") is is_unsure
