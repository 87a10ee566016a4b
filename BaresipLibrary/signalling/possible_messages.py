"""Whether a SIP message that a suite waits for can still come to an agent, or leave it.

Only what the trace shows counts: the end of a call, and the answer to each request in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.journal import Place
from ..events import ClosedBy
from ..sip.messages import parsed
from ..sip.outlines import Outline
from ..sip.seen_messages import MessageFilter
from ..types import Behaviour

#: Requests that an agent sends in calls only, or to begin one.
_IN_CALLS = ("INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "REFER")
#: Provisional responses that are for an INVITE, whatever the filter says (RFC 3261, section 21.1).
_FOR_INVITES = ("18x", "180", "181", "182", "183", "199")
#: What no stack sends to an INVITE by itself: neither 100 and 180, nor a refusal.
_BY_THE_SUITE = ("2", "181", "182", "183", "199")
#: With these, `When Called` has the agent answer a call that nobody accepts.
_ANSWERING = (Behaviour.accept, Behaviour.progress)
#: After a REFER its NOTIFYs come, also when the call is over.
_OF_TRANSFERS = ("NOTIFY", "REFER")


def why_none_can_come(agent: Agent, wanted: MessageFilter, call_id: str | None) -> str | None:
    """Why no such message can come any more, as a clause; None while one can.

    With a Call-ID, messages of that call are meant.
    """
    calls = agent.calls
    if call_id is not None:
        calls = [call for call in calls if call.call_id == call_id]
        if not calls or _method_of(wanted) in (None, *_OF_TRANSFERS):
            return None
    elif not _needs_own_call(wanted) or agent.reactions.chosen.behaviour in _ANSWERING:
        return None
    if any(call.is_live for call in calls):
        return None
    messages: dict[str, list[Place]] = defaultdict(list)
    for place in agent.journal.outlines():
        messages[place[1].call_id].append(place)
    if not all(_is_over(call, [one for _, one in messages[call.call_id]]) for call in calls):
        return None
    if call_id is None and any(_is_being_transferred(agent, seen) for seen in messages.values()):
        return None
    return calls[-1].describe() if calls else "it has no call; use Dial or Accept"


def _method_of(wanted: MessageFilter) -> str | None:
    """The method that such messages have; None when they may have any."""
    return wanted.method or ("INVITE" if wanted.status in _FOR_INVITES else None)


def _needs_own_call(wanted: MessageFilter) -> bool:
    """Whether such messages belong to calls that the agent has made or accepted."""
    method = _method_of(wanted)
    if method == "INVITE" and wanted.again:
        return True
    if wanted.status is None:
        return method == "BYE" or (wanted.sent is True and method in _IN_CALLS)
    if wanted.sent is False:
        return method in _IN_CALLS
    if method == "INVITE":
        return wanted.status.startswith(_BY_THE_SUITE)
    return method == "BYE" and wanted.status.startswith("2")


def _is_over(call: Call, messages: Iterable[Outline]) -> bool:
    """Whether nothing more can come in a call: it has ended, and every request has its answer."""
    closed = call.closed
    if closed is None or (closed.by is not ClosedBy.FAILURE and call.ending is None):
        return False
    seen = list(messages)
    answered = {one.transaction for one in seen if (one.status or 0) >= 200}
    acknowledged = {one.transaction[:3] for one in seen if one.method == "ACK"}
    return all(
        one.transaction in answered
        and (one.method != "INVITE" or one.transaction[:3] in acknowledged)
        for one in seen
        if one.is_request and one.method != "ACK"
    )


def _is_being_transferred(agent: Agent, seen: Sequence[Place]) -> bool:
    """Whether an agent may still call the target of a REFER among the messages of one call.

    It has accepted that REFER, and has not reported how it went (RFC 3515, section 2.4.5).
    """
    sent = [place for place in seen if place[1].sent]
    accepted = {
        one.transaction
        for _, one in sent
        if one.method == "REFER" and one.status is not None and 200 <= one.status < 300
    }
    if not accepted:
        return False
    reports = agent.journal.kept(
        place for place in sent if place[1].method == "NOTIFY" and place[1].is_request
    )
    states = [parsed(event.text).first("Subscription-State") or "" for event, _ in reports]
    return len(accepted) > sum(state.lower().startswith("terminated") for state in states)
