"""Why nothing was agreed, and what a hostile peer may offer."""

import re
from pathlib import Path

import pytest

from BaresipLibrary.errors import NothingYet
from BaresipLibrary.events import ClosedBy
from BaresipLibrary.signalling.agreement import require_agreed, require_description

from ..scripted import Phone

_SDP = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio {} RTP/AVP {}\r\n"
_KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    return Phone(tmp_path)


def invite(phone: Phone, body: str) -> str:
    """Has alice be called with an offer; returns the Call-ID."""
    head = "Call-ID: in-1\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n\r\n"
    phone.sip(f"INVITE sip:alice@a SIP/2.0\r\n{head}{body}")
    phone.rings("in-1")
    return head


def answer(phone: Phone, status: str, head: str, body: str) -> None:
    phone.sip(f"SIP/2.0 {status}\r\n{head}{body}", sent=True)


def why(phone: Phone) -> str:
    with pytest.raises(NothingYet) as failure:
        require_agreed(phone.agent)
    return str(failure.value).partition(" have not agreed on media: ")[2]


def test_an_offer_of_the_peer_waits_for_the_answer(phone: Phone) -> None:
    invite(phone, _SDP.format(4000, 0))
    assert why(phone) == (
        "the other side offered PCMU/8000 over RTP/AVP, and alice has not answered."
    )


def test_a_call_without_an_offer(phone: Phone) -> None:
    invite(phone, "")
    assert why(phone) == "no offer has been seen."


@pytest.mark.parametrize(
    ("offered", "answered", "told"),
    [
        ((4000, 0), (0, 0), "PCMU/8000 over RTP/AVP; alice answered no audio (port 0)"),
        ((4000, 0), (6000, 8), "PCMU/8000 over RTP/AVP; alice answered PCMA/8000 over RTP/AVP"),
    ],
)
def test_an_answer_without_a_common_codec_is_told(
    phone: Phone, offered: tuple[int, int], answered: tuple[int, int], told: str
) -> None:
    head = invite(phone, _SDP.format(*offered))
    answer(phone, "200 OK", head, _SDP.format(*answered))
    assert why(phone) == f"the other side offered {told}."


def test_the_end_of_the_call_says_why(phone: Phone) -> None:
    invite(phone, _SDP.format(4000, 0))
    phone.closes("in-1", ClosedBy.PEER)
    assert why(phone).startswith(
        "the call from sip:bob@127.0.0.1:40002 was cancelled by the caller"
    )


def test_what_a_failure_says_is_short_however_much_is_offered(phone: Phone) -> None:
    invite(phone, _SDP.format(4000, " ".join(map(str, range(20000)))))
    assert len(why(phone)) < 300


def test_keys_are_not_returned(phone: Phone) -> None:
    invite(phone, _SDP.format(4000, 0) + _KEY)
    sdp = require_description(phone.agent, local=False)
    assert "inline:***" in sdp and "WVNf" not in sdp


def test_nothing_was_sent_before_the_answer(phone: Phone) -> None:
    invite(phone, _SDP.format(4000, 0))
    with pytest.raises(NothingYet, match="^alice has sent no SDP so far: the call from sip:bob"):
        require_description(phone.agent, local=True)


def dialled(phone: Phone, *answers: str) -> str:
    """Has alice call, and be answered; each answer has SDP. Returns the Call-ID of the call."""
    call_id = phone.agent.dial("sip:bob@h")
    via = "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
    sdp = f"Content-Type: application/sdp\r\n\r\n{_SDP.format(4000, 0)}"
    head = f"{via}Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\n{sdp}"
    phone.sip(f"INVITE sip:bob@h SIP/2.0\r\n{head}", sent=True)
    for status in answers:
        phone.sip(f"SIP/2.0 {status}\r\n{head}")
    return call_id


def test_a_call_that_failed_at_its_answer_has_agreed_on_nothing(phone: Phone) -> None:
    call_id = dialled(phone, "200 OK")
    assert require_agreed(phone.agent).codec == "PCMU/8000"
    phone.closes(call_id, ClosedBy.FAILURE, None, "Bad message")
    assert re.fullmatch(r"its call to sip:bob@h failed after .* s: Bad message\.", why(phone))
    assert require_description(phone.agent, local=False).startswith("v=0")  # it was sent


def test_a_call_that_fails_after_it_was_up_has_agreed(phone: Phone) -> None:
    call_id = dialled(phone, "200 OK")
    phone.is_established(call_id)
    phone.closes(call_id, ClosedBy.FAILURE, None, "rtp stream error")
    assert require_agreed(phone.agent).codec == "PCMU/8000"


def test_an_answer_that_fits_no_request_agrees_on_nothing(phone: Phone) -> None:
    phone.is_established(dialled(phone))
    phone.sip(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCall-ID: another\r\n"
        "CSeq: 1 INVITE\r\n\r\n"
    )
    offered = "alice offered PCMU/8000 over RTP/AVP"
    assert why(phone) == (
        f"{offered}, and a 200 OK came whose Call-ID is 'another', and the INVITE has 'out-1'."
    )
