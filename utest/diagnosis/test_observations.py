"""What is observed of a call in an agent's own messages."""

import pytest

from BaresipLibrary.diagnosis.agreements import explain_no_common_audio, explain_one_way
from BaresipLibrary.diagnosis.observations import explain_no_answer

from ..scripted import Phone

_KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"


def headers(call_id: str, number: int, *more: str, method: str = "INVITE") -> str:
    via, cseq = "Via: SIP/2.0/UDP a;branch=z9hG4bK1", f"CSeq: {number} {method}"
    lines = [via, f"Call-ID: {call_id}", cseq, *more]
    return "\r\n".join(lines) + "\r\n"


def sdp(profile: str, *more: str) -> str:
    head = "Content-Type: application/sdp\r\n\r\nv=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\n"
    return f"{head}c=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 {profile} 0\r\n{''.join(more)}"


@pytest.mark.parametrize(
    ("keys", "explained"),
    [
        (
            [],
            "alice offered PCMU/8000 over RTP/AVP; the other side answered PCMU/8000 over RTP/AVPF",
        ),
        ([_KEY], None),
    ],
)
def test_another_profile_explains_silence_only_where_baresip_drops_it(
    phone: Phone, keys: list[str], explained: str | None
) -> None:
    call_id = phone.backend.dial("sip:bob@h")
    phone.sip(
        f"INVITE sip:bob@h SIP/2.0\r\n{headers(call_id, 1)}{sdp('RTP/AVP', *keys)}", sent=True
    )
    phone.sip(f"SIP/2.0 200 OK\r\n{headers(call_id, 1)}{sdp('RTP/AVPF')}")
    sentence = explained and f"{explained}."
    assert explain_no_common_audio(phone.agent, phone.agent.calls[0]) == sentence


@pytest.mark.parametrize(
    ("answer", "explained"),
    [
        (sdp("RTP/AVP"), None),
        (sdp("RTP/AVP", "a=sendonly\r\n"), None),
        (sdp("RTP/AVP", "a=recvonly\r\n"), "By its SDP (recvonly) the other side does not send."),
        (
            sdp("RTP/AVP").replace("c=IN IP4 192.0.2.1\r\n", ""),
            "The other side's SDP has no address (c=): alice sends it nothing.",
        ),
        (
            sdp("RTP/AVP").replace("192.0.2.1", "rtp.example"),
            "The other side's SDP has the name 'rtp.example' for an address (c=), which baresip"
            " does not look up: alice sends it nothing.",
        ),
        (sdp("RTP/AVP").replace("IP4 192.0.2.1", "IP6 2001:db8::1"), None),
    ],
)
def test_an_answer_that_lets_no_audio_run_explains_silence(
    phone: Phone, answer: str, explained: str | None
) -> None:
    call_id = phone.backend.dial("sip:bob@h")
    assert explain_one_way(phone.agent, phone.agent.calls[0]) is None
    phone.sip(f"INVITE sip:bob@h SIP/2.0\r\n{headers(call_id, 1)}{sdp('RTP/AVP')}", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{headers(call_id, 1)}{answer}")
    assert explain_one_way(phone.agent, phone.agent.calls[0]) == explained


def test_a_fingerprint_that_lacks_is_named(phone: Phone) -> None:
    """Else both sides of the sentence would be the same."""
    call_id = phone.backend.dial("sip:bob@h")
    offer = sdp("UDP/TLS/RTP/SAVPF", "a=fingerprint:sha-1 AA:BB\r\n")
    phone.sip(f"INVITE sip:bob@h SIP/2.0\r\n{headers(call_id, 1)}{offer}", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{headers(call_id, 1)}{sdp('UDP/TLS/RTP/SAVPF')}")
    assert explain_no_common_audio(phone.agent, phone.agent.calls[0]) == (
        "alice offered PCMU/8000 over UDP/TLS/RTP/SAVPF; the other side answered PCMU/8000 over"
        " UDP/TLS/RTP/SAVPF without a fingerprint."
    )


def test_other_channels_are_another_codec(phone: Phone) -> None:
    call_id = phone.backend.dial("sip:bob@h")
    opus = sdp("RTP/AVP").replace(" 0\r\n", " 96\r\na=rtpmap:96 opus/48000/2\r\n")
    answer = opus.replace("opus/48000/2", "opus/48000")
    phone.sip(f"INVITE sip:bob@h SIP/2.0\r\n{headers(call_id, 1)}{opus}", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{headers(call_id, 1)}{answer}")
    assert explain_no_common_audio(phone.agent, phone.agent.calls[0]) == (
        "alice offered opus/48000/2 over RTP/AVP; the other side answered opus/48000 over RTP/AVP."
    )


def test_what_another_phone_answered_explains_no_silence(phone: Phone) -> None:
    call_id = phone.backend.dial("sip:bob@h")
    phone.sip(f"INVITE sip:bob@h SIP/2.0\r\n{headers(call_id, 1)}{sdp('RTP/AVP')}", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{headers(call_id, 1, 'To: <b>;tag=1')}{sdp('RTP/AVP')}")
    phone.sip(f"SIP/2.0 200 OK\r\n{headers(call_id, 1, 'To: <b>;tag=2')}{sdp('RTP/AVPF')}")
    assert explain_no_common_audio(phone.agent, phone.agent.calls[0]) is None


def test_an_update_without_an_offer_hides_no_answer(phone: Phone) -> None:
    call_id = phone.backend.dial("sip:bob@h")
    phone.sip(f"INVITE sip:bob@h SIP/2.0\r\n{headers(call_id, 1)}{sdp('RTP/AVP')}", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{headers(call_id, 1)}{sdp('RTP/AVPF')}")
    update = headers(call_id, 1, method="UPDATE")
    phone.sip(f"UPDATE sip:alice@h SIP/2.0\r\n{update}\r\n")
    phone.sip(f"SIP/2.0 200 OK\r\n{update}\r\n", sent=True)
    assert explain_no_common_audio(phone.agent, phone.agent.calls[0]) == (
        "alice offered PCMU/8000 over RTP/AVP; the other side answered PCMU/8000 over RTP/AVPF."
    )


def test_an_answer_with_another_cseq_is_why_there_was_none(phone: Phone) -> None:
    phone.sip(f"INVITE sip:bob@h SIP/2.0\r\n{headers('c1', 1)}\r\n", sent=True)
    phone.sip(f"SIP/2.0 200 OK\r\n{headers('c1', 7)}\r\n")
    assert explain_no_answer(phone.agent, "INVITE", 0, "c1") == (
        "A 200 OK came whose CSeq is '7 INVITE', and the INVITE has '1 INVITE'."
    )
