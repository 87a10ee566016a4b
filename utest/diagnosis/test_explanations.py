"""What explains a failure: each kind of it, and silence where there is nothing to add."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.call import Call
from BaresipLibrary.backends.base import Packets
from BaresipLibrary.diagnosis import observations
from BaresipLibrary.diagnosis.call_setup import explain_setup
from BaresipLibrary.diagnosis.challenges import explain_challenge
from BaresipLibrary.diagnosis.failure import CallFailure, LateEvent, explain_dead_or_stopped
from BaresipLibrary.diagnosis.incoming_calls import describe_missing_call, explain_missing_call
from BaresipLibrary.diagnosis.media import (
    explain_inaudible_agent,
    explain_missing_digits,
    explain_silence,
    explain_sound,
    explain_wrong_tone,
)
from BaresipLibrary.events import (
    AgentDied,
    CallDialled,
    CallEstablished,
    ClosedBy,
    DtmfSent,
    Muted,
    PromptEnded,
    SourceChosen,
    StackLog,
)

from ..scripted import Phone

BOB = "sip:bob@127.0.0.1:40002"
Make = Callable[..., Phone]


def message(start: str, call_id: str, *headers: str, body: str = "", cseq: str = "") -> str:
    cseq = cseq or ("1 INVITE" if start.startswith("SIP") else f"1 {start.split()[0]}")
    first = f"Call-ID: {call_id}", f"CSeq: {cseq}"
    head = "".join(f"{header}\r\n" for header in (*first, *headers))
    return f"{start}\r\n{head}\r\n{body}"


def refused(phone: Phone, status: int, words: str, *headers: str, body: str = "") -> Call:
    call_id = phone.agent.dial(BOB)
    phone.sip(message(f"INVITE {BOB} SIP/2.0", call_id, body=body), sent=True)
    phone.sip(message(f"SIP/2.0 {status} {words}", call_id, *headers))
    phone.closes(call_id, ClosedBy.REFUSAL, status, words)
    return phone.agent.calls[-1]


def talking(alice: Phone, bob: Phone) -> tuple[Call, Call]:
    call_id = alice.agent.dial(BOB)
    bob.rings(call_id, "sip:alice@127.0.0.1:40000")
    for phone in (alice, bob):
        phone.is_established(call_id)
    return alice.agent.calls[-1], bob.agent.calls[-1]


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


@pytest.mark.parametrize(
    ("password", "status", "why"),
    [
        ("", 401, "alice was challenged and has no password."),
        ("s3cret", 407, "The digest of user 'alice' was not accepted: check user and password."),
        ("s3cret", 403, None),
        ("s3cret", 503, None),
    ],
)
def test_refused_credentials_are_explained(
    make_phone: Make, password: str, status: int, why: str | None
) -> None:
    phone = make_phone(password=password)
    shown = 'Authorization: Digest username="alice", realm="pbx", nonce="1", response="2"'
    for number, credentials in enumerate(((), (shown,))):
        cseq = f"{number} REGISTER"
        phone.sip(message("REGISTER sip:pbx SIP/2.0", "reg", *credentials, cseq=cseq), sent=True)
        phone.sip(message(f"SIP/2.0 {status} No", "reg", cseq=cseq))
    assert explain_challenge(phone.agent, status) == why


def test_a_challenge_without_an_answer_is_explained(make_phone: Make) -> None:
    phone = make_phone(password="s3cret")
    phone.sip(message("REGISTER sip:pbx SIP/2.0", "reg"), sent=True)
    asked = 'WWW-Authenticate: Digest realm="pbx", nonce="1"'
    phone.sip(message("SIP/2.0 401 Unauthorized", "reg", asked, cseq="1 REGISTER"))
    assert explain_challenge(phone.agent, 401) == "alice was challenged and sent no credentials."


@pytest.mark.parametrize(
    ("given", "asked", "why"),
    [
        ([], [], "The 401 No has no challenge (WWW-Authenticate or Proxy-Authenticate)."),
        (
            [],
            ["WWW-Authenticate: Basic realm=x", "Proxy-Authenticate: NTLM"],
            "The challenge asks for Basic, which baresip does not know; of the 2 challenges it then"
            " answers none.",
        ),
        (
            ["Proxy-Authorization: Digest realm=a"],
            ["WWW-Authenticate: Basic realm=x"],
            "The challenge asks for Basic, which baresip does not know.",
        ),
        (
            ["Proxy-Authorization: Digest realm=a"],
            [
                "WWW-Authenticate: Digest realm=b,nonce=n",
                "Proxy-Authenticate: Digest realm=c,nonce=n",
            ],
            "alice's REGISTER has no Authorization for realm 'b'.",
        ),
        (
            ["Proxy-Authorization: Digest realm=A"],
            ["WWW-Authenticate: Digest realm=a,nonce=n"],
            "alice's REGISTER has no Authorization for realm 'a', but Proxy-Authorization: baresip"
            " answers each realm in one header only.",
        ),
        (
            ["Authorization: Digest realm=a", "Proxy-Authorization: Digest realm=b"],
            ["WWW-Authenticate: Basic realm=a", "Proxy-Authenticate: Digest realm=b,nonce=n"],
            "The digest of user 'alice' was not accepted: check user and password.",
        ),
        (
            ["Authorization: Digest realm=a"],
            [],
            "The digest of user 'alice' was not accepted: check user and password.",
        ),
    ],
)
def test_a_digest_is_refused_only_where_it_was_given(
    make_phone: Make, given: list[str], asked: list[str], why: str
) -> None:
    phone = make_phone(password="s3cret")
    phone.sip(message("REGISTER sip:pbx SIP/2.0", "reg", *given, cseq="1 REGISTER"), sent=True)
    phone.sip(message("SIP/2.0 401 No", "reg", *asked, cseq="1 REGISTER"))
    assert explain_challenge(phone.agent, 401) == why


def test_an_invite_that_is_repeated_for_an_empty_challenge_is_explained(make_phone: Make) -> None:
    """Baresip repeats it at once, as often as it is answered so."""
    phone = make_phone(password="s3cret")
    call_id = phone.agent.dial(BOB)
    call = phone.agent.calls[-1]
    for number in (1, 2, 3):
        cseq = f"{number} INVITE"
        phone.sip(message(f"INVITE {BOB} SIP/2.0", call_id, cseq=cseq), sent=True)
        if number < 3:
            phone.sip(message("SIP/2.0 407 No", call_id, cseq=cseq))
    told = explain_setup(phone.agent, call, [])
    assert told is not None and told.endswith(
        "; the INVITE that followed was not answered (0 retransmissions). The 407 No has no"
        " challenge (WWW-Authenticate or Proxy-Authenticate). alice has sent 3 INVITEs."
    )
    asked = 'Proxy-Authenticate: Digest realm="pbx", nonce="1"'
    for answer in (("SIP/2.0 407 No", asked), ("SIP/2.0 180 Ringing",)):
        phone.sip(message(answer[0], call_id, *answer[1:], cseq="3 INVITE"))
        told = explain_setup(phone.agent, call, [])
        assert told is not None and "no challenge" not in told


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


def test_nobody_calling_is_explained_by_a_call_that_went_wrong(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    bob.agent.uri = BOB
    refused(alice, 404, "Not Found")
    why = explain_missing_call(bob.agent, [alice.agent, bob.agent])
    assert why is not None
    assert why.startswith(f"alice did call, but its call to {BOB} was refused with 404 Not Found")


def test_a_refusal_is_explained_by_a_callee_that_is_not_registered(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob", domain="pbx.example", regint=600)
    bob.agent.uri = BOB
    call = refused(alice, 404, "Not Found")
    both = [alice.agent, bob.agent]
    assert explain_setup(alice.agent, call, both) == "bob is not registered at pbx.example."
    why = explain_missing_call(bob.agent, both)
    assert why is not None
    assert why.startswith("alice did call, but its call to")
    assert why.endswith("s. bob is not registered at pbx.example.")


def test_a_challenge_is_not_explained_by_the_registration_of_the_callee(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob", domain="pbx.example", regint=600)
    bob.agent.uri = BOB
    call = refused(alice, 407, "Proxy Authentication Required")
    why = explain_setup(alice.agent, call, [alice.agent, bob.agent])
    assert why == "alice was challenged and has no password."


def test_nobody_calling_is_explained_by_a_missing_registration(make_phone: Make) -> None:
    bob = make_phone(name="bob", domain="pbx.example", regint=600)
    assert explain_missing_call(bob.agent, [bob.agent]) == "bob is not registered at pbx.example."


def test_silence_is_explained_by_what_the_other_agent_does(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    ours, theirs = talking(alice, bob)
    both = [alice.agent, bob.agent]

    def why() -> str | None:
        return explain_silence(alice.agent, ours, both, time.monotonic())

    assert explain_silence(alice.agent, ours, [alice.agent], 0.0) is None
    assert why() == "bob sends silence; use Send Audio."
    bob.agent.note(SourceChosen(time.monotonic(), theirs.call_id, "tone:440"))
    bob.agent.note(SourceChosen(time.monotonic() + 60, theirs.call_id, "what came later"))
    assert why() == (
        "bob sends tone:440 in 245 RTP packets, none of which arrived at alice: they were lost on"
        " the way."
    )
    bob.backend.feed(Muted(time.monotonic(), theirs.call_id, True))
    assert why() == "bob is muted."
    ours.offers.held_by_peer = True
    assert why() == "bob holds the call."
    ours.offers.held_by_peer, ours.offers.on_hold = False, True
    assert why() == "alice holds the call."
    alice.closes(ours.call_id, ClosedBy.PEER)
    assert why() is None


def test_packets_that_were_not_decrypted_long_before_explain_no_silence(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    ours, theirs = talking(alice, bob)
    both, now = [alice.agent, bob.agent], time.monotonic()
    calls = {alice.agent: ours, bob.agent: theirs}
    for ago in (0.0, 0.2):
        text = "stream: srtp: failed to decrypt RTP-packet (Authentication failure)"
        alice.backend.feed(StackLog(now + ago, "WARNING", text))

    def reasons(at: float) -> list[str | None]:
        return [
            explain_silence(alice.agent, ours, both, at),
            explain_inaudible_agent(alice.agent, bob.agent, calls, both, at),
        ]

    told = "alice's baresip has logged 2 times since the call began that it could not decrypt an"
    assert reasons(now + 1.1) == [f"{told} RTP packet (SRTP)."] * 2
    assert reasons(now + 60.0) == [
        "bob sends silence; use Send Audio.",
        "No RTP packet arrived at alice.",
    ]


@pytest.mark.parametrize(
    ("sent", "offer", "answer", "is_told"),
    [
        (0, "sendrecv", "sendrecv", True),
        (1, "sendrecv", "sendrecv", False),
        (0, "recvonly", "sendonly", False),
    ],
)
def test_keys_that_dtls_has_not_brought_explain_silence(
    phone: Phone,
    monkeypatch: pytest.MonkeyPatch,
    sent: int,
    offer: str,
    answer: str,
    is_told: bool,
) -> None:
    monkeypatch.setattr(phone.backend, "count_packets", lambda _: Packets(50, sent))
    call_id = phone.agent.dial(BOB)
    body = "v=0\r\nc=IN IP4 ::1\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 AB\r\n"
    ours, theirs = (f"{body}a={direction}\r\n" for direction in (offer, answer))
    phone.sip(message(f"INVITE {BOB} SIP/2.0", call_id, body=ours), sent=True)
    phone.sip(message("SIP/2.0 200 OK", call_id, body=theirs))
    phone.is_established(call_id)
    told = (
        "dtls_srtp was agreed on, and alice has sent no RTP packet: baresip sends none before the"
        " DTLS handshake is done."
    )
    why = explain_silence(phone.agent, phone.agent.calls[-1], [phone.agent], 0.0)
    assert why == (told if is_told else None)


def test_silence_is_explained_by_the_hold_of_a_foreign_peer(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    ours, _ = talking(alice, bob)
    ours.offers.held_by_peer = True
    assert explain_silence(alice.agent, ours, [], 0.0) == "The other side holds the call."


@pytest.mark.parametrize(
    ("heard", "sends", "why"),
    [
        (880.0, "tone:440", "2 times the frequency, as where audio is played too fast"),
        (73.3, "tone:440", "0.167 times the frequency, as where audio is played too slow"),
        (880.0, "tone:880", "bob sends tone:880."),
        (480.0, "tone:440", "None"),
        (441.0, "tone:440", "The tone was there, but too short, unsteady"),
    ],
)
def test_a_wrong_tone_is_explained(make_phone: Make, heard: float, sends: str, why: str) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    ours, theirs = talking(alice, bob)
    bob.agent.note(SourceChosen(1.0, theirs.call_id, sends))
    both = [alice.agent, bob.agent]
    told = explain_wrong_tone(alice.agent, ours, both, 2.0, wanted=440.0, heard=heard)
    assert why in str(told)


def test_missing_digits_are_explained_by_what_was_sent(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    ours, theirs = talking(alice, bob)
    both = [alice.agent, bob.agent]
    assert explain_missing_digits(alice.agent, ours, both) == "bob sent no digit."
    bob.agent.note(DtmfSent(time.monotonic(), theirs.call_id, "12", "info"))
    assert explain_missing_digits(alice.agent, ours, both) == "bob sent '12' with dtmf_mode=info."
    bob.agent.note(DtmfSent(time.monotonic(), theirs.call_id, "3", "inband"))
    told = explain_missing_digits(alice.agent, ours, both)
    assert told == "bob sent '123' with dtmf_mode=info and inband."
    assert explain_missing_digits(alice.agent, None, both) is None


def test_an_explanation_is_appended_once(phone: Phone) -> None:
    failure = CallFailure("It failed.", phone.agent, lambda agents: f"{len(agents)} agents.")
    failure.explain([phone.agent])
    failure.explain([])
    assert str(failure) == "It failed. 1 agents."


@pytest.mark.parametrize("message", ["Did carol answer?", "No!", "It failed.", "no tone"])
def test_an_explanation_follows_a_sentence(phone: Phone, message: str) -> None:
    failure = CallFailure(message, phone.agent, lambda _: "As always.")
    failure.explain([phone.agent])
    assert str(failure) == f"{message}{'.' if message == 'no tone' else ''} As always."


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_dead_or_stopped_process_comes_before_other_explanations(
    make_phone: Make, who: str
) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    talking(alice, bob)
    both = [alice.agent, bob.agent]

    def failure() -> str:
        failed = CallFailure("It failed.", alice.agent, lambda _: "As always.")
        failed.explain(both)
        return str(failed)

    assert failure() == "It failed. As always."
    victim = {"alice": alice, "bob": bob}[who]
    victim.backend.held = True
    assert failure() == f"It failed. The process of {who} is stopped."
    victim.backend.feed(AgentDied(time.monotonic(), -9, ""))
    assert failure() == f"It failed. {who} is dead: its process was ended by SIGKILL."


def test_an_agent_outside_the_call_explains_nothing(make_phone: Make) -> None:
    alice, bob, carol = make_phone(), make_phone(name="bob"), make_phone(name="carol")
    ours, _ = talking(alice, bob)
    carol.backend.held = True
    every = [alice.agent, bob.agent, carol.agent]
    assert explain_dead_or_stopped(alice.agent, every) is None
    bob.backend.held = True
    alice.closes(ours.call_id, by=ClosedBy.PEER)
    assert explain_dead_or_stopped(alice.agent, every) is None, "bob hung up before"


def late_event(agent: Agent) -> LateEvent:
    return LateEvent(
        CallFailure("Late.", agent, awaited=lambda event: isinstance(event, CallEstablished))
    )


def test_a_late_event_is_reported_with_its_delay(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    late = late_event(phone.agent)
    phone.backend.feed(CallEstablished(time.monotonic() + 0.25, call_id))
    story = late.describe()
    assert story is not None
    assert re.fullmatch(r"It came 2[5-9]\d ms after the time ran out\.", story)


def test_an_earlier_event_is_not_late_and_the_grace_is_short(phone: Phone, tmp_path: Path) -> None:
    call_id = phone.agent.dial(BOB)
    phone.is_established(call_id)
    late = late_event(phone.agent)
    phone.backend.feed(CallDialled(time.monotonic(), "two", BOB))
    phone.backend.feed(SourceChosen(time.monotonic(), "two", "silence"))
    began = time.monotonic()
    assert late.describe() is None
    assert time.monotonic() - began < 5


def test_an_event_after_the_next_keyword_is_not_late(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    late = late_event(phone.agent)
    late.end_grace()
    phone.backend.feed(CallEstablished(time.monotonic() + 0.001, call_id))
    assert late.describe() is None


@pytest.mark.parametrize(
    ("arrived", "sent", "told"),
    [
        (0, 0, "bob sends tone:440, but has sent no RTP packet."),
        (0, 3, "bob sends tone:440 in 3 RTP packets; 0 arrived at alice."),
        (240, 245, "bob sends tone:440 in 245 RTP packets; 240 arrived at alice."),
    ],
)
def test_only_packets_that_were_sent_and_did_not_arrive_are_lost(
    make_phone: Make, monkeypatch: pytest.MonkeyPatch, arrived: int, sent: int, told: str
) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    ours, theirs = talking(alice, bob)
    bob.agent.note(SourceChosen(time.monotonic(), theirs.call_id, "tone:440"))
    monkeypatch.setattr(alice.backend, "count_packets", lambda _: Packets(arrived, 0))
    monkeypatch.setattr(bob.backend, "count_packets", lambda _: Packets(0, sent))
    both = [alice.agent, bob.agent]
    assert explain_silence(alice.agent, ours, both, time.monotonic()) == told


def test_no_more_packets_arrived_than_were_sent(
    make_phone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender that was counted first has sent more by the time the receiver is counted."""
    alice, bob = make_phone(), make_phone(name="bob")
    ours, theirs = talking(alice, bob)
    bob.agent.note(SourceChosen(time.monotonic(), theirs.call_id, "tone:440"))
    sent = iter([226, 250])
    monkeypatch.setattr(alice.backend, "count_packets", lambda _: Packets(244, 0))
    monkeypatch.setattr(bob.backend, "count_packets", lambda _: Packets(0, next(sent)))
    both = [alice.agent, bob.agent]
    assert explain_silence(alice.agent, ours, both, time.monotonic()) == (
        "bob sends tone:440 in 250 RTP packets; 244 arrived at alice."
    )


def test_an_ended_file_is_silence_until_another_source_is_sent(make_phone: Make) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    ours, theirs = talking(alice, bob)
    both = [alice.agent, bob.agent]
    bob.agent.note(SourceChosen(time.monotonic(), theirs.call_id, "file:hello.wav"))
    bob.backend.feed(PromptEnded(time.monotonic(), theirs.call_id))
    told = explain_silence(alice.agent, ours, both, time.monotonic())
    assert told == "bob sends silence: file:hello.wav has ended."
    assert explain_sound(alice.agent, ours, both, time.monotonic()) is None
    bob.agent.note(SourceChosen(time.monotonic(), theirs.call_id, "tone:440"))
    assert explain_sound(alice.agent, ours, both, time.monotonic()) == "bob sends tone:440."


def test_a_backend_without_a_trace_does_not_say_that_nobody_called(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert describe_missing_call(phone.agent, time.monotonic(), 5) == "nobody called within 5 s"
    monkeypatch.setattr(phone.backend, "shows_messages", False)
    assert (
        describe_missing_call(phone.agent, time.monotonic(), 5) == "it reported no call within 5 s"
    )


def test_a_call_that_came_and_went_meanwhile_is_a_call(phone: Phone) -> None:
    began = time.monotonic()
    phone.rings("one")
    phone.closes("one", ClosedBy.PEER)
    told = describe_missing_call(phone.agent, began, 5)
    assert told.startswith("the call from sip:bob@127.0.0.1:40002 was cancelled by the caller")
    later = describe_missing_call(phone.agent, time.monotonic(), 5)
    assert later.startswith("nobody called within 5 s; before that, the call from")
