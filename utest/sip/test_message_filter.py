"""Filters of messages: what they say, what they ask for, and how a wrong one is refused."""

import pytest

from BaresipLibrary.sip.messages import Message
from BaresipLibrary.sip.outlines import Outline, outline
from BaresipLibrary.sip.seen_messages import METHODS, MessageFilter


def request(method: str, number: int = 1, tag: str = "", *, sent: bool = True) -> Outline:
    to = f"<sip:b@b>;tag={tag}" if tag else "<sip:b@b>"
    head = f"{method} sip:b@b SIP/2.0\r\nTo: {to}\r\nCall-ID: c\r\nCSeq: {number} {method}\r\n"
    return outline(Message(f"{head}Via: SIP/2.0/UDP a;branch=z{number}\r\n\r\n"), sent=sent)


def response(status: int, method: str, number: int = 1, *, sent: bool = False) -> Outline:
    head = f"SIP/2.0 {status} Words\r\nTo: <sip:b@b>;tag=t\r\nCall-ID: c\r\n"
    text = f"{head}CSeq: {number} {method}\r\nVia: SIP/2.0/UDP a;branch=z{number}\r\n\r\n"
    return outline(Message(text), sent=sent)


#: A call of alice's, as she sees it: challenged, answered, held, ended by the other side.
CALL = [
    request("INVITE", 1),
    response(407, "INVITE", 1),
    request("ACK", 1, "t"),
    request("INVITE", 2),
    response(100, "INVITE", 2),
    response(180, "INVITE", 2),
    response(183, "INVITE", 2),
    response(200, "INVITE", 2),
    request("ACK", 2, "t"),
    request("INVITE", 3, "t"),
    response(200, "INVITE", 3),
    request("ACK", 3, "t"),
    request("BYE", 1, "u", sent=False),
    response(200, "BYE", 1, sent=True),
]


def places(text: str) -> list[int]:
    found = MessageFilter.parse(text).select((number, one) for number, one in enumerate(CALL))
    return [number for number, _ in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("INVITE", [0, 3, 9]),
        ("sent INVITE", [0, 3, 9]),
        ("received INVITE", []),
        ("re-INVITE", [9]),
        ("sent re-invite", [9]),
        ("ACK", [2, 8, 11]),
        ("received BYE", [12]),
        ("RECEIVED bye", [12]),
        ("200", [7, 10, 13]),
        ("2xx", [7, 10, 13]),
        ("18x", [5, 6]),
        ("18X", [5, 6]),
        ("1xx INVITE", [4, 5, 6]),
        ("4xx", [1]),
        ("200 BYE", [13]),
        ("200 re-INVITE", [10]),
        ("received 200 INVITE", [7, 10]),
        ("sent 200", [13]),
        ("  sent   200   BYE ", [13]),
        ("5xx", []),
        ("NOTIFY", []),
    ],
)
def test_a_filter_finds_what_it_says(text: str, found: list[int]) -> None:
    assert places(text) == found


def test_every_method_of_sip_is_known() -> None:
    for method in METHODS:
        assert MessageFilter.parse(method.lower()).method == method


def test_a_method_of_another_standard_is_taken_as_it_is_written() -> None:
    assert MessageFilter.parse("BENOTIFY").method == "BENOTIFY"
    assert MessageFilter.parse("sent KDMQ").method == "KDMQ"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "'' does not say which SIP message. Write it like BYE, re-INVITE, sent INVITE, 200,"),
        ("sent", "'sent' does not say which SIP message"),
        ("INVITE 200", "'INVITE 200' does not say which SIP message"),
        ("486 Busy Here", "'486 Busy Here' does not say which SIP message"),
        ("sent received INVITE", "'sent received INVITE' does not say which SIP message"),
        ("200 OK", "'OK' is not a SIP method. Write it like BYE"),
        ("180 Ringing", "'Ringing' is not a SIP method"),
        ("180 RINGING", "'RINGING' is not a SIP method"),
        ("CANCELED", "'CANCELED' is not a SIP method. Did you mean CANCEL?"),
        ("CANCELLED", "'CANCELLED' is not a SIP method. Did you mean CANCEL?"),
        ("REGISTERED", "'REGISTERED' is not a SIP method. Did you mean REGISTER?"),
        ("NOTIFIED", "'NOTIFIED' is not a SIP method. Did you mean NOTIFY?"),
        ("REINVITE", "'REINVITE' is not a SIP method. Did you mean INVITE?"),
        ("OPTS", "'OPTS' is not a SIP method."),
        ("RINGING", "'RINGING' is not a SIP method."),
        ("sent BUSY", "'BUSY' is not a SIP method."),
        ("200 BENOTIFY", "'BENOTIFY' is not a SIP method"),
        ("INVTE", "'INVTE' is not a SIP method. Did you mean INVITE? Write it like"),
        ("bey", "'bey' is not a SIP method. Did you mean BYE?"),
        ("CANCLE", "'CANCLE' is not a SIP method. Did you mean CANCEL?"),
        ("ring", "'ring' is not a SIP method."),
        ("20x0", "'20x0' is not a SIP method."),
        ("099", "'099' is not a SIP method."),
        ("7xx", "'7xx' is not a SIP method."),
        ("2x0", "'2x0' is not a SIP method."),
        ("re-BYE", "there are only re-INVITE and re-SUBSCRIBE."),
    ],
)
def test_a_filter_that_says_nothing_is_refused_with_some_that_do(text: str, why: str) -> None:
    with pytest.raises(ValueError) as refusal:
        MessageFilter.parse(text)
    assert why in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bye", "BYE"),
        ("200 invite", "200 to an INVITE"),
        ("sent 18X", "18x"),
        ("4xx re-invite", "4xx to a re-INVITE"),
    ],
)
def test_a_filter_has_words(text: str, words: str) -> None:
    assert MessageFilter.parse(text).describe() == words


def test_a_filter_is_written_as_it_is_read() -> None:
    for text in ("sent INVITE", "received 200 BYE", "18x", "2xx re-INVITE"):
        assert str(MessageFilter.parse(text)) == text
        assert MessageFilter.parse(MessageFilter.parse(text)) == MessageFilter.parse(text)
