"""Which messages are copies of one another, and what each is called."""

from BaresipLibrary.events import SipMessage
from BaresipLibrary.sip.messages import Message
from BaresipLibrary.sip.outlines import Outline, outline
from BaresipLibrary.sip.seen_messages import MessageFilter, SeenMessage


def outlined(start: str, *headers: str, body: str = "", sent: bool = True) -> Outline:
    lines = [start, "Call-ID: c", *headers, "", body]
    return outline(Message("\r\n".join(lines)), sent=sent)


VIA, OTHER_VIA = "Via: SIP/2.0/UDP a;branch=z1", "Via: SIP/2.0/UDP a;branch=z2"
INVITE, OK, RINGING = "INVITE sip:b SIP/2.0", "SIP/2.0 200 OK", "SIP/2.0 180 Ringing"
CSEQ = "CSeq: 1 INVITE"


def test_a_retransmission_is_a_copy() -> None:
    assert outlined(INVITE, VIA, CSEQ).identity == outlined(INVITE, VIA, CSEQ).identity


def test_the_same_request_for_another_target_is_no_copy() -> None:
    assert outlined(INVITE, VIA, CSEQ).identity != outlined(INVITE, OTHER_VIA, CSEQ).identity


def test_what_is_sent_is_no_copy_of_what_is_received() -> None:
    here = outlined(INVITE, VIA, CSEQ, sent=True)
    assert here.identity != outlined(INVITE, VIA, CSEQ, sent=False).identity


def test_an_ack_that_is_sent_again_is_a_copy_whatever_its_branch() -> None:
    first = outlined("ACK sip:b SIP/2.0", VIA, "CSeq: 1 ACK", "To: <sip:b>;tag=t")
    again = outlined("ACK sip:b SIP/2.0", OTHER_VIA, "CSeq: 1 ACK", "To: <sip:b>;tag=t")
    assert first.identity == again.identity


def test_answers_of_two_phones_are_no_copies() -> None:
    one = outlined(OK, VIA, CSEQ, "To: <sip:b>;tag=1")
    assert one.identity != outlined(OK, VIA, CSEQ, "To: <sip:b>;tag=2").identity


def test_a_provisional_response_that_says_something_new_is_no_copy() -> None:
    first = outlined(RINGING, VIA, CSEQ, "To: <sip:b>;tag=1")
    assert first.identity == outlined(RINGING, VIA, CSEQ, "To: <sip:b>;tag=1").identity
    more = outlined(RINGING, VIA, CSEQ, "To: <sip:b>;tag=1", "Alert-Info: <urn:x>")
    assert first.identity != more.identity


def test_messages_are_called_as_filters_name_them() -> None:
    assert outlined(INVITE, CSEQ, "To: <sip:b>").words == "INVITE"
    assert outlined(INVITE, CSEQ, "To: <sip:b>;tag=1").words == "re-INVITE"
    assert outlined(OK, "CSeq: 9 BYE").words == "200 BYE"
    assert outlined(OK).words == "200"
    assert outlined("SUBSCRIBE sip:b SIP/2.0", "To: <sip:b>;tag=1").words == "re-SUBSCRIBE"
    assert outlined("BYE sip:b SIP/2.0", "To: <sip:b>;tag=1").words == "BYE"


def test_a_method_that_is_none_is_not_repeated() -> None:
    assert outlined("\x1b[31mEVIL sip:b SIP/2.0").words == "an unknown method"
    assert outlined("A" * 41 + " sip:b SIP/2.0").words == "an unknown method"
    assert outlined("SIP/2.0 200 OK", f"CSeq: 1 {'A' * 99}").words == "200 an unknown method"


def test_a_response_without_a_readable_status_is_no_request() -> None:
    seen = outlined("SIP/2.0 20 OK", VIA, CSEQ)
    assert not seen.is_request
    assert seen.words == "a response without a status to INVITE"
    assert not MessageFilter.parse("INVITE").select([(seen, seen)])
    assert MessageFilter().select([(seen, seen)])
    message = SeenMessage.of(SipMessage(0.0, True, "UDP", "a", "b", "SIP/2.0 20 OK\r\n\r\n"), seen)
    assert (message.status, message.reason) == (None, None)
