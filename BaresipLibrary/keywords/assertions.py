"""`[assert]`: assertion_operator and assertion_expected of robotframework-assertion-engine.

The one place that calls the engine, because some of its habits surprise: a falsy expected value
without an operator is not checked, a number never equals the text a suite writes, a comparison
that makes no sense raises `TypeError`, and braces in a custom message raise `KeyError`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from assertionengine import AssertionOperator, verify_assertion

from ..errors import PhoneFailure, UsageError
from ..waits import Changes, wait_until

T = TypeVar("T")

_COMPARISONS = ("==", "!=", "<", ">", "<=", ">=")


@dataclass(frozen=True)
class Assertion:
    """What a keyword's value is expected to be."""

    operator: AssertionOperator | None
    expected: Any
    message: str | None

    def __post_init__(self) -> None:
        if self.operator is None and self.expected is not None:
            raise UsageError(
                f"The expected value '{self.expected}' needs an operator before it, such as ==."
            )

    def holds(self, value: T, subject: str) -> T:
        """Checks a value and returns it, or what a ``then`` operator makes of it.

        Raises:
            PhoneFailure: it is not as expected.
            UsageError: the expectation itself makes no sense.
        """
        expected = self._like(value)
        try:
            checked: T = verify_assertion(
                value, self.operator, expected, subject, self._usable_message(value, expected)
            )
        except AssertionError as error:
            raise PhoneFailure(str(error)) from None
        except TypeError:
            assert self.operator is not None
            raise PhoneFailure(
                f"{subject} {value!r} cannot be compared by '{self.operator.value}'"
                f" with {expected!r}."
            ) from None
        except re.error as error:
            raise UsageError(f"'{expected}' is not a regular expression: {error}.") from None
        return checked

    def _like(self, value: object) -> Any:
        """The expected value as the kind of thing the value is, when it is text that says one."""
        if not isinstance(self.expected, str) or isinstance(value, str):
            return self.expected
        if self.operator is None or self.operator.value not in _COMPARISONS:
            return self.expected
        words = {"none": None, "true": True, "false": False}
        if self.expected.lower() in words:
            return words[self.expected.lower()]
        try:
            return _number(self.expected) if isinstance(value, int | float) else self.expected
        except ValueError:
            raise UsageError(f"'{self.expected}' is no number to compare {value} with.") from None

    def _usable_message(self, value: object, expected: object) -> str | None:
        """The custom message, with braces escaped unless the engine can fill them."""
        if self.message is None:
            return None
        try:
            self.message.format(value=value, expected=expected, value_type="", expected_type="")
        except (AttributeError, LookupError, TypeError, ValueError):
            return self.message.replace("{", "{{").replace("}", "}}")
        return self.message


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number  # as a suite wrote it: 486, not 486.0


def get_and_assert(
    changes: Changes,
    read: Callable[[], T],
    assertion: Assertion,
    subject: str,
    timeout: float | None,
) -> T:
    """Reads a value and checks it; with a timeout (s), again after every event until it holds.

    Without an assertion it holds as soon as there is a value.

    Raises:
        PhoneFailure: the value is not as expected (in time).
    """
    if not timeout:
        return assertion.holds(read(), subject)

    def attempt() -> tuple[T] | None:
        try:
            return (assertion.holds(read(), subject),)
        except PhoneFailure:
            return None

    held = wait_until(changes, attempt, timeout)
    return (
        held[0]
        if held
        else assertion.holds(read(), f"After {timeout:g} s, {subject[0].lower()}{subject[1:]}")
    )
