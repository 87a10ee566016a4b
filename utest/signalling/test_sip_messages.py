"""SIP messages are found, counted and awaited."""

import threading
import time

import pytest

from BaresipLibrary.agents import journal as journals
from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import AgentGone, NothingYet, PhoneFailure, UsageError
from BaresipLibrary.events import AgentDied, SipMessage
from BaresipLibrary.signalling.sip_messages import MessageQuery
from BaresipLibrary.sip.seen_messages import MessageFilter

from ..scripted import Phone
from .calls_with_messages import (
    BOB,
    dials,
    is_answered,
    is_refused,
    query,
    request,
    response,
    text,
    wait,
)


def test_the_newest_message_is_taken_apart(phone: Phone) -> None:
    dials(phone)
    phone.sip(response(180, "INVITE"))
    body = "v=0\r\n"
    ok = text("SIP/2.0 200 All Right", "1 INVITE", "out-1", "X-A: 1", "x-a: 2", tag="t", body=body)
    phone.sip(ok)
    message = query(phone, "received 2xx").newest()
    assert (message.start_line, message.status, message.reason) == (
        "SIP/2.0 200 All Right",
        200,
        "All Right",
    )
    assert (message.method, message.sent, message.direction) == ("INVITE", False, "received")
    assert (message.call_id, message.retransmission, message.body) == ("out-1", 0, body)
    assert message.headers["X-A"] == message.headers["x-a"] == ["1", "2"]
    assert message.headers["t"] == message.headers["To"]
    assert "X-B" not in message.headers
    assert time.monotonic() - message.at < 5
    assert str(message) == ok
    assert repr(message) == "<received 'SIP/2.0 200 All Right'>"
    invite = query(phone, "INVITE").newest()
    assert (invite.method, invite.status, invite.reason, invite.sent) == (
        "INVITE",
        None,
        None,
        True,
    )


def test_secrets_show_nowhere(phone: Phone) -> None:
    header = 'Authorization: Digest username="u", response="0123456789abcdef"'
    phone.sip(request("REGISTER", 1, "r", header), sent=True)
    message = query(phone, "REGISTER").newest()
    assert message.headers["Authorization"] == ['Digest username="u", response="***"']
    assert "0123456789abcdef" not in f"{message} {message!r} {vars(message)}"


def test_a_retransmission_counts_once_unless_asked_for(phone: Phone) -> None:
    call_id = dials(phone)
    for _ in range(2):
        phone.sip(request("INVITE", 1, call_id), sent=True)
    phone.sip(request("INVITE", 2, call_id), sent=True)
    assert query(phone, "INVITE").count() == 2
    assert query(phone, "INVITE", copies=True).count() == 4
    copies = query(phone, "INVITE", copies=True).all()
    assert [message.retransmission for message in copies] == [0, 1, 2, 0]
    assert [message.retransmission for message in query(phone, "INVITE").all()] == [0, 0]


def test_messages_of_one_call_and_of_none(phone: Phone) -> None:
    first, second = dials(phone), dials(phone)
    phone.sip(request("NOTIFY", 5, first, tag="t"))
    phone.sip(request("NOTIFY", 6, "subscription", tag="t"))
    phone.sip(request("OPTIONS", 7, "options"))
    phone.sip(request("INVITE", 8, "refused by the stack"))
    assert [message.call_id for message in query(phone, "INVITE", second).all()] == [second]
    assert [message.call_id for message in query(phone, "NOTIFY").all()] == [first, "subscription"]
    assert [message.call_id for message in query(phone, "NOTIFY", "none").all()] == ["subscription"]
    outside = MessageQuery(phone.agent, MessageFilter(), "NONE").all()
    assert [message.method for message in outside] == ["NOTIFY", "OPTIONS"]
    assert query(phone, "INVITE", "refused by the stack").count() == 1


def test_an_unknown_call_is_no_call_without_messages(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    assert query(phone, "INVITE", call_id).count() == 0
    for read in (MessageQuery.count, MessageQuery.all, MessageQuery.newest):
        with pytest.raises(NothingYet, match=f"Call-ID 'x'. Its calls: {call_id}"):
            read(query(phone, "INVITE", "x"))


def test_a_message_that_is_missing_is_told_with_those_that_came(phone: Phone) -> None:
    call_id = dials(phone)
    phone.sip(response(100, "INVITE"))
    for _ in range(2):
        phone.sip(response(180, "INVITE"))
    is_refused(phone, call_id)
    with pytest.raises(NothingYet) as missing:
        query(phone, "received 200 BYE").newest()
    assert str(missing.value) == (
        "alice has received no 200 to a BYE. It has received 100 INVITE, 180 INVITE, 486 INVITE."
    )
    with pytest.raises(
        NothingYet, match="alice has seen no BYE in that call. It has sent INVITE, A"
    ):
        query(phone, "BYE", call_id).newest()
    with pytest.raises(
        NothingYet, match=r"no BYE outside of calls. It has sent nothing and received"
    ):
        query(phone, "BYE", "NONE").newest()


def test_of_many_messages_the_last_are_named(phone: Phone) -> None:
    for number in range(30):
        phone.sip(request("OPTIONS", number, str(number)))
    with pytest.raises(NothingYet) as missing:
        query(phone, "received BYE").newest()
    assert str(missing.value).endswith("received 30 messages, the last OPTIONS (12 times).")


def test_a_backend_without_a_trace_is_refused(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone.backend, "shows_messages", False)
    without = frozenset(Capability) - {Capability.SHOW_MESSAGES}
    monkeypatch.setattr(phone.backend, "capabilities", without)
    with pytest.raises(UsageError, match=r"alice cannot show its SIP messages: .* can\."):
        query(phone, "BYE")


def test_what_was_forgotten_is_not_counted_silently(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "MOST_MESSAGES", 3)
    for number in range(4):
        phone.sip(request("OPTIONS", number, str(number)))
    call_id = dials(phone)
    with pytest.raises(
        PhoneFailure, match="has seen more SIP messages than are kept. Of the newest"
    ):
        query(phone, "OPTIONS").count()
    assert query(phone, "INVITE", call_id).count() == 1
    assert query(phone, "OPTIONS").newest().call_id == "3"
    assert query(phone, "OPTIONS").has_forgotten
    with pytest.raises(NothingYet, match=r"OPTIONS \(2 times\)\. Only the newest \d+ messages are"):
        query(phone, "received BYE").newest()
    for number in range(3):
        phone.sip(request("INFO", number + 2, call_id, tag="t"))
    with pytest.raises(PhoneFailure, match="more SIP messages than are kept"):
        query(phone, "INVITE", call_id).count()


def test_what_a_wait_looks_for_came_since_the_last_keyword_that_acted(phone: Phone) -> None:
    call_id = dials(phone)
    phone.sip(response(180, "INVITE"))
    phone.agent.begin_keyword(ends=False)
    is_answered(phone, call_id)
    phone.agent.mark_seen()
    assert wait(phone, "200").status == 200
    assert wait(phone, "200").status == 200, "another wait may find it again"
    with pytest.raises(CallFailure) as late:
        wait(phone, "18x", 0)
    assert str(late.value) == (
        "alice has seen no 18x since the last keyword that acted (1 before that) within 0 s."
        " It has sent INVITE, ACK and received 180 INVITE, 200 INVITE."
    )


def test_a_retransmission_of_an_old_message_ends_no_wait(phone: Phone) -> None:
    call_id = dials(phone)
    is_answered(phone, call_id)
    phone.agent.begin_keyword(ends=False)
    phone.sip(response(200, "INVITE"))
    with pytest.raises(CallFailure, match="alice has received no 200 to an INVITE since"):
        wait(phone, "received 200 INVITE", 0)


def test_of_several_messages_the_first_is_returned(phone: Phone) -> None:
    dials(phone)
    phone.sip(response(183, "INVITE"))
    phone.sip(response(180, "INVITE"))
    assert wait(phone, "18x").status == 183


def test_a_message_that_comes_ends_the_wait(phone: Phone) -> None:
    dials(phone)
    threading.Timer(0.05, phone.sip, [response(180, "INVITE")]).start()
    assert wait(phone, "received 180 INVITE").status == 180


def test_an_answer_to_a_reinvite_is_known_by_its_request(phone: Phone) -> None:
    call_id = dials(phone)
    is_answered(phone, call_id)
    phone.sip(request("INVITE", 2, call_id, tag="t"), sent=True)
    phone.agent.begin_keyword(ends=False)
    phone.sip(response(200, "INVITE", 2))
    assert wait(phone, "200 re-INVITE").headers["CSeq"] == ["2 INVITE"]


def test_the_late_message_is_recognised(phone: Phone) -> None:
    dials(phone)
    with pytest.raises(CallFailure) as late:
        wait(phone, "180", 0)
    phone.sip(response(183, "INVITE"))
    phone.sip(response(180, "INVITE"))
    assert late.value.awaited is not None
    seen = list(phone.agent.journal.of_kind(SipMessage))
    assert [late.value.awaited(event) for event in seen] == [False, False, True]


def test_a_dead_agent_ends_the_wait_unless_the_message_came_before(phone: Phone) -> None:
    dials(phone)
    phone.sip(response(180, "INVITE"))
    phone.backend.feed(AgentDied(time.monotonic(), 1, ""))
    assert wait(phone, "180").status == 180
    with pytest.raises(AgentGone, match="alice is dead"):
        wait(phone, "200")


#: What cannot come by itself once all calls are over, and what can at any time.


def test_a_message_that_shows_in_the_trace_late_is_still_old(phone: Phone) -> None:
    call_id = dials(phone)
    before = time.monotonic()
    phone.agent.begin_keyword(ends=False)
    for at, status in ((before, 180), (time.monotonic(), 183)):
        message = response(status, "INVITE", 1, call_id)
        phone.backend.feed(SipMessage(at, False, "UDP", "a:1", "b:2", message))
    assert wait(phone, "18x").status == 183
