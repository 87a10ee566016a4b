"""The headers Reason and Warning, as they are and as stacks repeat them."""

import pytest

from BaresipLibrary.sip.reasons import (
    answered_elsewhere,
    cause_of,
    reason_phrase,
    reasons,
    split_glued,
    warnings,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('Q.850;cause=16;text="Normal call clearing"', [("Q.850", 16, "Normal call clearing")]),
        (
            'SIP;cause=480;text="Gone, really", Q.850 ; cause = 19',
            [("SIP", 480, "Gone, really"), ("Q.850", 19, "")],
        ),
        ('SIP ;cause=200 ;text="Call completed elsewhere"', [
            ("SIP", 200, "Call completed elsewhere")
        ]),
        (r'X;text="a \"b\"; c"', [("X", None, 'a "b"; c')]),
        ("Q.850;cause=many", [("Q.850", None, "")]),
        ("q.850;CAUSE=17;Text=bare", [("q.850", 17, "bare")]),
        ("preemption", [("preemption", None, "")]),
        (",, ;cause=3,", []),
        ("cause=3", []),
        ('SIP;text="never closed, Q.850;cause=16', [
            ("SIP", None, '"never closed, Q.850;cause=16')
        ]),
        ("Q.850;cause=99999999999999999999", [("Q.850", None, "")]),
        ("", []),
    ],
)  # fmt: skip
def test_reason_headers_are_read(value: str, expected: list[tuple[str, int | None, str]]) -> None:
    assert [tuple(reason) for reason in reasons([value])] == expected


def test_a_header_that_comes_twice() -> None:
    found = reasons(["SIP;cause=486", "Q.850;cause=17"])
    assert cause_of(found, "q.850") == 17
    assert cause_of(found, "SIP") == 486
    assert cause_of(found, "ISDN") is None
    assert cause_of(reasons(["q850;cause=31"]), "Q.850") == 31


def test_answered_elsewhere() -> None:
    assert answered_elsewhere(reasons(['SIP;cause=200;text="Call completed elsewhere"']))
    assert answered_elsewhere(reasons(["Q.850;cause=26, sip;cause=200"]))
    assert answered_elsewhere(reasons(['Q.850;cause=26;text="LOSE_RACE"']))
    assert not answered_elsewhere(reasons(["Q.850;cause=200"]))
    assert not answered_elsewhere(reasons(["SIP;cause=26"]))
    assert not answered_elsewhere(())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('399 pbx "Call barred"', [(399, "pbx", "Call barred")]),
        (
            '301 a.example:5060 "one, two", 307 b "say \\"no\\""',
            [(301, "a.example:5060", "one, two"), (307, "b", 'say "no"')],
        ),
        ("399 pbx no quotes", []),
        ('39 pbx "short"', []),
        ('399 pbx "open', []),
    ],
)
def test_warning_headers_are_read(value: str, expected: list[tuple[int, str, str]]) -> None:
    assert [tuple(warning) for warning in warnings([value])] == expected


@pytest.mark.parametrize(
    ("raw", "own", "glued"),
    [
        ('486 Busy Here,Q.850;cause=17;text="X"', "486 Busy Here", 'Q.850;cause=17;text="X"'),
        ("Connection reset by peer [104],SIP;cause=200", "Connection reset by peer [104]",
         "SIP;cause=200"),
        ("480 Gone, fishing", "480 Gone, fishing", ""),
        ("480 a,b;c", "480 a,b;c", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_a_reason_that_the_stack_appended_is_split_off(raw: str, own: str, glued: str) -> None:
    assert split_glued(raw) == (own, glued)


def test_every_status_has_a_phrase() -> None:
    assert reason_phrase(486) == "Busy Here"
    assert reason_phrase(499) == reason_phrase(400)
