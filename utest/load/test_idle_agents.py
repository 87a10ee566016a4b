"""Who takes the next call of a run, and why nobody can."""

import time

from BaresipLibrary.load.idle_agents import AgentPool
from BaresipLibrary.load.machine import Machine
from BaresipLibrary.load.plan import Plan
from BaresipLibrary.load.rated_call import Phase, RatedCall

from .exchange import Exchange

NONE_IDLE = "no caller was idle"


def in_phases(exchange: Exchange, *phases: Phase | None) -> list[RatedCall]:
    """Calls in these phases; None for a pair of agents that has none."""
    plan, began = Plan(0.0, 5.0, None), time.monotonic()
    pairs = zip(exchange.callers, exchange.callees, strict=True)
    calls = []
    for phase, (caller, callee) in zip(phases, pairs, strict=True):
        call = RatedCall(began, (caller.agent, callee.agent), callee.agent.uri, plan, set())
        if phase is not None:
            call.phase = phase
            calls.append(call)
    return calls


def why_none(exchange: Exchange, *phases: Phase | None, machine: Machine | None = None) -> str:
    exchange.has(len(phases), len(phases))
    pool = AgentPool([phone.agent for phone in exchange.callers], NONE_IDLE)
    calls = in_phases(exchange, *phases)
    return pool.why_none(calls, machine or Machine(0.5), time.monotonic())


def test_more_than_half_of_the_agents_tell_why_nobody_is_idle(exchange: Exchange) -> None:
    why = why_none(exchange, Phase.SET_UP, Phase.SET_UP, Phase.TALK)
    assert why == f"{NONE_IDLE}, as most had a call that was not established yet"


def test_half_of_the_agents_tell_nothing(exchange: Exchange) -> None:
    assert why_none(exchange, Phase.SET_UP, Phase.SET_UP, Phase.TALK, None) == NONE_IDLE


def test_calls_that_do_not_end_are_told_apart_from_those_that_do_not_begin(
    exchange: Exchange,
) -> None:
    why = why_none(exchange, Phase.END, Phase.SET_UP, Phase.END)
    assert why == f"{NONE_IDLE}, as most had a call that was not over after the hang-up"


def test_agents_that_talk_are_what_the_suite_asked_for(exchange: Exchange) -> None:
    assert why_none(exchange, Phase.TALK, Phase.TALK) == NONE_IDLE


def test_a_machine_that_was_late_meanwhile_is_told(exchange: Exchange) -> None:
    machine = Machine(0.5)
    machine.note(time.monotonic(), time.monotonic() + 1)
    assert why_none(exchange, Phase.SET_UP, machine=machine).endswith(", and this machine was late")
