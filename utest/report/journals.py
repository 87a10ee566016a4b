"""Journals as agents write them that speak SIP with each other, for the tests of the ladder."""

from BaresipLibrary.events import SipMessage

ALICE = "127.0.0.1:40000"
BOB = "127.0.0.1:40001"
PBX = "10.0.0.1:5060"


def sip(
    start: str,
    cseq: str = "1 INVITE",
    *headers: str,
    via: str = ALICE,
    transport: str = "UDP",
    to: str = "<sip:bob@b>",
    body: str = "",
) -> str:
    """A message; its transaction follows from `via` and `cseq`."""
    branch = f"z9hG4bK-{via}-{cseq.replace(' ', '')}"
    lines = [
        start,
        f"Via: SIP/2.0/{transport} {via};branch={branch}",
        f"To: {to}",
        "Call-ID: c",
        f"CSeq: {cseq}",
        *headers,
    ]
    return "\r\n".join(lines) + f"\r\n\r\n{body}"


def sent(at: float, source: str, to: str, text: str, transport: str = "UDP") -> SipMessage:
    """As the sender saw it."""
    return SipMessage(at, True, transport, source, to, text)


def received(at: float, source: str, to: str, text: str, transport: str = "UDP") -> SipMessage:
    """As the receiver saw it."""
    return SipMessage(at, False, transport, source, to, text)


def sdp(*attributes: str, formats: str = "0 8") -> str:
    """An offer or an answer."""
    lines = ["v=0", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", f"m=audio 4000 RTP/AVP {formats}"]
    return "".join(f"{line}\r\n" for line in [*lines, *attributes])
