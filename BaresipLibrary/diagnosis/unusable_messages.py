"""Answers, ACKs and PRACKs that came, and that a stack could not use: what is wrong with them."""

import re
from collections.abc import Iterator

from ..agents.agent import Agent
from ..agents.call import Call, Direction
from ..events import SipMessage
from ..sip.messages import Message, parsed, split_address, split_values
from ..sip.sdp import description_in
from ..sip.transactions import Answer, Transaction
from ..sip.unreadable_sdp import describe_unfit_answer, describe_unreadable, stream_names
from ..sip.uris import is_any_uri
from ..wording import counted
from .observations import foreign_answers, invites_of, transactions_of, wait_for_trace

#: What baresip says of an answer that it cannot use: its own words, or the answer's.
_WORDS = re.compile(
    r"Bad message|Invalid argument|Protocol error|Function not implemented|[12]\d\d( .*)?"
)


def explain_unusable(agent: Agent, call: Call) -> str | None:
    """Why a call failed though an answer or an ACK came; None when neither was the reason."""
    if call.closed is None or not _WORDS.fullmatch(call.closed.words):
        return None

    return wait_for_trace(agent, lambda: next(_faults(agent, call), None))


def _faults(agent: Agent, call: Call) -> Iterator[str]:
    for invite in invites_of(agent, call):
        if invite.sent:
            yield from foreign_answers(agent, invite)
            for answer in invite.answers:
                if 100 < answer.status < 300:
                    faults = _no_dialog(answer), _wrong_streams(agent, invite, answer)
                    yield from filter(None, faults)
    for invite in transactions_of(agent, call.call_id):
        if invite.method == "INVITE" and not invite.sent and invite.final:
            yield from filter(None, [_missing_answer(agent, invite, invite.final)])


def _no_dialog(answer: Answer) -> str | None:
    """That an answer lacks what a dialog needs (RFC 3261, section 12.1.1); None if it does not."""
    message = answer.message
    if answer.status < 200 and not message.to_tag:
        return None
    for name, value in _unusable_hops(answer):
        return (
            f"The {name} of the {answer.words} is '{value}': baresip sends requests to sip: URIs"
            " only."
        )
    if answer.status < 200:
        return None
    if not message.first("Contact"):
        return f"The {answer.words} has no Contact."
    return None if message.to_tag else f"The To of the {answer.words} has no tag."


def _unusable_hops(answer: Answer) -> Iterator[tuple[str, str]]:
    """A Contact that is no URI; and the next hop, if a request follows and it is no sip: URI.

    Each with its header's name. Behind a proxy that stays in the path, baresip takes any URI.
    """
    contact = _values(answer.message, "Contact")[:1]
    routes = _values(answer.message, "Record-Route")[-1:]
    for value in contact:
        if not is_any_uri(split_address(value)[1]):
            yield "Contact", value
    is_followed = answer.status >= 200 or answer.message.first("RSeq")
    for value in (routes or contact) if is_followed else ():
        if not re.match(r"(?i)sip:\S", split_address(value)[1]):
            yield "Record-Route" if routes else "Contact", value


def _values(message: Message, name: str) -> list[str]:
    return [value for line in message.all(name) for value in split_values(line)]


def _wrong_streams(agent: Agent, invite: Transaction, answer: Answer) -> str | None:
    """That the SDP of an answer cannot be read, or describes streams that were not offered."""
    offered, answered = description_in(invite.request), description_in(answer.message)
    if answered is None or offered is None:
        return None
    count, due = len(stream_names(answered.text)), len(stream_names(offered.text))
    if count > due and not describe_unreadable(answered.text):
        streams = "stream" if due == 1 else "streams"
        return (
            f"The {answer.words} describes {count} streams, and {agent.name} offered {due}"
            f" {streams}."
        )
    unfit = describe_unfit_answer(offered, answer.message)
    return f"The SDP of the {answer.words} {unfit}." if unfit else None


def _missing_answer(agent: Agent, invite: Transaction, final: Answer) -> str | None:
    """That the ACK does not answer the offer of the 2xx (RFC 3261, section 13.2.2.4)."""
    if description_in(invite.request) or final.status >= 300 or not invite.acknowledgements:
        return None
    if not description_in(final.message):
        return None
    answer = description_in(parsed(invite.acknowledgements[0].text))
    if answer is None:
        return (
            f"{agent.name}'s {final.words} made an offer, and the ACK has no SDP that answers it."
        )
    line = describe_unreadable(answer.text)
    return f"The SDP of the ACK has {line}, which baresip does not read." if line else None


def describe_missing_ack(agent: Agent, invite: Transaction, what: str = "") -> str | None:
    """That an agent has answered an INVITE, and no ACK followed; None when it did.

    `what` was answered, if it is not a call, with a space after it.
    """
    answers = [answer for answer in invite.answers if answer.status >= 200]
    if invite.sent or not answers or is_acknowledged(invite):
        return None
    same = sum(answer.words == answers[-1].words for answer in answers)
    again = counted(same - 1, "retransmission")
    differs = unfitting_ack(agent, invite)
    why = f"an ACK came that has {differs}" if differs else "no ACK came"
    return f"{agent.name} answered {what}{answers[-1].words} ({again}), and {why}."


def unfitting_ack(agent: Agent, invite: Transaction) -> str | None:
    """How an ACK that came after an INVITE, and is for no other, differs; None when none does."""
    invited = {one.call_id for _, one in agent.journal.outlines() if one.method == "INVITE"}
    of_others = _acks_of_others(agent, invite)
    for event in agent.journal.of_method("ACK"):
        ack = parsed(event.text)
        is_ours = ack.call_id == invite.request.call_id or ack.call_id not in invited
        if not event.sent and event.at >= invite.at and is_ours and event not in of_others:
            fault = _wrong_dialog(ack, invite)
            if fault:
                return fault
    return None


def _acks_of_others(agent: Agent, invite: Transaction) -> set[SipMessage]:
    """The ACKs that fit another INVITE of the call: one may come by two ways, or again."""
    same = transactions_of(agent, invite.request.call_id or "")
    return {
        ack
        for one in same
        if one.requests[0] != invite.requests[0]
        for ack in one.acknowledgements
        if _wrong_dialog(parsed(ack.text), one) is None
    }


def is_acknowledged(invite: Transaction) -> bool:
    """Whether an ACK came to the final answer of an INVITE, and belongs to its dialog."""
    acks = (parsed(event.text) for event in invite.acknowledgements)
    return any(_wrong_dialog(ack, invite) is None for ack in acks)


def _wrong_dialog(ack: Message, invite: Transaction) -> str | None:
    """How an ACK differs from what the answer to an INVITE needs; None when it does not."""
    request, finals = invite.request, [one for one in invite.answers if one.status >= 200]
    if ack.call_id != request.call_id:
        return f"the Call-ID '{ack.call_id}', and the INVITE has '{request.call_id}'"
    if ack.cseq != f"{request.cseq_number} ACK":
        return f"the CSeq '{ack.cseq}', and the INVITE has '{request.cseq}'"
    if ack.from_tag != request.from_tag:
        return f"the From tag '{ack.from_tag}', and the INVITE has '{request.from_tag}'"
    tags = [one.message.to_tag for one in finals]
    if finals and ack.to_tag not in tags:
        return f"the To tag '{ack.to_tag}', and the {finals[-1].words} has '{tags[-1]}'"
    return None


def explain_refused_end(agent: Agent, call: Call | None) -> str | None:
    """That a BYE or a CANCEL came for a call that goes on, as the agent's stack refused it."""
    refused = [
        one
        for one in (transactions_of(agent, call.call_id) if call and call.is_live else ())
        if one.method in ("BYE", "CANCEL") and not one.sent and one.final
        if one.final.status >= 300
    ]
    if not refused or refused[-1].final is None:
        return None
    request, words = refused[-1].request, refused[-1].final.words
    tags = f"From tag '{request.from_tag}', To tag '{request.to_tag}'"
    return (
        f"A {request.method} came (CSeq {request.cseq_number}, {tags}), and {agent.name}'s own"
        f" stack refused it with {words}."
    )


def explain_missing_prack(agent: Agent, call: Call) -> str | None:
    """That a phone sent a provisional response reliably, and the agent sent no PRACK for it.

    Such a phone repeats its response, and gives the call up (RFC 3262, section 3).
    """
    if call.direction is Direction.INCOMING or call.established_at is not None:
        return None
    given = _pracks(agent, call)
    for invite in reversed(invites_of(agent, call)):
        for answer in invite.answers:
            number = answer.message.first("RSeq") if _is_reliable(answer) else None
            due = f"{number} {invite.request.cseq}", answer.message.to_tag
            if number and due not in given:
                asked = _offers_100rel(invite.request)
                why = "" if asked else "; its INVITE had no 100rel, see rel100"
                needed = f"The {answer.words} needed a PRACK (RSeq {number})"
                return f"{needed}, and {agent.name} sent none{why}."
    return None


def _is_reliable(answer: Answer) -> bool:
    return 100 < answer.status < 200 and _has_100rel(answer.message, "Require")


def _pracks(agent: Agent, call: Call) -> set[tuple[str, str]]:
    """What the PRACKs of an agent have acknowledged, and the tags of the phones they went to."""
    seen = transactions_of(agent, call.call_id)
    pracks = (one.request for one in seen if one.sent and one.method == "PRACK")
    return {(" ".join((prack.first("RAck") or "").split()), prack.to_tag) for prack in pracks}


def _offers_100rel(invite: Message) -> bool:
    return _has_100rel(invite, "Supported") or _has_100rel(invite, "Require")


def _has_100rel(message: Message, header: str) -> bool:
    return any("100rel" in line.lower() for line in message.all(header))


def unfitting_prack(agent: Agent, call_id: str) -> str | None:
    """How a PRACK differs from what an agent has sent reliably; None when the last one does not."""
    due, came = [""], ""
    status: int | None = None
    for event in agent.journal.messages(call_id):
        message = parsed(event.text)
        number = message.first("RSeq")
        if event.sent and number and (message.status or 0) in range(101, 200):
            status = message.status
            due.append(" ".join(f"{number} {message.cseq}".split()))
        elif not event.sent and message.method == "PRACK":
            came = " ".join((message.first("RAck") or "").split())
    if status is None or came in due:
        return None
    return f"A PRACK came that has the RAck '{came}', and the {status} needs '{due[-1]}'."
