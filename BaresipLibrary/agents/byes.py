"""The BYE with which an agent has hung up, and whether it has been answered."""

from ..events import ClosedBy
from ..sip.challenges import CHALLENGE_STATUSES
from ..sip.outlines import Outline
from .agent import Agent
from .call import Call


def has_hung_up(call: Call) -> bool:
    """Whether the agent has ended a call that was up, so that it is the one that sent the BYE."""
    closed = call.closed
    return closed is not None and closed.by is ClosedBy.US and call.established_at is not None


def has_unanswered_bye(agent: Agent, call: Call) -> bool:
    """Whether the trace shows the BYE of an agent, and no final response to it; `changes` is held.

    The response may come long after the call is over: RFC 3261 gives it 32 s, as any other. A
    challenge does not count: the agent sends another BYE, with credentials.
    """
    if not agent.backend.shows_messages or not has_hung_up(call):
        return False
    was_sent = any(seen.sent and seen.is_request for seen in _byes(agent, call))
    return was_sent and bye_status(agent, call) in (None, *CHALLENGE_STATUSES)


def bye_status(agent: Agent, call: Call) -> int | None:
    """The last final status that the trace shows for the BYE of an agent; `changes` is held."""
    statuses = (seen.status or 0 for seen in _byes(agent, call) if not seen.sent)
    finals = [status for status in statuses if status >= 200]
    return finals[-1] if finals else None


def _byes(agent: Agent, call: Call) -> list[Outline]:
    """The messages of all BYE transactions of a call."""
    outlines = (outline for _, outline in agent.journal.outlines())
    return [seen for seen in outlines if seen.method == "BYE" and seen.call_id == call.call_id]
