"""A wait for a SIP message ends when none can come any more, and not before."""

import pytest

from BaresipLibrary.agents.reactions import Reaction
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.events import ClosedBy
from BaresipLibrary.types import Behaviour

from ..scripted import Phone
from .calls_with_messages import BOB, LONG, dials, is_answered, is_refused, request, response, wait

IN_CALLS = [
    "200 INVITE", "received 200 INVITE", "sent 200 INVITE", "2xx INVITE", "183", "183 INVITE",
    "received 180", "received 18x", "received 5xx INVITE", "BYE", "received BYE", "200 BYE",
    "sent 200 BYE", "received 481 BYE", "re-INVITE", "sent re-INVITE", "200 re-INVITE",
    "received 491 re-INVITE", "sent INVITE", "sent CANCEL", "sent ACK", "sent REFER", "sent INFO",
    "received 200 INFO", "received 202 REFER", "received 200 CANCEL",
]  # fmt: skip
ANY_TIME = [
    "INVITE", "received INVITE", "180", "18x", "sent 180", "sent 486", "4xx INVITE", "1xx", "100",
    "received CANCEL", "CANCEL", "received ACK", "ACK", "OPTIONS", "sent 200", "200",
    "received 200", "sent 481 BYE", "NOTIFY", "received NOTIFY", "sent NOTIFY", "REGISTER",
    "200 REGISTER", "MESSAGE", "SUBSCRIBE", "re-SUBSCRIBE", "received INFO", "INFO",
    "received UPDATE", "received REFER",
]  # fmt: skip


@pytest.mark.parametrize("of", IN_CALLS)
def test_what_belongs_to_calls_cannot_come_when_they_are_over(phone: Phone, of: str) -> None:
    is_refused(phone, dials(phone))
    phone.agent.begin_keyword(ends=False)
    with pytest.raises(CallFailure, match=f", and none can come: its call to {BOB} was refused"):
        wait(phone, of)


@pytest.mark.parametrize("of", IN_CALLS)
def test_what_belongs_to_calls_cannot_come_without_any(phone: Phone, of: str) -> None:
    with pytest.raises(CallFailure, match="none can come: it has no call; use Dial or Accept"):
        wait(phone, of)


@pytest.mark.parametrize("of", ANY_TIME)
def test_what_anybody_may_send_can_always_come(phone: Phone, of: str) -> None:
    is_refused(phone, dials(phone))
    phone.agent.begin_keyword(ends=False)
    with pytest.raises(CallFailure, match="within 0 s"):
        wait(phone, of, 0)


@pytest.mark.parametrize("of", IN_CALLS)
def test_everything_can_come_while_a_call_is_there(phone: Phone, of: str) -> None:
    is_refused(phone, dials(phone))
    phone.rings()
    phone.agent.begin_keyword(ends=False)
    with pytest.raises(CallFailure, match="within 0 s"):
        wait(phone, of, 0)


def test_the_answer_to_a_bye_can_come_when_the_call_is_over(phone: Phone) -> None:
    call_id = dials(phone)
    is_answered(phone, call_id)
    phone.agent.begin_keyword(ends=True)
    phone.closes(call_id, ClosedBy.US)
    with pytest.raises(CallFailure, match="within 0 s"):
        wait(phone, "200 BYE", 0)  # the BYE does not show in the trace yet
    phone.sip(request("BYE", 2, call_id, tag="t"), sent=True)
    with pytest.raises(CallFailure, match="within 0 s"):
        wait(phone, "200 BYE", 0)
    phone.sip(response(200, "BYE", 2))
    assert wait(phone, "200 BYE").status == 200
    with pytest.raises(
        CallFailure, match="none can come: its call to .* was hung up by this agent"
    ):
        wait(phone, "received 481 BYE", LONG, call_id)


def test_a_refusal_that_is_not_acknowledged_is_not_over(phone: Phone) -> None:
    call_id = dials(phone)
    phone.sip(response(486, "INVITE"))
    phone.closes(call_id, ClosedBy.REFUSAL, 486, "Words")
    phone.agent.begin_keyword(ends=False)
    with pytest.raises(CallFailure, match="within 0 s"):
        wait(phone, "sent ACK", 0)


def test_an_invite_that_was_never_answered_may_still_be(phone: Phone) -> None:
    call_id = dials(phone)
    phone.closes(call_id, ClosedBy.FAILURE, None, "Connection timed out")
    with pytest.raises(CallFailure, match="within 0 s"):
        wait(phone, "200 INVITE", 0)


def test_a_challenged_invite_is_tried_again(phone: Phone) -> None:
    call_id = dials(phone)
    is_refused(phone, call_id, closed=False)
    with pytest.raises(CallFailure, match="within 0 s"):
        wait(phone, "200 INVITE", 0)


def test_the_end_of_one_call_ends_only_waits_for_its_messages(phone: Phone) -> None:
    first = dials(phone)
    is_refused(phone, first)
    phone.agent.begin_keyword(ends=False)
    second = dials(phone, 2)
    with pytest.raises(CallFailure, match="no BYE in that call, and none can come: its call to"):
        wait(phone, "BYE", LONG, first)
    for call_id in (second, "not known yet"):
        with pytest.raises(CallFailure, match="within 0 s"):
            wait(phone, "BYE", 0, call_id)


def test_what_belongs_to_an_invite_cannot_come_in_a_call_that_is_over(phone: Phone) -> None:
    call_id = dials(phone)
    is_refused(phone, call_id)
    phone.agent.begin_keyword(ends=False)
    for of in ("183", "18x", "received 180", "200 INVITE", "re-INVITE"):
        with pytest.raises(CallFailure, match="in that call, and none can come: its call to"):
            wait(phone, of, LONG, call_id)


def test_a_call_that_never_came_is_named(phone: Phone) -> None:
    call_id = dials(phone)
    with pytest.raises(CallFailure) as failure:
        wait(phone, "BYE", 0, "typo")
    assert str(failure.value) == (
        f"alice has seen no message with the Call-ID 'typo' within 0 s. Its calls: {call_id}."
    )


def test_the_explanation_is_about_the_call_that_was_asked_for(phone: Phone) -> None:
    first = dials(phone)
    is_refused(phone, first)
    dials(phone, 2)
    phone.agent.begin_keyword(ends=False)
    explained = {}
    for call, of in ((first, "2xx INVITE"), ("NONE", "2xx INVITE"), (None, "200 INVITE")):
        with pytest.raises(CallFailure) as failure:
            wait(phone, of, 0, call)
        explained[call] = failure.value.find_explanation([phone.agent]) or ""
    assert "never answered" not in explained[first]
    assert explained["NONE"] == ""
    assert "b:2 never answered the INVITE" in explained[None]


def test_an_accepted_transfer_may_begin_another_call(phone: Phone) -> None:
    """Its NOTIFY tells how that went (RFC 3515)."""
    call_id = dials(phone)
    is_answered(phone, call_id)
    phone.sip(request("REFER", 5, call_id, tag="t"))
    phone.sip(response(202, "REFER", 5, call_id), sent=True)
    phone.sip(request("BYE", 6, call_id, tag="t"))
    phone.sip(response(200, "BYE", 6, call_id), sent=True)
    phone.closes(call_id, ClosedBy.PEER)
    phone.agent.begin_keyword(ends=False)
    for number, state in ((7, "active;expires=60"), (8, "terminated;reason=noresource")):
        with pytest.raises(CallFailure, match="within 0 s"):
            wait(phone, "sent INVITE", 0)
        header = f"Subscription-State: {state}"
        phone.sip(request("NOTIFY", number, call_id, header, tag="t"), sent=True)
        phone.sip(response(200, "NOTIFY", number, call_id))
    with pytest.raises(CallFailure, match="none can come: its call to .* was hung up by the peer"):
        wait(phone, "sent INVITE")


def test_notifications_may_follow_the_end_of_a_transferred_call(phone: Phone) -> None:
    call_id = dials(phone)
    is_refused(phone, call_id)
    phone.agent.begin_keyword(ends=False)
    for of in ("NOTIFY", "200 NOTIFY", "200"):
        with pytest.raises(CallFailure, match="within 0 s"):
            wait(phone, of, 0, call_id)


def test_an_agent_that_was_told_to_accept_may_answer_a_call_to_come(phone: Phone) -> None:
    is_refused(phone, dials(phone))
    phone.agent.begin_keyword(ends=False)
    for behaviour in (Behaviour.accept, Behaviour.progress):
        phone.agent.reactions.choose(Reaction(behaviour), None)
        for of in ("200 INVITE", "183", "BYE"):
            with pytest.raises(CallFailure, match="within 0 s"):
                wait(phone, of, 0)
    phone.agent.reactions.choose(Reaction(Behaviour.ring), None)
    with pytest.raises(CallFailure, match="none can come"):
        wait(phone, "200 INVITE")
