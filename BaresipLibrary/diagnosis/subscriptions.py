"""Why a subscription is refused, not answered, or brings no news."""

from collections.abc import Sequence

from ..agents.agent import Agent
from ..sip.challenges import CHALLENGE_STATUSES
from ..sip.messages import Message
from ..sip.subscriptions import event_of
from .challenges import explain_challenge, explain_forbidden
from .observations import (
    describe_details,
    explain_no_answer,
    seen_by_others,
    transactions_since,
    wait_for_trace,
)

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
                for other, theirs in seen_by_others(agent, agents, call_id)
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
