"""Why a request outside of calls was refused, not answered or not delivered."""

from collections.abc import Sequence

from ..agents.agent import Agent
from ..sip.transactions import Transaction, transactions
from ..types import RequestAnswer
from .challenges import explain_challenge, explain_forbidden
from .incoming_calls import agent_at, explain_unregistered_target
from .observations import (
    describe_details,
    explain_no_answer,
    seen_by_others,
    transactions_of,
    wait_for_trace,
)


def explain_refused_request(
    agent: Agent, agents: Sequence[Agent], method: str, uri: str, answer: RequestAnswer
) -> str | None:
    """Why a request was refused: the challenge, who refused it, and what the answer says."""
    challenge = explain_challenge(agent, answer.status, answer.call_id)
    if challenge:
        return challenge

    def answered_by() -> list[str] | None:
        return [
            f"{other.name} answered the {method} {theirs.final.words}."
            for other, theirs in seen_by_others(agent, agents, answer.call_id)
            if theirs.final is not None
        ] or None

    said = wait_for_trace(agent, answered_by) or []  # the other agent's trace may come later
    ours = [
        each.final.message
        for each in transactions_of(agent, answer.call_id)
        if each.final is not None
    ]
    details = describe_details(ours[-1]) if ours else None
    unregistered = None if said else explain_unregistered_target(uri, agent, agents)
    shown = None if said else explain_forbidden(agent, answer.status, method, answer.call_id)
    return " ".join(filter(None, [*said[-1:], shown, details, unregistered])) or None


def explain_unanswered_request(
    agent: Agent, agents: Sequence[Agent], method: str, uri: str, last: Transaction | None
) -> str | None:
    """Why a request was not answered: the target is dead, or never saw it; else its repetitions."""
    target = agent_at(uri, agent, agents)
    if target is not None and target.death is not None:
        return target.death
    if target is not None and target.backend.is_stopped:
        return f"The process of {target.name} is stopped."
    if last is None:
        return None
    call_id = last.request.call_id or ""
    for other, theirs in seen_by_others(agent, agents, call_id):
        if theirs.final is not None:
            return f"{other.name} answered the {method} {theirs.final.words}."
        return f"{other.name} received the {method} and has not answered."
    silence = explain_no_answer(agent, method, 0, call_id)
    if target is None or silence is None:
        return silence
    size = len(last.requests[0].text.encode())
    return f"{silence} {target.name} has not seen it; it has {size} bytes."


def explain_undelivered(agent: Agent, agents: Sequence[Agent]) -> str | None:
    """What became of the last MESSAGE that another agent sent to this one; None if none did."""
    sent = [
        (other, each)
        for other in agents
        for each in transactions(other.journal.of_method("MESSAGE"))
        if each.sent and _is_for(each, agent)
    ]
    if not sent:
        return None
    other, last = max(sent, key=lambda pair: pair[1].at)
    if last.final is None:
        return f"{other.name}'s last MESSAGE to it was not answered ({last.retransmissions})."
    return f"{other.name}'s last MESSAGE to it was answered {last.final.words}."


def _is_for(transaction: Transaction, agent: Agent) -> bool:
    return transaction.request.request_uri == agent.uri
