"""What a phone sends and gets in its calls, and what a suite asks of that."""

from BaresipLibrary.events import ClosedBy
from BaresipLibrary.signalling.sip_messages import MessageQuery, wait_for_message
from BaresipLibrary.sip.seen_messages import MessageFilter, SeenMessage

from ..scripted import Phone

BOB = "sip:bob@127.0.0.1:40002"
LONG = 60.0


def text(
    start: str, cseq: str, call_id: str = "out-1", *headers: str, tag: str = "", body: str = ""
) -> str:
    lines = [start, f"Call-ID: {call_id}", f"CSeq: {cseq}", f"To: <{BOB}>{tag and ';tag=' + tag}"]
    via = f"Via: SIP/2.0/UDP a;branch=z{cseq.replace(' ', '')}"
    return "\r\n".join([*lines, via, *headers, "", body])


def request(
    method: str, number: int = 1, call_id: str = "out-1", *headers: str, tag: str = ""
) -> str:
    return text(f"{method} {BOB} SIP/2.0", f"{number} {method}", call_id, *headers, tag=tag)


def response(status: int, method: str, number: int = 1, call_id: str = "out-1") -> str:
    return text(f"SIP/2.0 {status} Words", f"{number} {method}", call_id, tag="t")


def query(phone: Phone, of: str, call: str | None = None, *, copies: bool = False) -> MessageQuery:
    return MessageQuery(phone.agent, MessageFilter.parse(of), call, copies)


def wait(phone: Phone, of: str, timeout: float = LONG, call: str | None = None) -> SeenMessage:
    return wait_for_message(query(phone, of, call), timeout)


def dials(phone: Phone, number: int = 1) -> str:
    call_id = phone.agent.dial(BOB)
    phone.sip(request("INVITE", number, call_id), sent=True)
    return call_id


def is_refused(phone: Phone, call_id: str, number: int = 1, *, closed: bool = True) -> None:
    phone.sip(response(486, "INVITE", number, call_id))
    phone.sip(request("ACK", number, call_id, tag="t"), sent=True)
    if closed:
        phone.closes(call_id, ClosedBy.REFUSAL, 486, "Words")


def is_answered(phone: Phone, call_id: str) -> None:
    phone.sip(response(200, "INVITE", 1, call_id))
    phone.sip(request("ACK", 1, call_id, tag="t"), sent=True)
    phone.is_established(call_id)
