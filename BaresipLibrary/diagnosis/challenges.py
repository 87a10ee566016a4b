"""Why an agent was challenged for credentials in vain."""

from functools import partial

from ..agents.agent import Agent
from ..backends.capabilities import Capability
from ..sip.challenges import (
    CHALLENGE_HEADERS,
    CHALLENGE_STATUSES,
    challenges,
    credentials,
    unanswerable,
    unanswered,
    wrongly_answered,
)
from ..sip.messages import Message
from ..sip.transactions import Answer, Transaction
from .observations import transactions_of, transactions_since, wait_for_trace

_FORBIDDEN = 403


def explain_challenge(agent: Agent, status: int, call_id: str | None = None) -> str | None:
    """Why an agent was challenged in vain, in a call or, without a Call-ID, when it registered."""
    if status not in CHALLENGE_STATUSES:
        return None
    account = agent.account
    if not account.password:
        return f"{agent.name} was challenged and has no password."
    challenged = wait_for_trace(agent, partial(_challenged, agent, call_id))
    if challenged is None and agent.backend.shows_messages:
        return None
    why = challenged and _why_unanswered(agent, *challenged)
    if why:
        return why
    if challenged and any(one.stale for one in challenges(challenged[1].message)):
        return "The challenge calls the nonce stale: user and password were not refused."
    user = account.auth_user or account.username
    return f"The digest of user '{user}' was not accepted: check user and password."


def explain_empty_challenge(agent: Agent, call_id: str) -> str | None:
    """That the last answer to the INVITEs of a call is a 401 or 407 that asks for nothing.

    Baresip then sends the INVITE once more, each time.
    """
    tried = transactions_of(agent, call_id)
    invites = [one for one in tried if one.sent and one.method == "INVITE"]
    answers = [answer for one in invites for answer in one.answers]
    last = max(answers, key=lambda answer: answer.event.at, default=None)
    if last is None or last.status not in CHALLENGE_STATUSES:
        return None
    if any(last.message.first(name) for name in CHALLENGE_HEADERS):
        return None
    sent = f" {agent.name} has sent {len(invites)} INVITEs." if len(invites) > 1 else ""
    return f"{_describe_empty(last)}{sent}"


def _describe_empty(answer: Answer) -> str:
    return f"The {answer.words} has no challenge ({' or '.join(CHALLENGE_HEADERS)})."


def _why_unanswered(agent: Agent, request: Transaction, answer: Answer) -> str | None:
    """That a challenge came which the request did not answer; None if it did."""
    asked = describe_unanswerable(agent, answer.message)
    if _is_answered(request, answer):
        asked = wrongly_answered(answer.message)
    if asked:
        return f"The challenge asks for {asked}."
    if not credentials(request.request):
        if not challenges(answer.message):
            return _describe_empty(answer)
        return f"{agent.name} was challenged and sent no credentials."
    missing = unanswered(answer.message, request.request)
    if missing is None:
        return None
    clause = f"{agent.name}'s {request.method} has no {missing.header} for realm '{missing.realm}'"
    if missing.elsewhere is None:
        return f"{clause}."
    return f"{clause}, but {missing.elsewhere}: baresip answers each realm in one header only."


def _is_answered(request: Transaction, answer: Answer) -> bool:
    """Whether a request that was challenged had credentials for one of these challenges."""
    asked = bool(challenges(answer.message))
    return asked and unanswered(answer.message, request.request) is None


def describe_unanswerable(agent: Agent, answer: Message) -> str | None:
    """What a challenge asks for that the baresip of an agent can't answer; None when it can."""
    sha_256 = Capability.DIGEST_SHA_256 in agent.backend.capabilities
    return unanswerable(answer, sha_256=sha_256)


def explain_forbidden(
    agent: Agent, status: int, method: str, call_id: str | None = None
) -> str | None:
    """Whether a request that was refused with 403 carried credentials."""
    if status != _FORBIDDEN:
        return None
    refused = wait_for_trace(agent, partial(_forbidden, agent, method, call_id))
    if refused is None:
        return None
    if given := credentials(refused.request):
        user = agent.account.auth_user or agent.account.username
        return f"The {method} carried the digest of user '{user}' for realm '{given[0].realm}'."
    clause = f"the {method} carried no credentials"
    if _was_challenged(agent, refused.request.call_id or "", method):
        return f"{agent.name} was challenged before, and {clause}."
    return f"{agent.name} was not challenged before: {clause}."


def _was_challenged(agent: Agent, call_id: str, method: str) -> bool:
    tried = (one for one in transactions_of(agent, call_id) if one.sent and one.method == method)
    return any(answer.status in CHALLENGE_STATUSES for one in tried for answer in one.answers)


def _forbidden(agent: Agent, method: str, call_id: str | None) -> Transaction | None:
    """The newest request of a method that was refused with 403."""
    tried = transactions_of(agent, call_id) if call_id else transactions_since(agent, 0)
    refused = [
        one
        for one in tried
        if one.sent and one.method == method and one.final and one.final.status == _FORBIDDEN
    ]
    return refused[-1] if refused else None


def _challenged(agent: Agent, call_id: str | None) -> tuple[Transaction, Answer] | None:
    """The newest challenge, and the request that it answers."""
    challenged = [
        (transaction, answer)
        for transaction in transactions_since(agent, 0)
        if transaction.sent
        and (
            transaction.request.call_id == call_id if call_id else transaction.method == "REGISTER"
        )
        for answer in transaction.answers
        if answer.status in CHALLENGE_STATUSES
    ]
    return max(challenged, key=lambda pair: pair[1].event.at, default=None)
