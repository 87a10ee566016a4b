"""Which sending and which receipt are one message, and which are retransmissions."""

from BaresipLibrary.events import SipMessage
from BaresipLibrary.sip.transmissions import merged


def seen(
    at: float,
    *,
    sent: bool,
    start: str = "INVITE sip:bob@b SIP/2.0",
    branch: str = "z9hG4bK1",
    cseq: str = "1 INVITE",
    to: str = "<sip:bob@b>",
) -> SipMessage:
    text = (
        f"{start}\r\nVia: SIP/2.0/UDP a:1;branch={branch};rport\r\nTo: {to}\r\n"
        f"Call-ID: c\r\nCSeq: {cseq}\r\n\r\n"
    )
    return SipMessage(at, sent, "UDP", "a:1", "b:2", text)


def test_a_sending_and_its_receipt_are_one() -> None:
    [one] = merged([("bob", seen(1.001, sent=False)), ("alice", seen(1.0, sent=True))])
    assert (one.sender, one.receiver, one.at, one.repetition) == ("alice", "bob", 1.0, 0)
    assert one.message.method == "INVITE"


def test_a_receipt_that_was_logged_first_still_belongs_to_its_sending() -> None:
    [one] = merged([("bob", seen(0.99, sent=False)), ("alice", seen(1.0, sent=True))])
    assert (one.sender, one.receiver) == ("alice", "bob")


def test_a_request_whose_sender_logged_it_late_comes_before_its_answer() -> None:
    answer = "SIP/2.0 180 Ringing"
    found = merged([
        ("alice", seen(1.009, sent=True)),
        ("bob", seen(1.001, sent=False)),
        ("bob", seen(1.004, sent=True, start=answer)),
        ("alice", seen(1.010, sent=False, start=answer)),
    ])  # fmt: skip
    assert [one.message.status for one in found] == [None, 180]
    assert [one.at for one in found] == [1.001, 1.004]


def test_a_message_that_a_proxy_forwards_is_another_message() -> None:
    there = seen(1.0, sent=True)
    on = seen(1.0, sent=False, branch="z9hG4bKproxy")
    first, second = merged([("alice", there), ("bob", on)])
    assert {first.sender, second.sender} == {"alice", None}
    assert {first.receiver, second.receiver} == {"bob", None}


def test_retransmissions_are_counted_and_the_one_that_arrived_is_known() -> None:
    sightings = [("alice", seen(at, sent=True)) for at in (0.0, 0.5, 1.5)]
    found = merged([*sightings, ("bob", seen(1.501, sent=False))])
    assert [(one.repetition, one.receiver) for one in found] == [(0, None), (1, None), (2, "bob")]


def test_retransmissions_of_a_foreign_host_are_counted_too() -> None:
    found = merged([("bob", seen(at, sent=False)) for at in (0.0, 0.5)])
    assert [(one.sender, one.receiver, one.repetition) for one in found] == [
        (None, "bob", 0),
        (None, "bob", 1),
    ]


def test_answers_with_different_tags_are_different_messages() -> None:
    ringing = [
        ("alice", seen(at, sent=False, start="SIP/2.0 180 Ringing", to=f"<sip:b>;tag={tag}"))
        for at, tag in ((0.1, "x"), (0.2, "y"))
    ]
    assert [one.repetition for one in merged(ringing)] == [0, 0]


def test_a_message_without_via_or_cseq_is_still_a_message() -> None:
    odd = SipMessage(1.0, False, "UDP", "a:1", "b:2", "nonsense")
    assert merged([("bob", odd)])[0].message.start_line == "nonsense"
