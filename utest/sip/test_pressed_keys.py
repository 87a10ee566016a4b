"""Digits that came as SIP INFO are read in full, whichever comes first: the trace or the report."""

import time

import pytest

from BaresipLibrary.events import DtmfReceived, SipMessage

from ..scripted import Phone


def info(number: int, signal: str) -> str:
    return (
        f"INFO sip:alice@h SIP/2.0\r\nCall-ID: in-1\r\nCSeq: {number} INFO\r\n"
        f"Content-Type: application/dtmf-relay\r\n\r\nSignal={signal}\r\nDuration=160\r\n"
    )


def answer(number: int, status: str = "200 OK") -> str:
    return f"SIP/2.0 {status}\r\nCall-ID: in-1\r\nCSeq: {number} INFO\r\n\r\n"


def reported(phone: Phone, digit: str) -> None:
    phone.backend.feed(DtmfReceived(time.monotonic(), "in-1", digit))


def digits(phone: Phone) -> str:
    """The same in the call and in the journal."""
    noted = "".join(event.digit for event in phone.agent.journal.of_kind(DtmfReceived))
    assert noted == phone.agent.calls[0].digits
    return noted


@pytest.mark.parametrize("traced_first", [True, False])
def test_star_and_hash_are_read_from_their_codes(phone: Phone, traced_first: bool) -> None:
    phone.rings()
    for number, (signal, read) in enumerate([("1", "1"), ("10", "1"), ("11", "1"), ("7", "7")]):
        if not traced_first:
            reported(phone, read)
        phone.sip(info(number, signal))
        phone.sip(answer(number), sent=True)
        if traced_first:
            reported(phone, read)
    assert digits(phone) == "1*#7"


def test_reports_long_before_the_trace_are_corrected(phone: Phone) -> None:
    phone.rings()
    for _ in range(3):
        reported(phone, "1")
    for number, signal in enumerate(("10", "1", "11")):
        phone.sip(info(number, signal))
        phone.sip(answer(number), sent=True)
    assert digits(phone) == "*1#"


def test_reports_that_are_late_are_read(phone: Phone) -> None:
    phone.rings()
    traced = time.monotonic() - 2.0
    for number, signal in enumerate(["1", "10", "1", "11"]):
        for text, sent in ((info(number, signal), False), (answer(number), True)):
            phone.backend.feed(SipMessage(traced, sent, "UDP", "a:1", "b:2", text))
    for _ in range(4):
        reported(phone, "1")
    assert digits(phone) == "1*1#"


def test_a_refused_info_is_not_a_digit(phone: Phone) -> None:
    phone.rings()
    phone.sip(info(1, "10"))
    phone.sip(answer(1, "400 Bad Request"), sent=True)
    reported(phone, "1")  # an RTP event
    assert digits(phone) == "1"


def test_a_hook_flash_is_not_a_digit(phone: Phone) -> None:
    phone.rings()
    phone.sip(info(1, "16"))
    phone.sip(answer(1), sent=True)
    reported(phone, "1")
    assert digits(phone) == ""


def test_an_old_request_changes_no_later_digit(phone: Phone) -> None:
    phone.rings()
    phone.sip(info(1, "10"))
    phone.sip(answer(1), sent=True)
    later = time.monotonic() + 60
    phone.backend.feed(DtmfReceived(later, "in-1", "1"))
    assert digits(phone) == "1"
