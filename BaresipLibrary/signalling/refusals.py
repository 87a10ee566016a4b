"""Answers an incoming call with a final 3xx to 6xx."""

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.requirements import refuses_by_hanging_up
from ..backends.base import Headers
from ..backends.capabilities import Capability


def require_refusal(agent: Agent, status: int, phrase: str, headers: Headers = ()) -> None:
    """Raises `UsageError`, naming what can, when an agent's backend cannot refuse a call so."""
    if headers and status >= 400:
        agent.require(Capability.REFUSAL_HEADERS)
    if not refuses_by_hanging_up(agent.backend, status, phrase):
        agent.require(Capability.REDIRECT if status < 400 else Capability.OWN_REFUSALS)


def refuse(agent: Agent, call: Call, status: int, phrase: str, headers: Headers = ()) -> None:
    """Refuses an incoming call.

    Raises:
        UsageError: the agent's backend cannot.
        BackendError: baresip did not do it.
    """
    require_refusal(agent, status, phrase, headers)
    if refuses_by_hanging_up(agent.backend, status, phrase):
        agent.hang_up(call)
        return
    with agent.commanding(f"answer with {status}"):
        agent.backend.refuse(call.call_id, status, phrase, headers)
