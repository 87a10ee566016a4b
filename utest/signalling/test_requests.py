"""Requests outside of calls: which answer is theirs, when it is final, and what arrives."""

import time
from collections.abc import Callable

import pytest

from BaresipLibrary.agents import journal
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import RequestFailed, StackLog
from BaresipLibrary.signalling.requests import Inbox, OwnRequest
from BaresipLibrary.sip import transactions as sip_transactions
from BaresipLibrary.sip.messages import Message

from ..scripted import Phone

BOB = "sip:bob@127.0.0.1:40002"
DIGEST = 'Proxy-Authenticate: Digest realm="pbx",nonce="{}"{}'


def head(call_id: str, number: int, *headers: str, method: str = "OPTIONS") -> str:
    lines = [
        f"Via: SIP/2.0/UDP a;branch=z9hG4bK{call_id}{number}",
        "From: <sip:alice@a>;tag=1",
        f"To: <{BOB}>",
        f"Call-ID: {call_id}",
        f"CSeq: {number} {method}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""])


def sends(phone: Phone, call_id: str, number: int = 1, *headers: str) -> None:
    phone.sip(f"OPTIONS {BOB} SIP/2.0\r\n{head(call_id, number, *headers)}", sent=True)


def answers(phone: Phone, line: str, call_id: str, number: int = 1, *headers: str) -> None:
    phone.sip(f"SIP/2.0 {line}\r\n{head(call_id, number, *headers)}")


def when_asked(phone: Phone, act: Callable[[], None]) -> None:
    def request(*_: object) -> int:
        act()
        return 7

    phone.backend.request = request  # type: ignore[method-assign, assignment]


def ask(phone: Phone, timeout: float = 60.0) -> str:
    return str(OwnRequest("OPTIONS", BOB, timeout).send(phone.agent))


def test_the_answer_of_an_earlier_request_is_not_its_own(phone: Phone) -> None:
    sends(phone, "old")

    def act() -> None:
        sends(phone, "old")  # a retransmission
        answers(phone, "486 Late", "old")
        sends(phone, "new")
        answers(phone, "200 OK", "new")

    when_asked(phone, act)
    assert ask(phone) == "200 OK"


def test_a_challenge_that_is_answered_is_not_final(phone: Phone) -> None:
    shown = 'Proxy-Authorization: Digest realm="pbx",nonce="n1"'

    def act() -> None:
        sends(phone, "c")
        answers(phone, "407 Auth", "c", 1, DIGEST.format("n1", ""))
        sends(phone, "c", 2, shown)
        answers(phone, "407 Stale", "c", 2, DIGEST.format("n2", ",stale=true"))
        sends(phone, "c", 3, shown.replace("n1", "n2"))
        answers(phone, "404 Not Found", "c", 3)

    when_asked(phone, act)
    assert ask(phone) == "404 Not Found"


@pytest.mark.parametrize("more", [",algorithm=WHIRLPOOL", ',qop="auth-int"'])
def test_a_challenge_that_no_baresip_can_answer_is_final(phone: Phone, more: str) -> None:
    def act() -> None:
        sends(phone, "c")
        answers(phone, "407 Auth", "c", 1, DIGEST.format("n1", more))

    when_asked(phone, act)
    assert ask(phone) == "407 Auth"


def test_a_challenge_after_which_nothing_was_sent_is_the_answer_in_the_end(phone: Phone) -> None:
    def act() -> None:
        sends(phone, "c")
        answers(phone, "407 Auth", "c", 1, DIGEST.format("n1", ""))

    when_asked(phone, act)
    assert ask(phone, timeout=0.01) == "407 Auth"


def test_a_failure_of_another_request_is_not_its_own(phone: Phone) -> None:
    def act() -> None:
        sends(phone, "c")
        phone.backend.feed(RequestFailed(time.monotonic(), 6, "timed out"))

    when_asked(phone, act)
    with pytest.raises(PhoneFailure, match=r"^alice got no answer to its OPTIONS .* within 0.01 s"):
        ask(phone, timeout=0.01)


def test_a_request_that_failed_says_why_at_once(phone: Phone) -> None:
    failed = RequestFailed(time.monotonic(), 7, "Connection refused")
    when_asked(phone, lambda: phone.backend.feed(failed))
    with pytest.raises(PhoneFailure, match=f"^alice sent no OPTIONS to {BOB}: Connection refused"):
        ask(phone)


@pytest.mark.parametrize("transport", ["tls", "udp"])
def test_a_request_that_a_certificate_stopped_names_it(
    make_phone: Callable[..., Phone], transport: str
) -> None:
    """An agent without TLS uses it all the same, where the URI asks for it."""
    phone = make_phone(domain="pbx", transport=transport)

    def act() -> None:
        now = time.monotonic()
        trouble = "tls: tls_verify_handler: error_string = self signed certificate"
        phone.backend.feed(RequestFailed(now, 7, "Protocol error"), StackLog(now, "WARN", trouble))

    when_asked(phone, act)
    with pytest.raises(
        PhoneFailure, match=r"^alice sent no OPTIONS .*not trusted \(self signed cert"
    ):
        ask(phone)


@pytest.mark.parametrize(("logs", "told"), [(True, ": the server's TLS cert"), (False, " within")])
def test_a_certificate_is_named_where_no_failure_is_reported(
    make_phone: Callable[..., Phone], logs: bool, told: str
) -> None:
    phone = make_phone(domain="pbx", transport="tls")
    line = StackLog(time.monotonic(), "WARN", "verify_handler: error_string = self signed")
    when_asked(phone, lambda: phone.backend.feed(*[line] * logs))
    with pytest.raises(PhoneFailure, match=rf"^alice sent no OPTIONS to {BOB}{told}"):
        ask(phone, timeout=0.01)


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


@pytest.mark.parametrize(
    ("length", "body", "text"),
    [
        ("5", "HelloWorld", "Hello"),
        ("3", "äöü", "ä\ufffd"),
        ("5", "\ud800", "\ud800"),
        ("50", "Hello", "Hello"),
        ("x", "Hello", "Hello"),
        ("-1", "Hello", "Hello"),
        ("99999999999999", "Hello", "Hello"),
        ("2", "\ufffd\ufffd", "\ufffd\ufffd"),
        ("0", "Hello", ""),
    ],
)
def test_the_length_ends_a_body_where_it_can_be_right(length: str, body: str, text: str) -> None:
    start = f"MESSAGE {BOB} SIP/2.0\r\nContent-Length: {length}\r\n\r\n"
    assert Message(start + body).body_by_length == text
