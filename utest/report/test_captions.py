"""Words under a recording: each at its time where it fits, else by phrases, else by numbers."""

import math
import re
from itertools import pairwise

import pytest

from BaresipLibrary.report.captions import Caption, captions
from BaresipLibrary.speech.heard import Word

from .test_players import HOSTILE, SHOWN, Page

MENU = "thank you for calling press one for sales or two for support"


def spoken(number: int, begin: float, text: str, pace: float = 0.4) -> Caption:
    """A phrase with a word every `pace` seconds."""
    words = tuple(
        Word(word, begin + pace * at, begin + pace * (at + 0.8), 0.9)
        for at, word in enumerate(text.split())
    )
    return Caption(number, begin, words[-1].end, words)


def placed(fragment: str) -> dict[str, float]:
    """Where each label begins, in percent of the strip."""
    found = re.findall(r'style="left:([\d.]+)%"[^>]*>([^<]*)</span>', fragment)
    return {text: float(left) for left, text in found}


def test_each_word_stands_at_its_time() -> None:
    places = placed(captions([spoken(1, 2.0, MENU)], 0.0, 10.0))
    assert list(places) != []
    assert places["thank"] == pytest.approx(5 + 93 * 0.2, abs=0.01)
    assert places["calling"] == pytest.approx(5 + 93 * 0.32, abs=0.01)
    assert set(places) >= {"you", "press", "sales", "or", "support"}


def test_no_word_hides_another() -> None:
    fragment = captions([spoken(1, 1.0, MENU, pace=0.25)], 0.0, 10.0)
    for line in re.findall(r'<div class="line">(.*?)</div>', fragment):
        found = re.findall(r'style="left:([\d.]+)%"[^>]*>([^<]*)</span>', line)
        lefts = [(float(left), text) for left, text in found]
        assert lefts == sorted(lefts)
        for (left, text), (after, _) in pairwise(lefts):
            assert left + 100 * len(text) * 5.5 / 796 < after


def test_in_a_longer_recording_each_phrase_stands_at_its_time_in_lines() -> None:
    phrases = [spoken(number, 6.0 * number, MENU, pace=0.2) for number in range(1, 5)]
    fragment = captions(phrases, 0.0, 30.0)
    text = " ".join(re.findall(r">([^<]+)</span>", fragment))
    assert "thank you" in text
    assert text.count("support") == 4
    lefts = set(re.findall(r'<span style="left:([\d.]+)%', fragment))
    assert lefts == {f"{5 + 93 * 6 * number / 30:.2f}" for number in range(1, 5)}


def test_in_a_long_recording_each_phrase_has_its_number() -> None:
    phrases = [spoken(number, 5.0 * number, MENU, pace=0.2) for number in range(1, 35)]
    fragment = captions(phrases, 0.0, 180.0)
    assert set(placed(fragment)) >= {str(number) for number in range(1, 34)}
    assert f': {MENU}"' in fragment, "a tooltip has the words"


def test_what_lies_before_the_part_that_is_shown_is_left_out() -> None:
    early, late = spoken(1, 1.0, "early words"), spoken(2, 12.0, "late words")
    places = placed(captions([early, late], 10.0, 20.0))
    assert set(places) == {"late", "words"}
    assert places["late"] == pytest.approx(5 + 93 * 0.2, abs=0.01)


def test_a_word_at_the_end_stays_inside() -> None:
    said = Caption(1, 9.5, 10.0, (Word("and to nobody else", 9.5, 10.0, 1.0),))
    assert "right:2.00%" in captions([said], 0.0, 10.0)


def test_unsure_words_are_marked() -> None:
    words = (Word("maybe", 1.0, 1.4, 0.3), Word("yes", 1.5, 1.9, 0.8))
    page = Page(captions([Caption(1, 1.0, 1.9, words)], 0.0, 5.0))
    assert [one.get("class") for one in page.all("span")] == ["unsure", None]


def test_nobody_was_sure_of_a_text_that_was_said() -> None:
    word = Word("an operator please", 1.0, 2.0, math.nan)
    [label] = Page(captions([Caption(1, 1.0, 2.0, (word,))], 0.0, 5.0)).all("span")
    assert label == {"style": label["style"], "title": "1.00 s to 2.00 s"}


def test_without_words_there_is_nothing() -> None:
    assert captions([], 0.0, 10.0) == ""
    assert captions([spoken(1, 1.0, "hello")], 0.0, 0.0) == ""
    assert captions([spoken(1, 1.0, "hello")], 5.0, 10.0) == ""


@pytest.mark.parametrize("seconds", [10.0, 40.0, 400.0])
def test_words_of_an_engine_are_text(seconds: float) -> None:
    said = [spoken(number, number * 9.0, f"{HOSTILE} " * 3) for number in (0, 1)]
    fragment = captions(
        [*said, Caption(3, 1.0, 2.0, (Word(HOSTILE, 1.0, 2.0, 0.1),))], 0.0, seconds
    )
    page = Page(fragment)
    assert {tag for tag, _ in page.elements} == {"div", "i", "span"}
    assert SHOWN in " ".join(str(one["title"]) for one in page.all("i"))
    fragment.encode()
