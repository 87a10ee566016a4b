"""Requests, answers and ACKs of one agent, put together."""

from dataclasses import replace

from BaresipLibrary.events import SipMessage
from BaresipLibrary.sip.transactions import Transaction, transactions


def seen(at: float, start: str, cseq: str, *, sent: bool, branch: str = "z9hG4bK1") -> SipMessage:
    via = f"SIP/2.0/UDP 127.0.0.1;branch={branch};rport"
    text = f"{start}\r\nVia: {via}\r\nTo: <sip:b@c>\r\nCall-ID: one\r\nCSeq: {cseq}\r\n\r\n"
    return SipMessage(at, sent, "UDP", "a:1", "b:2", text)


def invite(at: float, **more: str) -> SipMessage:
    return seen(at, "INVITE sip:b@c SIP/2.0", "1 INVITE", sent=True, **more)


def only(*events: SipMessage) -> Transaction:
    (one,) = transactions(events)
    return one


def test_retransmissions_and_answers_belong_to_one_request() -> None:
    one = only(
        invite(1.0),
        invite(1.5),
        seen(1.7, "SIP/2.0 100 Trying", "1 INVITE", sent=False),
        seen(3.25, "SIP/2.0 486 Busy Here", "1  INVITE", sent=False),
    )
    assert one.retransmissions == "1 retransmission"
    assert [(answer.words, answer.when) for answer in one.answers] == [
        ("100 Trying", "700 ms"),
        ("486 Busy Here", "2.2 s"),
    ]
    assert one.final is one.last_answer is one.answers[1]
    assert one.begins_dialog


def test_an_ack_of_a_2xx_has_a_branch_of_its_own() -> None:
    ack = seen(2.0, "ACK sip:b@c SIP/2.0", "1 ACK", sent=True, branch="z9hG4bKother")
    other = seen(2.0, "ACK sip:b@c SIP/2.0", "2 ACK", sent=True)
    assert only(invite(1.0), ack).acknowledgements == [ack]
    assert only(invite(1.0), other).acknowledgements == []


def test_each_ack_is_of_the_invite_whose_tag_or_branch_it_has() -> None:
    """A call that a proxy has forked may come by two ways, with the same Call-ID and CSeq."""

    def arrives(at: float, start: str, cseq: str, tag: str, branch: str) -> SipMessage:
        is_answer = start.startswith("SIP")
        event = seen(at, start, cseq, sent=is_answer, branch=branch)
        return replace(event, text=event.text.replace("<sip:b@c>", f"<sip:b@c>{tag}"))

    ways = [("z9hG4bK1", ";tag=one"), ("z9hG4bK2", ";tag=two")]
    for status, branches in (("200 OK", ("z9hG4bK8", "z9hG4bK9")), ("486 No", ("z9hG4bK1",) * 2)):
        events = []
        for branch, tag in ways:
            events += [
                arrives(1.0, "INVITE sip:b@c SIP/2.0", "1 INVITE", "", branch),
                arrives(2.0, f"SIP/2.0 {status}", "1 INVITE", tag, branch),
            ]
        acks = [
            arrives(3.0, "ACK sip:b@c SIP/2.0", "1 ACK", ";tag=one", branch) for branch in branches
        ]
        first, second = transactions([*events, *acks])
        assert (first.acknowledgements, second.acknowledgements) == (acks, [])


def test_an_answer_to_another_request_is_left_out() -> None:
    strangers = (
        seen(2.0, "SIP/2.0 200 OK", "1 INVITE", sent=False, branch="z9hG4bK2"),
        seen(2.0, "SIP/2.0 200 OK", "1 CANCEL", sent=False),
        seen(2.0, "SIP/2.0 200 OK", "2 INVITE", sent=False),
        seen(2.0, "SIP/2.0 200 OK", "1 INVITE", sent=True),
        seen(2.0, "no SIP at all", "1 INVITE", sent=False),
    )
    for stranger in strangers:
        found = transactions([invite(1.0), stranger])
        assert not found[0].answers, stranger


def test_requests_are_in_the_order_of_time_and_a_request_of_each_side_is_another() -> None:
    theirs = seen(0.5, "INVITE sip:b@c SIP/2.0", "1 INVITE", sent=False)
    assert [one.sent for one in transactions([invite(1.0), theirs])] == [False, True]
