"""Calls that came to an agent, and why one that was expected did not.

A stack refuses what it does not support by itself, before there is a call for the suite to accept.
"""

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..agents.agent import Agent
from ..agents.call import Call, Direction
from ..events import CallIncoming, SipMessage, StackLog
from ..sip.messages import Message, parameter, split_address, split_values
from ..sip.sdp import audio_in, description_in
from ..sip.transactions import Transaction, transactions
from ..sip.unreadable_sdp import (
    describe_misnamed_audio,
    describe_unreadable,
    describe_unusable_address,
)
from ..sip.uris import address_part, host_part, is_any_uri, user_part
from ..wording import counted
from .agreements import describe_accepted_media
from .nat_traversal import explain_failed_traversal
from .observations import describe_waiting, in_a_readable_way, partner_of

#: Statuses with which an offer is refused.
NOT_ACCEPTABLE = (415, 488, 606)
#: Statuses that may be about the body of the INVITE.
_ABOUT_BODY = (400, 500, *NOT_ACCEPTABLE)
#: Statuses with which a stack refuses what it cannot make a call of.
_MALFORMED = (400, 500)
#: With which baresip refuses a branch of an old phone, which does not begin as RFC 3261 wants it.
_OLD_BRANCH, _UNIQUE = 606, "z9hG4bK"
#: What a stack logs that is bound to one address and would need another.
_NO_ADDRESS = r"ua: no laddr for (\S+)"


def arrived_invites(agent: Agent, since: float = 0.0) -> list[Transaction]:
    """The INVITEs to begin a call that arrived at an agent from a monotonic time on.

    Among them are those within the dialog of a call that the agent does not have.
    """
    known = {call.call_id for call in agent.calls}
    outlines = agent.journal.outlines()
    invites = [one for one in outlines if one[1].is_request and one[1].method == "INVITE"]
    began = [
        one
        for one in invites
        if not one[1].sent and (one[1].begins_call or one[1].call_id not in known)
    ]
    recent = {seen.call_id for event, seen in agent.journal.kept(began) if event.at >= since}
    messages = agent.journal.kept(one for one in outlines if one[1].call_id in recent)
    return [
        transaction
        for transaction in transactions(event for event, _ in messages)
        if transaction.method == "INVITE"
        and not transaction.sent
        and (transaction.begins_dialog or transaction.request.call_id not in known)
        and transaction.at >= since
    ]


def arrived_invite(agent: Agent, call_id: str) -> Transaction | None:
    """The INVITE of a call as it arrived at an agent; None when it did not."""
    every = arrived_invites(agent)
    invites = [invite for invite in every if (invite.request.call_id or "") == call_id]
    return invites[-1] if invites else None


def refused_invite(agent: Agent, since: float = 0.0) -> Transaction | None:
    """The newest INVITE since then that did not become a call: the agent's stack refused it."""
    known = {call.call_id for call in agent.calls}
    invites = [
        invite for invite in arrived_invites(agent, since) if invite.request.call_id not in known
    ]
    return invites[-1] if invites else None


def describe_refusal(agent: Agent, invite: Transaction) -> str:
    """What the agent's stack did with an INVITE that did not become a call, as a clause."""
    caller = split_address(invite.request.first("From") or "")[1] or "an unknown caller"
    if invite.final is None:
        last, server = invite.last_answer, agent.account.stun_server
        answered = f"answered it only with {last.words}" if last else "not answered it"
        needs = f", which needs an answer from {server} first," if server else ""
        return f"the INVITE from {caller} arrived, and {agent.name}{needs} has {answered}"
    again = len(invite.answers) - sum(answer.status < 200 for answer in invite.answers) - 1
    clause = f"{agent.name}'s own stack refused the INVITE from {caller} with {invite.final.words}"
    if again and not invite.acknowledgements:
        clause += f" ({counted(again, 'retransmission')}, no ACK came)"
    return clause


def explain_refused_invite(agent: Agent, invite: Transaction) -> str | None:
    """What it was in an INVITE that made the agent's stack refuse it."""
    if invite.final is None:
        return None
    logged = explain_failed_traversal(agent, invite.at) or _explain_unreachable_media(agent, invite)
    if logged:
        return logged
    request, status = invite.request, invite.final.status
    if status == 404:
        uri = request.request_uri
        whom = f"was for the user '{user_part(uri)}'" if user_part(uri) else "named no user"
        return f"It {whom} (Request-URI {uri}), and {agent.name} is '{user_part(agent.uri)}'."
    if status == 481 and request.to_tag:
        return (
            f"It was for a call that {agent.name} does not have: its To has the tag"
            f" '{request.to_tag}'."
        )
    for refused_with, header in ((420, "Require"), (421, "Supported"), (481, "Replaces")):
        if status == refused_with:
            values = ", ".join(request.all(header)) or "missing"
            return f"Its {header} was {values}."
    if status == _OLD_BRANCH and not request.branch.startswith(_UNIQUE):
        return f"The branch of its Via was '{request.branch}', which does not begin with {_UNIQUE}."
    if status in _MALFORMED and (lacking := _explain_lacking(request)):
        return lacking
    return _explain_body(agent, request, status) if status in _ABOUT_BODY else None


def _explain_lacking(request: Message) -> str | None:
    """What an INVITE lacks without which baresip makes no call of it, or has wrong."""
    for name in ("To", "From", "Call-ID", "CSeq", "Contact"):
        if not request.first(name):
            return f"It had no {name}."
    via = request.first("Via") or "missing"
    if not parameter(via.partition(",")[0], "branch"):
        return f"Its Via was {via}."
    if request.transaction_method != request.method:
        return f"Its CSeq was {request.cseq}."
    if not request.from_tag:
        return f"Its From was {request.first('From')}."
    contact = request.first("Contact") or ""
    return None if is_any_uri(split_address(contact)[1]) else f"Its Contact was {contact}."


def _explain_unreachable_media(agent: Agent, invite: Transaction) -> str | None:
    """That the stack, bound to one address, cannot send to the address in the offer."""
    for line in agent.journal.of_kind(StackLog):
        match = re.search(_NO_ADDRESS, line.text) if line.at >= invite.at else None
        if match:
            bound = host_part(agent.uri)
            return (
                f"Its offer asks for media at {match[1]}, which cannot be reached from {bound},"
                f" where {agent.name} is; see address=."
            )
    return None


def _explain_body(agent: Agent, request: Message, status: int) -> str:
    kind = request.first("Content-Type")
    encoding = request.first("Content-Encoding")
    if encoding:
        return f"Its Content-Encoding was {encoding}."
    if kind and not kind.lower().startswith("application/sdp"):
        return f"Its Content-Type was {kind}."
    if not request.body:
        return "It had no offer."
    offer = audio_in(request)
    clause = f"It offered {offer or 'no audio'}"
    described = description_in(request)
    line = describe_unreadable(described.text) if described else None
    if line:
        return f"{clause}. Its SDP has {line}, which baresip does not read."
    unusable = describe_unusable_address(offer.address) if offer and offer.address else None
    misnamed = describe_misnamed_audio(described.text) if described else None
    if unusable or misnamed:
        return f"{clause}. Its SDP has {unusable or misnamed}."
    if status not in NOT_ACCEPTABLE:
        return f"{clause}."
    return f"{clause}; {describe_accepted_media(agent, offer)}."


class _Redirection(NamedTuple):
    """An INVITE that was answered with a 3xx, as one of its two ends saw it."""

    seen_by: Agent
    invite: Transaction


def explain_redirection(agent: Agent, agents: Sequence[Agent], since: float) -> str | None:
    """That a call was redirected to an agent since a monotonic time, and whether it came there."""
    redirections = [
        _Redirection(other, invite)
        for other in agents
        if other is not agent
        for invite in _redirected(other, agent, since)
    ]
    if not redirections:
        return None
    last = max(
        redirections, key=lambda redirection: (redirection.invite.at, redirection.invite.sent)
    )
    call_id, final = last.invite.request.call_id, last.invite.final
    assert final is not None
    ends = {
        redirection.invite.sent: redirection.seen_by
        for redirection in reversed(redirections)
        if redirection.invite.request.call_id == call_id
    }
    caller, redirector = ends.get(True), ends.get(False)
    whose = f"{caller.name}'s call" if caller else "a call"
    who = redirector.name if redirector else "The other side"
    clause = f"{who} redirected {whose} to {agent.name} with {final.words}"
    return f"{clause}{_describe_next_invite(caller, agent, last.invite) if caller else ''}."


def _redirected(other: Agent, agent: Agent, since: float) -> Iterator[Transaction]:
    for transaction in transactions(other.journal.of_kind(SipMessage)):
        final = transaction.final
        if transaction.method != "INVITE" or transaction.at < since or final is None:
            continue
        if 300 <= final.status < 400 and _names_contact(agent, final.message):
            yield transaction


def _names_contact(agent: Agent, answer: Message) -> bool:
    contacts = (contact for line in answer.all("Contact") for contact in split_values(line))
    return any(_is_at(agent, split_address(contact)[1]) for contact in contacts)


def _is_at(agent: Agent, uri: str) -> bool:
    ours = (user_part(agent.uri), address_part(agent.uri).lower())
    return (user_part(uri), address_part(uri).lower()) == ours


def _describe_next_invite(caller: Agent, agent: Agent, redirected: Transaction) -> str:
    """What the caller sent to the new target after that, and what came back, as a clause."""
    sent = [
        transaction
        for transaction in transactions(caller.journal.of_kind(SipMessage))
        if transaction.sent and transaction.method == "INVITE" and transaction.at > redirected.at
        if _is_at(agent, transaction.request.request_uri)
    ]
    if not sent:
        return f", and {caller.name} has sent no INVITE there since; use Dial"
    answer = sent[-1].last_answer
    became = f"was answered {answer.words}" if answer else "was not answered"
    return f"; the INVITE that {caller.name} sent there {became}"


def describe_missing_call(agent: Agent, began: float, within: float) -> str:
    """Why an agent has no call to accept after a wait, as a clause.

    The wait began at a monotonic time and lasted `within` seconds.
    """
    refused, last = refused_since_last_call(agent), agent.last_call
    if refused is not None:
        early = began - refused.at
        when = f" {early:.1f} s before the wait began" if early >= 0.1 else ""
        return f"{describe_refusal(agent, refused)}{when}"
    if last is not None and last.began_at >= began:
        return last.describe()
    earlier = "" if last is None or last.is_live else "before that, "
    other = f"; {earlier}{last.describe()}" if last else ""
    return f"{nobody_called_since(agent, f' within {within:g} s')}{other}"


def nobody_called_since(agent: Agent, within: str = "") -> str:
    """That no INVITE came but that of its own call, as far as the agent's backend can tell.

    `within` is added to what did not come, such as `` within 5 s``.
    """
    own = {
        call.call_id: call.began_at
        for call in agent.live_calls
        if call.direction is Direction.OUTGOING
    }
    came = agent.journal.of_kind(CallIncoming)
    if any(event.at >= own.get(event.call_id, math.inf) for event in came):
        return f"only its own call came (an agent cannot be both sides of one){within}"
    if not agent.backend.shows_messages:
        return f"it reported no call{within}"
    return f"nobody called{within}{in_a_readable_way(agent)}"


def refused_since_last_call(agent: Agent) -> Transaction | None:
    """An INVITE newer than every call of the agent that did not become one; None without one."""
    last = agent.last_call
    return refused_invite(agent, last.began_at if last else 0.0)


def newest_invite(agent: Agent) -> Message | None:
    """The newest INVITE to begin a call, whether it was refused or not."""
    call = agent.last_incoming_call
    refused = refused_invite(agent, call.began_at if call else 0.0)
    if refused is not None:
        return refused.request
    return agent.invite_of(call) if call else None


def explain_missing_call(agent: Agent, agents: Sequence[Agent]) -> str | None:
    """Why an agent has no call: its stack refused one, or a call of another agent went wrong."""
    refused = refused_since_last_call(agent)
    if refused is not None:
        return explain_refused_invite(agent, refused)
    last = agent.last_incoming_call
    redirected = explain_redirection(agent, agents, last.began_at if last else 0.0)
    if redirected is not None:
        return redirected
    waiting = _describe_waiting_callee(agent, agents)
    if waiting is not None:
        return waiting
    sentences = (_describe_lost_call(agent, agents), describe_missing_registration(agent))
    return " ".join(filter(None, sentences)) or None


def _describe_waiting_callee(agent: Agent, agents: Sequence[Agent]) -> str | None:
    """That it is not this agent that has a call to accept, but the one that it calls itself."""
    call = agent.active_call
    partner = partner_of(call, agents, agent) if call else None
    return describe_waiting(*partner) if partner and partner[1].is_waiting else None


def describe_missing_registration(agent: Agent) -> str | None:
    """That an agent with a registrar is not registered; None when it is, has none, or hides it."""
    account, shown = agent.account, agent.backend.shows_messages
    if shown and account.domain and account.regint and not agent.registered:
        return f"{agent.name} is not registered at {account.domain}."
    return None


def agent_at(uri: str, agent: Agent, agents: Sequence[Agent]) -> Agent | None:
    """The agent at a URI to which another one has sent a request."""
    others = (other for other in agents if other is not agent)
    return next((other for other in others if other.uri == uri), None)


def explain_unregistered_target(uri: str, agent: Agent, agents: Sequence[Agent]) -> str | None:
    """That the agent at the URI to which a request was sent is not registered."""
    target = agent_at(uri, agent, agents)
    return describe_missing_registration(target) if target else None


def _describe_lost_call(agent: Agent, agents: Sequence[Agent]) -> str | None:
    """What became of the newest call of another agent to this one that did not arrive."""
    for other in agents:
        for call in reversed(other.calls):
            if other is not agent and _was_made_to(call, agent):
                return f"{other.name} did call, but {call.describe()}."
    return None


def _was_made_to(call: Call, agent: Agent) -> bool:
    """Whether a call was made to an agent, after the last call that reached it."""
    last = agent.last_incoming_call
    if call.direction is Direction.INCOMING or (last and call.began_at < last.began_at):
        return False
    return agent.uri == call.peer_uri or (
        agent.account.domain is not None and user_part(call.peer_uri) == agent.account.username
    )
