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


@pytest.mark.parametrize(
    ("pattern", "heard"),
    [
        (r"code is (\d{4})", "Your code is 471256."),
        (r"code is (\d{4})", "Your code is 4 7 1 2 5 6."),
        (r"code is 471", "Your code is 4. 7. 1. 2."),
        (r"\$(\d+)", "You have $5.50."),
        (r"is (\d+)", "Your balance is 5.50."),
        (r"(\d+)", "-5"),
        (r"(\d+)", "minus 5"),
        (r"(\d+) dollars", "You have five dollars and fifty cents."),
    ],
)
def test_a_part_of_a_number_is_not_found(pattern: str, heard: str) -> None:
    assert find(pattern, heard) is None


@pytest.mark.parametrize(
    ("pattern", "heard", "groups"),
    [
        (r"code is (\d+)", "Your code is 4. 7. 1. 2.", ("4712",)),
        (r"code is (\d\d)(\d\d)", "Your code is 4712.", ("47", "12")),
        (r"\$(\d+)\.(\d\d)", "You have $5.50.", ("5", "50")),
        (r"(\d+) dollars (\d+)", "You have $5.50.", ("5", "50")),
        (r"code (\d{3})\b", "First code 4712, then code 471.", ("471",)),
        (r"A-(\d+)", "Room A-4712.", ("4712",)),
        (r"number (\d+)", "Your number (555) 123", ("555123",)),
        (r"is (minus \d+)", "It is -5 degrees.", ("minus 5",)),
        (r"(-\d+)", "It is -5 degrees.", ("-5",)),
        (r"(twenty one) people", "There are twenty one people.", ("twenty one",)),
    ],
)
def test_a_whole_number_may_be_split(pattern: str, heard: str, groups: tuple[str, ...]) -> None:
    found = find(pattern, heard)
    assert found is not None
    assert found.groups == groups


def test_it_is_known_when_a_group_was_said() -> None:
    found = find(r"code is (\d+)( thanks)?", "Your code is 4 7.")
    assert found is not None
    assert found.group_times == ((said("a b c d")[3].begin, said("a b c d e")[4].end), None)


def test_what_matches_nothing_was_not_heard() -> None:
    assert find("(yes)?", "hello") is None


def test_what_is_no_expression_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^'\(' is not a regular expression: missing \) at"):
        Pattern("(")


def test_an_expression_that_needs_years_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("BaresipLibrary.speech.patterns._PATIENCE", 0.2)
    with pytest.raises(UsageError, match=r"search for '\(a\|aa\)\+\$' in .* more than 0.2 s of"):
        find("(a|aa)+$", "a" * 60 + "c")
