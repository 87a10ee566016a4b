"""What can be seen of a call: in the agent's own messages, and at the other agents of the suite."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ..events import SipMessage
from ..sip.messages import Message
from ..sip.transactions import Transaction, counted, transactions
from ..waits import wait_until
from .agent import Agent
from .call import Call

T = TypeVar("T")

#: How much later (s) than what it caused a message may show in the trace.
_TRACE_LAG = 0.3
#: Headers in which an answer, a CANCEL or a BYE says more than its status does.
_TELLING = ("Reason", "Warning", "Retry-After", "Min-SE", "Unsupported", "Require", "Accept")


def partner_of(call: Call, agents: Sequence[Agent], agent: Agent) -> tuple[Agent, Call] | None:
    """The other agent of the suite in the same dialog, and its side of the call."""
    for other in agents:
        for theirs in other.calls:
            if other is not agent and theirs.call_id == call.call_id:
                return other, theirs
    return None


def transactions_of(agent: Agent, call_id: str) -> list[Transaction]:
    """The transactions of one call, as the agent saw them, in order."""
    return transactions(agent.journal.messages(call_id))


def transactions_since(agent: Agent, since: int) -> list[Transaction]:
    """The transactions that began at a position of the agent's journal or later, in order."""
    recent = set(agent.journal.of_kind(SipMessage, since))
    seen = transactions(agent.journal.of_kind(SipMessage))
    return [one for one in seen if one.requests[0] in recent]


def invites_of(agent: Agent, call: Call) -> list[Transaction]:
    """The INVITEs that began a call, the challenged ones too, whoever sent them."""
    return [
        one
        for one in transactions_of(agent, call.call_id)
        if one.method == "INVITE" and one.begins_dialog
    ]


def once_traced(agent: Agent, look: Callable[[], T | None]) -> T | None:
    """What `look` finds in the trace, which may lag behind the events it caused."""
    return wait_until(agent.changes, look, _TRACE_LAG)


def silence_of(agent: Agent, method: str, since: int, call_id: str | None = None) -> str | None:
    """That nobody answers an agent's requests of a method, or what the last answer was, and when.

    Of what was sent since a position of the journal; None when nothing was.
    """
    tried = [
        one
        for one in transactions_since(agent, since)
        if one.sent and one.method == method and call_id in (None, one.request.call_id)
    ]
    answers = [answer for one in tried for answer in one.answers]
    if not tried:
        return None
    last = tried[-1]
    if not answers:
        told = f"{_destination(last)} never answered the {method} ({last.retransmissions})"
        return f"{told}{_as_far_as_read(agent)}."
    newest = max(answers, key=lambda answer: answer.event.at)
    told = f"The last answer was {newest.words}, {newest.when} after the {method}"
    if not last.answers:
        told += f"; the {method} that followed was not answered ({last.retransmissions})"
    return f"{told}."


def _as_far_as_read(agent: Agent) -> str:
    count = agent.backend.unreadable
    if not count:
        return ""
    arrived = counted(count, "message")
    return f" in a way that baresip can read: {arrived} arrived that it could not read"


def _destination(request: Transaction) -> str:
    return request.requests[-1].destination


def told_by(message: Message | None) -> str | None:
    """What a message says beyond its first line."""
    told = [
        f"{name}: {value}" for name in _TELLING for value in (message.all(name) if message else [])
    ]
    return f"It came with {'; '.join(told)}." if told else None


def capital(text: str) -> str:
    """A text as it begins a sentence; names stay as they are."""
    return text[0].upper() + text[1:] if text.startswith("the ") else text
