"""What is told of requests that were refused, and of phones that answered, too."""

import pytest

from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.events import AnsweredAgain, RequestRefused, UnfittingAnswer
from BaresipLibrary.report.event_words import is_trouble, line

from ..scripted import Phone

CREDENTIALS = 'Proxy-Authorization: Digest realm="r",nonce="n1"\r\n'
CHALLENGE = 'Proxy-Authenticate: Digest realm="r",nonce="n2"\r\n'


def unable(phone: Phone) -> None:
    lacking = {Capability.ANSWER_NEW_CHALLENGES, Capability.END_FORKS}
    phone.backend.capabilities = frozenset(Capability) - lacking  # type: ignore[misc]


def asks(phone: Phone, method: str = "BYE", number: int = 1, more: str = CREDENTIALS) -> None:
    request = f"{method} sip:b@h SIP/2.0\r\nCall-ID: c\r\nCSeq: {number} {method}\r\n{more}\r\n"
    phone.sip(request, sent=True)


def gets(phone: Phone, status: str, method: str = "BYE", number: int = 1, more: str = "") -> None:
    phone.sip(f"SIP/2.0 {status}\r\nCall-ID: c\r\nCSeq: {number} {method}\r\n{more}\r\n")


def told(phone: Phone) -> list[str]:
    found = phone.agent.journal.of_kind(RequestRefused)
    return [line(event) for event in found]


def test_a_challenge_that_is_not_answered_is_reported(phone: Phone) -> None:
    unable(phone)
    asks(phone)
    gets(phone, "407 Who Are You", more=CHALLENGE)
    assert told(phone) == ["BYE REFUSED: 407 Who Are You"]


def test_an_answered_challenge_is_reported_only_if_the_answer_is_refused(phone: Phone) -> None:
    asks(phone)
    gets(phone, "407 Who Are You", more=CHALLENGE)
    assert told(phone) == []
    asks(phone, number=2)
    gets(phone, "407 Really", number=2, more=CHALLENGE)
    assert told(phone) == ["BYE REFUSED: 407 Really"]


@pytest.mark.parametrize("method", ["BYE", "INFO"])
def test_the_stack_answers_the_first_challenge(phone: Phone, method: str) -> None:
    unable(phone)
    asks(phone, method, more="")
    gets(phone, "407 Who Are You", method, more=CHALLENGE)
    gets(phone, "407 Who Are You", method, more=CHALLENGE)  # a retransmission
    assert told(phone) == []


def test_any_refusal_of_an_info_is_reported(phone: Phone) -> None:
    asks(phone, "INFO")
    gets(phone, "100 Trying", "INFO")
    gets(phone, "415 Unsupported Media Type", "INFO")
    assert told(phone) == ["INFO REFUSED: 415 Unsupported Media Type"]
    asks(phone, "BYE", 2)
    gets(phone, "481 Gone", "BYE", 2)
    assert len(told(phone)) == 1


@pytest.mark.parametrize("can_end", [True, False])
def test_a_second_phone_that_answers_is_reported_once(phone: Phone, can_end: bool) -> None:
    if not can_end:
        unable(phone)
    phone.sip(
        "INVITE sip:x SIP/2.0\r\nTo: <sip:x>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n", sent=True
    )
    for tag in ("a", "b", "b"):
        to = f"To: <sip:x>;tag={tag}\r\nContact: <sip:{tag}@h>\r\n"
        gets(phone, "200 OK", "INVITE", more=to)
    found = list(phone.agent.journal.of_kind(AnsweredAgain))
    assert [(event.contact, event.ended) for event in found] == [("sip:b@h", can_end)]
    assert line(found[0]).startswith("ANSWERED by another phone, too: sip:b@h, ")


def test_a_phone_that_accepts_after_the_refusal_is_reported(phone: Phone) -> None:
    phone.sip(
        "INVITE sip:x SIP/2.0\r\nTo: <sip:x>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n", sent=True
    )
    gets(phone, "486 Busy Here", "INVITE", more="To: <sip:x>;tag=a\r\n")
    gets(phone, "200 OK", "INVITE", more="To: <sip:x>;tag=b\r\nContact: <sip:b@h>\r\n")
    (found,) = phone.agent.journal.of_kind(AnsweredAgain)
    assert line(found).startswith("ANSWERED too late, after the end of the call: sip:b@h, ")


def exchanged(branch: str, *answers: str) -> list[str]:
    """An INVITE, the CANCEL that has its branch, and answers that come by that way."""
    via = f"Via: SIP/2.0/UDP h;branch={branch}\r\n"
    sent = [f"{it} sip:b@h SIP/2.0\r\n{via}Call-ID: c\r\nCSeq: 1 {it}\r\n\r\n" for it in _BOTH]
    return [*sent, *(f"SIP/2.0 200 OK\r\n{via}{answer}\r\n\r\n" for answer in answers)]


_BOTH = ("INVITE", "CANCEL")
_STRAY = "Call-ID: another\r\nCSeq: 1 INVITE"
_WORDS = "UNFITTING: a 200 OK came whose Call-ID is 'another', and the INVITE has 'c'"


@pytest.mark.parametrize(
    ("branch", "answers", "told"),
    [
        ("z9hG4bK1", [f"Call-ID: c\r\nCSeq: 1 {method}" for method in _BOTH], []),
        ("z9hG4bK1", [_STRAY, _STRAY], [_WORDS]),
        ("old", [_STRAY], []),  # RFC 2543: other requests may have it, too
        (
            "z9hG4bK1",
            ["Call-ID: c\r\nCSeq: 7 INVITE"],
            ["UNFITTING: a 200 OK came whose CSeq is '7 INVITE', and the INVITE has '1 INVITE'"],
        ),
    ],
)
def test_an_answer_that_fits_no_request_is_told_once(
    phone: Phone, branch: str, answers: list[str], told: list[str]
) -> None:
    for text in exchanged(branch, *answers):
        phone.sip(text, sent=not text.startswith("SIP/2.0"))
    found = list(phone.agent.journal.of_kind(UnfittingAnswer))
    assert [line(event) for event in found] == told
    assert all(is_trouble(event) and event.call_id == "c" for event in found)
