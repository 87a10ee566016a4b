"""Early media: what an agent sends before it answers."""

from ..agents.agent import Agent
from ..agents.call import Call
from ..backends.base import Headers
from ..backends.capabilities import Capability


def send_progress(agent: Agent, call: Call, headers: Headers = ()) -> None:
    """Sends a 183 with SDP for an incoming call that has not been answered.

    Raises:
        UsageError: the backend cannot.
        BackendError: the call has ended, or the peer did not acknowledge a response before (PRACK).
    """
    agent.require(Capability.SEND_PROGRESS)
    with agent.commanding("send a 183"):
        agent.backend.progress(call.call_id, headers)
