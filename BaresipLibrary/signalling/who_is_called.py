"""Waiting for the first of several agents that rings, and making sure that one is not called."""

import time
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Call, Direction
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.incoming_calls import (
    arrived_invite,
    describe_refusal,
    explain_missing_call,
    nobody_called_since,
    refused_since_last_call,
)
from ..errors import PhoneFailure
from ..events import CallIncoming, ClosedBy
from ..wording import duration_words
from .states import may_be_called, news_of_missed_call


def wait_until_any_rings(
    agents: Sequence[Agent], timeout: float, everybody: Iterable[Agent] = ()
) -> Agent:
    """The first of some agents that rings, or has since the suite last acted; `timeout` in seconds.

    A call that its caller has cancelled does not count, nor one that a keyword has accepted or
    refused. `everybody` are the agents of the suite: a call of one of them may still be on its way.

    Raises:
        PhoneFailure: none does in time, or at once when none can any more.
    """

    callers = list(everybody)

    def ringing(*, at_end: bool = False) -> Agent | str | None:
        for agent in agents:
            agent.reactions.require_success()
        all_calls = [(call.began_at, place, call) for place, call in _ringing(agents)]
        calls = [one for one in all_calls if not _is_given_up(one[2], callers)]
        why = None if calls else _none_can(agents, callers)
        if why or at_end:
            calls = all_calls
        return agents[min(calls, key=itemgetter(0, 1))[1]] if calls else why

    found = wait_until(agents[0].changes, ringing, timeout)
    if found is None:
        with agents[0].changes:
            found = ringing(at_end=True)
    if isinstance(found, Agent):
        found.mark_seen()
        return found
    why = found or "; ".join(map(_describe_silence, agents))
    for agent in agents:
        agent.mark_seen()
    raise CallFailure(
        f"{_nobody_rang(agents)}{f' within {timeout:g} s' if found is None else ''}: {why}.",
        agents[0],
        lambda everybody: next(filter(None, _explanations(agents, everybody)), None),
        awaited=lambda event: isinstance(event, CallIncoming),
        others=agents,
    )


def _ringing(agents: Sequence[Agent]) -> Iterator[tuple[int, Call]]:
    """The calls that ring, or have rung since the suite last acted, each with its agent's place."""
    for place, agent in enumerate(agents):
        news = {event.call_id for event in agent.journal.of_kind(CallIncoming, agent.news_since)}
        for call in agent.calls if agent.alive else []:
            has_rung = call.call_id in news and not call.is_known and not _is_missed(call)
            rings = call.is_waiting and not call.is_decided
            if not call.silent and (rings or has_rung):
                yield place, call


def _is_given_up(call: Call, everybody: Sequence[Agent]) -> bool:
    """Whether the agent that made a call has ended it, though its callee may not know that yet.

    Others that a proxy has called for it, and that have refused, have calls of this Call-ID, too.
    """
    made = (
        one
        for agent in everybody
        for one in agent.calls
        if one.direction is Direction.OUTGOING and one.call_id == call.call_id
    )
    return call.is_waiting and any(one.closed is not None for one in made)


def _is_missed(call: Call) -> bool:
    """Whether a call is over that its agent has neither accepted nor refused."""
    return call.closed is not None and call.closed.by is not ClosedBy.US and not call.answered


def _none_can(agents: Sequence[Agent], everybody: Sequence[Agent]) -> str | None:
    """What each agent saw by which it cannot ring any more; None while one still may."""
    reasons = [
        agent.death or (None if may_be_called(agent, everybody) else news_of_missed_call(agent))
        for agent in agents
    ]
    if not all(reasons):
        return None
    return "; ".join(
        f"{agent.name}: {str(why).rstrip('.')}" for agent, why in zip(agents, reasons, strict=True)
    )


def _describe_silence(agent: Agent) -> str:
    """What an agent saw that does not ring."""
    if agent.death:
        return agent.death.rstrip(".")
    refused, call = refused_since_last_call(agent), agent.active_or_last_call
    if refused:
        return f"{agent.name}: {describe_refusal(agent, refused)}"
    if call:
        return f"{agent.name}: {call.describe()}"
    return f"{agent.name}: {nobody_called_since(agent)}"


def _nobody_rang(agents: Sequence[Agent]) -> str:
    if len(agents) == 1:
        return f"{agents[0].name} did not ring"
    return f"None of {', '.join(agent.name for agent in agents)} rang"


def _explanations(agents: Sequence[Agent], everybody: Sequence[Agent]) -> Iterator[str | None]:
    for agent in agents:
        if not agent.calls:
            yield explain_missing_call(agent, everybody)


class _NewCall(NamedTuple):
    """A call that came in, by its Call-ID, and when (monotonic)."""

    call_id: str
    at: float


def require_no_call(agent: Agent, duration: float) -> None:
    """Watches for `duration` seconds that nobody calls an agent, and looks back to the last action.

    A call that its stack refuses, or that it refuses by itself, counts; one that a keyword has
    accepted or refused does not.

    Raises:
        PhoneFailure: somebody does; then at once.
        AgentGone: the agent's process died.
    """
    began = time.monotonic()
    place = agent.news_since

    def called() -> _NewCall | None:
        nonlocal place
        agent.require_alive()
        begin, place = place, len(agent.journal)
        return next(_new_calls(agent, begin), None)

    new = wait_until(agent.changes, called, duration)
    if new is None:
        return
    words, at = _describe_call(agent, new)
    agent.mark_seen()
    when = f"{duration_words(at - began)} after" if at > began else "before"
    raise PhoneFailure(
        f"{agent.name} was called, {when} the check of {duration:g} s began: {words}."
    )


def _new_calls(agent: Agent, since: int) -> Iterator[_NewCall]:
    """The calls that came in from a position in the journal on, and that no keyword has taken."""
    known = {call.call_id: call.began_at for call in agent.calls if call.is_known}
    for event in agent.journal.of_kind(CallIncoming, since):
        if known.get(event.call_id) != event.at:
            yield _NewCall(event.call_id, event.at)
    arrived = [one for one in agent.journal.outlines(since) if not one[1].sent]
    for invite, seen in agent.journal.kept(one for one in arrived if one[1].begins_call):
        is_first = not seen.call_id or agent.journal.messages(seen.call_id)[0] is invite
        if is_first and seen.call_id not in known:
            yield _NewCall(seen.call_id, invite.at)


def _describe_call(agent: Agent, new: _NewCall) -> tuple[str, float]:
    """What became of a call as far as is known, as a clause, and when it came in."""

    def call() -> Call | None:
        return next((call for call in agent.calls if call.call_id == new.call_id), None)

    def is_known() -> bool | None:
        invite = arrived_invite(agent, new.call_id)
        return bool(call() or (invite and invite.final)) or None

    wait_until(agent.changes, is_known, TRACE_LAG)
    known, invite = call(), arrived_invite(agent, new.call_id)
    if known is not None and known.began_at < new.at and known.direction is Direction.INCOMING:
        return f"a second call came with the Call-ID of another: {known.describe()}", new.at
    if known is not None:
        return known.describe(), known.began_at
    if invite is None:  # of very many messages the oldest are forgotten
        return f"an INVITE with the Call-ID '{new.call_id}' arrived", new.at
    return describe_refusal(agent, invite), invite.at
