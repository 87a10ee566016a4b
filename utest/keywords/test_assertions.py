"""What the assertion engine is kept from doing, and what suites may name."""

from typing import Any

import pytest
from assertionengine import AssertionOperator

from BaresipLibrary.errors import PhoneFailure, UsageError
from BaresipLibrary.keywords.assertions import Assertion, get_and_assert
from BaresipLibrary.types import AudioSource, Frequency
from BaresipLibrary.waits import Changes


def check(value: Any, operator: str, expected: Any, message: str | None = None) -> Any:
    return Assertion(AssertionOperator[operator], expected, message).holds(value, "The value")


@pytest.mark.parametrize("expected", [0, "", False, "x"])
def test_an_expected_value_needs_an_operator(expected: Any) -> None:
    with pytest.raises(UsageError, match="needs an operator before it"):
        Assertion(None, expected, None)


@pytest.mark.parametrize(
    ("value", "operator", "expected"),
    [
        (486, "==", "486"),
        (486, "!=", "487"),
        (4.2, ">=", "4"),
        (None, "==", "None"),
        (True, "==", "True"),
        ("IDLE", "==", "IDLE"),
        ("Busy Here", "*=", "Busy"),
        ("sip:a@b", "^=", "sip:"),
    ],
)
def test_text_from_a_suite_compares_with_what_it_says(
    value: Any, operator: str, expected: str
) -> None:
    assert check(value, operator, expected) == value


def test_what_does_not_hold_is_a_failure_of_the_phone_system() -> None:
    with pytest.raises(PhoneFailure, match="The value 'IDLE'"):
        check("IDLE", "==", "RINGING")
    with pytest.raises(PhoneFailure, match="cannot be compared"):
        check(None, ">=", "4")


def test_what_makes_no_sense_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="is no number"):
        check(486, "==", "busy")
    with pytest.raises(UsageError, match="not a regular expression"):
        check("x", "matches", "(")


@pytest.mark.parametrize("message", ["{not} {a} placeholder", "{", "}", "{0}", "plain"])
def test_braces_in_a_message_stay(message: str) -> None:
    with pytest.raises(PhoneFailure) as failure:
        check("a", "==", "b", message)
    assert str(failure.value) == message


def test_placeholders_of_the_engine_work() -> None:
    with pytest.raises(PhoneFailure) as failure:
        check("a", "==", "b", "{value} is not {expected}")
    assert str(failure.value) == "'a' is not 'b'"


def test_with_a_timeout_it_is_tried_again() -> None:
    values = iter([1, 2, 3])
    wanted = Assertion(AssertionOperator["=="], 1, None)
    assert get_and_assert(Changes(), lambda: next(values), wanted, "The value", 1) == 1
    with pytest.raises(PhoneFailure, match=r"After 0\.01 s, the value"):
        get_and_assert(Changes(), lambda: 5, wanted, "The value", 0.01)


@pytest.mark.parametrize(
    ("text", "hertz"), [("440", 440), ("440 Hz", 440), ("1.2kHz", 1200), (" 0.5 khz ", 500), (7, 7)]
)
def test_frequencies(text: object, hertz: float) -> None:
    assert Frequency.parse(text) == hertz


@pytest.mark.parametrize("text", ["0", "-1 Hz", "24 kHz", "1e99", "", "Hz", "nan", "inf", "440 m"])
def test_what_is_no_frequency(text: str) -> None:
    with pytest.raises(ValueError, match=r"frequency|tone must lie"):
        Frequency.parse(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tone:440", "tone:440"),
        ("440 Hz", "tone:440"),
        ("Silence", "silence"),
        ("file:a b.wav", "file:a b.wav"),
        ("FILE:C:/x.wav", "file:C:/x.wav"),
    ],
)
def test_audio_sources(text: str, shown: str) -> None:
    assert str(AudioSource.parse(text)) == shown


@pytest.mark.parametrize("text", ["", "noise", "tone:", "tone:x", "file:", "440", "beep:440"])
def test_what_is_no_audio_source(text: str) -> None:
    with pytest.raises(ValueError, match=r"audio source|frequency"):
        AudioSource.parse(text)
