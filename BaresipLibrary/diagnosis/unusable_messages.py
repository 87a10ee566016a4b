"""Answers, ACKs and PRACKs that came, and that a stack could not use: what is wrong with them."""

import re
from collections.abc import Iterator

from ..agents.agent import Agent
from ..agents.call import Call
from ..sip.messages import Message, parsed
from ..sip.sdp import description_in
from ..sip.transactions import Answer, Transaction
from ..sip.unreadable_sdp import describe_unreadable
from .observations import explain_no_dialog, foreign_answers, invites_of, wait_for_trace

#: What baresip says of an answer that it cannot use: its own words, or the answer's.
_WORDS = re.compile(r"Bad message|Invalid argument|Protocol error|2\d\d( .*)?")


def explain_unusable(agent: Agent, call: Call) -> str | None:
    """Why a call failed though an answer or an ACK came; None when neither was the reason."""
    if call.closed is None or not _WORDS.fullmatch(call.closed.words):
        return None

    return wait_for_trace(agent, lambda: next(_faults(agent, call), None))


def _faults(agent: Agent, call: Call) -> Iterator[str]:
    for invite in invites_of(agent, call):
        final = invite.final
        if invite.sent and final is None:
            yield from foreign_answers(agent, invite)
        elif invite.sent and final is not None and final.status < 300:
            yield from filter(
                None, (explain_no_dialog(final), _wrong_streams(agent, invite, final))
            )
        elif final is not None and (fault := _missing_answer(agent, invite, final)):
            yield fault


def _wrong_streams(agent: Agent, invite: Transaction, answer: Answer) -> str | None:
    """That the SDP of an answer cannot be read, or describes streams that were not offered."""
    offered, answered = description_in(invite.request), description_in(answer.message)
    if answered is None:
        return None
    if line := describe_unreadable(answered.text):
        return f"The SDP of the {answer.words} has {line}, which baresip does not read."
    # A trace may lack the line end at the end, and then the length says that there was one.
    if not answered.text.endswith("\n") and not _is_cut_short(answer.message):
        return (
            f"The SDP of the {answer.words} ends without a line end, which baresip does not read."
        )
    count, due = len(answered.media), len(offered.media) if offered else 0
    if offered and count > due:
        streams = "stream" if due == 1 else "streams"
        return (
            f"The {answer.words} describes {count} streams, and {agent.name} offered {due}"
            f" {streams}."
        )
    return None


def _is_cut_short(message: Message) -> bool:
    """Whether a trace shows less of a body than its Content-Length says."""
    length = (message.first("Content-Length") or "").strip()
    return length.isdigit() and int(length) > len(message.body.encode(errors="replace"))


def _missing_answer(agent: Agent, invite: Transaction, final: Answer) -> str | None:
    """That the ACK has no SDP, though the 2xx made the offer (RFC 3261, section 13.2.2.4)."""
    if description_in(invite.request) or final.status >= 300 or not invite.acknowledgements:
        return None
    if not description_in(final.message) or description_in(parsed(invite.acknowledgements[0].text)):
        return None
    return f"{agent.name}'s {final.words} made an offer, and the ACK has no SDP that answers it."


def unfitting_ack(agent: Agent, invite: Transaction) -> str | None:
    """How an ACK in the call of an INVITE differs from that INVITE; None when none does."""
    for event in agent.journal.messages(invite.request.call_id or ""):
        message = parsed(event.text)
        if event.sent or message.method != "ACK" or event.at < invite.at:
            continue
        if message.cseq_number != invite.request.cseq_number:
            return f"the CSeq '{message.cseq}', and the INVITE has '{invite.request.cseq}'"
    return None


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
