"""Assertions of keywords: what the engine would get wrong, missing values, units, waits."""

from datetime import timedelta
from typing import Any

import pytest
from assertionengine import AssertionOperator

from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import NothingYet, PhoneFailure, UsageError
from BaresipLibrary.keywords.assertions import (
    Assertion,
    Unit,
    Value,
    get_and_assert,
    number,
    percent,
    seconds,
)
from BaresipLibrary.types import AudioSource, Frequency


def known(value: Any, why_none: str | None = None) -> Value[Any]:
    return Value("The value", lambda: value, (lambda: why_none) if why_none else None)


def check(value: Any, operator: str, expected: Any, message: str | None = None) -> Any:
    return Assertion(AssertionOperator[operator], expected, message).check(known(value))


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


def test_numbers_that_are_text_are_put_in_order_as_numbers_and_returned_as_text() -> None:
    assert check("9", "<", "10") == "9"
    assert check("1800", ">=", 1800) == "1800"
    with pytest.raises(PhoneFailure):
        check("60", ">", "100")


def test_text_that_is_no_number_is_not_put_in_order() -> None:
    with pytest.raises(PhoneFailure, match="The value 'udp' is not a number, and '>' compares"):
        check("udp", ">", "10")


def test_an_assertion_that_does_not_hold_is_a_phone_failure() -> None:
    with pytest.raises(PhoneFailure, match="The value 'IDLE'"):
        check("IDLE", "==", "RINGING")
    with pytest.raises(PhoneFailure, match="The value 'x' is not a number, and '>='"):
        check("x", ">=", 4)


def test_an_expectation_that_makes_no_sense_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"^'busy' is not a number\.$"):
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
def test_a_missing_value_fails_with_the_reason_it_is_missing(operator: str, expected: Any) -> None:
    wanted = Assertion(AssertionOperator[operator], expected, None)
    with pytest.raises(PhoneFailure, match=r"^alice has no report\.$"):
        wanted.check(known(None, "alice has no report."))
    with pytest.raises(PhoneFailure, match=r"^The value is not known\.$"):
        wanted.check(known(None))
    mine = Assertion(AssertionOperator[operator], expected, "mine")
    with pytest.raises(PhoneFailure, match="mine|cannot be compared"):
        mine.check(known(None, "alice has no report."))


def test_a_fraction_is_told_in_six_digits_where_these_tell_it_apart() -> None:
    for value, shown in ((0.022864046004542615, "0.022864"), (0.4999999999, "0.4999999999")):
        with pytest.raises(PhoneFailure, match=rf"'{shown}' \(float\) should be greater"):
            Assertion(AssertionOperator[">"], 0.5, None).check(known(value))


@pytest.mark.parametrize(("operator", "expected"), [("==", "None"), ("==", None), ("!=", "x")])
def test_none_may_be_expected(operator: str, expected: Any) -> None:
    wanted = Assertion(AssertionOperator[operator], expected, None)
    assert wanted.check(known(None, "alice has no report.")) is None


def test_a_value_in_place_of_none() -> None:
    with pytest.raises(PhoneFailure, match="^The value is 486, but there should be none"):
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
    assert wanted.check(known(value)) == value
    with pytest.raises(PhoneFailure):
        wanted.check(known(value + 1))


def test_a_time_may_be_a_timedelta() -> None:
    wanted = Assertion(AssertionOperator["<"], timedelta(milliseconds=500), None, seconds)
    assert wanted.check(known(0.4)) == 0.4


@pytest.mark.parametrize(
    ("unit", "text", "words"),
    [
        (seconds, "soon", "'soon' is not a time; write it like 500ms or 2s"),
        (seconds, "", "'' is not a time"),
        (percent, "few %", "'few' is not a number"),
        (number, "busy", "'busy' is not a number"),
    ],
)
def test_a_wrong_unit_is_an_error_before_any_value_is_read(
    unit: Unit, text: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        Assertion(AssertionOperator["<"], text, None, unit)


@pytest.mark.parametrize("operator", ["contains", "not contains", "^=", "$=", "matches"])
def test_an_operator_for_text_is_refused_before_a_number_is_read(operator: str) -> None:
    with pytest.raises(
        UsageError, match="^'.*' is for text, and this keyword's value is a number: .*"
    ):
        Assertion(AssertionOperator[operator], "x", None, seconds)
    assert check("4.5", operator, "4.5" if operator != "not contains" else "x")


def test_a_value_that_cannot_be_compared_is_not_waited_for() -> None:
    values = iter([None, True])
    wanted = Assertion(AssertionOperator["contains"], "x", None)
    with pytest.raises(PhoneFailure, match=r"^The value True cannot be compared with 'x' by '\*='"):
        get_and_assert(Eventful(), Value("The value", lambda: next(values)), wanted, 60.0)


@pytest.mark.parametrize("message", [None, "Too slow: {value}"])
@pytest.mark.parametrize(("operator", "expected"), [("<", "1s"), (">", "0.1 s"), ("<=", 1)])
def test_a_value_that_comes_later_is_waited_for_with_a_message_too(
    message: str | None, operator: str, expected: Any
) -> None:
    values = iter([None, None, 0.4])
    wanted = Assertion(AssertionOperator[operator], expected, message, seconds)
    value = Value("The delay", lambda: next(values))
    assert get_and_assert(Eventful(), value, wanted, 60.0) == 0.4


def test_a_value_that_never_comes_fails_after_the_wait_with_a_message_too() -> None:
    wanted = Assertion(AssertionOperator["<"], "1s", "Too slow: {value}", seconds)
    with pytest.raises(PhoneFailure, match=r"^After 0\.01 s, the value None cannot be compared"):
        get_and_assert(Changes(), known(None), wanted, 0.01)


def test_a_unit_is_only_for_comparisons() -> None:
    assert Assertion(AssertionOperator["then"], "4", None, seconds).expected == "4"
    assert Assertion(AssertionOperator["=="], "None", None, seconds).check(known(None)) is None


def test_it_waits_for_a_missing_value() -> None:
    values: list[Any] = [NothingYet("There is no call."), None, 3]

    def read() -> Any:
        value = values.pop(0)
        if isinstance(value, Exception):
            raise value
        return value

    changes = Eventful()
    assert get_and_assert(changes, Value("The value", read), Assertion(None, None, None), 5) == 3
    values += [NothingYet("There is no call."), None, 2, 3]
    wanted = Assertion(AssertionOperator[">"], 2, None)
    assert get_and_assert(changes, Value("The value", read), wanted, 5) == 3


class Eventful(Changes):
    """Something happens as soon as somebody waits."""

    def wait(self, timeout: float | None = None) -> bool:
        return True


def test_the_failure_of_a_missing_value_says_how_long_it_waited() -> None:
    def read() -> None:
        raise NothingYet("alice has no call.")

    nothing = Assertion(None, None, None)
    with pytest.raises(NothingYet, match=r"^alice has no call\.$"):
        get_and_assert(Changes(), Value("The value", read), nothing, None)
    with pytest.raises(PhoneFailure, match=r"^alice has no call \(waited 0\.01 s\)\.$"):
        get_and_assert(Changes(), Value("The value", read), nothing, 0.01)
    with pytest.raises(PhoneFailure, match=r"^No report came \(waited 0\.01 s\)\.$"):
        get_and_assert(Changes(), known(None, "No report came."), nothing, 0.01)
    told = get_and_assert(Changes(), known(None, "x"), nothing, None)
    assert told is None


def test_a_failure_says_the_timeout_of_the_keyword_and_not_what_was_left_of_it() -> None:
    nothing, two = Assertion(None, None, None), Assertion(AssertionOperator["=="], 2, None)
    with pytest.raises(PhoneFailure, match=r"^No report came \(waited 2 s\)\.$"):
        get_and_assert(Changes(), known(None, "No report came."), nothing, 0.01, whole=2.0)
    with pytest.raises(PhoneFailure, match=r"^After 2 s, the value "):
        get_and_assert(Changes(), known(1), two, 0.01, whole=2.0)


def test_with_a_timeout_the_value_is_read_again() -> None:
    values = iter([1, 2, 3])
    wanted = Assertion(AssertionOperator["=="], 1, None)
    assert get_and_assert(Changes(), Value("The value", lambda: next(values)), wanted, 1) == 1
    with pytest.raises(PhoneFailure, match=r"After 0\.01 s, the value"):
        get_and_assert(Changes(), known(5), wanted, 0.01)


@pytest.mark.parametrize(
    ("text", "hertz"), [("440", 440), ("440 Hz", 440), ("1.2kHz", 1200), (" 0.5 khz ", 500), (7, 7)]
)
def test_frequencies(text: object, hertz: float) -> None:
    assert Frequency.parse(text) == hertz


@pytest.mark.parametrize("text", ["0", "-1 Hz", "24 kHz", "1e99", "", "Hz", "nan", "inf", "440 m"])
def test_an_invalid_frequency_is_an_error(text: str) -> None:
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
def test_an_invalid_audio_source_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"audio source|frequency"):
        AudioSource.parse(text)
