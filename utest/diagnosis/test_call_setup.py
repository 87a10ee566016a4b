"""Why a call was not established: what was answered, offered and seen on the way."""

import re
import threading
import time

import pytest

from BaresipLibrary.diagnosis import observations
from BaresipLibrary.diagnosis.call_setup import explain_setup
from BaresipLibrary.events import ClosedBy, StackLog

from ..scripted import Phone
from .calls import BOB, Make, message, refused


def test_headers_of_a_refusal_are_quoted(phone: Phone) -> None:
    call = refused(phone, 503, "Unavailable", "Reason: Q.850;cause=34", "Retry-After: 30")
    assert explain_setup(phone.agent, call, []) == (
        "It came with Reason: Q.850;cause=34; Retry-After: 30."
    )


def test_the_target_of_a_redirection_is_quoted(phone: Phone) -> None:
    call = refused(phone, 302, "Moved Temporarily", "Contact: <sip:bob@192.0.2.7>;q=0.7")
    assert explain_setup(phone.agent, call, []) == (
        "It came with Contact: <sip:bob@192.0.2.7>;q=0.7."
    )


def test_a_plain_refusal_has_no_explanation(phone: Phone) -> None:
    call = refused(phone, 486, "Busy Here")
    assert explain_setup(phone.agent, call, [phone.agent]) is None


OFFER = (
    "v=0\r\nm=audio 4000 RTP/AVP 0 96 101\r\na=rtpmap:96 opus/48000/2\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
)


def test_refused_media_name_the_offer_and_what_an_agent_takes(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob", media_enc="srtp")
    bob.agent.uri = BOB
    call = refused(alice, 488, "Not Acceptable Here", body=OFFER)
    assert explain_setup(alice.agent, call, [alice.agent, bob.agent]) == (
        "alice offered PCMU/8000, opus/48000/2 over RTP/AVP; bob accepts every codec that"
        " it has (PCMU) with media_enc=srtp."
    )
    assert explain_setup(alice.agent, call, [alice.agent]) == (
        "alice offered PCMU/8000, opus/48000/2 over RTP/AVP, which the other side does not accept."
    )


def test_an_offer_that_shows_in_another_trace_late_is_told(
    make_phone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observations, "TRACE_LAG", 2.0)
    alice, bob = make_phone(), make_phone(name="bob", audio_codecs=["PCMU"])
    call = refused(alice, 488, "Not Acceptable Here", body=OFFER)
    arrived = message("INVITE sip:bob SIP/2.0", call.call_id, body=OFFER.replace("0 96", "8 96"))

    def traced() -> None:
        bob.sip(arrived)
        alice.sip(message("OPTIONS sip:a SIP/2.0", "x"))  # agents of a library wake one another

    late = threading.Timer(0.05, traced)
    late.start()
    told = explain_setup(alice.agent, call, [alice.agent, bob.agent])
    late.join()
    assert told is not None and "bob was offered PCMA" in told


def test_a_lost_answer_and_a_ringing_agent_are_named(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    call_id = alice.agent.dial(BOB)
    alice.sip(message(f"INVITE {BOB} SIP/2.0", call_id), sent=True)
    alice.sip(message("SIP/2.0 180 Ringing", call_id))
    call = alice.agent.calls[0]
    told = explain_setup(alice.agent, call, [alice.agent])
    assert re.fullmatch(r"The last answer was 180 Ringing, \d+ ms after the INVITE\.", str(told))
    bob.rings(call_id)
    assert explain_setup(alice.agent, call, [alice.agent, bob.agent]) == (
        "bob rings, and nobody has accepted the call; use Accept."
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Connection refused", "Nothing listens at b:2."),
        ("Connection timed out", "b:2 never answered the INVITE (1 retransmission)."),
        ("Protocol error", None),
    ],
)
def test_a_call_that_failed_on_its_way_is_explained(
    phone: Phone, words: str, why: str | None
) -> None:
    call_id = phone.agent.dial(BOB)
    for _ in range(2):
        phone.sip(message(f"INVITE {BOB} SIP/2.0", call_id), sent=True)
    phone.closes(call_id, ClosedBy.FAILURE, words=words)
    assert explain_setup(phone.agent, phone.agent.calls[0], []) == why


def test_a_certificate_that_is_not_trusted_is_the_reason(phone: Phone) -> None:
    trouble = "tls: tls_verify_handler: error_string = unable to get local issuer certificate"
    phone.backend.feed(StackLog(time.monotonic() - 60, "WARNING", trouble.replace("get", "old")))
    call_id = phone.agent.dial(BOB)
    phone.backend.feed(StackLog(time.monotonic(), "WARNING", trouble))
    phone.closes(call_id, ClosedBy.FAILURE, words="Protocol error")
    assert explain_setup(phone.agent, phone.agent.calls[0], []) == (
        "The server's TLS certificate is not trusted (unable to get local issuer certificate);"
        " see tls_ca_file."
    )


@pytest.mark.parametrize("answer", ["180 Ringing", None])
def test_a_certificate_of_another_connection_is_no_reason(phone: Phone, answer: str | None) -> None:
    """Such as that of a registrar, which an agent tries again and again."""
    call_id = phone.agent.dial(BOB)
    phone.sip(message(f"INVITE {BOB} SIP/2.0", call_id), sent=True)
    late = 0.0 if answer else 1.0
    if answer:
        phone.sip(message(f"SIP/2.0 {answer}", call_id))
    trouble = "tls: tls_verify_handler: error_string = self-signed certificate"
    phone.backend.feed(StackLog(time.monotonic() + late, "WARNING", trouble))
    phone.closes(call_id, ClosedBy.FAILURE, words="Protocol error")
    assert explain_setup(phone.agent, phone.agent.calls[0], []) is None


def test_the_reason_of_a_cancel_is_quoted(phone: Phone) -> None:
    phone.rings("one")
    phone.sip(message("CANCEL sip:alice SIP/2.0", "one", "Reason: SIP;cause=200"))
    phone.closes("one", ClosedBy.PEER)
    explanation = explain_setup(phone.agent, phone.agent.calls[0], [])
    assert explanation == "It came with Reason: SIP;cause=200."


def test_the_trace_of_the_refusing_agent_is_waited_for(
    make_phone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observations, "TRACE_LAG", 5.0)
    alice, bob = make_phone(), make_phone(name="bob")
    bob.agent.uri = "sip:bob@b:2"
    call = refused(alice, 404, "Not Found")

    def traced() -> None:
        bob.sip(message(f"INVITE {BOB} SIP/2.0", call.call_id))
        bob.sip(message("SIP/2.0 404 Not Found", call.call_id), sent=True)

    timer = threading.Timer(0.05, traced)
    timer.start()
    why = explain_setup(alice.agent, call, [alice.agent, bob.agent])
    timer.join()
    assert why == f"It was for the user 'bob' (Request-URI {BOB}), and bob is 'bob'."
