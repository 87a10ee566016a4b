"""What became of the re-INVITEs and UPDATEs of a peer is told where it may have ended a call."""

import time

import pytest

from BaresipLibrary.diagnosis.call_setup import explain_setup
from BaresipLibrary.diagnosis.media import explain_silence
from BaresipLibrary.events import CallClosed, ClosedBy, SipMessage

from ..scripted import Phone

OFFER = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 18\r\n"
FAX = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=image 4000 udptl t38\r\n"
NO_ACK = "alice answered the peer's re-INVITE 200 OK (1 retransmission), and no ACK came."


def text(start: str, cseq: str, *headers: str, body: str = "") -> str:
    lines = [start, "Call-ID: in-1", f"CSeq: {cseq}", "Via: SIP/2.0/UDP h;branch=z9hG4bK1"]
    return "\r\n".join([*lines, "From: <sip:b@h>;tag=f", "To: <sip:a>;tag=t", *headers, "", body])


def changed(phone: Phone, method: str, status: str, body: str = OFFER, after: float = 0.0) -> float:
    """A call in which the peer asks for a change, that long ago; when it was answered."""
    phone.rings("in-1")
    phone.is_established("in-1")
    at = time.monotonic() - after
    request = text(f"{method} sip:a SIP/2.0", f"7 {method}", body=body)
    answer = text(f"SIP/2.0 {status}", f"7 {method}")
    for sent, message in ((False, request), (True, answer), (True, answer)):
        phone.backend.feed(SipMessage(at, sent, "UDP", "h:1", "h:2", message))
    return at


def ended(phone: Phone, at: float, by: ClosedBy, words: str = "x") -> str | None:
    phone.backend.feed(CallClosed(at, "in-1", by, None, words, words))
    return explain_setup(phone.agent, phone.agent.calls[0], [])


@pytest.mark.parametrize(
    ("method", "body", "after", "told"),
    [
        (
            "INVITE", OFFER, 3.0,
            "alice's own stack refused the peer's re-INVITE with 488 Not Acceptable Here. It"
            " offered G729/8000 over RTP/AVP; alice accepts every codec that it has (PCMU).",
        ),
        (
            "UPDATE", FAX, 3.0,
            "alice's own stack refused the peer's UPDATE with 488 Not Acceptable Here. It offered"
            " no audio; alice accepts every codec that it has (PCMU).",
        ),
        ("INVITE", OFFER, 20.0, None),
    ],
)  # fmt: skip
def test_a_refused_change_explains_an_end_soon_after(
    phone: Phone, method: str, body: str, after: float, told: str | None
) -> None:
    at = changed(phone, method, "488 Not Acceptable Here", body)
    assert ended(phone, at + after, ClosedBy.PEER) == told


def test_a_change_that_was_accepted_explains_no_end(phone: Phone) -> None:
    at = changed(phone, "INVITE", "200 OK")
    assert ended(phone, at + 1, ClosedBy.PEER) is None


def test_a_refused_change_explains_silence(phone: Phone) -> None:
    changed(phone, "INVITE", "488 Not Acceptable Here")
    told = explain_silence(phone.agent, phone.agent.calls[0], [phone.agent], time.monotonic())
    assert told == (
        "alice's own stack refused the peer's re-INVITE with 488 Not Acceptable Here. It offered"
        " G729/8000 over RTP/AVP; alice accepts every codec that it has (PCMU)."
    )


@pytest.mark.parametrize(
    ("after", "acknowledged", "told"),
    [(32.0, False, NO_ACK), (5.0, False, None), (32.0, True, None)],
)
def test_a_change_without_an_ack_explains_that_a_call_timed_out(
    phone: Phone, after: float, acknowledged: bool, told: str | None
) -> None:
    at = changed(phone, "INVITE", "200 OK", after=after)
    if acknowledged:
        phone.sip(text("ACK sip:a SIP/2.0", "7 ACK"))
    assert ended(phone, at + after, ClosedBy.FAILURE, "Connection timed out") == told
