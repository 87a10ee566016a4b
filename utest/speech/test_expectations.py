"""What is found by a regular expression, and what its groups are."""

import pytest

from BaresipLibrary.errors import UsageError
from BaresipLibrary.speech.expectations import Expectation
from BaresipLibrary.speech.heard import HeardSpeech
from BaresipLibrary.speech.patterns import Pattern

from .test_words import said


def find(pattern: str, heard: str) -> HeardSpeech | None:
    return Expectation((), Pattern(pattern)).find(said(heard))


@pytest.mark.parametrize(
    ("pattern", "heard", "group"),
    [
        (r"code is (\d+)", "Your code is 4, 7, 1, 2.", "4712"),
        (r"code is (\d+)", "Your code is 4-7-1-2.", "4712"),
        (r"code is (\d+)", "Your code is 47 12.", "4712"),
        (r"code is (\d+)", "your code is four seven one two", "4712"),
        (r"code is (\w+)", "Your code is A4712.", "A4712"),
        (r"code is A(\d+)", "Your code is A4712.", "4712"),
        (r"balance is (\d+)", "Your balance is 1,234 dollars.", "1234"),
        (r"(\d+)", "4, 7, 1, 2. Extension 5.", "4712"),
        (r"press (\d) for", "Press 1 for sales.", "1"),
        (r"press (\d+)", "Press 1, 2 or 3.", "1"),
        (r"is (\S+)", "Your name is Alice.", "Alice."),
        (r"(one|two)", "Press one, two or three", "one"),
    ],
)
def test_a_number_is_found_whole(pattern: str, heard: str, group: str) -> None:
    found = find(pattern, heard)
    assert found is not None
    assert found.groups == (group,)


def test_what_matches_nothing_was_not_heard() -> None:
    assert find("(yes)?", "hello") is None


def test_a_part_of_a_number_may_be_asked_for() -> None:
    found = find(r"\$(\d+)", "You have $5.50.")
    assert found is not None
    assert found.groups == ("5",)


def test_what_is_no_expression_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^'\(' is not a regular expression: missing \) at"):
        Pattern("(")


def test_an_expression_that_needs_years_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("BaresipLibrary.speech.patterns._PATIENCE", 0.2)
    with pytest.raises(UsageError, match=r"search for '\(a\|aa\)\+\$' in .* more than 0.2 s of"):
        find("(a|aa)+$", "a" * 60 + "c")
