"""In which of their calls two agents talk with each other."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from BaresipLibrary.agents.agent import PROMPTLY
from BaresipLibrary.agents.call import Call, newest
from BaresipLibrary.errors import UsageError
from BaresipLibrary.events import CallDialled
from BaresipLibrary.signalling.shared_calls import (
    calls_among,
    calls_between,
    find_conversation,
    talking_call,
)

from ..scripted import Phone


@pytest.fixture
def two(tmp_path: Path) -> tuple[Phone, Phone]:
    """Two agents that wake each other, as those of one library do."""
    alice, bob = Phone(tmp_path, "alice"), Phone(tmp_path, "bob")
    for phone in (alice, bob):
        phone.agent.changes = phone.backend._changes = alice.agent.changes
    alice.agent.uri, bob.agent.uri = "sip:alice@127.0.0.1:40000", "sip:bob@127.0.0.1:40002"
    return alice, bob


def talk(phone: Phone, call_id: str, peer: str = "sip:pbx@127.0.0.1:5060") -> None:
    phone.rings(call_id, peer)
    phone.is_established(call_id)


def found(sides: tuple[Call, Call] | None) -> tuple[str, str] | None:
    return (sides[0].call_id, sides[1].call_id) if sides else None


def soon(act: Callable[[], None]) -> threading.Thread:
    timer = threading.Timer(0.1, act)
    timer.start()
    return timer


def test_two_agents_share_their_common_call_not_a_newer_one(two: tuple[Phone, Phone]) -> None:
    alice, bob = two
    for phone in two:
        talk(phone, "common")
    talk(alice, "newer")
    assert found(calls_between(alice.agent, bob.agent, "speak")) == ("common", "common")


def test_behind_a_server_it_is_the_newest_call_of_each(two: tuple[Phone, Phone]) -> None:
    alice, bob = two
    talk(alice, "old")
    talk(alice, "leg-a")
    talk(bob, "leg-b")
    assert found(calls_between(alice.agent, bob.agent, "speak")) == ("leg-a", "leg-b")


def test_a_call_that_still_rings_is_not_the_one_an_agent_talks_in(two: tuple[Phone, Phone]) -> None:
    alice, _ = two
    talk(alice, "established")
    alice.rings("ringing")
    assert alice.agent.active_call is alice.agent.calls[1]
    assert talking_call(alice.agent) is alice.agent.calls[0]


@pytest.mark.parametrize(
    ("candidates", "chosen"), [((1, 2, 4), 4), ((2, 4, 1), 4), ((1, 3), 3), ((), None)]
)
def test_the_newest_preferred_candidate_is_chosen_else_the_newest(
    candidates: tuple[int, ...], chosen: int | None
) -> None:
    assert newest(candidates, lambda number: number % 2 == 0) == chosen


def test_a_transferred_agent_is_waited_for(two: tuple[Phone, Phone]) -> None:
    """Bob is in his old call still, and the new one is not answered yet."""
    alice, bob = two
    talk(bob, "old")
    talk(alice, "new")
    bob.backend.feed(CallDialled(time.monotonic(), "new", alice.agent.uri))
    assert find_conversation(alice.agent, bob.agent) is None
    timer = soon(lambda: bob.is_established("new"))
    assert found(calls_between(alice.agent, bob.agent, "speak")) == ("new", "new")
    timer.join()


def test_a_call_that_its_caller_has_not_reported_is_waited_for(two: tuple[Phone, Phone]) -> None:
    alice, bob = two
    talk(bob, "old")
    talk(alice, "new", peer=bob.agent.uri)
    assert find_conversation(alice.agent, bob.agent) is None
    timer = soon(lambda: talk(bob, "new"))
    assert found(calls_between(alice.agent, bob.agent, "speak")) == ("new", "new")
    timer.join()


def test_a_second_call_that_nobody_answers_does_not_count(two: tuple[Phone, Phone]) -> None:
    alice, bob = two
    talk(alice, "leg-a")
    talk(bob, "leg-b")
    alice.backend.dial("sip:carol@127.0.0.1:40004")
    assert found(calls_between(alice.agent, bob.agent, "speak")) == ("leg-a", "leg-b")


def test_a_call_that_only_a_keyword_accepts_is_reported_at_once(two: tuple[Phone, Phone]) -> None:
    alice, bob = two
    bob.rings("common")
    alice.rings("common")
    began = time.monotonic()
    with pytest.raises(UsageError, match="alice cannot speak now: the call from .* rings"):
        calls_between(alice.agent, bob.agent, "speak")
    assert time.monotonic() - began < PROMPTLY / 2


def test_a_named_call_and_the_side_that_the_other_has_in_it(two: tuple[Phone, Phone]) -> None:
    alice, bob = two
    for call_id in ("first", "second"):
        for phone in two:
            talk(phone, call_id)
    sides = calls_between(alice.agent, bob.agent, "speak", "first")
    assert found(sides) == ("first", "first")


def test_calls_among_conference_members_are_their_newest(two: tuple[Phone, Phone]) -> None:
    alice, bob = two
    talk(alice, "leg-a")
    talk(bob, "old")
    bob.backend.feed(CallDialled(time.monotonic(), "leg-b", "sip:pbx@127.0.0.1:5060"))
    timer = soon(lambda: bob.is_established("leg-b"))
    calls = calls_among([alice.agent, bob.agent], "hear others")
    assert [call.call_id for call in calls.values()] == ["leg-a", "leg-b"]
    timer.join()
