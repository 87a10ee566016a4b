"""Why a request of an agent did not leave."""

from ..agents.agent import Agent
from ..agents.info import proxy_of
from ..sip.uris import host_part, is_loopback, transport_of


def explain_loopback(agent: Agent, uri: str) -> str | None:
    """That a local agent at a loopback address cannot reach another machine with a request.

    Over TCP the stack may use another address of this machine.
    """
    account, own, hop = agent.account, host_part(agent.uri), proxy_of(agent) or uri
    if account.domain or account.transport != "udp" or not is_loopback(own):
        return None
    if is_loopback(host_part(hop)) or transport_of(hop) or not agent.backend.shows_messages:
        return None
    return (
        f"{agent.name} is at {own}, from which no other machine can be reached; start it with a"
        " username and a domain, or with address=."
    )


def explain_unsent(agent: Agent, method: str, uri: str | None = None) -> str | None:
    """That a request which was due was not seen to leave, where that needs a connection.

    `uri` is where it goes unless there is a proxy; without one, to the agent's registrar.
    """
    hop = proxy_of(agent) or uri
    transport = transport_of(hop) if hop else agent.account.transport
    if not agent.backend.shows_messages or transport in ("", "udp"):
        return None
    return f"No {method} was seen to leave over {transport}."
