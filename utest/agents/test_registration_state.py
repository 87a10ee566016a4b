"""Whether a registrar that accepted an agent lists it."""

import time
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from assertionengine import AssertionOperator

from BaresipLibrary.agents.registration_state import RegistrationState
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import Registered, RegistrationFailed, Unregistered
from BaresipLibrary.keywords.base import Context
from BaresipLibrary.keywords.registration import RegistrationKeywords
from BaresipLibrary.signalling.registration import register, unregister

from ..scripted import Phone

OURS = "sip:alice@127.0.0.1:4000"


@pytest.fixture
def phone(tmp_path):  # type: ignore[no-untyped-def]
    return Phone(tmp_path, domain="pbx", regint=60, password="x")


def registers(phone: Phone, *contacts: str, ours: str = OURS) -> None:
    asked(phone, ours)
    lines = "".join(f"Contact: {contact}\r\n" for contact in contacts)
    phone.sip(f"SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\n{lines}\r\n")
    phone.backend.feed(Registered(time.monotonic()))


def asked(phone: Phone, ours: str = OURS) -> None:
    request = f"REGISTER sip:pbx SIP/2.0\r\nCSeq: 1 REGISTER\r\nContact: <{ours}>\r\n\r\n"
    phone.sip(request, sent=True)


@pytest.mark.parametrize(
    ("contacts", "listed"),
    [
        ([f"<{OURS}>;expires=60"], True),
        (["<sip:alice@192.0.2.9>;expires=9", f'"A, B" <{OURS};transport=udp>'], True),
        ([f"<sip:alice@192.0.2.9>;expires=9, <{OURS}>"], True),
        ([OURS], True),
        ([f"<{OURS}>;expires=0"], False),
        (["<sip:alice@192.0.2.9:4000>"], False),
        (["<sip:alice@127.0.0.1:4001>"], False),
        (["<sip:bob@127.0.0.1:4000>"], False),
        (['"<sip:alice@127.0.0.1:4000>" <sip:bob@h>'], False),
        (["*"], False),
        ([], False),
    ],
)
def test_an_agent_is_registered_when_the_answer_lists_its_binding(
    phone: Phone, contacts: list[str], listed: bool
) -> None:
    registers(phone, *contacts)
    assert phone.agent.registered is listed


@pytest.mark.parametrize("end", ["Expires: 0", "Contact: <sip:alice@127.0.0.1:4000>;expires=0"])
def test_the_answer_to_the_end_of_a_registration_is_not_that_to_the_next(
    phone: Phone, end: str
) -> None:
    """The trace may lag behind what the stack reports."""
    contact = "" if end.startswith("Contact") else f"Contact: <{OURS}>\r\n"
    phone.sip(f"REGISTER sip:pbx SIP/2.0\r\nCSeq: 1 REGISTER\r\n{contact}{end}\r\n\r\n", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\nContact: <{OURS}>;expires=0\r\n\r\n")
    phone.backend.feed(Registered(time.monotonic()))
    assert phone.agent.registered


def test_a_report_that_comes_meanwhile_is_no_error(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    registers(phone, f"<{OURS}>")
    state = phone.agent.registration
    reports = iter([state.outcome, None])
    monkeypatch.setattr(
        RegistrationState, "outcome", property(lambda _: next(reports)), raising=False
    )
    assert state.is_registered


def test_a_rewritten_contact_counts_as_the_agents_own(phone: Phone) -> None:
    registers(phone, "<sip:alice-0x55d0c0ffee@192.0.2.1:7>", ours="sip:alice-0x55d0c0ffee@h:1")
    assert phone.agent.registered


@pytest.mark.parametrize(
    ("via", "contact", "listed"),
    [
        ("received=198.51.100.7;rport=4711", "sip:alice@198.51.100.7:4711", True),
        ("rport = 4711 ;received=[2001:db8::7]", "sip:alice@[2001:DB8::7]:4711;ob", True),
        ("rport=5060;received=198.51.100.7", "sip:alice@198.51.100.7", True),
        ("received=198.51.100.7;rport=4711", "sip:alice@198.51.100.7:4712", False),
        ("received=198.51.100.7;rport=4711", "sip:bob@198.51.100.7:4711", False),
        ("received=198.51.100.7;rport", "sip:alice@198.51.100.7", False),
    ],
)
def test_a_contact_at_the_address_that_the_registrar_saw_is_the_agents_own(
    phone: Phone, via: str, contact: str, listed: bool
) -> None:
    asked(phone)
    top = f"Via: SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bK1;{via}, SIP/2.0/UDP 198.51.100.7:4712"
    contacts = f"Contact: <sip:alice@192.0.2.9>, <{contact}>"
    phone.sip(f"SIP/2.0 200 OK\r\n{top}\r\nCSeq: 1 REGISTER\r\n{contacts}\r\n\r\n")
    phone.backend.feed(Registered(time.monotonic()))
    assert phone.agent.registered is listed


def test_register_names_the_contacts_that_are_listed_instead(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [f"<sip:alice@192.0.2.{n}>" for n in range(5)]
    monkeypatch.setattr(phone.backend, "register", lambda: registers(phone, *others))
    with pytest.raises(
        PhoneFailure,
        match=r"alice is not registered at pbx: the registrar answered 200 OK, but the answer"
        r" lists sip:alice@192\.0\.2\.0, .*2 and 2 more, not sip:alice@127\.0\.0\.1:4000\.",
    ):
        register(phone.agent, 1.0)
    monkeypatch.setattr(phone.backend, "register", lambda: registers(phone))
    with pytest.raises(PhoneFailure, match="but the answer lists no contact"):
        register(phone.agent, 1.0)


def test_without_a_trace_the_stack_is_believed(phone: Phone) -> None:
    phone.backend.feed(Registered(time.monotonic()))
    assert phone.agent.registered


def test_register_names_a_digest_algorithm_that_the_stack_lacks(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def challenged() -> None:
        asked(phone)
        phone.sip(
            "SIP/2.0 401 Unauthorized\r\nCSeq: 1 REGISTER\r\n"
            'WWW-Authenticate: Digest realm="r",nonce="n",algorithm=MD5-sess\r\n\r\n'
        )
        failed = RegistrationFailed(time.monotonic(), None, "Function not implemented")
        phone.backend.feed(failed)

    monkeypatch.setattr(phone.backend, "register", challenged)
    with pytest.raises(
        PhoneFailure,
        match="the registrar answered 401 Unauthorized and asks for a digest with"
        " MD5-sess, which this baresip cannot compute",
    ):
        register(phone.agent, 1.0)


def test_a_registration_lasts_as_long_as_the_registrar_grants(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    registers(phone, f"<{OURS}>;expires=60")
    assert phone.agent.registered
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 59)
    assert phone.agent.registered
    asked(phone)  # it refreshes, and gets no answer
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert not phone.agent.registered
    assert phone.agent.registration.expired == "the 60 s that were granted are over"


def test_a_contact_that_was_listed_counts_though_the_agent_asks_for_another(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a new connection, from another port."""
    registers(phone, f"<{OURS}>;expires=60")
    asked(phone, "sip:alice@127.0.0.1:4002")
    assert phone.agent.registered
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert phone.agent.registration.expired == "the 60 s that were granted are over"


@pytest.mark.parametrize("contact", [f"<{OURS}>;expires=60", "<sip:alice@192.0.2.9>"])
def test_an_agent_that_is_not_listed_can_stop_to_refresh_its_registration(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, contact: str
) -> None:
    registers(phone, contact)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert not phone.agent.registered
    unregister(phone.agent, None)
    assert phone.backend.commands[-1] == ("unregister",)


def test_what_is_granted_for_no_time_is_none_though_the_agent_asks_again(phone: Phone) -> None:
    registers(phone, f"<{OURS}>;expires=0")
    asked(phone)
    assert not phone.agent.registered
    assert phone.agent.registration.expired is None


def test_a_contact_without_a_time_has_that_of_the_expires_header(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(phone)
    phone.sip(f"SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\nContact: <{OURS}>\r\nExpires: 60\r\n\r\n")
    phone.backend.feed(Registered(time.monotonic()))
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert phone.agent.registered
    assert 59 < (phone.agent.registration.expires_in or 0) <= 60
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert phone.agent.registration.expired == "the 60 s that were granted are over"
    assert phone.agent.registration.expires_in is None


def test_an_answer_to_another_request_registers_nobody(phone: Phone) -> None:
    asked(phone)
    phone.sip(
        "SIP/2.0 200 OK\r\nCall-ID: another\r\nCSeq: 1 REGISTER\r\n"
        f"Contact: <{OURS}>;expires=60\r\n\r\n"
    )
    phone.backend.feed(Registered(time.monotonic()))
    assert not phone.agent.registered


def test_an_answer_with_another_tag_registers_all_the_same(phone: Phone) -> None:
    phone.sip(
        f"REGISTER sip:pbx SIP/2.0\r\nFrom: <sip:a@pbx>;tag=a\r\nCSeq: 1 REGISTER\r\n"
        f"Contact: <{OURS}>\r\n\r\n",
        sent=True,
    )
    phone.sip(
        "SIP/2.0 200 OK\r\nFrom: <sip:a@pbx>\r\nCSeq: 1 REGISTER\r\n"
        f"Contact: <{OURS}>;expires=60\r\n\r\n"
    )
    phone.backend.feed(Registered(time.monotonic()))
    assert phone.agent.registered


UNREGISTER = f"REGISTER sip:pbx SIP/2.0\r\nCSeq: 2 REGISTER\r\nContact: <{OURS}>;expires=0\r\n\r\n"


@pytest.mark.parametrize(("expires", "is_kept"), [("60", True), ("0", False)])
def test_an_agent_that_is_still_listed_is_registered(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, expires: str, is_kept: bool
) -> None:
    registers(phone, f"<{OURS}>;expires=60")
    phone.sip(UNREGISTER, sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\nCSeq: 2 REGISTER\r\nContact: <{OURS}>;expires={expires}\r\n\r\n")
    phone.backend.feed(Unregistered(time.monotonic()))
    assert phone.agent.registered is is_kept
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert not phone.agent.registered


def ends_badly(phone: Phone, answer: str) -> None:
    """The registrar lists the agent for 1 s more, or refuses to end what it has granted."""
    phone.sip(UNREGISTER, sent=True)
    phone.sip(f"SIP/2.0 {answer}\r\nCSeq: 2 REGISTER\r\nContact: <{OURS}>;expires=1\r\n\r\n")
    refused = RegistrationFailed(time.monotonic(), 403, "Forbidden")
    listed = Unregistered(time.monotonic())
    phone.backend.feed(listed if answer.startswith("2") else refused)


@pytest.mark.parametrize(
    ("answer", "granted"), [("200 OK", 60), ("403 Forbidden", 1)], ids=["listed", "refused"]
)
def test_get_registered_notices_the_end_of_what_stayed_listed(
    phone: Phone, answer: str, granted: int
) -> None:
    registers(phone, f"<{OURS}>;expires={granted}")
    ends_badly(phone, answer)
    assert phone.agent.registered
    agents = SimpleNamespace(get=lambda agent: agent)
    keywords = RegistrationKeywords(cast(Context, SimpleNamespace(agents=agents)))
    began = time.monotonic()
    equal = AssertionOperator["=="]
    keywords.get_registered(phone.agent, equal, False, timeout=timedelta(seconds=20))
    assert time.monotonic() - began < 10
    assert phone.agent.registration.expires_in is None


def test_an_agent_whose_end_was_refused_before_it_was_granted_anything(phone: Phone) -> None:
    ends_badly(phone, "403 Forbidden")
    assert not phone.agent.registered
    assert phone.agent.registration.expires_in is None
