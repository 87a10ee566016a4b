"""The arguments assertion_operator and assertion_expected of robotframework-assertion-engine.

The one place that calls the engine, because some of its habits surprise: a falsy expected value
without an operator is not checked, a number never equals the text a suite writes, a comparison
that makes no sense raises `TypeError`, and braces in a custom message raise `KeyError`. Of a value
that is missing a failure says why there is none.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Generic, NoReturn, TypeVar

from assertionengine import AssertionOperator, verify_assertion
from robot.libraries.BuiltIn import RobotNotRunningError
from robot.utils import timestr_to_secs

from ..concurrency import Changes, wait_until
from ..errors import NothingYet, PhoneFailure, UsageError
from ..frozen import frozen

T = TypeVar("T")

_ORDERINGS = ("<", ">", "<=", ">=")
_COMPARISONS = ("==", "!=", *_ORDERINGS)
_OF_TEXT = ("*=", "not contains", "^=", "$=", AssertionOperator["matches"].value)
_WORDS = {"none": None, "true": True, "false": False}

#: Reads a number as a suite writes it. Raises `ValueError` with a sentence.
Unit = Callable[[str], float]


class _Absent(PhoneFailure):
    """There is no value, and one was expected."""


class _Incomparable(PhoneFailure):
    """The operator cannot compare a value of that type: no later value will do."""


def number(text: str) -> float:
    """A number as a suite writes it: 486, not 486.0."""
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a number.") from None
    return int(value) if value.is_integer() else value


def seconds(text: str) -> float:
    """A Robot time, such as ``500ms``, in seconds."""
    try:
        return number(str(timestr_to_secs(text, round_to=None)))
    except ValueError:
        raise ValueError(f"'{text}' is not a time; write it like 500ms or 2s.") from None


def percent(text: str) -> float:
    """A share, such as ``1`` or ``1 %``, in percent."""
    return number(text.removesuffix("%").strip())


@frozen
class Value(Generic[T]):
    """A value that a keyword returns and checks.

    `subject` begins a sentence about it, such as ``The state of alice``; `why_none` says in a
    sentence why there is none, where `read` returns None. `next_change` says in how many seconds it
    changes without an event, if ever.
    """

    subject: str
    read: Callable[[], T]
    why_none: Callable[[], str] | None = None
    next_change: Callable[[], float | None] = lambda: None

    def missing(self) -> str:
        """The sentence about a value that is None."""
        return self.why_none() if self.why_none else f"{self.subject} is not known."


@frozen
class Assertion:
    """What a keyword's value is expected to be.

    `unit` reads the expected value where the suite writes it as text, when the value is a number.
    Raises `UsageError` for an expectation that makes no sense.
    """

    operator: AssertionOperator | None
    expected: Any
    message: str | None
    unit: Unit | None = None

    def __post_init__(self) -> None:
        if self.operator is None and self.expected is not None:
            raise UsageError(
                f"The expected value '{self.expected}' needs an operator before it, such as ==."
            )
        if self.unit is None or self.operator is None:
            return
        if self.operator.value in _OF_TEXT:
            raise UsageError(
                f"'{self.operator.name}' is for text, and this keyword's value is a number: compare"
                f" it by one of {' '.join(_COMPARISONS)}."
            )
        if self._is_compared:
            object.__setattr__(self, "expected", self._measured(self.unit))

    @property
    def _is_compared(self) -> bool:
        return self.operator is not None and self.operator.value in _COMPARISONS

    def _measured(self, unit: Unit) -> Any:
        """The expected value as the unit reads it."""
        if isinstance(self.expected, timedelta):
            return self.expected.total_seconds()
        if not isinstance(self.expected, str):
            return self.expected
        if self.expected.lower() in _WORDS:
            return _WORDS[self.expected.lower()]
        try:
            return unit(self.expected)
        except ValueError as error:
            raise UsageError(str(error)) from None

    def check(self, of: Value[T]) -> T:
        """Reads a value, checks it and returns it, or what a ``then`` operator makes of it.

        Raises:
            PhoneFailure: it is not as expected.
            UsageError: the expectation itself makes no sense.
        """
        value = of.read()
        compared = self._in_order(value, of.subject)
        expected = self._like(compared)
        try:
            checked: T = verify_assertion(
                compared, self.operator, expected, of.subject, self._usable_message(value, expected)
            )
        except RobotNotRunningError:
            assert self.operator is not None
            raise UsageError(
                f"'{self.operator.name}' evaluates an expression, which needs Robot in this process:"
                " over Remote, check the returned value instead."
            ) from None
        except re.error as error:
            raise UsageError(f"'{expected}' is not a regular expression: {error}.") from None
        except (AssertionError, TypeError, RuntimeError) as error:
            self._fail(error, value, expected, of)
        return value if self._orders else checked

    @property
    def _orders(self) -> bool:
        return self.operator is not None and self.operator.value in _ORDERINGS

    def _in_order(self, value: T, subject: str) -> T | float:
        """The number that a text is, where the operator puts values in order: ``9`` is below 10."""
        if not isinstance(value, str) or not self._orders:
            return value
        assert self.operator is not None
        try:
            return float(value)
        except ValueError:
            raise PhoneFailure(
                f"{subject} '{value}' is not a number, and '{self.operator.value}' compares numbers."
            ) from None

    def _fail(self, error: Exception, value: object, expected: object, of: Value[Any]) -> NoReturn:
        if value is None and not self.message:
            raise _Absent(of.missing()) from None
        if isinstance(error, RuntimeError):  # an expression that cannot be evaluated
            raise error
        if isinstance(error, TypeError):
            assert self.operator is not None
            # What is not there yet may come: waiting for it is not useless.
            failure = PhoneFailure if value is None else _Incomparable
            raise failure(
                f"{of.subject} {value!r} cannot be compared with {expected!r}"
                f" by '{self.operator.value}'."
            ) from None
        if expected is None and not self.message:
            raise PhoneFailure(f"{of.subject} is {value!r}, but there should be none.") from None
        raise PhoneFailure(_in_few_digits(str(error), value, expected)) from None

    def _like(self, value: object) -> Any:
        """The expected value as the type of the value, when it is text that can be read as one."""
        if not isinstance(self.expected, str) or isinstance(value, str) or not self._is_compared:
            return self.expected
        if self.expected.lower() in _WORDS:
            return _WORDS[self.expected.lower()]
        try:
            return number(self.expected) if isinstance(value, int | float) else self.expected
        except ValueError as error:
            of_truth = f"'{self.expected}' is neither True nor False, as the value is."
            raise UsageError(of_truth if isinstance(value, bool) else str(error)) from None

    def _usable_message(self, value: object, expected: object) -> str | None:
        """The custom message, with braces escaped unless the engine can fill them."""
        if self.message is None:
            return None
        try:
            self.message.format(value=value, expected=expected, value_type="", expected_type="")
        except (AttributeError, LookupError, TypeError, ValueError):
            return self.message.replace("{", "{{").replace("}", "}}")
        return self.message


def _in_few_digits(told: str, value: object, expected: object) -> str:
    """A message with six digits of a fraction, where these tell it from what is expected."""
    if not isinstance(value, float) or (short := float(f"{value:.6g}")) == expected:
        return told
    return told.replace(f"'{value}' (float)", f"'{short}' (float)", 1)


def get_and_assert(
    changes: Changes,
    value: Value[T],
    assertion: Assertion,
    timeout: float | None,
    go_on: Callable[[], None] = lambda: None,
    whole: float | None = None,
) -> T:
    """Reads a value and checks it; with a timeout (s), again after every event until it holds.

    Without an assertion it holds as soon as there is a value. `go_on` is called before each wait,
    and raises where waiting would be useless. `whole` is the keyword's timeout, where some of it was
    used before: a failure says it.

    Raises:
        PhoneFailure: the value is not as expected, or there is none (in time).
        NothingYet: there is nothing to read it from, and no timeout to wait for that.
    """
    if not timeout:
        return assertion.check(value)

    def checked(value: Value[T]) -> T:
        result = assertion.check(value)
        if result is None and assertion.operator is None:
            raise _Absent(value.missing())
        return result

    def attempt() -> tuple[T] | None:
        try:
            return (checked(value),)
        except _Incomparable:
            raise
        except (PhoneFailure, NothingYet):
            go_on()
            return None

    held = wait_until(changes, attempt, timeout, value.next_change)
    if held:
        return held[0]
    waited = timeout if whole is None else whole
    late = f"After {waited:g} s, {value.subject[0].lower()}{value.subject[1:]}"
    with saying_how_long(waited):
        return checked(replace(value, subject=late))


@contextmanager
def saying_how_long(timeout: float) -> Iterator[None]:
    """Makes a failure of what is missing after a wait of this many seconds, and says how long it was."""
    try:
        yield
    except (_Absent, NothingYet) as error:
        raise PhoneFailure(f"{str(error).rstrip('.')} (waited {round(timeout, 2):g} s).") from None
