"""Texts that arrive by SIP MESSAGE: which counts, once, and what is told of the others."""

import pytest

from BaresipLibrary.agents import journal
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.signalling.text_messages import Inbox
from BaresipLibrary.sip import transactions as sip_transactions
from BaresipLibrary.sip.messages import Message

from ..scripted import Phone
from .exchanges import answers, head, sends


def arrives(
    phone: Phone,
    call_id: str,
    text: str,
    answer: str | None = "200 OK",
    length: int | None = None,
) -> None:
    size = [] if length is None else [f"Content-Length: {length}"]
    begin = head(call_id, 1, "Content-Type: text/plain", *size, method="MESSAGE")
    phone.sip(f"MESSAGE {phone.agent.uri} SIP/2.0\r\n{begin}{text}")
    if answer:
        phone.sip(f"SIP/2.0 {answer}\r\n{head(call_id, 1, method='MESSAGE')}", sent=True)


def test_a_message_is_received_once_it_is_accepted(phone: Phone) -> None:
    arrives(phone, "m1", "Hello", None)
    arrives(phone, "m2", "Hello", "415 Unsupported Media Type")
    inbox = Inbox(phone.agent, set())
    assert [each.status for each in inbox.all()] == [None, 415]
    with pytest.raises(PhoneFailure, match="it answered 415 and 1 before"):
        inbox.wait("Hello", 0.0)
    arrives(phone, "m3", "Hello")
    assert inbox.wait("Hello", 0.0).sender == "sip:alice@a"


def test_each_message_is_awaited_once(phone: Phone) -> None:
    for number, text in enumerate(("one", "two")):
        arrives(phone, f"m{number}", text)
    inbox = Inbox(phone.agent, set())
    assert [str(inbox.wait(text, 0.0)) for text in ("two", None)] == ["two", "one"]
    with pytest.raises(
        PhoneFailure, match="every message that came was returned by an earlier wait"
    ):
        inbox.wait(None, 0.0)


def test_what_was_forgotten_is_not_said_not_to_have_come(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_MESSAGES", 10)
    arrives(phone, "m0", "Hello")
    for number in range(6):
        sends(phone, f"o{number}")
        answers(phone, "200 OK", f"o{number}")
    inbox = Inbox(phone.agent, set())
    assert inbox.has_forgotten and inbox.all() == []
    with pytest.raises(PhoneFailure, match="no other among its newest 10 SIP messages, and older"):
        inbox.wait("Hello", 0.0)


def test_only_messages_are_parsed_to_look_for_them(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        sends(phone, f"o{number}", 1, "Allow: INVITE, MESSAGE")
    arrives(phone, "m1", "Hello")
    read: list[str] = []
    monkeypatch.setattr(sip_transactions, "parsed", lambda text: read.append(text) or Message(text))
    assert [each.text for each in Inbox(phone.agent, set()).all()] == ["Hello"]
    assert {Message(text).transaction_method for text in read} == {"MESSAGE"}


def test_a_wrong_length_is_told(phone: Phone) -> None:
    arrives(phone, "m1", "HelloWorld", length=5)
    found = Inbox(phone.agent, set()).wait("Hello", 0.0)
    assert found.wrong_length == "its Content-Length says 5, but 10 octets came"
    arrives(phone, "m2", "Hello")
    assert Inbox(phone.agent, set()).all()[1].wrong_length == ""
