"""Requests that the stack owes: after another phone's answer, and after another challenge."""

import pytest

from BaresipLibrary.sip.messages import Message
from BaresipLibrary.sip.owed_requests import (
    Acknowledgements,
    Forks,
    Latest,
    OwedRequests,
    Request,
    Retries,
)

INVITE = (
    "INVITE sip:200@pbx SIP/2.0\r\nFrom: <sip:a@pbx>;tag=a1\r\nTo: <sip:200@pbx>\r\n"
    "Call-ID: c\r\nCSeq: 7 INVITE\r\nProxy-Authorization: Digest realm=r,nonce=n\r\n\r\n"
)


def answer(tag: str, status: str = "200 OK", *more: str, number: int = 7) -> Message:
    lines = [
        f"SIP/2.0 {status}",
        f"To: <sip:200@pbx>;tag={tag}",
        "Call-ID: c",
        f"CSeq: {number} INVITE",
        f"Contact: <sip:{tag}@h:1>",
        *more,
    ]
    return Message("\r\n".join([*lines, "", ""]))


def test_a_second_phone_gets_its_ack_once_more_and_one_bye() -> None:
    owed = OwedRequests()
    assert owed.take(Message(INVITE), sent=True) == ()
    assert owed.take(answer("x", "180 Ringing"), sent=False) == ()
    assert owed.take(answer("b1"), sent=False) == ()
    assert owed.take(answer("b1"), sent=False) == ()
    routed = answer(
        "b2", "200 OK", "Record-Route: <sip:p1;lr>, <sip:p2,x;lr>", "Record-Route: <sip:p3;lr>"
    )
    ack, bye = owed.take(routed, sent=False)
    assert (ack.method, bye.method) == ("ACK", "BYE")
    assert ack.uri == bye.uri == "sip:b2@h:1"
    assert ack.routes == bye.routes == ("<sip:p3;lr>", "<sip:p2,x;lr>", "<sip:p1;lr>")
    assert dict(ack.headers)["To"] == "<sip:200@pbx>;tag=b2"
    assert dict(ack.headers)["CSeq"] == "7 ACK"
    assert dict(ack.headers)["Proxy-Authorization"] == "Digest realm=r,nonce=n"
    assert dict(bye.headers)["CSeq"] == "8 BYE"
    assert owed.take(routed, sent=False) == ()  # the ACK is on its way
    sent = f"ACK {ack.uri} SIP/2.0\r\n" + "".join(f"{n}: {v}\r\n" for n, v in ack.headers)
    owed.take(Message(sent), sent=True)
    assert [one.method for one in owed.take(routed, sent=False)] == ["ACK"]


def test_a_lost_ack_is_repeated_as_it_was() -> None:
    acknowledgements = Acknowledgements()
    ack = Message(
        "ACK sip:b@h SIP/2.0\r\nRoute: <sip:p;lr>\r\nFrom: f\r\nTo: <sip:200@pbx>;tag=b1\r\n"
        "Call-ID: c\r\nCSeq: 7 ACK\r\nContent-Type: application/sdp\r\n"
        "Content-Length: 5\r\n\r\nv=0"
    )
    assert acknowledgements.take(answer("b1"), sent=False) is None
    assert acknowledgements.take(ack, sent=True) is None
    again = acknowledgements.take(answer("b1"), sent=False)
    assert again is not None
    assert (again.method, again.uri, again.body) == ("ACK", "sip:b@h", "v=0\r\n")
    assert again.routes == ("<sip:p;lr>",)
    assert dict(again.headers)["CSeq"] == "7 ACK"
    assert acknowledgements.take(answer("b2"), sent=False) is None
    assert acknowledgements.take(answer("b1", number=8), sent=False) is None


def test_other_answers_are_not_from_a_second_phone() -> None:
    forks = Forks()
    assert forks.take(answer("b0"), sent=False) is None  # to nothing that was sent
    forks.take(Message(INVITE), sent=True)
    forks.take(answer("b1"), sent=False)
    for message, sent in (
        (answer("b2", "486 Busy"), False),
        (answer("b2", number=8), False),
        (answer("b2"), True),
        (Message(answer("b2").text.replace("INVITE", "OPTIONS")), False),
    ):
        assert forks.take(message, sent=sent) is None
    reinvite = Message(
        INVITE.replace("sip:200@pbx>\r", "sip:200@pbx>;tag=b1\r").replace("7 I", "8 I")
    )
    forks.take(reinvite, sent=True)
    assert forks.take(answer("b1", number=8), sent=False) is None
    another = forks.take(answer("b2"), sent=False)
    assert another and another.is_new and another.contact == "sip:b2@h:1"


def test_a_phone_that_accepts_after_a_refusal_gets_its_ack_and_bye() -> None:
    owed = OwedRequests()
    owed.take(Message(INVITE), sent=True)
    assert owed.take(answer("b1", "486 Busy"), sent=False) == ()
    assert owed.take(answer("b1", "486 Busy"), sent=False) == ()
    assert [one.method for one in owed.take(answer("b2"), sent=False)] == ["ACK", "BYE"]
    assert owed.take(answer("b2"), sent=False) == ()


@pytest.mark.parametrize("responses", [[], ["100 Trying"]])
def test_a_call_that_is_given_up_before_any_response_owes_the_ack_and_the_bye(
    responses: list[str],
) -> None:
    """After a response the stack itself sends a CANCEL, or what a 200 needs."""
    owed = OwedRequests()
    owed.take(Message(INVITE), sent=True)
    for status in responses:
        owed.take(answer("", status), sent=False)
    owed.close("c")
    owed.take(Message(INVITE), sent=True)  # a retransmission that shows late
    due = [one.method for one in owed.take(answer("b"), sent=False)]
    assert due == ([] if responses else ["ACK", "BYE"])


@pytest.mark.parametrize(
    ("before", "is_late"), [(["486 Busy"], True), (["200 OK", "486 No"], False)]
)
def test_a_refusal_makes_another_phone_late_only_before_the_first(
    before: list[str], is_late: bool
) -> None:
    forks = Forks()
    forks.take(Message(INVITE), sent=True)
    for status in before:
        forks.take(answer("b1", status), sent=False)
    another = forks.take(answer("b2"), sent=False)
    assert another and another.is_late is is_late


def bye(number: int, nonce: str = "", method: str = "BYE") -> Message:
    shown = f'Proxy-Authorization: Digest realm="R",nonce="{nonce}"\r\n' if nonce else ""
    return Message(
        f"{method} sip:b@h SIP/2.0\r\nRoute: <sip:p;lr>\r\nFrom: x\r\nTo: y\r\nCall-ID: c\r\n"
        f"CSeq: {number} {method}\r\n{shown}Reason: Q.850;cause=16\r\nContent-Length: 0\r\n\r\n"
    )


def challenge(number: int, more: str = "", realm: str = "r", method: str = "BYE") -> Message:
    return Message(
        f"SIP/2.0 407 No\r\nCall-ID: c\r\nCSeq: {number} {method}\r\n"
        f'Proxy-Authenticate: Digest realm="{realm}",nonce="n2"{more}\r\n\r\n'
    )


def test_a_bye_with_old_credentials_is_sent_again() -> None:
    retries = Retries()
    assert retries.take(bye(7, "n1"), sent=True) is None
    again = retries.take(challenge(7), sent=False)
    assert isinstance(again, Request)
    assert (again.method, again.uri, again.routes) == ("BYE", "sip:b@h", ("<sip:p;lr>",))
    headers = dict(again.headers)
    assert (headers["From"], headers["To"], headers["Call-ID"]) == ("x", "y", "c")
    assert (headers["CSeq"], headers["Reason"]) == ("8 BYE", "Q.850;cause=16")
    assert again.challenge == challenge(7).text


def test_a_bye_is_under_way_until_its_last_answer() -> None:
    owed = OwedRequests()
    assert not owed.awaits_end
    owed.take(bye(7, "n1"), sent=True)
    assert owed.awaits_end
    assert owed.take(challenge(7), sent=False)
    assert owed.awaits_end  # before the next one is traced
    owed.take(bye(8, "n2"), sent=True)
    owed.take(Message("SIP/2.0 200 OK\r\nCall-ID: c\r\nCSeq: 8 BYE\r\n\r\n"), sent=False)
    assert not owed.awaits_end


def test_a_challenged_request_is_sent_again_once() -> None:
    retries = Retries()
    retries.take(bye(7, "n1"), sent=True)
    assert retries.take(challenge(7), sent=False)
    retries.take(bye(8, "n2"), sent=True)
    assert retries.take(challenge(8), sent=False) is None


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (bye(7), challenge(7)),  # the stack answers the first challenge
        (bye(7, "n1"), challenge(7, ",stale=true")),
        (bye(7, "n1"), challenge(7, realm="another")),
        (bye(7, "n1", "OPTIONS"), challenge(7, method="OPTIONS")),
        (bye(7, "n1"), challenge(6)),
        (bye(7, "n1"), Message("SIP/2.0 200 OK\r\nCall-ID: c\r\nCSeq: 7 BYE\r\n\r\n")),
    ],
)
def test_nothing_is_owed_where_the_stack_acts_by_itself(request_: Message, reply: Message) -> None:
    retries = Retries()
    retries.take(request_, sent=True)
    assert retries.take(reply, sent=False) is None


def test_the_body_is_whole_although_the_trace_lacks_its_end() -> None:
    retries = Retries()
    info = bye(7, "n1", "INFO").text.replace("Content-Length: 0", "Content-Length: 23")
    retries.take(Message(f"{info}Signal=5\r\nDuration=99"), sent=True)
    again = retries.take(challenge(7, method="INFO"), sent=False)
    assert again is not None and again.body == "Signal=5\r\nDuration=99\r\n"


def test_a_long_run_forgets_the_oldest_transactions() -> None:
    latest: Latest[int, int] = Latest()
    for number in range(1000):
        latest[number] = number
    assert len(latest) == 200 and 999 in latest and 0 not in latest
