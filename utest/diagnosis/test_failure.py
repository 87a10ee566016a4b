"""A failure takes its explanation once, and says when what it waited for came too late."""

import re
import time
from pathlib import Path

import pytest

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.diagnosis.failure import CallFailure, LateEvent, explain_dead_or_stopped
from BaresipLibrary.events import AgentDied, CallDialled, CallEstablished, ClosedBy, SourceChosen

from ..scripted import Phone
from .calls import BOB, Make, talking


def test_an_explanation_is_appended_once(phone: Phone) -> None:
    failure = CallFailure("It failed.", phone.agent, lambda agents: f"{len(agents)} agents.")
    failure.explain([phone.agent])
    failure.explain([])
    assert str(failure) == "It failed. 1 agents."


@pytest.mark.parametrize("message", ["Did carol answer?", "No!", "It failed.", "no tone"])
def test_an_explanation_follows_a_sentence(phone: Phone, message: str) -> None:
    failure = CallFailure(message, phone.agent, lambda _: "As always.")
    failure.explain([phone.agent])
    assert str(failure) == f"{message}{'.' if message == 'no tone' else ''} As always."


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_dead_or_stopped_process_comes_before_other_explanations(
    make_phone: Make, who: str
) -> None:
    alice, bob = make_phone(), make_phone(name="bob")
    talking(alice, bob)
    both = [alice.agent, bob.agent]

    def failure() -> str:
        failed = CallFailure("It failed.", alice.agent, lambda _: "As always.")
        failed.explain(both)
        return str(failed)

    assert failure() == "It failed. As always."
    victim = {"alice": alice, "bob": bob}[who]
    victim.backend.held = True
    assert failure() == f"It failed. The process of {who} is stopped."
    victim.backend.feed(AgentDied(time.monotonic(), -9, ""))
    assert failure() == f"It failed. {who} is dead: its process was ended by SIGKILL."


def test_an_agent_outside_the_call_explains_nothing(make_phone: Make) -> None:
    alice, bob, carol = make_phone(), make_phone(name="bob"), make_phone(name="carol")
    ours, _ = talking(alice, bob)
    carol.backend.held = True
    every = [alice.agent, bob.agent, carol.agent]
    assert explain_dead_or_stopped(alice.agent, every) is None
    bob.backend.held = True
    alice.closes(ours.call_id, by=ClosedBy.PEER)
    assert explain_dead_or_stopped(alice.agent, every) is None, "bob hung up before"


def late_event(agent: Agent) -> LateEvent:
    return LateEvent(
        CallFailure("Late.", agent, awaited=lambda event: isinstance(event, CallEstablished))
    )


def test_a_late_event_is_reported_with_its_delay(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    late = late_event(phone.agent)
    phone.backend.feed(CallEstablished(time.monotonic() + 0.25, call_id))
    story = late.describe()
    assert story is not None
    assert re.fullmatch(r"It came 2[5-9]\d ms after the time ran out\.", story)


def test_an_earlier_event_is_not_late_and_the_grace_is_short(phone: Phone, tmp_path: Path) -> None:
    call_id = phone.agent.dial(BOB)
    phone.is_established(call_id)
    late = late_event(phone.agent)
    phone.backend.feed(CallDialled(time.monotonic(), "two", BOB))
    phone.backend.feed(SourceChosen(time.monotonic(), "two", "silence"))
    began = time.monotonic()
    assert late.describe() is None
    assert time.monotonic() - began < 5


def test_an_event_after_the_next_keyword_is_not_late(phone: Phone) -> None:
    call_id = phone.agent.dial(BOB)
    late = late_event(phone.agent)
    late.end_grace()
    phone.backend.feed(CallEstablished(time.monotonic() + 0.001, call_id))
    assert late.describe() is None
