"""Why a request outside of calls was refused or not answered, or a subscription brings no news."""

from collections.abc import Iterator, Sequence

from ..agents.agent import Agent
from ..sip.challenges import CHALLENGE_STATUSES
from ..sip.messages import Message
from ..sip.subscriptions import event_of
from ..sip.transactions import Transaction, transactions
from ..types import RequestAnswer
from .challenges import explain_challenge, explain_forbidden
from .incoming_calls import explain_unregistered_target
from .observations import (
    describe_details,
    explain_no_answer,
    transactions_of,
    transactions_since,
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
            for other, theirs in _seen_by_others(agent, agents, answer.call_id)
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
    target = next((other for other in agents if other is not agent and other.uri == uri), None)
    if target is not None and target.death is not None:
        return target.death
    if target is not None and target.backend.is_stopped:
        return f"The process of {target.name} is stopped."
    if last is None:
        return None
    call_id = last.request.call_id or ""
    for other, theirs in _seen_by_others(agent, agents, call_id):
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
    return transaction.request.start_line.split(" ")[1] == agent.uri


def _seen_by_others(
    agent: Agent, agents: Sequence[Agent], call_id: str
) -> Iterator[tuple[Agent, Transaction]]:
    """The other agents that received a request with that Call-ID, each with its transaction."""
    for other in agents:
        received = [each for each in transactions_of(other, call_id) if not each.sent]
        if other is not agent and received:
            yield other, received[-1]


_NOT_ALLOWED, _BAD_EVENT = 405, 489


def explain_subscription(
    agent: Agent, agents: Sequence[Agent], call_id: str, since: int
) -> str | None:
    """What most likely explains that a SUBSCRIBE since a position in the journal was in vain."""
    one = agent.subscriptions.by_call_id(call_id)
    answer = one.answer if one else None
    if answer is None or (answer.status or 0) < 300:
        return explain_no_answer(agent, "SUBSCRIBE", since, call_id)
    status = answer.status or 0
    if status in CHALLENGE_STATUSES:
        return explain_challenge(agent, status, call_id)
    if status == _BAD_EVENT:
        return _explain_bad_event(answer)
    if status == _NOT_ALLOWED:
        by_phone = _explain_by_phone(agent, agents, call_id)
        if by_phone:
            return by_phone
    shown = explain_forbidden(agent, status, "SUBSCRIBE", call_id)
    return " ".join(filter(None, (shown, describe_details(answer)))) or None


def _explain_by_phone(agent: Agent, agents: Sequence[Agent], call_id: str) -> str | None:
    """That the phone itself refused to be watched: a server has to take the SUBSCRIBE."""

    def refused_by() -> str | None:
        return next(
            (
                f"{other.name}'s own stack refused it: a server has to take the SUBSCRIBE, not a"
                " phone of the suite."
                for other, theirs in _seen_by_others(agent, agents, call_id)
                if theirs.final is not None and theirs.final.status == _NOT_ALLOWED
            ),
            None,
        )

    return wait_for_trace(agent, refused_by)


def explain_refused_notify(agent: Agent, event: str, since: int) -> str | None:
    """That a NOTIFY for a package came since a position in the journal, and was refused."""
    refused = [
        one.final
        for one in transactions_since(agent, since)
        if not one.sent
        and one.method == "NOTIFY"
        and event_of(one.request) == event
        and one.final
        and one.final.status >= 300
    ]
    if not refused:
        return None
    return f"A NOTIFY for '{event}' came, and {agent.name} answered it with {refused[-1].words}."


def _explain_bad_event(answer: Message) -> str:
    known = ", ".join(answer.all("Allow-Events"))
    if known:
        return f"The answer allows other event packages: {known}."
    return "The answer names no event package that is allowed (Allow-Events)."
