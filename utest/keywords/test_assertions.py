"""What the assertion engine is kept from doing, and what suites may name."""

from datetime import timedelta
from typing import Any

import pytest
from assertionengine import AssertionOperator

from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import NothingYet, PhoneFailure, UsageError
from BaresipLibrary.keywords.assertions import (
    Assertion,
    Unit,
    get_and_assert,
    number,
    percent,
    seconds,
)
from BaresipLibrary.types import AudioSource, Frequency


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
    with pytest.raises(PhoneFailure, match="'x' cannot be compared by '>=' with 4"):
        check("x", ">=", 4)


def test_what_makes_no_sense_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="'busy' is not a number to compare 486 with"):
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


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("==", "4"), ("<", 4), (">=", "4"), ("*=", "x"), ("^=", "x"), ("matches", "x"),
        ("not contains", "x"), ("!=", None), ("!=", "None"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_in_words(operator: str, expected: Any) -> None:
    wanted = Assertion(AssertionOperator[operator], expected, None)
    with pytest.raises(PhoneFailure, match=r"^alice has no report\.$"):
        wanted.holds(None, "The value", lambda: "alice has no report.")
    with pytest.raises(PhoneFailure, match=r"^The value is not known\.$"):
        wanted.holds(None, "The value")
    mine = Assertion(AssertionOperator[operator], expected, "mine")
    with pytest.raises(PhoneFailure, match="mine|cannot be compared"):
        mine.holds(None, "The value", lambda: "alice has no report.")


@pytest.mark.parametrize(("operator", "expected"), [("==", "None"), ("==", None), ("!=", "x")])
def test_nothing_may_be_what_is_expected(operator: str, expected: Any) -> None:
    wanted = Assertion(AssertionOperator[operator], expected, None)
    assert wanted.holds(None, "The value", lambda: "alice has no report.") is None


def test_a_value_in_place_of_none() -> None:
    with pytest.raises(PhoneFailure, match="^The value is 486, and there should be none"):
        check(486, "==", "None")


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        (seconds, "500ms", 0.5),
        (seconds, "0.5", 0.5),
        (seconds, "2 s", 2.0),
        (seconds, "1 min 2 s", 62.0),
        (seconds, "00:01.5", 1.5),
        (seconds, "0.0001", 0.0001),
        (percent, "1 %", 1),
        (percent, "0.5%", 0.5),
        (number, "486", 486),
    ],
)
def test_an_expected_value_may_have_a_unit(unit: Unit, text: str, value: float) -> None:
    wanted = Assertion(AssertionOperator["=="], text, None, unit)
    assert wanted.holds(value, "The value") == value
    with pytest.raises(PhoneFailure):
        wanted.holds(value + 1, "The value")


def test_a_time_may_be_a_timedelta() -> None:
    wanted = Assertion(AssertionOperator["<"], timedelta(milliseconds=500), None, seconds)
    assert wanted.holds(0.4, "The value") == 0.4


@pytest.mark.parametrize(
    ("unit", "text", "words"),
    [
        (seconds, "soon", "'soon' is not a time; write it like 500ms or 2s"),
        (seconds, "", "'' is not a time"),
        (percent, "few %", "'few' is not a number"),
        (number, "busy", "'busy' is not a number"),
    ],
)
def test_a_wrong_unit_is_told_before_there_is_a_value(unit: Unit, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Assertion(AssertionOperator["<"], text, None, unit)


def test_a_unit_is_only_for_comparisons() -> None:
    assert Assertion(AssertionOperator["matches"], "4", None, seconds).expected == "4"
    assert Assertion(AssertionOperator["=="], "None", None, seconds).holds(None, "It") is None


def test_it_waits_for_what_is_not_there() -> None:
    values: list[Any] = [NothingYet("There is no call."), None, 3]

    def read() -> Any:
        value = values.pop(0)
        if isinstance(value, Exception):
            raise value
        return value

    changes = Eventful()
    assert get_and_assert(changes, read, Assertion(None, None, None), "The value", 5) == 3
    values += [NothingYet("There is no call."), None, 2, 3]
    wanted = Assertion(AssertionOperator[">"], 2, None)
    assert get_and_assert(changes, read, wanted, "The value", 5) == 3


class Eventful(Changes):
    """One thing happens as soon as somebody waits."""

    def wait(self, timeout: float | None = None) -> bool:
        return True


def test_what_does_not_come_is_told_with_the_wait() -> None:
    def read() -> None:
        raise NothingYet("alice has no call.")

    nothing = Assertion(None, None, None)
    with pytest.raises(NothingYet, match=r"^alice has no call\.$"):
        get_and_assert(Changes(), read, nothing, "The value", None)
    with pytest.raises(PhoneFailure, match=r"^alice has no call \(waited 0\.01 s\)\.$"):
        get_and_assert(Changes(), read, nothing, "The value", 0.01)
    with pytest.raises(PhoneFailure, match=r"^No report came \(waited 0\.01 s\)\.$"):
        get_and_assert(
            Changes(), lambda: None, nothing, "The value", 0.01, lambda: "No report came."
        )
    told = get_and_assert(Changes(), lambda: None, nothing, "The value", None, lambda: "x")
    assert told is None


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
    with pytest.raises(ValueError, match=r"frequency|tone must be"):
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
