"""Calls that were redirected to an agent (3xx) and did not come: what became of each."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..events import SipMessage
from ..sip.messages import Message, split_address
from ..sip.transactions import Transaction, transactions
from ..sip.uris import address_part, user_part
from .agent import Agent


class _Redirection(NamedTuple):
    """An INVITE that was answered with a 3xx, as one of its two ends saw it."""

    seen_by: Agent
    invite: Transaction


def on_redirection(agent: Agent, agents: Sequence[Agent], since: float) -> str | None:
    """That a call was redirected to an agent since a monotonic time, and what followed."""
    found = [
        _Redirection(other, invite)
        for other in agents
        if other is not agent
        for invite in _redirected(other, agent, since)
    ]
    if not found:
        return None
    last = max(found, key=lambda one: (one.invite.at, one.invite.sent))
    call_id, final = last.invite.request.call_id, last.invite.final
    assert final is not None
    callers = [one.seen_by for one in found if _is_of(one, call_id) and one.invite.sent]
    others = [one.seen_by for one in found if _is_of(one, call_id) and not one.invite.sent]
    who = others[0].name if others else "The other side"
    whose = f"{callers[0].name}'s call" if callers else "a call"
    told = f"{who} redirected {whose} to {agent.name} with {final.words}"
    return f"{told}{_what_followed(callers[0], agent, last.invite) if callers else ''}."


def _is_of(one: _Redirection, call_id: str | None) -> bool:
    return one.invite.request.call_id == call_id


def _redirected(other: Agent, agent: Agent, since: float) -> Iterator[Transaction]:
    for one in transactions(other.journal.of_kind(SipMessage)):
        final = one.final
        if one.method != "INVITE" or one.at < since or final is None:
            continue
        if 300 <= final.status < 400 and _leads_to(agent, final.message):
            yield one


def _leads_to(agent: Agent, answer: Message) -> bool:
    return any(_is_at(agent, split_address(one)[1]) for one in answer.all("Contact"))


def _is_at(agent: Agent, uri: str) -> bool:
    ours = (user_part(agent.uri), address_part(agent.uri).lower())
    return (user_part(uri), address_part(uri).lower()) == ours


def _what_followed(caller: Agent, agent: Agent, redirected: Transaction) -> str:
    """What the caller sent to the new target after that, and what came back, as a clause."""
    sent = [
        one
        for one in transactions(caller.journal.of_kind(SipMessage))
        if one.sent and one.method == "INVITE" and one.at > redirected.at
        if _is_at(agent, one.request.start_line.split(" ")[1])
    ]
    if not sent:
        return f", and {caller.name} has sent no INVITE there since; use Dial"
    answer = sent[-1].last_answer
    became = f"was answered {answer.words}" if answer else "was not answered"
    return f"; the INVITE that {caller.name} sent there {became}"
