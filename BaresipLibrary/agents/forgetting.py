"""Forgets calls that are over, so that a run of very many calls does not fill the memory."""

from .agent import Agent
from .call import Call


def forget_call(agent: Agent, call: Call, since: int) -> None:
    """Forgets a call that is over, with what the journal has of it from a position on."""
    for read in agent.journal.last_readers:
        read(call.call_id)
    with agent.changes:
        agent._calls.pop(call.call_id, None)
        agent.arrivals.pop(call.call_id, None)
        agent.journal.forget(call.call_id, since)
