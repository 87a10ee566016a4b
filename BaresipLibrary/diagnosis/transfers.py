"""What became of a REFER that was refused, or whose outcome was not reported."""

from ..agents.agent import Agent
from ..agents.call import Call
from ..events import ClosedBy
from ..sip.bodies import event_id, is_about_refer, is_last_notify, sipfrag_status
from ..sip.messages import Message
from ..sip.transactions import Answer, Transaction
from .challenges import explain_challenge
from .observations import (
    describe_details,
    explain_no_answer,
    transactions_of,
    transactions_since,
    wait_for_trace,
)


def explain_refused_refer(agent: Agent, call: Call, since: int) -> str | None:
    """That the peer refused the REFER itself, sent at that position of the journal, and why."""

    def answered() -> list[Answer] | None:
        return [
            one.final
            for one in transactions_since(agent, since)
            if one.sent and one.method == "REFER" and one.request.call_id == call.call_id
            if one.final
        ] or None

    answers = wait_for_trace(agent, answered)
    if not answers or answers[-1].status < 300:
        return None
    refused = f"The peer answered the REFER {answers[-1].words}."
    challenge = explain_challenge(agent, answers[-1].status, call.call_id)
    details = describe_details(answers[-1].message)
    return " ".join(filter(None, (refused, challenge, details)))


def sent_refer(agent: Agent, call: Call, since: int) -> Transaction | None:
    """The newest REFER that the agent sent in a call from that position of the journal on."""
    sent = [
        one
        for one in transactions_since(agent, since)
        if one.sent and one.method == "REFER" and one.request.call_id == call.call_id
    ]
    return sent[-1] if sent else None


def notifies_about(agent: Agent, call: Call, refer: Transaction) -> list[Transaction]:
    """The NOTIFYs about a REFER, and none that names an earlier one (RFC 3515, section 2.4.6)."""
    seen = transactions_of(agent, call.call_id)
    earlier = {
        one.request.cseq_number
        for one in seen
        if one.sent and one.method == "REFER" and one.at < refer.at
    }
    return [
        one
        for one in seen
        if one.method == "NOTIFY" and not one.sent and one.at >= refer.at
        if is_about_refer(one.request) and event_id(one.request) not in earlier
    ]


def explain_reported_outcome(agent: Agent, call: Call, since: int) -> str | None:
    """What the sipfrag of the last NOTIFY about a REFER adds to its status in its headers."""
    reports = _reports(agent, call, since)
    return describe_details(Message(reports[-1].request.body.lstrip())) if reports else None


def has_worked(agent: Agent, call: Call, since: int) -> bool:
    """Whether a NOTIFY reports that a transfer worked, which may come after the peer's BYE."""
    statuses = (sipfrag_status(one.request.body) or "" for one in _reports(agent, call, since))
    return any(status.startswith("2") for status in statuses)


def awaits_outcome(agent: Agent, call: Call, since: int) -> bool:
    """Whether the outcome of a transfer may still be reported although the peer has hung up.

    The subscription of a REFER ends for itself (RFC 5057, section 4.1): with a NOTIFY that says so,
    or with one that this agent refuses. A first NOTIFY may come at the same time as the BYE.
    """
    closed, reports = call.closed, _reports(agent, call, since)
    if closed is None or closed.by is not ClosedBy.PEER:
        return False
    if not reports:
        wait_for_trace(agent, lambda: _reports(agent, call, since) or None)
        reports = _reports(agent, call, since)
    final = reports[-1].final if reports else None
    is_refused = final is not None and final.status >= 300
    return bool(reports) and not (is_last_notify(reports[-1].request) or is_refused)


def _reports(agent: Agent, call: Call, since: int) -> list[Transaction]:
    """The NOTIFYs about the REFER that was sent at that position of the journal."""
    refer = sent_refer(agent, call, since)
    return notifies_about(agent, call, refer) if refer else []


def explain_missing_outcome(agent: Agent, call: Call, since: int) -> str | None:
    """What followed a REFER that was sent at that position of the journal: answers, NOTIFYs."""
    seen = [
        transaction
        for transaction in transactions_since(agent, since)
        if transaction.request.call_id == call.call_id
    ]
    notified = [
        transaction
        for transaction in seen
        if transaction.method == "NOTIFY" and not transaction.sent
    ]
    refer = sent_refer(agent, call, since)
    about_refer = notifies_about(agent, call, refer) if refer else []
    if about_refer:
        return _describe_last_notify(agent, about_refer[-1])
    accepted = [
        transaction.final
        for transaction in seen
        if transaction.method == "REFER" and transaction.sent and transaction.final is not None
    ]
    if not accepted or accepted[-1].status >= 300:
        return explain_no_answer(agent, "REFER", since, call.call_id)
    answer = accepted[-1]
    without = answer.message.first("Refer-Sub")
    header = f" with Refer-Sub: {without}" if without else ""
    other = notified[-1].request.first("Event") if notified else None
    followed = f"only NOTIFYs for '{other}' followed" if other else "no NOTIFY followed"
    if not notified and (stray := _of_other_call(agent, since)):
        followed = f"only a NOTIFY of another call followed (Call-ID '{stray}')"
    return (
        f"The REFER was answered {answer.words}{header}, {answer.when} after it was sent, and"
        f" {followed}."
    )


def _of_other_call(agent: Agent, since: int) -> str | None:
    """The Call-ID of a NOTIFY about a REFER that came in a call in which the agent sent none."""
    outlines = (one for _, one in agent.journal.outlines() if one.sent and one.is_request)
    referred = {one.call_id for one in outlines if one.method == "REFER"}
    for one in transactions_since(agent, since):
        is_ours = one.sent or one.method != "NOTIFY" or one.request.call_id in referred
        if not is_ours and one.request.first("Event") and is_about_refer(one.request):
            return one.request.call_id
    return None


def _describe_last_notify(agent: Agent, notify: Transaction) -> str:
    body = notify.request.body
    status = sipfrag_status(body)
    state = notify.request.first("Subscription-State")
    if status:
        clause = f"The last NOTIFY reported 'SIP/2.0 {status}'"
        clause += f" (Subscription-State: {state})" if is_last_notify(notify.request) else ""
    elif body.strip():
        beginning = body.strip().splitlines()[0][:60]
        clause = f"The last NOTIFY had no status that can be read: it began with '{beginning}'"
    else:
        clause = f"The last NOTIFY had no body (Subscription-State: {state or 'missing'})"
    if notify.final and notify.final.status >= 300:
        clause += f"; {agent.name} answered it {notify.final.words}"
    return f"{clause}."
