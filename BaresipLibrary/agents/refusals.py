"""INVITEs that arrived at an agent, and what its own stack had against those that it refused.

A stack refuses by itself what it cannot take, before there is a call that the suite could accept.
"""

import re

from ..events import SipMessage, StackLog
from ..sip.messages import Message, split_address
from ..sip.sdp import audio_in
from ..sip.transactions import Transaction, counted, transactions
from ..sip.uris import host_part, user_part
from .agent import Agent
from .media_agreement import takes
from .nat_traversal import failed_traversal

#: Statuses that may be about the body, and which header or offer of it to name.
_ABOUT_BODY = (400, 415, 488, 500, 606)
#: What a stack logs that is bound to one address, and would need another one.
_NO_ADDRESS = re.compile(r"ua: no laddr for (\S+)")
#: Those with which an offer is refused.
NOT_ACCEPTABLE = (415, 488, 606)


def arrived_invites(agent: Agent, since: float = 0.0) -> list[Transaction]:
    """The INVITEs to begin a call that arrived at an agent from a monotonic time on."""
    return [
        one
        for one in transactions(agent.journal.of_kind(SipMessage))
        if one.method == "INVITE" and not one.sent and one.begins_dialog and one.at >= since
    ]


def arrived_invite(agent: Agent, call_id: str) -> Transaction | None:
    """The INVITE of a call as it arrived at an agent; None when it did not."""
    found = [one for one in arrived_invites(agent) if one.request.call_id == call_id]
    return found[-1] if found else None


def without_call(agent: Agent, since: float = 0.0) -> Transaction | None:
    """The newest INVITE since then that no call came of: the agent's stack dealt with it."""
    known = {call.call_id for call in agent.calls}
    found = [one for one in arrived_invites(agent, since) if one.request.call_id not in known]
    return found[-1] if found else None


def story_of(agent: Agent, invite: Transaction) -> str:
    """What became of an INVITE that no call came of, as a clause."""
    caller = split_address(invite.request.first("From") or "")[1] or "an unknown caller"
    if invite.final is None:
        last, server = invite.last_answer, agent.account.stun_server
        answered = f"answered it with {last.words} only" if last else "not answered it"
        needs = f", which needs an answer from {server} first," if server else ""
        return f"the INVITE from {caller} arrived, and {agent.name}{needs} has {answered}"
    again = len(invite.answers) - sum(answer.status < 200 for answer in invite.answers) - 1
    told = f"{agent.name}'s own stack refused the INVITE from {caller} with {invite.final.words}"
    if again and not invite.acknowledgements:
        told += f" ({counted(again, 'retransmission')}, no ACK came)"
    return told


def cause_of(agent: Agent, invite: Transaction) -> str | None:
    """What in a refused INVITE the status is about, as a sentence."""
    if invite.final is None:
        return None
    logged = failed_traversal(agent, invite.at) or _unreachable(agent, invite)
    if logged:
        return logged
    request, status = invite.request, invite.final.status
    if status == 404:
        uri = request.start_line.split(" ")[1]
        return (
            f"It was for the user '{user_part(uri)}' (Request-URI {uri}), and {agent.name} is"
            f" '{user_part(agent.uri)}'."
        )
    for one, header in ((420, "Require"), (421, "Supported"), (481, "Replaces")):
        if status == one:
            values = ", ".join(request.all(header)) or "missing"
            return f"Its {header} was {values}."
    return _about_body(agent, request, status) if status in _ABOUT_BODY else None


def _unreachable(agent: Agent, invite: Transaction) -> str | None:
    """That the stack, bound to one address, cannot send to that of the offer."""
    for line in agent.journal.of_kind(StackLog):
        found = _NO_ADDRESS.search(line.text) if line.at >= invite.at else None
        if found:
            bound = host_part(agent.uri)
            return (
                f"Its offer wants media at {found[1]}, which is out of reach from {bound}, where"
                f" {agent.name} is; see address=."
            )
    return None


def _about_body(agent: Agent, request: Message, status: int) -> str:
    kind = request.first("Content-Type")
    encoding = request.first("Content-Encoding")
    if encoding:
        return f"Its Content-Encoding was {encoding}."
    if kind and not kind.lower().startswith("application/sdp"):
        return f"Its Content-Type was {kind}."
    if not request.body:
        return "It had no offer."
    offer = audio_in(request)
    told = f"It offered {offer or 'no audio'}"
    return f"{told}; {takes(agent, offer)}." if status in NOT_ACCEPTABLE else f"{told}."
