"""Whether a SIP message that is waited for can still come without another keyword.

Only what the trace shows to be over is over: a message may show there after the stack's report, and
a call that failed for lack of an answer may still get it. Anybody may call an agent, or send it a
request outside of calls, at any time. An agent answers these by itself, but accepts calls only
where `When Called` has told it to.
"""

from collections import defaultdict
from collections.abc import Iterable

from ..agents.agent import Agent
from ..agents.call import Call
from ..events import ClosedBy
from ..sip.message_filter import MessageFilter
from ..sip.outlines import Outline
from ..types import Behaviour

#: Requests that an agent sends in calls only, or to begin one.
_OF_CALLS = ("INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "REFER")
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
        if not calls or wanted.method in (None, *_OF_TRANSFERS):
            return None
    elif not _needs_own_call(wanted) or agent.reactions.chosen.behaviour in _ANSWERING:
        return None
    if any(call.is_live for call in calls):
        return None
    messages = defaultdict(list)
    for _, one in agent.journal.outlines():
        messages[one.call_id].append(one)
    if not all(_is_over(call, messages[call.call_id]) for call in calls):
        return None
    return calls[-1].describe() if calls else "it has no call; use Dial or Accept"


def _needs_own_call(wanted: MessageFilter) -> bool:
    """Whether such messages belong to calls that the agent has made or accepted."""
    method = wanted.method or ("INVITE" if wanted.status in _FOR_INVITES else None)
    if method == "INVITE" and wanted.again:
        return True
    if wanted.status is None:
        return method == "BYE" or (wanted.sent is True and method in _OF_CALLS)
    if wanted.sent is False:
        return method in _OF_CALLS
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
