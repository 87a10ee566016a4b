"""A 183 and headers in an answer are asked of backends that can send them, and of no other."""

import pytest

from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.errors import BackendError, UsageError
from BaresipLibrary.signalling.calls import act_on_incoming, send_progress

from ..scripted import Phone

NOTE = [("X-Note", "one")]


@pytest.fixture
def phone(phone: Phone) -> Phone:
    phone.rings("in-1")
    return phone


def lacks(phone: Phone, capability: Capability) -> None:
    phone.backend.capabilities = frozenset(Capability) - {capability}


def test_a_183_carries_the_headers(phone: Phone) -> None:
    send_progress(phone.agent, phone.agent.calls[0], NOTE)
    assert phone.backend.commands == [("progress", "in-1", NOTE)]


def test_a_backend_that_cannot_is_not_asked(phone: Phone) -> None:
    lacks(phone, Capability.SEND_PROGRESS)
    with pytest.raises(UsageError, match="alice cannot send a 183 with early media: "):
        send_progress(phone.agent, phone.agent.calls[0])
    assert phone.backend.commands == []


def test_a_refusal_of_the_stack_is_told(phone: Phone) -> None:
    phone.backend.refusal = "the call has ended"
    with pytest.raises(BackendError, match="^alice could not send a 183: the call has ended$"):
        send_progress(phone.agent, phone.agent.calls[0])


RELIABLE = "SIP/2.0 180 Ringing\r\nCall-ID: in-1\r\nCSeq: 1 INVITE\r\nRSeq: 7\r\n\r\n"


@pytest.mark.parametrize(
    ("acknowledged", "why"),
    [
        ([], ""),
        (["7  1 INVITE"], ""),
        (["7 1 INVITE", "9 1 INVITE"], "9 1 INVITE"),
        (["9 1 INVITE", "7 1 INVITE"], ""),
        (["7 2 INVITE"], "7 2 INVITE"),
    ],
)
def test_a_prack_that_fits_nothing_is_told(phone: Phone, acknowledged: list[str], why: str) -> None:
    phone.sip(RELIABLE, sent=True)
    for number, which in enumerate(acknowledged, 2):
        head = f"Call-ID: in-1\r\nCSeq: {number} PRACK\r\nRAck: {which}"
        phone.sip(f"PRACK sip:x SIP/2.0\r\n{head}\r\n\r\n")
    phone.backend.refusal = "it waits"
    with pytest.raises(BackendError) as failed:
        act_on_incoming(phone.agent, 1.0, None, phone.agent.answer)
    told = f". A PRACK came that has the RAck '{why}', and the 180 needs '7 1 INVITE'."
    assert str(failed.value) == f"alice could not accept the call: it waits{told if why else ''}"


def test_an_answer_carries_headers(phone: Phone) -> None:
    phone.agent.answer(phone.agent.calls[0], NOTE)
    assert phone.backend.commands == [("answer", "in-1", NOTE)]


def test_an_answer_without_headers_needs_nothing(phone: Phone) -> None:
    lacks(phone, Capability.ANSWER_HEADERS)
    phone.agent.answer(phone.agent.calls[0])
    with pytest.raises(UsageError, match="alice cannot add headers to the answer to a call: "):
        phone.agent.answer(phone.agent.calls[0], NOTE)
    assert phone.backend.commands == [("answer", "in-1", [])]
