"""What agents do by themselves with calls, and the schedule that they do it by."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from BaresipLibrary.agents.reactions import Reaction
from BaresipLibrary.concurrency import wait_until
from BaresipLibrary.diagnosis.observations import describe_waiting
from BaresipLibrary.errors import BackendError, PhoneFailure, UsageError
from BaresipLibrary.events import (
    AgentDied,
    CallAnswered,
    CallIncoming,
    ClosedBy,
    ReactionBegun,
    ReactionChosen,
    ReactionFailed,
)
from BaresipLibrary.load.call_attempt import CallAttempt
from BaresipLibrary.signalling.states import wait_for_incoming, wait_for_state
from BaresipLibrary.signalling.when_called import ReactionThreads, Reactor
from BaresipLibrary.types import AgentState, Behaviour

from ..scripted import Phone, ScriptedBackend

ACCEPT = Reaction(Behaviour.accept)
LATER = Reaction(Behaviour.accept, after=30.0)
BUSY = Reaction(Behaviour.reject, status=486, phrase="Busy Here", headers=[("X-Why", "busy")])
SOON = 5.0


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(tmp_path)
    yield phone
    phone.agent.stop()


@pytest.fixture
def reactor() -> Reactor:
    return Reactor()


def commands(phone: Phone, number: int = 1) -> list[tuple[object, ...]]:
    """The commands that the backend was given, once there are so many."""

    def given() -> bool | None:
        return len(phone.backend.commands) >= number or None

    assert wait_until(phone.agent.changes, given, SOON) or given(), phone.backend.commands
    return phone.backend.commands


def begun(phone: Phone) -> bool:
    """Waits until the agent reacts to a call."""

    def seen() -> bool | None:
        return any(phone.agent.journal.of_kind(ReactionBegun)) or None

    return bool(wait_until(phone.agent.changes, seen, SOON))


def reactions_of(threads: str = "reaction") -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(threads)]


def test_accepts_each_call_by_itself(phone: Phone, reactor: Reactor) -> None:
    reactor.choose(phone.agent, ACCEPT)
    phone.rings("one")
    phone.rings("two")
    assert sorted(commands(phone, 2)) == [("answer", "one", []), ("answer", "two", [])]


def test_refuses_with_status_phrase_and_headers(phone: Phone, reactor: Reactor) -> None:
    reactor.choose(phone.agent, BUSY)
    phone.rings("one")
    assert commands(phone) == [("refuse", "one", 486, "Busy Here", [("X-Why", "busy")])]


def test_acts_after_the_time_since_the_call_came_in(phone: Phone, reactor: Reactor) -> None:
    reactor.choose(phone.agent, Reaction(Behaviour.accept, after=0.2))
    phone.rings("one")
    commands(phone)
    call = phone.agent.calls[0]
    [reaction] = phone.agent.journal.of_kind(ReactionBegun)
    assert reaction.at - call.began_at >= 0.2


def test_a_call_that_rings_already_goes_on_ringing(phone: Phone, reactor: Reactor) -> None:
    phone.rings("old")
    reactor.choose(phone.agent, ACCEPT)
    phone.rings("new")
    assert commands(phone) == [("answer", "new", [])]


def test_a_change_drops_what_was_to_come(phone: Phone, reactor: Reactor) -> None:
    reactor.choose(phone.agent, LATER)
    phone.rings("one")
    assert phone.agent.reactions.will_accept("one")
    reactor.choose(phone.agent, Reaction())
    assert not phone.agent.reactions.will_accept("one")
    with pytest.raises(PhoneFailure, match="nobody has accepted it; use Accept"):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, SOON)


def test_a_call_that_is_answered_by_hand_is_left_alone(phone: Phone, reactor: Reactor) -> None:
    reactor.choose(phone.agent, Reaction(Behaviour.reject, after=0.05, status=486, phrase="x"))
    phone.rings("one")
    phone.backend.feed(CallAnswered(time.monotonic(), "one"))
    phone.rings("two")
    assert commands(phone) == [("refuse", "two", 486, "x", [])]


def test_a_wait_knows_that_the_agent_will_accept(phone: Phone, reactor: Reactor) -> None:
    reactor.choose(phone.agent, LATER)
    phone.rings("one")
    with pytest.raises(PhoneFailure, match=r"after 0.05 s"):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, 0.05)


@pytest.mark.parametrize(
    ("reaction", "words"),
    [
        (
            Reaction(Behaviour.reject, 30.0, 486, "Busy Here"),
            "alice is to reject 486 Busy Here after 30 s (When Called)",
        ),
        (Reaction(Behaviour.progress, 30.0), "nobody has accepted it; use Accept"),
    ],
)
def test_a_wait_says_how_the_agent_will_answer(
    phone: Phone, reactor: Reactor, reaction: Reaction, words: str
) -> None:
    reactor.choose(phone.agent, reaction)
    phone.rings("one")
    with pytest.raises(PhoneFailure, match=rf"rings \(.* old\) and {re.escape(words)}\."):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, SOON)


@pytest.mark.parametrize(
    ("silent", "words"),
    [
        (False, "alice rings, and is to reject 486 Busy Here after 30 s (When Called)."),
        (True, "alice has answered with 100 only, and is to reject 486 Busy Here after 30 s"),
    ],
)
def test_an_explanation_says_how_the_agent_will_answer(
    phone: Phone, reactor: Reactor, silent: bool, words: str
) -> None:
    reactor.choose(phone.agent, Reaction(Behaviour.reject, 30.0, 486, "Busy Here"))
    phone.backend.feed(CallIncoming(time.monotonic(), "one", "sip:bob@x", silent=silent))
    assert describe_waiting(phone.agent, phone.agent.calls[0]).startswith(words)


def test_what_goes_wrong_is_told_by_the_next_keyword_once(phone: Phone, reactor: Reactor) -> None:
    reactor.choose(phone.agent, ACCEPT)
    phone.backend.refusal = "Protocol error"
    phone.rings("one")
    failure = r"alice could not accept the call: Protocol error\..*alice to accept by itself"
    with pytest.raises(BackendError, match=failure):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, SOON)
    assert len(list(phone.agent.journal.of_kind(ReactionFailed))) == 1
    phone.agent.require_alive()


def test_all_that_went_wrong_is_told_together(phone: Phone) -> None:
    phone.agent.reactions.fail("One.")
    phone.agent.reactions.fail("Two.")
    with pytest.raises(BackendError, match=r"^One\. Two\.$"):
        phone.agent.require_alive()
    phone.agent.require_alive()


def test_a_bug_is_told_too(phone: Phone, reactor: Reactor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: ScriptedBackend, call_id: str, headers: object = ()) -> None:
        raise RuntimeError(call_id)

    monkeypatch.setattr(ScriptedBackend, "answer", fail)
    reactor.choose(phone.agent, ACCEPT)
    phone.rings("one")
    with pytest.raises(BackendError, match="which is a bug in it: RuntimeError"):
        wait_for_state(phone.agent, AgentState.ESTABLISHED, SOON)


def test_a_caller_that_gives_up_meanwhile_is_no_error(phone: Phone, reactor: Reactor) -> None:
    reactor.choose(phone.agent, ACCEPT)
    phone.backend.refusal = "the call has ended"
    phone.rings("one")
    assert begun(phone)
    phone.closes("one", ClosedBy.PEER)
    phone.agent.stop()  # waits for the reaction
    phone.agent.require_alive()
    assert not list(phone.agent.journal.of_kind(ReactionFailed))


def test_a_keyword_leaves_a_call_alone_that_the_agent_is_answering(
    phone: Phone, reactor: Reactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering, go_on = threading.Event(), threading.Event()

    def answer(_: ScriptedBackend, call_id: str, headers: object = ()) -> None:
        answering.set()
        go_on.wait(SOON)

    monkeypatch.setattr(ScriptedBackend, "answer", answer)
    reactor.choose(phone.agent, ACCEPT)
    phone.rings("one")
    assert answering.wait(SOON)
    with pytest.raises(PhoneFailure, match="alice has no call to accept"):
        wait_for_incoming(phone.agent, 0.05)
    go_on.set()


def test_many_calls_leave_the_answer_to_an_agent_that_gives_it_by_itself(
    phone: Phone, reactor: Reactor
) -> None:
    bulk = CallAttempt(phone.agent, "sip:alice@x", phone.agent)
    reactor.choose(phone.agent, LATER)
    phone.rings("one")
    assert bulk.waiting() is None
    reactor.choose(phone.agent, Reaction(Behaviour.progress, after=30.0))
    phone.rings("two")
    assert bulk.waiting() is phone.agent.calls[0]  # what was to come of it was dropped


def test_an_agent_that_died_does_nothing(phone: Phone, reactor: Reactor) -> None:
    reactor.choose(phone.agent, Reaction(Behaviour.accept, after=0.01))
    phone.rings("one")
    phone.backend.feed(AgentDied(time.monotonic(), -9, ""))
    phone.agent.stop()
    assert phone.backend.commands == [("stop",)]


def test_no_thread_outlives_the_agents(tmp_path: Path, reactor: Reactor) -> None:
    before = reactions_of()
    phones = [Phone(tmp_path, name) for name in ("alice", "bob")]
    for phone in phones:
        reactor.choose(phone.agent, LATER)
        phone.rings("one")
    assert len(reactions_of()) > len(before)
    phones[0].agent.stop()
    assert len(reactions_of()) > len(before)
    phones[1].agent.stop()
    assert reactions_of() == before


def test_a_reactor_works_again_after_its_agents_have_stopped(
    tmp_path: Path, reactor: Reactor
) -> None:
    for _ in range(2):
        phone = Phone(tmp_path)
        reactor.choose(phone.agent, ACCEPT)
        phone.rings("one")
        assert commands(phone) == [("answer", "one", [])]
        phone.agent.stop()


def test_no_call_is_silent_with_nothing_to_come(phone: Phone, reactor: Reactor) -> None:
    """Calls that come in while the keyword runs: they ring, at most."""
    chosen: list[tuple[bool, Behaviour]] = []

    def set_ringing(on: bool) -> None:
        chosen.append((on, phone.agent.reactions.chosen.behaviour))

    phone.backend.set_ringing = set_ringing  # type: ignore[method-assign]
    reactor.choose(phone.agent, replace(BUSY, ringing=False))
    reactor.choose(phone.agent, ACCEPT)
    assert chosen == [(False, Behaviour.reject), (True, Behaviour.reject)]


def test_asks_for_what_its_backend_can_do(phone: Phone, reactor: Reactor) -> None:
    phone.backend.capabilities = frozenset()
    for reaction in (Reaction(Behaviour.reject, status=603, phrase="Decline"), BUSY):
        with pytest.raises(UsageError, match="alice cannot"):
            reactor.choose(phone.agent, reaction)
    with pytest.raises(UsageError, match=r"alice cannot be called without ringing \(no 180\)"):
        reactor.choose(phone.agent, Reaction(Behaviour.nothing))
    reactor.choose(phone.agent, Reaction(Behaviour.reject, status=486, phrase="Busy Here"))
    phone.rings("one")
    assert commands(phone) == [("hang_up", "one")]


@pytest.mark.parametrize(
    ("reaction", "words"),
    [
        (Reaction(), "ring"),
        (Reaction(Behaviour.accept, after=2.0), "accept after 2 s"),
        (Reaction(Behaviour.nothing), "nothing without a 180"),
        (
            Reaction(Behaviour.reject, 1.5, 486, "Busy Here", ringing=False),
            "reject 486 Busy Here after 1.5 s without a 180",
        ),
    ],
)
def test_the_ladder_names_what_was_chosen(
    phone: Phone, reactor: Reactor, reaction: Reaction, words: str
) -> None:
    phone.backend.set_ringing = lambda on: None  # type: ignore[method-assign]
    reactor.choose(phone.agent, reaction)
    [chosen] = phone.agent.journal.of_kind(ReactionChosen)
    assert chosen.words == words


def test_tasks_run_in_the_order_of_their_times() -> None:
    threads, order, done = ReactionThreads(), list[str](), threading.Event()
    now = time.monotonic()
    threads.add(now + 0.10, lambda: (order.append("last"), done.set()))
    threads.add(now + 0.02, lambda: order.append("first"))
    assert done.wait(SOON)
    threads.end()
    assert order == ["first", "last"]


def test_a_task_that_waits_does_not_delay_another() -> None:
    threads, blocked, done = ReactionThreads(), threading.Event(), threading.Event()
    threads.add(time.monotonic(), lambda: (blocked.wait(SOON), None)[1])
    threads.add(time.monotonic(), done.set)
    assert done.wait(SOON)
    blocked.set()
    threads.end()


def test_the_end_of_a_schedule_drops_what_has_not_begun() -> None:
    threads, ran = ReactionThreads(), threading.Event()
    threads.add(time.monotonic() + 30, ran.set)
    began = time.monotonic()
    threads.end()
    assert time.monotonic() - began < SOON
    assert not ran.is_set()
