"""Waiting for the first of several agents that rings, and for nobody to call one."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.call import Call
from BaresipLibrary.errors import AgentGone, BackendError, PhoneFailure
from BaresipLibrary.events import AgentDied, CallAnswered, CallDialled, CallIncoming, ClosedBy
from BaresipLibrary.load.call_attempt import CallAttempt
from BaresipLibrary.signalling import who_is_called
from BaresipLibrary.signalling.calls import act_on_incoming, hang_up_current, refuse, send_progress
from BaresipLibrary.signalling.who_is_called import require_no_call, wait_until_any_rings

from ..scripted import Phone, ScriptedBackend

INVITE = """INVITE sip:alice@127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:40002;branch=z9hG4bK1
From: "Bob" <sip:bob@127.0.0.1:40002>;tag=1
To: <sip:alice@127.0.0.1>
Call-ID: in-1
CSeq: 1 INVITE

""".replace("\n", "\r\n")
NOT_FOUND = """SIP/2.0 404 Not Found
Via: SIP/2.0/UDP 127.0.0.1:40002;branch=z9hG4bK1
From: "Bob" <sip:bob@127.0.0.1:40002>;tag=1
To: <sip:alice@127.0.0.1>;tag=2
Call-ID: in-1
CSeq: 1 INVITE

""".replace("\n", "\r\n")
SHORT = 0.05


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    return Phone(tmp_path)


@pytest.fixture
def other(phone: Phone, tmp_path: Path) -> Phone:
    """A second phone that shares the condition of the first."""
    other = Phone(tmp_path, "carol")
    backend = ScriptedBackend(phone.agent.changes, tmp_path)
    other.backend, other.agent = (
        backend,
        Agent("carol", Account("carol"), backend, phone.agent.changes),
    )
    other.agent.start()
    return other


def test_a_call_that_its_caller_has_given_up_rings_only_if_it_goes_on(
    phone: Phone, other: Phone
) -> None:
    """Its callee may not know yet that it is over, while the next call is on its way."""
    other.backend.feed(CallDialled(time.monotonic(), "first", "sip:alice@127.0.0.1"))
    phone.rings("first")
    other.closes("first", ClosedBy.US)
    threading.Timer(SHORT, phone.rings, ["second"]).start()
    everybody = [phone.agent, other.agent]
    assert wait_until_any_rings([phone.agent], 30.0, everybody) is phone.agent
    assert [call.call_id for call in phone.agent.calls] == ["first", "second"]
    phone.closes("second", ClosedBy.PEER)
    assert wait_until_any_rings([phone.agent], SHORT, everybody) is phone.agent


def test_the_next_phone_that_a_proxy_calls_rings(phone: Phone, other: Phone) -> None:
    """The calls of a hunt group have the Call-ID of the caller's, those that were refused, too."""
    other.backend.feed(CallIncoming(time.monotonic(), "one", "sip:bob@x", silent=True))
    other.closes("one", ClosedBy.US)
    phone.rings("one")
    both = [other.agent, phone.agent]
    threading.Timer(10 * SHORT, phone.closes, ["one", ClosedBy.PEER]).start()
    assert wait_until_any_rings(both, 30.0, both) is phone.agent


def test_returns_the_agent_that_was_called_first(phone: Phone, other: Phone) -> None:
    other.rings("theirs")
    phone.rings("ours")
    assert wait_until_any_rings([phone.agent, other.agent], SHORT) is other.agent


def test_an_agent_that_has_accepted_by_itself_has_rung(phone: Phone, other: Phone) -> None:
    other.rings("theirs")
    other.backend.feed(CallAnswered(time.monotonic(), "theirs"))
    assert wait_until_any_rings([phone.agent, other.agent], SHORT) is other.agent
    with pytest.raises(PhoneFailure):  # it is no news any more
        wait_until_any_rings([phone.agent, other.agent], SHORT)


def test_an_agent_that_has_refused_by_itself_has_rung(phone: Phone, other: Phone) -> None:
    other.rings("theirs")
    other.closes("theirs", ClosedBy.US)
    assert wait_until_any_rings([phone.agent, other.agent], SHORT) is other.agent


def test_one_that_was_refused_without_ringing_has_not(phone: Phone) -> None:
    phone.backend.feed(CallIncoming(time.monotonic(), "in-1", "sip:bob@x", silent=True))
    phone.sip(NOT_FOUND, sent=True)
    phone.closes("in-1", ClosedBy.US)
    with pytest.raises(PhoneFailure, match="alice did not ring within"):
        wait_until_any_rings([phone.agent], SHORT)


def test_a_silent_call_does_not_ring(phone: Phone) -> None:
    phone.backend.feed(CallIncoming(time.monotonic(), "in-1", "sip:bob@x", silent=True))
    with pytest.raises(PhoneFailure, match="does not ring: it has been answered with 100 only"):
        wait_until_any_rings([phone.agent], SHORT)


def test_fails_at_once_when_the_calls_of_all_are_over(phone: Phone, other: Phone) -> None:
    for one in (phone, other):
        one.rings("in-1")
        one.closes("in-1", ClosedBy.PEER)
    began = time.monotonic()
    with pytest.raises(PhoneFailure) as failure:
        wait_until_any_rings([phone.agent, other.agent], 30.0)
    assert time.monotonic() - began < 10.0
    assert str(failure.value).startswith("None of alice, carol rang: alice: the call from")
    assert "; carol: the call from" in str(failure.value)


def test_waits_on_while_one_may_still_ring(phone: Phone, other: Phone) -> None:
    phone.rings("in-1")
    phone.closes("in-1", ClosedBy.PEER)
    with pytest.raises(PhoneFailure, match=r"rang within 0.05 s: .*; carol: nobody called\."):
        wait_until_any_rings([phone.agent, other.agent], SHORT)


def test_a_dead_agent_cannot_ring(phone: Phone, other: Phone) -> None:
    phone.rings("in-1")
    phone.backend.feed(AgentDied(time.monotonic(), -9, ""))
    with pytest.raises(PhoneFailure, match="alice is dead"):
        wait_until_any_rings([phone.agent, other.agent], SHORT)
    other.backend.feed(AgentDied(time.monotonic(), -9, ""))
    with pytest.raises(PhoneFailure, match="rang: .*carol is dead"):
        wait_until_any_rings([phone.agent, other.agent], 30.0)


def test_what_an_agent_could_not_do_by_itself_is_told(phone: Phone, other: Phone) -> None:
    other.agent.reactions.fail("carol could not.")
    with pytest.raises(BackendError, match=r"^carol could not\.$"):
        wait_until_any_rings([phone.agent, other.agent], SHORT)


def test_nobody_calls(phone: Phone) -> None:
    require_no_call(phone.agent, SHORT)


def test_a_call_fails_the_watch_at_once(phone: Phone) -> None:
    phone.rings("in-1")
    with pytest.raises(
        PhoneFailure,
        match="alice was called, before the check of 30 s began: the call from sip:bob@.* rings",
    ):
        require_no_call(phone.agent, 30.0)


def test_what_was_seen_before_is_no_news(phone: Phone) -> None:
    phone.rings("in-1")
    phone.agent.mark_seen()
    require_no_call(phone.agent, SHORT)


def test_an_invite_that_the_stack_refused_counts(phone: Phone) -> None:
    phone.sip(INVITE)
    phone.sip(NOT_FOUND, sent=True)
    with pytest.raises(
        PhoneFailure,
        match="alice's own stack refused the INVITE from sip:bob@127.0.0.1:40002 with 404",
    ):
        require_no_call(phone.agent, 30.0)


def test_an_invite_without_an_answer_counts(phone: Phone) -> None:
    phone.sip(INVITE)
    with pytest.raises(
        PhoneFailure, match="the INVITE from sip:bob@127.0.0.1:40002 arrived, and alice has not"
    ):
        require_no_call(phone.agent, 30.0)


def test_a_repeated_invite_is_no_second_call(phone: Phone) -> None:
    phone.sip(INVITE)
    phone.rings("in-1")
    phone.agent.mark_seen()
    phone.sip(INVITE)
    require_no_call(phone.agent, SHORT)


def test_a_dead_agent_is_told(phone: Phone) -> None:
    phone.backend.feed(AgentDied(time.monotonic(), -9, ""))
    with pytest.raises(AgentGone):
        require_no_call(phone.agent, 30.0)


def takes(phone: Phone) -> None:
    """Accept begins before the call comes in."""
    phone.agent.begin_keyword(ends=False)
    phone.sip(INVITE)
    phone.rings("in-1")

    def answer(call: Call) -> None:
        phone.agent.answer(call)
        phone.backend.feed(CallAnswered(time.monotonic(), call.call_id))

    act_on_incoming(phone.agent, SHORT, None, answer)
    phone.is_established("in-1")


def refuses(phone: Phone) -> None:
    """Reject begins before the call comes in, and its end is still to be reported."""
    phone.agent.begin_keyword(ends=False)
    phone.rings("in-1")
    act_on_incoming(
        phone.agent, SHORT, None, lambda call: refuse(phone.agent, call, 603, "Decline")
    )


def hangs_up(phone: Phone) -> None:
    phone.rings("in-1")
    phone.agent.begin_keyword(ends=True)
    hang_up_current(phone.agent)


def establishes_in_bulk(phone: Phone) -> None:
    phone.agent.begin_keyword(ends=False)
    phone.rings("in-1")
    CallAttempt(phone.agent, "sip:alice@x", phone.agent).accept()
    phone.backend.feed(CallAnswered(time.monotonic(), "in-1"))


@pytest.mark.parametrize("acts", [takes, refuses, hangs_up, establishes_in_bulk])
def test_a_call_that_a_keyword_has_taken_is_no_news(
    phone: Phone, acts: Callable[[Phone], None]
) -> None:
    acts(phone)
    require_no_call(phone.agent, SHORT)
    with pytest.raises(PhoneFailure, match="alice did not ring within"):
        wait_until_any_rings([phone.agent], SHORT)
    phone.rings("in-2")
    assert wait_until_any_rings([phone.agent], SHORT) is phone.agent


def test_the_next_call_after_one_that_was_taken_counts(phone: Phone) -> None:
    refuses(phone)
    phone.closes("in-1", ClosedBy.US)
    phone.rings("in-2")
    with pytest.raises(PhoneFailure, match="alice was called, before the check"):
        require_no_call(phone.agent, 30.0)


def test_the_same_call_id_again_is_another_call(phone: Phone) -> None:
    refuses(phone)
    phone.closes("in-1", ClosedBy.US)
    phone.rings("in-1")
    with pytest.raises(PhoneFailure, match="alice was called, before the check"):
        require_no_call(phone.agent, 30.0)


def test_a_call_with_early_media_still_rings_and_is_no_news(phone: Phone) -> None:
    phone.agent.begin_keyword(ends=False)
    phone.rings("in-1")
    act_on_incoming(
        phone.agent, SHORT, None, lambda call: send_progress(phone.agent, call), final=False
    )
    require_no_call(phone.agent, SHORT)
    assert wait_until_any_rings([phone.agent], SHORT) is phone.agent


def test_a_call_that_is_on_its_way_may_still_ring(phone: Phone, other: Phone) -> None:
    """The end of the caller's last call is news after it has called again."""
    phone.rings("in-1")
    other.agent.begin_keyword(ends=False)
    phone.agent.begin_keyword(ends=False)
    other.agent.dial(phone.agent.uri)
    phone.closes("in-1", ClosedBy.PEER)
    everybody = [phone.agent, other.agent]
    with pytest.raises(PhoneFailure, match=r"alice did not ring within 0\.05 s"):
        wait_until_any_rings([phone.agent], SHORT, everybody)
    phone.rings("out-1")
    assert wait_until_any_rings([phone.agent], SHORT, everybody) is phone.agent


@pytest.mark.parametrize("to", ["<sip:alice@127.0.0.1>; tag=9", "<sip:alice@127.0.0.1>;TAG=9"])
def test_a_request_in_a_dialog_is_no_call(phone: Phone, to: str) -> None:
    phone.sip(INVITE.replace("<sip:alice@127.0.0.1>", to))
    require_no_call(phone.agent, SHORT)


def test_an_invite_that_is_forgotten_meanwhile_counts(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(who_is_called, "arrived_invite", lambda *_: None)
    phone.sip(INVITE)
    with pytest.raises(PhoneFailure, match="an INVITE with the Call-ID 'in-1' arrived"):
        require_no_call(phone.agent, 30.0)
