"""The calls in which agents talk with each other, each seen from its own side."""

from collections.abc import Sequence

from ..agents.agent import PROMPTLY, Agent
from ..agents.call import Call, CallState
from ..concurrency import wait_until
from .states import require_established

#: Both sides of one call, or of two that a server between them has joined.
Sides = tuple[Call, Call]


def calls_between(one: Agent, other: Agent, to_do: str, call_id: str | None = None) -> Sides:
    """The side that each has in their common call, once it is up on both.

    With a Call-ID it is that call of `one`. Waits a moment while it is not sure which calls it is.

    Raises:
        UsageError: one of them has no established call; `to_do` says what cannot be done.
    """
    if call_id is not None:
        named = one.require_live_call(f"to {to_do} in", call_id)
        common = [sides for sides in common_calls(one, other) if sides[0] is named]
        return common[0] if common else (named, _required(other, None, to_do))

    def decided() -> tuple[Call | None, Call | None] | None:
        idle = (_newest(one), _newest(other)) if _nothing_comes((one, other)) else None
        return talking(one, other) or idle

    mine, theirs = wait_until(one.changes, decided, PROMPTLY) or (None, None)
    return _required(one, mine, to_do), _required(other, theirs, to_do)


def calls_among(agents: Sequence[Agent], to_do: str) -> dict[Agent, Call]:
    """The newest established call of each, rather one that is not on hold, as `calls_between`."""
    if agents:
        wait_until(agents[0].changes, lambda: _nothing_comes(agents) or None, PROMPTLY)
    return {agent: _required(agent, _newest(agent), to_do) for agent in agents}


def common_calls(one: Agent, other: Agent) -> list[Sides]:
    """Both sides of every live call that has the same Call-ID on both, the newest last."""
    theirs = {call.call_id: call for call in _live(other)}
    return [(call, theirs[call.call_id]) for call in _live(one) if call.call_id in theirs]


def talking(one: Agent, other: Agent) -> Sides | None:
    """The calls in which two talk with each other; None while that is not sure.

    A transfer leaves an agent in two calls for a moment. So a call with the same Call-ID on both
    sides comes first. Where a server between them gives each side a Call-ID of its own, it is the
    newest established call of each that is not on hold, once no other is being set up.
    """
    one.require_alive()
    other.require_alive()
    common = common_calls(one, other)
    if common:
        speaking = [sides for sides in common if not any(call.on_hold for call in sides)]
        newest = (speaking or common)[-1]
        return newest if all(map(_is_up, newest)) else None
    mine, theirs = _newest(one), _newest(other)
    return (mine, theirs) if mine and theirs and _nothing_comes((one, other)) else None


def _nothing_comes(agents: Sequence[Agent]) -> bool:
    """Whether no call is being set up, and the other side of each call knows it, too.

    A call that nobody has accepted comes with a keyword, not with time.
    """
    waiting = {call.call_id for agent in agents for call in agent.calls if call.is_waiting}
    calls = [call for agent in agents for call in _live(agent) if call.call_id not in waiting]
    return all(_is_up(call) and _is_known(call, agents) for call in calls)


def _is_known(call: Call, agents: Sequence[Agent]) -> bool:
    peers = [agent for agent in agents if agent.uri == call.peer_uri]
    return all(call.call_id in {known.call_id for known in peer.calls} for peer in peers)


def _newest(agent: Agent) -> Call | None:
    up = [call for call in _live(agent) if _is_up(call)]
    speaking = [call for call in up if not call.on_hold]
    return next(reversed(speaking or up), None)


def _live(agent: Agent) -> list[Call]:
    return [call for call in agent.calls if call.is_live]


def _is_up(call: Call) -> bool:
    return call.state is CallState.ESTABLISHED


def _required(agent: Agent, call: Call | None, to_do: str) -> Call:
    call = call or _newest(agent) or agent.require_live_call(f"to {to_do} in")
    require_established(agent, call, to_do)
    return call
