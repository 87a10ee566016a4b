"""The remote party of a call."""

from ..sip.messages import split_address
from ..sip.uris import number_of
from ..types import Peer
from .agent import Agent
from .call import Direction


def peer_of(agent: Agent) -> Peer | None:
    """The remote party of the active call; None without a call."""
    call = agent.active_call
    if call is None:
        return None
    uri, name = call.peer_uri, ""
    if call.direction is Direction.INCOMING:
        invite = agent.invite(call)
        name, uri = split_address((invite and invite.first("From")) or uri)
    return Peer(uri, number_of(uri), name)
