"""Waiting for the first of several agents that rings, and making sure that one is not called."""

import time
from collections.abc import Iterator, Sequence

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Call
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
from ..events import CallIncoming, ClosedBy, SipMessage
from ..sip.messages import parsed
from .states import news_of_missed_call


def wait_until_any_rings(agents: Sequence[Agent], timeout: float) -> Agent:
    """The first of some agents that rings, or has since the suite last acted; `timeout` in seconds.

    A call that its caller has cancelled does not count.

    Raises:
        PhoneFailure: none does in time, or at once when none can any more.
    """

    def ringing() -> Agent | str | None:
        for agent in agents:
            agent.reactions.require_success()
        calls = [(call.began_at, place) for place, call in _ringing(agents)]
        return agents[min(calls)[1]] if calls else _none_can(agents)

    found = wait_until(agents[0].changes, ringing, timeout)
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
            has_rung = call.call_id in news and not _is_missed(call)
            if not call.silent and (call.is_waiting or has_rung):
                yield place, call


def _is_missed(call: Call) -> bool:
    """Whether a call is over that its agent has neither accepted nor refused."""
    return call.closed is not None and call.closed.by is not ClosedBy.US and not call.answered


def _none_can(agents: Sequence[Agent]) -> str | None:
    """What each agent saw by which it cannot ring any more; None while one still may."""
    reasons = [agent.death or news_of_missed_call(agent) for agent in agents]
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


def require_no_call(agent: Agent, duration: float) -> None:
    """Watches for `duration` seconds that nobody calls an agent, and looks back to the last action.

    A call that its stack refuses, or that it refuses by itself, counts.

    Raises:
        PhoneFailure: somebody does; then at once.
        AgentGone: the agent's process died.
    """
    began = time.monotonic()
    place = agent.news_since

    def called() -> str | None:
        nonlocal place
        agent.require_alive()
        begin, place = place, len(agent.journal)
        return next(_new_calls(agent, begin), None)

    call_id = wait_until(agent.changes, called, duration)
    if call_id is None:
        return
    words, at = _describe_call(agent, call_id)
    agent.mark_seen()
    when = f"{at - began:.1f} s after" if at > began else "before"
    raise PhoneFailure(
        f"{agent.name} was called, {when} the check of {duration:g} s began: {words}."
    )


def _new_calls(agent: Agent, since: int) -> Iterator[str]:
    """The Call-IDs of calls that came in from a position in the journal on."""
    for event in agent.journal.since(since):
        if isinstance(event, CallIncoming):
            yield event.call_id
        elif isinstance(event, SipMessage) and not event.sent:
            message = parsed(event.text)
            begins = message.method == "INVITE" and ";tag=" not in (message.first("To") or "")
            if begins and message.call_id and _is_first(agent, message.call_id, event):
                yield message.call_id


def _is_first(agent: Agent, call_id: str, invite: SipMessage) -> bool:
    """Whether an INVITE is no repetition of one that came before."""
    return agent.journal.messages(call_id)[0] is invite


def _describe_call(agent: Agent, call_id: str) -> tuple[str, float]:
    """What became of a call as far as is known, as a clause, and when it came in."""

    def call() -> Call | None:
        return next((call for call in agent.calls if call.call_id == call_id), None)

    def is_known() -> bool | None:
        invite = arrived_invite(agent, call_id)
        return bool(call() or (invite and invite.final)) or None

    wait_until(agent.changes, is_known, TRACE_LAG)
    known, invite = call(), arrived_invite(agent, call_id)
    if known is not None:
        return known.describe(), known.began_at
    assert invite is not None
    return describe_refusal(agent, invite), invite.at
