"""The re-INVITEs and UPDATEs by which a peer changes a call: those that came to nothing."""

from collections.abc import Iterator

from ..agents.agent import Agent
from ..agents.call import Call
from ..sip.transactions import Transaction
from .incoming_calls import explain_refused_invite
from .observations import transactions_of
from .unusable_messages import describe_missing_ack

#: A peer that hangs up because of a refusal does so within this time (s).
_SOON = 10.0
#: For how long (s) baresip waits for an ACK before it gives the call up (RFC 3261, timer H).
_WAITS_FOR_ACK = 30.0


def explain_refused_change(agent: Agent, call: Call) -> str | None:
    """That the agent's own stack refused the newest re-INVITE or UPDATE of the peer, and why.

    None when it did not, and when the call went on for long after it.
    """
    *_, last = (None, *_changes(agent, call, "INVITE", "UPDATE"))
    if last is None or last.final is None or last.final.status < 300:
        return None
    if call.closed is not None and call.closed.at - last.final.event.at > _SOON:
        return None
    refused = f"{agent.name}'s own stack refused {_name(last)} with {last.final.words}."
    return " ".join(filter(None, (refused, explain_refused_invite(agent, last))))


def explain_unacknowledged_change(agent: Agent, call: Call) -> str | None:
    """That the agent accepted the newest re-INVITE of the peer, and no ACK followed.

    Of a call that has ended only where it may have ended for that.
    """
    *_, last = (None, *_changes(agent, call, "INVITE"))
    if last is None or last.final is None or last.final.status >= 300:
        return None
    if call.closed is not None and call.closed.at - last.final.event.at < _WAITS_FOR_ACK:
        return None
    return describe_missing_ack(agent, last, f"{_name(last)} ")


def _name(change: Transaction) -> str:
    return f"the peer's {'re-INVITE' if change.method == 'INVITE' else change.method}"


def _changes(agent: Agent, call: Call, *methods: str) -> Iterator[Transaction]:
    """What the peer has asked for within the call."""
    for one in transactions_of(agent, call.call_id):
        if one.method in methods and not (one.sent or one.begins_dialog):
            yield one
