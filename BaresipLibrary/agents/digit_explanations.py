"""What most likely explains that digits did not arrive: one sentence."""

from collections.abc import Sequence

from ..events import DtmfSent
from ..sip.transactions import Transaction, counted
from .agent import Agent
from .call import Call
from .media_agreement import agreement_of
from .observations import partner_of, transactions_of

_RTP_EVENTS = "rtpevent"


def on_missing_digits(agent: Agent, call: Call | None, agents: Sequence[Agent]) -> str | None:
    """Why digits did not arrive."""
    if call is None:
        return None
    partner = partner_of(call, agents, agent)
    told = [_on_infos(agent, call), _on_partner(*partner) if partner else None]
    found = [one for one in told if one]
    if found or partner:
        return " ".join(found) or None
    return _on_events(agent, call)


def _on_infos(agent: Agent, call: Call) -> str | None:
    """That the agent's own stack has refused INFO requests, and what kind those were."""
    refused = [
        one
        for one in transactions_of(agent, call.call_id)
        if one.method == "INFO" and not one.sent and one.final and one.final.status >= 300
    ]
    if not refused:
        return None
    last = refused[-1]
    assert last.final is not None
    return (
        f"{agent.name}'s own stack refused {counted(len(refused), 'INFO')}, the last with"
        f" {last.final.words}: {_body_of(last)}."
    )


def _body_of(info: Transaction) -> str:
    kind = info.request.first("Content-Type")
    body = " ".join(info.request.body.split())
    if not kind:
        return "it had no Content-Type"
    return f"its Content-Type was {kind}, its body '{body}'" if body else f"it was an empty {kind}"


def _on_partner(partner: Agent, theirs: Call) -> str:
    """What the other side has sent, and whether it could travel."""
    sent = [e for e in partner.journal.of_kind(DtmfSent) if e.call_id == theirs.call_id]
    if not sent:
        return f"{partner.name} sent no digit."
    digits = "".join(event.digits for event in sent)
    modes = list(dict.fromkeys(event.mode for event in sent))
    told = f"{partner.name} sent '{digits}' with dtmf_mode={' and '.join(modes)}"
    if modes == [_RTP_EVENTS]:
        told += _not_agreed(partner, theirs)
    return f"{told}{_info_answers(partner, theirs)}."


def _not_agreed(agent: Agent, call: Call) -> str:
    """That the SDP of a call has no RTP events, when that is so."""
    lacks = _sides_without_events(agent, call)
    return f"; telephone-event was not negotiated: {lacks}" if lacks else ""


def _sides_without_events(agent: Agent, call: Call) -> str | None:
    agreed = agreement_of(agent, call)
    if agreed is None:
        return None
    offer, answer = agreed.media()
    sides = [
        name
        for name, media in (("the offer", offer), ("the answer", answer))
        if media is not None and not media.events
    ]
    return f"{' and '.join(sides)} had none" if sides else None


def _info_answers(agent: Agent, call: Call) -> str:
    """How the INFO requests of an agent were answered that were not accepted."""
    sent = [o for o in transactions_of(agent, call.call_id) if o.sent and o.method == "INFO"]
    refused = [one.final.words for one in sent if one.final and one.final.status >= 300]
    silent = [one for one in sent if not one.answers]
    told = f"; an INFO was answered {refused[-1]}" if refused else ""
    return told + (f"; {counted(len(silent), 'INFO')} not answered" if silent else "")


def _on_events(agent: Agent, call: Call) -> str | None:
    """Of a peer that is no agent: which RTP events this side would take."""
    infos = [o for o in transactions_of(agent, call.call_id) if o.method == "INFO" and not o.sent]
    agreed = agreement_of(agent, call)
    if infos or agreed is None:
        return None
    lacks = _sides_without_events(agent, call)
    if lacks:
        return f"No INFO arrived, and telephone-event was not negotiated: {lacks}."
    own = agreed.media()[0 if agreed.ours else 1]
    if own is None or not own.events:
        return None
    events = " and ".join(own.events)
    return f"No INFO arrived; {agent.name}'s SDP has telephone-event as payload type {events}."
