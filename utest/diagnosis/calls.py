"""Calls between phones whose SIP messages a test writes itself."""

from collections.abc import Callable

from BaresipLibrary.agents.call import Call
from BaresipLibrary.events import ClosedBy

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
