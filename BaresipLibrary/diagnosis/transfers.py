"""Explanations of transfers whose outcome was not reported."""

from ..agents.agent import Agent
from ..agents.call import Call
from ..sip.bodies import sipfrag_status
from ..sip.transactions import Transaction
from .observations import explain_no_answer, transactions_since


def explain_missing_outcome(agent: Agent, call: Call, since: int) -> str | None:
    """What followed a REFER that was sent at that position of the journal: answers, NOTIFYs."""
    seen = [one for one in transactions_since(agent, since) if one.request.call_id == call.call_id]
    notified = [one for one in seen if one.method == "NOTIFY" and not one.sent]
    if notified:
        return _describe_report(agent, notified[-1])
    accepted = [
        one.final for one in seen if one.method == "REFER" and one.sent and one.final is not None
    ]
    if not accepted or accepted[-1].status >= 300:
        return explain_no_answer(agent, "REFER", since, call.call_id)
    answer = accepted[-1]
    without = answer.message.first("Refer-Sub")
    header = f" with Refer-Sub: {without}" if without else ""
    return (
        f"The REFER was answered {answer.words}{header}, {answer.when} after it was sent, and no"
        " NOTIFY followed."
    )


def _describe_report(agent: Agent, notify: Transaction) -> str:
    body = notify.request.body
    status = sipfrag_status(body)
    state = notify.request.first("Subscription-State")
    if status:
        clause = f"The last NOTIFY reported 'SIP/2.0 {status}'"
    elif body.strip():
        clause = f"The last NOTIFY reported no status, but '{body.split()[0]}'"
    else:
        clause = f"The last NOTIFY had no body (Subscription-State: {state or 'missing'})"
    if notify.final and notify.final.status >= 300:
        clause += f"; {agent.name} answered it {notify.final.words}"
    return f"{clause}."
