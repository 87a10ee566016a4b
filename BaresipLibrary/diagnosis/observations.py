"""What can be observed of a call: in the agent's own messages, its log, and at other agents."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Call
from ..concurrency import wait_until
from ..events import UnfittingAnswer
from ..sip.messages import Message
from ..sip.transactions import Transaction, transactions
from ..wording import counted

T = TypeVar("T")

#: Headers in which an answer, a CANCEL or a BYE says more than its status does.
_TELLING = (
    "Reason", "Warning", "Retry-After", "Min-SE", "Min-Expires", "Unsupported", "Require", "Accept",
)  # fmt: skip

#: What baresip says of a connection that it closes as it cannot read what has come.
UNREADABLE_STREAM = "Bad message"
#: The status whose Contacts are addresses to choose from (RFC 3261, section 21.4.23).
_AMBIGUOUS = 485


def partner_of(call: Call, agents: Sequence[Agent], agent: Agent) -> tuple[Agent, Call] | None:
    """The other agent of the suite in the same dialog, and its side of the call."""
    for other in agents:
        for theirs in other.calls:
            if other is not agent and theirs.call_id == call.call_id:
                return other, theirs
    return None


def describe_waiting(agent: Agent, call: Call) -> str:
    """That a call waits at an agent for somebody to accept it."""
    if agent.reactions.will_answer(call.call_id):
        does = "has answered with 100 only" if call.silent else "rings"
        return f"{agent.name} {does}, and is to {agent.reactions.chosen} (When Called)."
    if call.silent:
        return (
            f"{agent.name} has answered with 100 only (When Called), and nobody has accepted the"
            " call; use Accept."
        )
    return f"{agent.name} rings, and nobody has accepted the call; use Accept."


def transactions_of(agent: Agent, call_id: str) -> list[Transaction]:
    """The transactions of one call, as the agent saw them, in order."""
    return transactions(agent.journal.messages(call_id))


def transactions_since(agent: Agent, since: int) -> list[Transaction]:
    """The transactions that began at a position of the agent's journal or later, in order."""
    recent = agent.journal.kept(agent.journal.outlines(since))
    call_ids = {seen.call_id for _, seen in recent}
    messages = agent.journal.kept(
        one for one in agent.journal.outlines() if one[1].call_id in call_ids
    )
    new = {event for event, _ in recent}
    seen = transactions(event for event, _ in messages)
    return [transaction for transaction in seen if transaction.requests[0] in new]


def seen_by_others(
    agent: Agent, agents: Sequence[Agent], call_id: str
) -> Iterator[tuple[Agent, Transaction]]:
    """The other agents that received a request with that Call-ID, each with its transaction."""
    for other in agents:
        received = [each for each in transactions_of(other, call_id) if not each.sent]
        if other is not agent and received:
            yield other, received[-1]


def invites_of(agent: Agent, call: Call) -> list[Transaction]:
    """The INVITEs that began a call, the challenged ones too, whoever sent them."""
    return [
        transaction
        for transaction in transactions_of(agent, call.call_id)
        if transaction.method == "INVITE" and transaction.begins_dialog
    ]


def wait_for_trace(agent: Agent, find: Callable[[], T | None]) -> T | None:
    """The result of `find`, given the time in which the trace may lag behind the events."""
    return wait_until(agent.changes, find, TRACE_LAG)


def explain_no_answer(
    agent: Agent, method: str, since: int, call_id: str | None = None
) -> str | None:
    """That an agent's requests of a method were not answered, or what the last answer was.

    Looks at what was sent since a position of the journal; None when nothing was.
    """
    tried = [
        transaction
        for transaction in transactions_since(agent, since)
        if transaction.sent
        and transaction.method == method
        and call_id in (None, transaction.request.call_id)
    ]
    answers = [answer for transaction in tried for answer in transaction.answers]
    if not tried:
        return None
    last = tried[-1]
    if not answers:
        foreign = [one for transaction in tried for one in foreign_answers(agent, transaction)]
        if foreign:
            return foreign[-1]
        destination = last.requests[-1].destination
        clause = f"{destination} never answered the {method} ({last.retransmissions})"
        return f"{clause}{in_a_readable_way(agent)}."
    newest = max(answers, key=lambda answer: answer.event.at)
    clause = f"The last answer was {newest.words}, {newest.when} after the {method}"
    if not last.answers:
        clause += f"; the {method} that followed was not answered ({last.retransmissions})"
    details = describe_details(newest.message) if newest.status >= 300 else None
    return " ".join(filter(None, (f"{clause}.", details)))


def explain_unreadable_stream(words: str, destination: str) -> str | None:
    """What a stack means that closed a connection with these words; None when it did not."""
    if words != UNREADABLE_STREAM:
        return None
    return (
        f"Baresip closed the connection to {destination}: what came over it is no SIP message, or"
        " has no Content-Length."
    )


def foreign_answers(agent: Agent, request: Transaction) -> Iterator[str]:
    """What is wrong with final answers that came by the way of a request, and do not fit it."""
    for event in agent.journal.of_kind(UnfittingAnswer):
        if event.at >= request.at and event.branch == request.request.branch:
            yield f"A {event.words.removeprefix('a ')}."


def in_a_readable_way(agent: Agent) -> str:
    """A clause that says that messages arrived which the agent's stack could not read; or nothing.

    It follows what is said not to have come.
    """
    count = agent.backend.unreadable
    if not count:
        return ""
    arrived = counted(count, "message")
    return f" in a way that baresip can read: {arrived} arrived that it could not read"


def describe_details(message: Message | None) -> str | None:
    """What the headers of a message add to its first line; None when they add nothing."""
    if message is None:
        return None
    status = message.status or 0
    names_others = 300 <= status < 400 or status == _AMBIGUOUS
    names = ("Contact", *_TELLING) if names_others else _TELLING
    details = [f"{name}: {value}" for name in names for value in message.all(name)]
    return f"It came with {'; '.join(details)}." if details else None
