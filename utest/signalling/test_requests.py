"""Requests outside of calls: which answer is theirs, and when it is final."""

import time
from collections.abc import Callable

import pytest

from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import RequestFailed, StackLog
from BaresipLibrary.signalling.requests import OwnRequest

from ..scripted import Phone
from .exchanges import BOB, answers, sends

DIGEST = 'Proxy-Authenticate: Digest realm="pbx",nonce="{}"{}'


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
