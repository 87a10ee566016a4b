"""What outweighs every other explanation: that a phone of the call is dead or held up."""

from collections.abc import Sequence

from ..events import ClosedBy
from .agent import Agent
from .observations import partner_of


def on_absence(agent: Agent, agents: Sequence[Agent]) -> str | None:
    """Who is dead or held up, of an agent and the other side of its call; None when both live."""
    for one in (agent, _other_side(agent, agents)):
        if one is None:
            continue
        if one.death is not None:
            return one.death
        if one.backend.is_stopped:
            return f"The process of {one.name} is stopped."
    return None


def _other_side(agent: Agent, agents: Sequence[Agent]) -> Agent | None:
    call = agent.active_call or agent.last_call
    if call is None or (call.closed and call.closed.by is not ClosedBy.FAILURE):
        return None  # a call that somebody ended has its explanation
    partner = partner_of(call, agents, agent)
    if partner:
        return partner[0]
    return next((other for other in agents if other.uri == call.peer_uri), None)
