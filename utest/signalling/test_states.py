"""States move on events only, and waits fail as soon as they cannot succeed."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from BaresipLibrary.agents.registry import Registry
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.diagnosis.incoming_calls import nobody_called_since
from BaresipLibrary.errors import AgentGone, PhoneFailure, UsageError
from BaresipLibrary.events import (
    AgentDied,
    CallClosed,
    CallDialled,
    CallIncoming,
    ClosedBy,
    TransferFailed,
)
from BaresipLibrary.signalling.states import (
    require_established,
    stay_established,
    wait_for_incoming,
    wait_for_state,
)
from BaresipLibrary.types import AgentState

from ..scripted import Phone

BOB = "sip:bob@127.0.0.1:40002"
LONG = 60.0


def refused(phone: Phone, status: int = 486, words: str = "Busy Here") -> str:
    call_id = phone.agent.dial(BOB)
    phone.closes(call_id, ClosedBy.REFUSAL, status, words)
    return call_id


def test_a_command_changes_no_state_but_its_events_do(phone: Phone) -> None:
    phone.rings()
    phone.agent.answer(phone.agent.calls[0])
    assert phone.agent.state is AgentState.RINGING
    phone.is_established("in-1")
    assert phone.agent.state is AgentState.ESTABLISHED


def test_idle_after_dial_waits_for_the_end_of_that_call(phone: Phone) -> None:
    phone.agent.dial(BOB)
    with pytest.raises(PhoneFailure, match="alice is not IDLE after 0 s: it is RINGING"):
        wait_for_state(phone.agent, AgentState.IDLE, 0)


@pytest.mark.parametrize(("status", "words"), [(486, "Busy Here"), (404, "Not Found"), (603, "")])
def test_a_refusal_ends_the_wait_with_its_words(phone: Phone, status: int, words: str) -> None:
    refused(phone, status, words)
    answer = f"{status} {words}".strip()
    with pytest.raises(
        PhoneFailure,
        match=rf"alice is not ESTABLISHED: its call to {BOB} was refused with {answer} after .* s",
    ):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, LONG)
    assert phone.agent.status_code == status


@pytest.mark.parametrize(
    ("incoming", "established", "by", "reason"),
    [
        (False, True, ClosedBy.US, "hung up by this agent"),
        (True, True, ClosedBy.PEER, "hung up by the peer"),
        (False, False, ClosedBy.US, "cancelled by this agent"),
        (True, False, ClosedBy.US, "rejected by this agent"),
        (True, False, ClosedBy.PEER, "cancelled by the caller"),
        (False, False, ClosedBy.PEER, "Connection timed out"),  # no BYE has come
        (False, False, ClosedBy.FAILURE, "Connection timed out"),
        (False, True, ClosedBy.TRANSFER, "Connection timed out"),
    ],
)
def test_every_end_has_its_words(
    phone: Phone, incoming: bool, established: bool, by: ClosedBy, reason: str
) -> None:
    if incoming:
        phone.rings("c")
        call_id = "c"
    else:
        call_id = phone.agent.dial(BOB)
    if established:
        phone.is_established(call_id)
    phone.closes(call_id, by, None, "Connection timed out")
    assert phone.agent.reason == reason
    assert phone.agent.status_code is None
    with pytest.raises(PhoneFailure, match="alice is not ESTABLISHED"):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, LONG)


@pytest.mark.parametrize(
    ("by", "method", "how"),
    [
        (ClosedBy.US, "CANCEL", "cancelled"),
        (ClosedBy.US, "BYE", "hung up"),
        (ClosedBy.US, None, "given up"),
        (ClosedBy.FAILURE, None, ""),
    ],
)
def test_the_end_of_an_unanswered_call_is_told_by_its_message(
    phone: Phone, by: ClosedBy, method: str | None, how: str
) -> None:
    call_id = phone.agent.dial(BOB)
    if method:
        head = f"{method} {BOB} SIP/2.0\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\n\r\n"
        phone.sip(head, sent=True)
    phone.closes(call_id, by, None, "Rejected by user")
    assert [event.how for event in phone.agent.journal.of_kind(CallClosed)] == [how]


def test_a_refusal_and_a_hang_up_are_told_apart(phone: Phone) -> None:
    for number in (1, 2):
        phone.rings(f"in-{number}")
    phone.is_established("in-1")
    for number in (1, 2):
        phone.closes(f"in-{number}", ClosedBy.US, None, "Rejected by user")
    closed = [event.how for event in phone.agent.journal.of_kind(CallClosed)]
    assert closed == ["hung up", "rejected"]


def test_ringing_times_out_when_nobody_calls(phone: Phone) -> None:
    with pytest.raises(PhoneFailure, match="it has no call; use Dial or Accept"):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, LONG)


def test_established_fails_when_nobody_accepts(phone: Phone) -> None:
    phone.rings()
    with pytest.raises(PhoneFailure, match="nobody has accepted it; use Accept"):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, LONG)


def test_nobody_has_to_accept_a_call_that_replaces_another(phone: Phone) -> None:
    phone.rings()
    head = "INVITE sip:alice@a SIP/2.0\r\nCall-ID: in-1\r\nCSeq: 1 INVITE\r\n"
    phone.sip(f"{head}Replaces: x;to-tag=1;from-tag=2\r\n\r\n")
    with pytest.raises(PhoneFailure, match="alice is not ESTABLISHED after 0 s: it is RINGING"):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, 0)


def test_a_call_that_rang_and_was_over_unseen_fails_at_once(phone: Phone) -> None:
    phone.rings()
    phone.closes("in-1", ClosedBy.PEER)
    with pytest.raises(PhoneFailure, match="was cancelled by the caller"):
        wait_for_state(phone.agent, AgentState.RINGING, LONG)


def test_an_end_that_the_suite_has_seen_does_not_fail_the_wait(phone: Phone) -> None:
    refused(phone)
    wait_for_state(phone.agent, AgentState.IDLE, 0)
    with pytest.raises(PhoneFailure, match="alice is not RINGING after 0 s"):
        wait_for_state(phone.agent, AgentState.RINGING, 0)


def test_a_reported_end_does_not_fail_the_next_wait(phone: Phone) -> None:
    phone.rings()
    phone.closes("in-1", ClosedBy.PEER)
    with pytest.raises(PhoneFailure, match="was cancelled by the caller"):
        wait_for_state(phone.agent, AgentState.RINGING, LONG)
    with pytest.raises(PhoneFailure, match="is not RINGING after 0 s: it is IDLE; before that,"):
        wait_for_state(phone.agent, AgentState.RINGING, 0)


def test_events_before_an_acting_keyword_do_not_fail_a_wait(
    make_phone: Callable[..., Phone],
) -> None:
    alice = make_phone()
    alice.rings()
    alice.closes("in-1", ClosedBy.PEER)
    registry = Registry()
    registry.start("alice", "", lambda: alice.agent)
    registry.begin_keyword()
    with pytest.raises(PhoneFailure, match="alice is not RINGING after 0 s"):
        wait_for_state(alice.agent, AgentState.RINGING, 0)


@pytest.mark.parametrize("state", [AgentState.RINGING, AgentState.ESTABLISHED])
def test_an_old_call_does_not_fail_the_wait_while_another_agent_calls(
    make_phone: Callable[..., Phone], state: AgentState
) -> None:
    alice, bob = make_phone(name="alice"), make_phone(name="bob")
    bob.rings("old")
    bob.closes("old", ClosedBy.PEER)
    alice.agent.dial(BOB)
    with pytest.raises(PhoneFailure, match=f"bob is not {state.name} after 0 s: it is IDLE"):
        wait_for_state(bob.agent, state, 0, [alice.agent, bob.agent])


def test_a_call_to_another_agent_is_not_on_its_way_here(make_phone: Callable[..., Phone]) -> None:
    alice, bob, carol = make_phone(name="alice"), make_phone(name="bob"), make_phone(name="carol")
    alice.agent.uri, bob.agent.uri, carol.agent.uri = "sip:alice@x", "sip:bob@x", "sip:carol@x"
    bob.rings("old")
    bob.closes("old", ClosedBy.PEER)
    alice.agent.dial("sip:carol@x")
    with pytest.raises(PhoneFailure, match="bob is not RINGING: the call .* was cancelled"):
        wait_for_state(bob.agent, AgentState.RINGING, LONG, [alice.agent, carol.agent])


def test_an_agent_that_dialled_waits_for_that_call(make_phone: Callable[..., Phone]) -> None:
    alice, bob = make_phone(name="alice"), make_phone(name="bob")
    refused(bob)
    alice.agent.dial("sip:anybody@pbx")
    with pytest.raises(PhoneFailure, match="bob is not RINGING: its call .* was refused with 486"):
        wait_for_state(bob.agent, AgentState.RINGING, LONG, [alice.agent])


def test_an_earlier_answered_call_does_not_fail_the_wait_for_the_next(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.is_established(call_id)
    phone.closes(call_id, ClosedBy.PEER)
    with pytest.raises(PhoneFailure, match="alice is not RINGING after 0 s"):
        wait_for_state(phone.agent, AgentState.RINGING, 0)


def test_a_failed_transfer_ends_the_wait_for_idle(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.is_established(call_id)
    phone.agent.calls[0].request_transfer()
    phone.backend.feed(TransferFailed(time.monotonic(), call_id, 404, "Not Found"))
    with pytest.raises(PhoneFailure, match="the transfer failed with 404 Not Found"):
        wait_for_state(phone.agent, AgentState.IDLE, LONG)


def test_a_failed_transfer_is_reported_once(phone: Phone) -> None:
    test_a_failed_transfer_ends_the_wait_for_idle(phone)
    with pytest.raises(PhoneFailure, match="alice is not IDLE after 0 s: it is ESTABLISHED"):
        wait_for_state(phone.agent, AgentState.IDLE, 0)
    phone.closes("out-1", ClosedBy.PEER)
    wait_for_state(phone.agent, AgentState.IDLE, 0)


def test_a_failed_transfer_does_not_end_the_wait_for_a_hang_up(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    phone.is_established(call_id)
    phone.agent.calls[0].request_transfer()
    registry = Registry()
    registry.start("alice", "", lambda: phone.agent)
    registry.begin_keyword(ends=True)
    phone.backend.feed(TransferFailed(time.monotonic(), call_id, 404, "Not Found"))
    told = r"after 0 s: it is ESTABLISHED, .* is up \(.*\); the transfer failed with 404"
    with pytest.raises(PhoneFailure, match=told):
        wait_for_state(phone.agent, AgentState.IDLE, 0)
    phone.closes(call_id, ClosedBy.PEER)
    wait_for_state(phone.agent, AgentState.IDLE, 0)


def test_the_end_of_a_call_that_a_peer_asked_for_is_no_failed_transfer(phone: Phone) -> None:
    phone.rings("one")
    phone.is_established("one")
    phone.backend.feed(TransferFailed(time.monotonic(), "one", None, "Connection reset by peer"))
    phone.closes("one", ClosedBy.PEER)
    wait_for_state(phone.agent, AgentState.IDLE, 0)


@pytest.mark.parametrize(
    ("status", "words"),
    [(-9, "ended by SIGKILL"), (3, "exited with code 3"), (None, "its baresip is out of reach")],
)
def test_a_dead_agent_ends_every_wait(phone: Phone, status: int | None, words: str) -> None:
    phone.backend.feed(AgentDied(time.monotonic(), status, "last words"))
    for state in AgentState:
        with pytest.raises(AgentGone, match=rf"alice is dead: .*{words}(?s:.*)last words"):
            wait_for_state(phone.agent, state, LONG)


def test_the_first_of_several_deaths_is_told(phone: Phone) -> None:
    """An error of the worker may end its process, too: the error says why."""
    phone.backend.feed(AgentDied(time.monotonic(), None, "its place", "KeyError: 'x'"))
    phone.backend.feed(AgentDied(time.monotonic(), 1, "last words"))
    with pytest.raises(AgentGone, match=r"alice can no longer be followed: .*KeyError: 'x'"):
        phone.agent.require_alive()


def test_an_unanswered_invite_is_counted(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    for _ in range(3):
        phone.sip(f"INVITE {BOB} SIP/2.0\r\nCall-ID: {call_id}\r\n\r\n", sent=True)
    with pytest.raises(CallFailure, match=r"has not been answered \(.* s old\)\.$") as failure:
        wait_for_state(phone.agent, AgentState.ESTABLISHED, 0)
    failure.value.explain([])
    assert str(failure.value).endswith("b:2 never answered the INVITE (2 retransmissions).")


def test_a_call_that_drops_fails_at_once(phone: Phone) -> None:
    phone.rings()
    phone.is_established("in-1")
    stay_established(phone.agent, 0.01)
    phone.closes("in-1", ClosedBy.PEER)
    with pytest.raises(PhoneFailure, match="alice did not stay ESTABLISHED for 60 s"):
        stay_established(phone.agent, LONG)


def test_the_newest_waiting_call_is_taken_or_the_named_one(phone: Phone) -> None:
    phone.rings("one")
    phone.rings("two")
    assert wait_for_incoming(phone.agent, 0).call_id == "two"
    assert wait_for_incoming(phone.agent, 0, "one").call_id == "one"
    with pytest.raises(PhoneFailure, match="alice has no call to accept"):
        wait_for_incoming(phone.agent, 0, "three")


def test_a_call_of_its_own_that_comes_back_is_named(phone: Phone) -> None:
    """A proxy may send it there: it has the same Call-ID."""
    phone.backend.feed(CallDialled(time.monotonic(), "one", "sip:alice@pbx"))
    phone.backend.feed(CallIncoming(time.monotonic(), "one", "sip:alice@pbx"))
    with pytest.raises(PhoneFailure, match=r"to accept: only its own call came \(.*\) within"):
        wait_for_incoming(phone.agent, 0)
    told = f"{phone.agent.name} has received no INVITE: {nobody_called_since(phone.agent)}."
    assert told.endswith(
        "no INVITE: only its own call came (an agent cannot be both sides of one)."
    )
    phone.closes("one", ClosedBy.US)
    with pytest.raises(PhoneFailure, match="to accept: nobody called within"):
        wait_for_incoming(phone.agent, 0)


def test_a_lost_call_is_told_also_while_there_is_another(phone: Phone, tmp_path: Path) -> None:
    phone.is_established(phone.agent.dial("sip:carol@127.0.0.1:40003"))
    bob = Phone(tmp_path, "bob")
    call_id = bob.agent.dial(phone.agent.uri)
    bob.closes(call_id, ClosedBy.REFUSAL, 404, "Not Found")
    with pytest.raises(CallFailure, match="alice is not RINGING after 0 s: it is EST") as caught:
        wait_for_state(phone.agent, AgentState.RINGING, 0)
    told = caught.value.find_explanation([phone.agent, bob.agent])
    assert told is not None and "bob did call, but its call to sip:alice@" in told


def test_a_call_that_is_not_accepted_is_not_established(phone: Phone) -> None:
    phone.rings()
    told = r"alice cannot speak now: the call from .* rings .*\. Use Accept first\."
    with pytest.raises(UsageError, match=told):
        require_established(phone.agent, phone.agent.calls[0], "speak")
