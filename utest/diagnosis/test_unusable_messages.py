"""Answers, ACKs and INVITEs that a stack cannot use: the sentence says what is wrong with them."""

import time

import pytest

from BaresipLibrary.diagnosis.call_setup import explain_setup
from BaresipLibrary.diagnosis.incoming_calls import describe_missing_call, explain_missing_call
from BaresipLibrary.diagnosis.unusable_messages import explain_refused_end
from BaresipLibrary.events import ClosedBy, UnfittingAnswer
from BaresipLibrary.report.event_words import line

from ..scripted import Phone

BOB = "sip:bob@127.0.0.1:40002"
VIA = "Via: SIP/2.0/UDP h;branch=z9hG4bK1"
SDP = "v=0\r\nm=audio 4000 RTP/AVP 0\r\n"
BAD = "a=rtpmap:0 PCMU"
TOLD = "has the line 'a=rtpmap:0 PCMU', which baresip does not read."


def text(start: str, *lines: str, body: str = "") -> str:
    kind = ["Content-Type: application/sdp"] if body else []
    return "\r\n".join([start, VIA, *lines, *kind, "", body])


def dialled(phone: Phone, *answers: str, words: str = "Bad message") -> str | None:
    """What explains a call that failed with these words after the answers."""
    call_id = phone.agent.dial(BOB)
    of_call = f"Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\nFrom: <sip:a@h>;tag=f"
    phone.sip(text(f"INVITE {BOB} SIP/2.0", of_call, "To: <sip:b@h>", body=SDP), sent=True)
    for answer in answers:
        start, _, rest = answer.partition("\n")
        has_from = "From:" in rest
        lines = of_call.rpartition("\r\n")[0] if has_from else of_call
        head, _, body = rest.partition("\n\n")
        phone.sip(text(f"SIP/2.0 {start}", lines, *head.split("\n"), body=body))
    phone.closes(call_id, ClosedBy.FAILURE, words=words)
    return explain_setup(phone.agent, phone.agent.calls[0], [])


ONLY_SIP = "baresip sends requests to sip: URIs only."
OK = "200 OK\nTo: <sip:b@h>;tag=t\nContact: "
RINGING = "180 Ringing\nTo: <sip:b@h>;tag=t\nContact: "


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            f"{OK}<tel:+49155>\n\n{SDP}",
            f"The Contact of the 200 OK is '<tel:+49155>': {ONLY_SIP}",
        ),
        (
            f"{OK}<sip:b@h>\nRecord-Route: <sips:p@h;lr>\n\n{SDP}",
            f"The Record-Route of the 200 OK is '<sips:p@h;lr>': {ONLY_SIP}",
        ),
        (
            f"{RINGING}*",
            f"The Contact of the 180 Ringing is '*': {ONLY_SIP}",
        ),
        (
            f"183 Progress\nTo: <sip:b@h>;tag=t\n\n{SDP}{BAD}\r\n",
            f"The SDP of the 183 Progress {TOLD}",
        ),
        (
            f"{OK}<sip:b@h>\nFrom: <sip:a@h>;tag=x\n\n{SDP}",
            "A 200 OK came whose From tag is 'x', and the INVITE has 'f'.",
        ),
        (
            "180 Ringing\nTo: <sip:b@h>;tag=t\nFrom: <sip:a@h>;tag=x",
            "A 180 Ringing came whose From tag is 'x', and the INVITE has 'f'.",
        ),
        (
            f"{RINGING}<sips:b@h>\nRSeq: 1",
            f"The Contact of the 180 Ringing is '<sips:b@h>': {ONLY_SIP}",
        ),
        (
            f"{OK}<sips:b@h>\nRecord-Route: <sip:p@h;lr>\n\n{SDP}m=video 0 RTP/AVP 96\r\n",
            "The 200 OK describes 2 streams, and alice offered 1 stream.",
        ),
        (f"{RINGING}<sips:b@h>", None),
        (f"{RINGING.replace(';tag=t', '')}*", None),
        (f"{RINGING}sip:b@h;x=1", None),
        ("180 Ringing\nTo: <sip:b@h>;tag=t", None),
    ],
)
def test_an_answer_that_ended_a_call_is_told_with_its_fault(
    phone: Phone, answer: str, told: str | None
) -> None:
    assert dialled(phone, answer) == told


def test_words_of_an_answer_are_words_of_a_failure(phone: Phone) -> None:
    answer = "180 Ringing\nTo: <sip:b@h>;tag=t\nFrom: <sip:a@h>;tag=x"
    told = dialled(phone, answer, words="180 Ringing")
    assert told == "A 180 Ringing came whose From tag is 'x', and the INVITE has 'f'."


def called(phone: Phone, ack: str, offer: str = SDP, body: str = "") -> None:
    """A call that the agent answers, and an ACK."""
    begin = "Call-ID: in-1\r\nFrom: <sip:b@h>;tag=f"
    phone.rings("in-1", BOB)
    phone.sip(text("INVITE sip:a SIP/2.0", begin, "CSeq: 1 INVITE", "To: <sip:a>", body=offer))
    answer = text("SIP/2.0 200 OK", begin, "CSeq: 1 INVITE", "To: <sip:a>;tag=t", body=SDP)
    phone.sip(answer, sent=True)
    phone.sip(text("ACK sip:a SIP/2.0", "Call-ID: in-1", "CSeq: 1 ACK", ack, body=body))


@pytest.mark.parametrize(
    ("ack", "differs"),
    [
        ("From: <sip:b@h>;tag=f\r\nTo: <sip:a>;tag=x", "the To tag 'x', and the 200 OK has 't'"),
        ("From: <sip:b@h>;tag=f\r\nTo: <sip:a>", "the To tag '', and the 200 OK has 't'"),
        ("From: <sip:b@h>;tag=x\r\nTo: <sip:a>;tag=t", "the From tag 'x', and the INVITE has 'f'"),
    ],
)
def test_an_ack_of_another_dialog_is_told(phone: Phone, ack: str, differs: str) -> None:
    called(phone, ack)
    told = f"alice answered 200 OK (0 retransmissions), and an ACK came that has {differs}."
    assert explain_setup(phone.agent, phone.agent.calls[0], []) == told


def test_an_ack_of_the_dialog_is_an_acknowledgement(phone: Phone) -> None:
    called(phone, "From: <sip:b@h>;tag=f\r\nTo: <sip:a>;tag=t")
    assert explain_setup(phone.agent, phone.agent.calls[0], []) is None


def test_the_ack_of_a_call_that_came_by_another_way_is_not_told(phone: Phone) -> None:
    """As a proxy sends it, at which the agent is registered twice (RFC 3261, section 8.2.2.2)."""
    begin = "Call-ID: in-1\r\nFrom: <sip:b@h>;tag=f"
    phone.rings("in-1", BOB)
    for way in "tu":
        invite = text("INVITE sip:a SIP/2.0", begin, "CSeq: 1 INVITE", "To: <sip:a>", body=SDP)
        phone.sip(invite.replace("z9hG4bK1", f"z9hG4bK{way}"))
        answer = text("SIP/2.0 200 OK", begin, "CSeq: 1 INVITE", f"To: <sip:a>;tag={way}", body=SDP)
        phone.sip(answer.replace("z9hG4bK1", f"z9hG4bK{way}"), sent=True)
    phone.sip(text("ACK sip:a SIP/2.0", begin, "CSeq: 1 ACK", "To: <sip:a>;tag=u"))
    told = "alice answered 200 OK (0 retransmissions), and no ACK came."
    assert explain_setup(phone.agent, phone.agent.calls[0], []) == told


def test_sdp_of_an_ack_that_cannot_be_read_is_told(phone: Phone) -> None:
    called(phone, "From: <sip:b@h>;tag=f\r\nTo: <sip:a>;tag=t", "", f"{SDP}{BAD}\r\n")
    phone.closes("in-1", ClosedBy.FAILURE, words="Bad message")
    told = explain_setup(phone.agent, phone.agent.calls[0], [])
    assert told == f"The SDP of the ACK {TOLD}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("Call-ID: in-1\r\n", ""), "It had no Call-ID."),
        (("Contact: <sip:b@h>\r\n", ""), "It had no Contact."),
        (("Contact: <sip:b@h>", "Contact: *"), "Its Contact was *."),
        (("1 INVITE", "1 OPTIONS"), "Its CSeq was 1 OPTIONS."),
        ((";tag=f", ""), "Its From was <sip:b@h>."),
        ((";branch=z9hG4bK1", ""), "Its Via was SIP/2.0/UDP h."),
        (("Contact: <sip:b@h>", "Contact: <sips:b@h>"), "It offered PCMU/8000 over RTP/AVP."),
        (("branch=z9hG4bK1", "branch=1"), "It offered PCMU/8000 over RTP/AVP."),
        (("", ""), "It offered PCMU/8000 over RTP/AVP."),
    ],
)
def test_what_an_invite_lacks_that_was_refused_is_told(
    phone: Phone, change: tuple[str, str], told: str
) -> None:
    lines = "Call-ID: in-1\r\nContact: <sip:b@h>\r\nFrom: <sip:b@h>;tag=f\r\nTo: <sip:a@h>"
    invite = text("INVITE sip:a@h SIP/2.0", f"{lines}\r\nCSeq: 1 INVITE", body=SDP).replace(*change)
    phone.sip(invite)
    head = invite.partition("\r\n")[2].partition("\r\nContent-Type")[0]
    phone.sip(f"SIP/2.0 400 Bad Request\r\n{head}\r\n\r\n", sent=True)
    assert explain_missing_call(phone.agent, []) == told
    said = describe_missing_call(phone.agent, time.monotonic(), 1)
    assert said == "alice's own stack refused the INVITE from sip:b@h with 400 Bad Request"


@pytest.mark.parametrize(
    ("branch", "told"),
    [
        ("1", "The branch of its Via was '1', which does not begin with z9hG4bK."),
        ("z9hG4bK1", "It offered PCMU/8000 over RTP/AVP; alice accepts every codec that it has"),
    ],
)
def test_the_branch_of_an_old_phone_is_told(phone: Phone, branch: str, told: str) -> None:
    head = "Call-ID: in-1\r\nCSeq: 1 INVITE\r\nFrom: <sip:b@h>;tag=f\r\nTo: <sip:a@h>"
    invite = text("INVITE sip:a@h SIP/2.0", head, body=SDP)
    phone.sip(invite.replace("z9hG4bK1", branch))
    answer = text("SIP/2.0 606 Not Acceptable", head)
    phone.sip(answer.replace("z9hG4bK1", branch), sent=True)
    assert (explain_missing_call(phone.agent, []) or "").startswith(told)


def test_messages_that_could_not_be_read_may_have_been_a_call(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(phone.backend), "unreadable", 1)
    assert describe_missing_call(phone.agent, time.monotonic(), 5) == (
        "nobody called within 5 s in a way that baresip can read: 1 message arrived that it could"
        " not read"
    )


def test_a_bye_that_was_refused_explains_a_call_that_goes_on(phone: Phone) -> None:
    called(phone, "From: <sip:b@h>;tag=f\r\nTo: <sip:a>;tag=t")
    phone.is_established("in-1")
    call = phone.agent.calls[0]
    assert explain_refused_end(phone.agent, call) is None
    head = "Call-ID: in-1\r\nFrom: <sip:b@h>;tag=f\r\nTo: <sip:a>;tag=x\r\nCSeq: 2 BYE"
    phone.sip(text("BYE sip:a SIP/2.0", head))
    phone.sip(text("SIP/2.0 481 Gone", head), sent=True)
    told = explain_refused_end(phone.agent, call)
    assert told == (
        "A BYE came (CSeq 2, From tag 'f', To tag 'x'), and alice's own stack refused it with 481"
        " Gone."
    )
    phone.closes("in-1", ClosedBy.US)
    assert explain_refused_end(phone.agent, call) is None


@pytest.mark.parametrize(
    "start", ["INVITE sip:a SIP/2.0", "UPDATE sip:a SIP/2.0", "ACK sip:a SIP/2.0"]
)
def test_sdp_that_cannot_be_read_is_noted_once(phone: Phone, start: str) -> None:
    head = f"Call-ID: in-1\r\nTo: <sip:a>;tag=t\r\nCSeq: 2 {start.split()[0]}"
    for _ in range(2):
        phone.sip(text(start, head, body=f"{SDP}{BAD}\r\n"))
    phone.sip(text(start, head, body=f"{SDP}{BAD}\r\n"), sent=True)
    phone.sip(text("MESSAGE sip:a SIP/2.0", "Call-ID: m\r\nCSeq: 1 MESSAGE", body=f"{SDP}{BAD}"))
    noted = phone.agent.journal.of_kind(UnfittingAnswer)
    assert [line(one) for one in noted] == [
        f"UNFITTING: the SDP of the {start.split()[0]} {TOLD.rstrip('.')}"
    ]


def test_an_offer_whose_answer_cannot_be_read_agrees_on_nothing(phone: Phone) -> None:
    called(phone, "From: <sip:b@h>;tag=f\r\nTo: <sip:a>;tag=t", "", f"{SDP}{BAD}\r\n")
    assert phone.agent.calls[0].exchange is None
    phone.closes("in-1", ClosedBy.FAILURE, words="Bad message")
    assert phone.agent.calls[0].exchange is None


def test_a_call_that_is_not_acknowledged_has_its_media(phone: Phone) -> None:
    called(phone, "From: <sip:b@h>;tag=x\r\nTo: <sip:a>;tag=t")
    phone.closes("in-1", ClosedBy.FAILURE, words="Connection timed out")
    assert phone.agent.calls[0].exchange is not None
