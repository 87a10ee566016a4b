"""Digits, message summaries and statuses are read from bodies."""

import pytest

from BaresipLibrary.sip.bodies import (
    Summary,
    digit_of,
    read_summary,
    relayed_signal,
    sipfrag_status,
)
from BaresipLibrary.sip.messages import Message


def info(body: str, kind: str = "application/dtmf-relay") -> Message:
    return Message(f"INFO sip:a SIP/2.0\r\nContent-Type: {kind}\r\n\r\n{body}")


@pytest.mark.parametrize(
    ("body", "signal"),
    [
        ("Signal=5\r\nDuration=160\r\n", "5"),
        ("Duration=160\nSignal= *\n", "*"),
        ("signal = 11", "11"),
        ("Signal=\r\nDuration=160", None),
        ("Duration=160", None),
        ("NoSignal=1", None),
        ("", None),
    ],
)
def test_an_info_has_a_signal(body: str, signal: str | None) -> None:
    assert relayed_signal(info(body)) == signal
    assert relayed_signal(info(body, "application/dtmf-relay;charset=utf-8")) == signal
    assert relayed_signal(info(body, "application/dtmf")) is None


@pytest.mark.parametrize(
    ("signal", "digit"),
    [("0", "0"), ("9", "9"), ("*", "*"), ("#", "#"), ("a", "A"), ("10", "*"), ("11", "#"),
     ("12", "A"), ("15", "D"), ("16", ""), ("E", ""), ("17", "1"), ("01", "0"), ("ß", "")],
)  # fmt: skip
def test_a_signal_is_a_key(signal: str, digit: str) -> None:
    assert digit_of(signal) == digit


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n", Summary(True, 2, 8)),
        (
            "messages-waiting:no\r\nMessage-Account: sip:a@b\r\nvoice-message : 0/0\r\n",
            Summary(False, 0, 0),
        ),
        ("Messages-Waiting: yes\r\n", Summary(True, 0, 0)),
        ("Messages-Waiting: yes\r\nFax-Message: 3/4\r\n", Summary(True, 0, 0)),
        ("Messages-Waiting: perhaps\r\n", None),
        ("", None),
    ],
)
def test_a_summary_counts_new_and_old_messages(body: str, summary: Summary | None) -> None:
    assert read_summary(body) == summary


def test_counts_that_are_not_numbers_are_zero() -> None:
    digits = "9" * 5000
    assert read_summary(f"Messages-Waiting: yes\r\nVoice-Message: {digits}/{digits}\r\n") == (
        True,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("SIP/2.0 200 OK\r\n", "200 OK"),
        ("\r\nSIP/2.0 486 Busy Here \r\nTo: x", "486 Busy Here"),
        ("SIP/2.0 100", "100"),
        (" \tSIP/2.0 200 OK", "200 OK"),
        ("OPTIONS sip:a SIP/2.0", None),
        ("", None),
    ],
)
def test_a_sipfrag_has_a_status(body: str, status: str | None) -> None:
    assert sipfrag_status(body) == status
