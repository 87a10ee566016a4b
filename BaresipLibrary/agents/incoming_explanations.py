"""What became of the calls that an agent waits for in vain."""

from collections.abc import Sequence

from ..sip.messages import Message
from ..sip.transactions import Transaction
from ..sip.uris import user_part
from .agent import Agent
from .call import Call, Direction
from .redirections import on_redirection
from .refusals import cause_of, story_of, without_call


def no_call_story(agent: Agent, began: float, within: float) -> str:
    """Why an agent has no call to accept after a wait, as a clause.

    The wait began at a monotonic time and lasted `within` seconds.
    """
    refused, last = refused_since_last_call(agent), agent.last_call
    if refused is not None:
        early = began - refused.at
        when = f" {early:.1f} s before the wait began" if early >= 0.1 else ""
        return f"{story_of(agent, refused)}{when}"
    if last is not None and last.began_at >= began:
        return last.story()
    earlier = f"; before that, {last.story()}" if last else ""
    return f"{nobody_called(agent)} within {within:g} s{earlier}"


def nobody_called(agent: Agent) -> str:
    """That no INVITE came, as far as the agent's backend can tell."""
    return "nobody called" if agent.backend.shows_messages else "it reported no call"


def refused_since_last_call(agent: Agent) -> Transaction | None:
    """An INVITE newer than every call of the agent that no call came of; None without one."""
    last = agent.last_call
    return without_call(agent, last.began_at if last else 0.0)


def newest_invite(agent: Agent) -> Message | None:
    """The INVITE to begin a call that arrived last, whatever became of it."""
    call = agent.last_incoming_call
    refused = without_call(agent, call.began_at if call else 0.0)
    if refused is not None:
        return refused.request
    return agent.invite(call) if call else None


def on_nobody_calling(agent: Agent, agents: Sequence[Agent]) -> str | None:
    """Why an agent has no call: what its stack refused, or what became of the others' calls."""
    refused = refused_since_last_call(agent)
    if refused is not None:
        return cause_of(agent, refused)
    last = agent.last_incoming_call
    redirected = on_redirection(agent, agents, last.began_at if last else 0.0)
    if redirected is not None:
        return redirected
    for other in agents:
        for call in reversed(other.calls):
            if other is not agent and _is_for(call, agent):
                return f"{other.name} did call, but {call.story()}."
    account = agent.account
    if account.domain and account.regint and not agent.registered:
        return f"{agent.name} is not registered at {account.domain}."
    return None


def _is_for(call: Call, agent: Agent) -> bool:
    """Whether a call was made to an agent, after the last one that came to it."""
    last = agent.last_incoming_call
    if call.direction is Direction.INCOMING or (last and call.began_at < last.began_at):
        return False
    return agent.uri == call.peer_uri or (
        agent.account.domain is not None and user_part(call.peer_uri) == agent.account.username
    )
