"""The BYE with which an agent has hung up, and whether it has been answered."""

from ..events import ClosedBy
from .agent import Agent
from .call import Call


def has_hung_up(call: Call) -> bool:
    """Whether the agent has ended a call that was up, so that it is the one that sent the BYE."""
    closed = call.closed
    return closed is not None and closed.by is ClosedBy.US and call.established_at is not None


def has_unanswered_bye(agent: Agent, call: Call) -> bool:
    """Whether the trace shows the BYE of an agent, and no final response to it; `changes` is held.

    The response may come long after the call is over: RFC 3261 gives it 32 s, as any other.
    """
    if not agent.backend.shows_messages or not has_hung_up(call):
        return False
    seen = [
        outline
        for _, outline in agent.journal.outlines()
        if outline.method == "BYE" and outline.call_id == call.call_id
    ]
    was_sent = any(outline.sent and outline.is_request for outline in seen)
    return was_sent and not any(
        (outline.status or 0) >= 200 for outline in seen if not outline.sent
    )
