"""Expectations of RTP figures, as suites write them."""

from typing import Any

import pytest
from assertionengine import AssertionOperator

from BaresipLibrary.errors import UsageError
from BaresipLibrary.keywords.rtp import _wanted, milliseconds
from BaresipLibrary.types import RtpField

_EQUAL, _CONTAINS = AssertionOperator["=="], AssertionOperator["contains"]
_LACKS = AssertionOperator["not contains"]
_VALIDATE, _THEN = AssertionOperator["validate"], AssertionOperator["then"]


@pytest.mark.parametrize(
    ("text", "length"), [("20", 20), ("20ms", 20), ("0.02 s", 20), ("2.5ms", 2.5)]
)
def test_a_length_is_milliseconds_or_a_time(text: str, length: float) -> None:
    assert milliseconds(text) == length


def test_what_is_not_a_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^'soon' is not a length; write it like 20 or 20ms\.$"):
        milliseconds("soon")


@pytest.mark.parametrize(
    ("operator", "expected", "read"),
    [
        (_EQUAL, "0 101", [0, 101]),
        (_EQUAL, "0, 101", [0, 101]),
        (_EQUAL, "", []),
        (_EQUAL, "0x5EED", [0x5EED]),
        (_EQUAL, [0], [0]),
        (_EQUAL, 0, [0]),
        (_EQUAL, ["0", "101"], [0, 101]),
        (_CONTAINS, "101", 101),
        (_CONTAINS, 101, 101),
        (_LACKS, ["0x65"], 101),
        (_VALIDATE, "len(value) == 1", "len(value) == 1"),
        (_THEN, "value[0]", "value[0]"),
    ],
)
def test_numbers_may_be_text(operator: AssertionOperator, expected: Any, read: Any) -> None:
    wanted = _wanted(RtpField.payload_types, operator, expected, None, None)
    assert wanted.expected == read


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(UsageError, match="'PCMU' are not numbers; write payload_types like 0 101"):
        _wanted(RtpField.payload_types, _EQUAL, "PCMU", None, None)


@pytest.mark.parametrize("operator", [_CONTAINS, _LACKS])
@pytest.mark.parametrize("expected", ["0 101", "", [0, 101], [], None])
def test_a_list_contains_one_number_or_not(operator: AssertionOperator, expected: Any) -> None:
    """Two numbers are in no list of numbers, so that not to contain them would mean nothing."""
    with pytest.raises(UsageError, match="101"):
        _wanted(RtpField.payload_types, operator, expected, None, None)
