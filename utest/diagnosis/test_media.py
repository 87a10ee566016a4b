"""Why silence, another tone or a sound was heard, and why no digits were."""

import time

import pytest

from BaresipLibrary.backends.base import Packets
from BaresipLibrary.diagnosis.media import (
    explain_inaudible_agent,
    explain_silence,
    explain_sound,
    explain_wrong_tone,
)
from BaresipLibrary.diagnosis.missing_digits import explain_missing_digits
from BaresipLibrary.events import ClosedBy, DtmfSent, Muted, PromptEnded, SourceChosen, StackLog

from ..scripted import Phone
from .calls import BOB, Make, message, talking


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
