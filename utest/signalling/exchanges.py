"""Requests outside of calls and their answers, as a phone sends and gets them."""

from ..scripted import Phone

BOB = "sip:bob@127.0.0.1:40002"


def head(call_id: str, number: int, *headers: str, method: str = "OPTIONS") -> str:
    lines = [
        f"Via: SIP/2.0/UDP a;branch=z9hG4bK{call_id}{number}",
        "From: <sip:alice@a>;tag=1",
        f"To: <{BOB}>",
        f"Call-ID: {call_id}",
        f"CSeq: {number} {method}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""])


def sends(phone: Phone, call_id: str, number: int = 1, *headers: str) -> None:
    phone.sip(f"OPTIONS {BOB} SIP/2.0\r\n{head(call_id, number, *headers)}", sent=True)


def answers(phone: Phone, line: str, call_id: str, number: int = 1, *headers: str) -> None:
    phone.sip(f"SIP/2.0 {line}\r\n{head(call_id, number, *headers)}")
