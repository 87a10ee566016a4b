"""Explanations of calls that are not established, a sentence each.

A function that explains looks at one kind of failure; it returns None when there is nothing to add.
"""

import re
from collections.abc import Iterable, Sequence
from functools import partial

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Call, Direction
from ..agents.info import proxy_of
from ..events import ClosedBy, StackLog
from ..sip.challenges import CHALLENGE_STATUSES
from ..sip.messages import Message
from ..sip.sdp import Media, audio_in
from ..sip.transactions import Answer, Transaction
from ..sip.uris import address_part
from ..wording import counted
from .agreements import describe_accepted_media
from .challenges import explain_challenge, explain_empty_challenge, explain_forbidden
from .incoming_calls import (
    NOT_ACCEPTABLE,
    agent_at,
    arrived_invite,
    describe_missing_registration,
    explain_refused_invite,
)
from .nat_traversal import explain_failed_traversal
from .observations import (
    describe_details,
    describe_waiting,
    explain_no_answer,
    explain_unreadable_stream,
    invites_of,
    partner_of,
    transactions_of,
    wait_for_trace,
)
from .peer_changes import explain_refused_change, explain_unacknowledged_change
from .routes import describe_path
from .session_timers import explain_session_timer
from .unsent import explain_loopback, explain_unsent
from .unusable_messages import describe_missing_ack, explain_missing_prack, explain_unusable

_CERTIFICATE_ERROR = r"verify_handler: error_string = (.+)"


def explain_setup(agent: Agent, call: Call | None, agents: Sequence[Agent]) -> str | None:
    """Why a call is not established."""
    if call is None:
        return None
    sentences = (
        _explain_setup(agent, call, agents),
        explain_missing_prack(agent, call),
        explain_session_timer(agent, call),
        describe_path(agent, call),
    )
    return " ".join(filter(None, sentences)) or None


def _explain_setup(agent: Agent, call: Call, agents: Sequence[Agent]) -> str | None:
    if call.closed is None:
        return _explain_unanswered(agent, call, agents)
    match call.closed.by:
        case ClosedBy.REFUSAL:
            return _explain_refused_call(agent, call, agents)
        case ClosedBy.FAILURE:
            return _explain_lost_call(agent, call)
        case ClosedBy.PEER:
            return _explain_end_by_peer(agent, call)
    return None


def _explain_unanswered(agent: Agent, call: Call, agents: Sequence[Agent]) -> str | None:
    if call.direction is Direction.INCOMING:
        return explain_missing_ack(agent, call)
    if call.answered:
        return None
    lost = _explain_lost_answer(agent, call, agents)
    if lost:
        return lost
    partner = partner_of(call, agents, agent)
    if partner and partner[1].is_waiting:
        return describe_waiting(*partner)
    return (
        _explain_waiting_callee(agent, call, agents)
        or _explain_no_answer(agent, call)
        or (None if call.needed else explain_unsent(agent, "INVITE", call.peer_uri))
    )


def _explain_no_answer(agent: Agent, call: Call) -> str | None:
    sentences = (
        explain_no_answer(agent, "INVITE", 0, call.call_id),
        explain_empty_challenge(agent, call.call_id),
    )
    return " ".join(filter(None, sentences)) or None


def _explain_waiting_callee(agent: Agent, call: Call, agents: Sequence[Agent]) -> str | None:
    """That the called agent needs an answer from its STUN or TURN server before it can ring."""
    for other in agents:
        server = other.account.stun_server
        arrived = arrived_invite(other, call.call_id) if server and other is not agent else None
        if arrived and not partner_of(call, [other], agent):
            return f"{other.name} needs an answer from {server} before it can ring."
    return None


def explain_missing_ack(agent: Agent, call: Call) -> str | None:
    """That an agent has answered a call, and no ACK followed."""
    missing = (describe_missing_ack(agent, invite) for invite in invites_of(agent, call))
    return next(filter(None, missing), None)


def _explain_lost_answer(agent: Agent, call: Call, agents: Sequence[Agent]) -> str | None:
    """That another agent has sent an answer that did not arrive."""
    for other in agents:
        for theirs in [] if other is agent else transactions_of(other, call.call_id):
            answer = theirs.last_answer
            if theirs.method != "INVITE" or theirs.sent or answer is None or answer.status == 100:
                continue
            if not wait_for_trace(agent, partial(_has_arrived, agent, call, answer)):
                times = sum(repeated.words == answer.words for repeated in theirs.answers)
                return (
                    f"{other.name} answered {answer.words} ({counted(times, 'time')}), and it did"
                    f" not arrive at {agent.name}."
                )
    return None


def _has_arrived(agent: Agent, call: Call, answer: Answer) -> bool | None:
    """Whether an answer with that status to the same request came, even through proxies."""
    for event in agent.journal.messages(call.call_id):
        seen = Message(event.text)
        if not event.sent and seen.status == answer.status and seen.cseq == answer.message.cseq:
            return True
    return None


def _explain_refused_call(agent: Agent, call: Call, agents: Sequence[Agent]) -> str | None:
    assert call.closed is not None
    status = call.closed.status or 0
    refused = wait_for_trace(agent, lambda: _refused(agent, call, status))
    more = describe_details(refused[1].message) if refused else None
    if status in NOT_ACCEPTABLE:
        clause = _explain_media_refused(agent, call, agents)
        return " ".join(filter(None, (clause, more))) or None
    if refused and 300 <= status < 400 and not refused[1].message.all("Contact"):
        return f"The {status} names no Contact to call instead.{f' {more}' if more else ''}"
    shown = explain_challenge(agent, status, call.call_id)
    if partner_of(call, agents, agent) is None:
        shown = shown or explain_forbidden(agent, status, "INVITE", call.call_id)
    why = more or (None if shown else _explain_refusing_stack(agent, call, agents))
    challenged = status in CHALLENGE_STATUSES
    missing = None if challenged else _explain_missing_registration(agent, call, agents)
    return " ".join(filter(None, (shown, why, missing))) or None


def _refused(agent: Agent, call: Call, status: int) -> tuple[Transaction, Answer] | None:
    """The INVITE that was answered with a status, and that answer."""
    refusals = [
        (invite, answer)
        for invite in invites_of(agent, call)
        if invite.sent
        for answer in invite.answers
        if answer.status == status
    ]
    return refusals[-1] if refusals else None


def _explain_refusing_stack(agent: Agent, call: Call, agents: Sequence[Agent]) -> str | None:
    """Why the stack of another agent refused the INVITE, if one did."""
    for other in agents:
        if other is agent or partner_of(call, [other], agent):
            continue
        look = partial(_refused_at, other, call)
        was_sent_there = address_part(other.uri) == _destination(agent, call)
        refused = wait_for_trace(other, look) if was_sent_there else look()
        if refused:
            return explain_refused_invite(other, refused)
    return None


def _explain_missing_registration(agent: Agent, call: Call, agents: Sequence[Agent]) -> str | None:
    """That the agent whose URI was dialled is not registered, where no INVITE arrived there."""
    called = agent_at(call.peer_uri, agent, agents)
    if called is None or arrived_invite(called, call.call_id):
        return None
    return describe_missing_registration(called)


def _refused_at(other: Agent, call: Call) -> Transaction | None:
    """The INVITE of a call as it arrived at an agent that refused it."""
    arrived = arrived_invite(other, call.call_id)
    return arrived if arrived and arrived.final else None


def _explain_media_refused(agent: Agent, call: Call, agents: Sequence[Agent]) -> str | None:
    invite = _invite_refused(agent, call)
    if invite is None:
        return None
    offer = audio_in(invite)
    offered = f"{agent.name} offered {offer or 'no audio'}"
    called = agent_at(call.peer_uri, agent, agents)
    arrival = _arrival_of(invite, agent, call, agents)
    if arrival is not None:
        other, theirs = arrival
        offers = _describe_offers(agent, offer, other, theirs)
        return f"{offers}; {describe_accepted_media(other, theirs)}."
    if called is not None and arrived_invite(called, call.call_id):
        called = None  # what it got was another INVITE
    if called is not None:
        return f"{offered}; {describe_accepted_media(called, offer)}."
    return f"{offered}, which the other side does not accept."


def _arrival_of(
    invite: Message, agent: Agent, call: Call, agents: Sequence[Agent]
) -> tuple[Agent, Media | None] | None:
    """The agent at which an INVITE arrived, and what it was offered; its trace may come later."""

    def look() -> tuple[Agent, Media | None] | None:
        for other in agents:
            arrived = None if other is agent else arrived_invite(other, call.call_id)
            if arrived is not None and arrived.request.cseq == invite.cseq:
                return other, audio_in(arrived.request)
        return None

    return wait_for_trace(agent, look)


def _invite_refused(agent: Agent, call: Call) -> Message | None:
    """The INVITE that was refused; None when the refusal was not traced and may be to several."""
    assert call.closed is not None
    refused = _refused(agent, call, call.closed.status or 0)
    if refused:
        return refused[0].request
    sent = [one.request for one in invites_of(agent, call) if one.sent]
    return sent[0] if len(sent) == 1 else None


def _describe_offers(agent: Agent, sent: Media | None, other: Agent, arrived: Media | None) -> str:
    """What was offered; and what arrived, where that differs."""
    clause = f"{agent.name} offered {sent or 'no audio'}"
    if str(sent) == str(arrived):
        return clause
    if sent is None or arrived is None or sent.is_refused or arrived.is_refused:
        return f"{clause}; {other.name} was offered {arrived or 'none'}"
    if sent.profile != arrived.profile or sent.names == arrived.names:
        return f"{clause}; {other.name} was offered {arrived}"
    return (
        f"{agent.name} offered {_describe_order(sent.names)}; {other.name} was offered"
        f" {_describe_order(arrived.names)}"
    )


def _describe_order(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} only"
    return f"{names[0]} first ({', '.join(names)})" if names else "no codec"


def _explain_lost_call(agent: Agent, call: Call) -> str | None:
    assert call.closed is not None
    if fault := _untrusted_certificate(agent, call):
        return f"The server's TLS certificate is not trusted ({fault}); see tls_ca_file."
    if call.needed:
        return wait_for_trace(agent, lambda: explain_failed_traversal(agent, call.began_at))
    if unusable := explain_unusable(agent, call):
        return unusable
    if "timed out" in call.closed.words and (late := explain_unacknowledged_change(agent, call)):
        return late
    if call.direction is Direction.INCOMING:
        return explain_missing_ack(agent, call)
    if "timed out" in call.closed.words:
        return explain_no_answer(agent, "INVITE", 0, call.call_id)
    if "refused" in call.closed.words:
        return f"Nothing listens at {_destination(agent, call)}."
    finals = wait_for_trace(agent, lambda: _finals(agent, call) or None)
    if "reset" in call.closed.words and not finals:
        return f"The connection to {_destination(agent, call)} ended, and no final answer had come."
    if call.invited:
        destination = _destination(agent, call)
        unread = explain_unreadable_stream(call.closed.words, destination)
        return None if call.has_answer else unread
    return explain_loopback(agent, call.peer_uri)


def _finals(agent: Agent, call: Call) -> list[Answer]:
    return [invite.final for invite in invites_of(agent, call) if invite.sent and invite.final]


def _destination(agent: Agent, call: Call) -> str:
    """Where the INVITE went: to the proxy, if there is one."""
    sent = [invite for invite in invites_of(agent, call) if invite.sent]
    if sent and sent[-1].requests[-1].destination:
        return sent[-1].requests[-1].destination
    uri = proxy_of(agent) or call.peer_uri
    return address_part(uri) or (uri.partition("@")[2] or uri).partition(";")[0]


def _untrusted_certificate(agent: Agent, call: Call) -> str | None:
    """What was logged of a certificate while a call was tried, to which no answer has come."""
    closed = call.closed
    if closed is None or call.direction is Direction.INCOMING or call.has_answer:
        return None
    until = closed.at + TRACE_LAG
    logged = agent.journal.of_kind(StackLog)
    return certificate_error(line for line in logged if call.began_at <= line.at <= until)


def certificate_error(logged: Iterable[StackLog]) -> str | None:
    """What a stack logged about a certificate that it does not trust."""
    matches = (re.search(_CERTIFICATE_ERROR, line.text) for line in logged)
    return next((match[1].strip() for match in matches if match), None)


def _explain_end_by_peer(agent: Agent, call: Call) -> str | None:
    """What the CANCEL or BYE that ended a call says."""

    def ended() -> Transaction | None:
        ends = [
            transaction
            for transaction in transactions_of(agent, call.call_id)
            if transaction.method in ("CANCEL", "BYE") and not transaction.sent
        ]
        return ends[-1] if ends else None

    end = wait_for_trace(agent, ended)
    sentences = (
        describe_details(end.request) if end else None,
        explain_refused_change(agent, call),
    )
    return " ".join(filter(None, sentences)) or None
