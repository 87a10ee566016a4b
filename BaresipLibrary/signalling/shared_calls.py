"""The calls in which agents talk with each other, each seen from its own side."""

from collections.abc import Sequence

from ..agents.agent import PROMPTLY, Agent
from ..agents.call import Call, CallState, newest
from ..concurrency import wait_until
from .states import require_established

#: Both sides of one call, or of two calls that a server between them has joined.
Sides = tuple[Call, Call]


def calls_between(agent: Agent, other: Agent, to_do: str, call_id: str | None = None) -> Sides:
    """The side that each of two agents has in their common call, once it is up on both.

    With a Call-ID it is that call of `agent`. Waits a moment while the calls are being set up.

    Raises:
        UsageError: one of them has no established call; `to_do` says what cannot be done.
    """
    if call_id is not None:
        named = agent.require_live_call(f"to {to_do} in", call_id)
        common = [sides for sides in common_calls(agent, other) if sides[0] is named]
        return common[0] if common else (named, _require_call(other, None, to_do))

    def decided() -> tuple[Call | None, Call | None] | None:
        sides = find_conversation(agent, other)
        if sides is None and _is_settled((agent, other)):
            return talking_call(agent), talking_call(other)
        return sides

    ours, theirs = wait_until(agent.changes, decided, PROMPTLY) or (None, None)
    return _require_call(agent, ours, to_do), _require_call(other, theirs, to_do)


def calls_among(agents: Sequence[Agent], to_do: str) -> dict[Agent, Call]:
    """The newest established call of each agent, preferably one that is not on hold.

    Waits and raises as `calls_between` does.
    """
    if agents:
        wait_until(agents[0].changes, lambda: _is_settled(agents) or None, PROMPTLY)
    return {agent: _require_call(agent, talking_call(agent), to_do) for agent in agents}


def common_calls(agent: Agent, other: Agent) -> list[Sides]:
    """Both sides of every live call that has the same Call-ID on both, the newest last."""
    theirs = {call.call_id: call for call in other.live_calls}
    return [(call, theirs[call.call_id]) for call in agent.live_calls if call.call_id in theirs]


def find_conversation(agent: Agent, other: Agent) -> Sides | None:
    """The calls in which two agents talk with each other; None while that is not certain.

    A transfer leaves an agent in two calls for a moment. So a call with the same Call-ID on both
    sides comes first. Where a server between them gives each side a Call-ID of its own, it is the
    newest established call of each that is not on hold, once no other is being set up.
    """
    agent.require_alive()
    other.require_alive()
    common = newest(common_calls(agent, other), _is_talking)
    if common:
        return common if all(map(_is_established, common)) else None
    ours, theirs = talking_call(agent), talking_call(other)
    return (ours, theirs) if ours and theirs and _is_settled((agent, other)) else None


def _is_talking(sides: Sides) -> bool:
    """Whether neither side has put the call on hold."""
    return not any(call.on_hold for call in sides)


def _is_settled(agents: Sequence[Agent]) -> bool:
    """Whether no call of theirs is being set up, and the other side of each call knows it, too.

    A call that waits for `Accept` does not count: a keyword sets it up, and no time does.
    """
    waiting = {call.call_id for agent in agents for call in agent.calls if call.is_waiting}
    calls = [call for agent in agents for call in agent.live_calls if call.call_id not in waiting]
    return all(_is_established(call) and _is_known(call, agents) for call in calls)


def _is_known(call: Call, agents: Sequence[Agent]) -> bool:
    peers = [agent for agent in agents if agent.uri == call.peer_uri]
    return all(call.call_id in {known.call_id for known in peer.calls} for peer in peers)


def talking_call(agent: Agent) -> Call | None:
    """The newest established call, preferably one that is not on hold."""
    established = [call for call in agent.live_calls if _is_established(call)]
    return newest(established, lambda call: not call.on_hold)


def _is_established(call: Call) -> bool:
    return call.state is CallState.ESTABLISHED


def _require_call(agent: Agent, call: Call | None, to_do: str) -> Call:
    call = call or talking_call(agent) or agent.require_live_call(f"to {to_do} in")
    require_established(agent, call, to_do)
    return call
