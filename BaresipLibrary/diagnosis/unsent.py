"""Why a request of an agent did not leave."""

from ..agents.agent import Agent
from ..sip.uris import host_part, is_loopback


def explain_loopback(agent: Agent, uri: str) -> str | None:
    """That a local agent at a loopback address cannot call another machine.

    Over TCP the stack may use another address of this machine.
    """
    account, own = agent.account, host_part(agent.uri)
    if account.domain or account.transport != "udp" or not is_loopback(own):
        return None
    if is_loopback(host_part(uri)) or ";transport=" in uri:
        return None
    return (
        f"{agent.name} is at {own}, from which no other machine can be reached; start it with a"
        " username and a domain, or with address=."
    )


def explain_unsent(agent: Agent, method: str) -> str | None:
    """That a request which was due was not seen to leave, where that needs a connection."""
    transport = agent.account.transport
    if not agent.backend.shows_messages or transport == "udp":
        return None
    return f"No {method} was seen to leave over {transport}."
