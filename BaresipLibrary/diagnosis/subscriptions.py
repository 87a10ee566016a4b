"""Explanations of subscriptions that were not accepted, or that ended."""

from ..agents.agent import Agent
from ..sip.challenges import CHALLENGE_STATUSES, credentials
from ..sip.messages import Message
from ..sip.subscriptions import event_of
from .call_setup import explain_challenge
from .observations import (
    describe_details,
    explain_no_answer,
    transactions_of,
    transactions_since,
)

_FORBIDDEN, _BAD_EVENT = 403, 489


def explain_subscription(agent: Agent, call_id: str, since: int) -> str | None:
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
    details = describe_details(answer)
    if status == _FORBIDDEN and not details:
        return _explain_forbidden(agent, call_id)
    return details


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


def _explain_forbidden(agent: Agent, call_id: str) -> str | None:
    """Whether the refusal came to a request with credentials."""
    tried = [one for one in transactions_of(agent, call_id) if one.method == "SUBSCRIBE"]
    if not tried:
        return None
    if given := credentials(tried[-1].request):
        user = agent.account.auth_user or agent.account.username
        return f"The SUBSCRIBE carried the digest of user '{user}' for realm '{given[0].realm}'."
    return f"{agent.name} was not challenged before: the SUBSCRIBE carried no credentials."
