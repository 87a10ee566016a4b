"""Digits in SIP INFO requests."""

import pytest

from BaresipLibrary.sip.bodies import digit_of, relayed_signal
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
def test_the_signal(body: str, signal: str | None) -> None:
    assert relayed_signal(info(body)) == signal
    assert relayed_signal(info(body, "application/dtmf-relay;charset=utf-8")) == signal
    assert relayed_signal(info(body, "application/dtmf")) is None


@pytest.mark.parametrize(
    ("signal", "digit"),
    [("0", "0"), ("9", "9"), ("*", "*"), ("#", "#"), ("a", "A"), ("10", "*"), ("11", "#"),
     ("12", "A"), ("15", "D"), ("16", ""), ("E", ""), ("17", "1"), ("01", "0"), ("ß", "")],
)  # fmt: skip
def test_the_digit(signal: str, digit: str) -> None:
    assert digit_of(signal) == digit
