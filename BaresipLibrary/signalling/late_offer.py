"""Calls whose INVITE leaves the offer to the callee (RFC 3264, RFC 6337)."""

from ..agents.agent import Agent
from ..backends.base import Headers
from ..backends.capabilities import Capability


def dial_without_offer(agent: Agent, uri: str, headers: Headers = ()) -> str:
    """Sends an INVITE without SDP, as `Agent.dial` sends one with it; returns the Call-ID.

    Raises:
        UsageError: the backend cannot.
    """
    agent.require(Capability.INVITE_WITHOUT_OFFER)
    all_headers = [*agent.account.headers, *headers]
    if all_headers:
        agent.require(Capability.INVITE_HEADERS)
    with agent.commanding(f"dial {uri}"):
        return agent.backend.dial_without_offer(uri, all_headers)
