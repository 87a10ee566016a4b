"""Explanations of digits that an agent did not receive, a sentence each."""

from collections.abc import Sequence

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.rtp import agreed_in, look_at_rtp, other_codec
from ..agents.telephone_events import DtmfEvent, audio_of_both, dtmf_events
from ..events import DtmfSent
from ..sip.transactions import Transaction
from ..wording import counted
from .agreements import agreement_of
from .observations import partner_of, transactions_of

_RTP_EVENTS = "rtpevent"


def explain_missing_digits(agent: Agent, call: Call | None, agents: Sequence[Agent]) -> str | None:
    """Why digits did not arrive."""
    if call is None:
        return None
    partner = partner_of(call, agents, agent)
    refused = _explain_refused_infos(agent, call)
    if partner is None:
        return refused or _explain_negotiated_events(agent, call)
    sent = _describe_sent_digits(*partner)
    return f"{refused} {sent}" if refused else sent


def _explain_refused_infos(agent: Agent, call: Call) -> str | None:
    """That the agent's own stack has refused INFO requests, and what kind those were."""
    refused = [
        transaction
        for transaction in transactions_of(agent, call.call_id)
        if transaction.method == "INFO"
        and not transaction.sent
        and transaction.final
        and transaction.final.status >= 300
    ]
    if not refused:
        return None
    last = refused[-1]
    assert last.final is not None
    return (
        f"{agent.name}'s own stack refused {counted(len(refused), 'INFO')}, the last with"
        f" {last.final.words}: {_describe_body(last)}."
    )


def _describe_body(info: Transaction) -> str:
    kind = info.request.first("Content-Type")
    body = " ".join(info.request.body.split())
    if not kind:
        return "it had no Content-Type"
    return f"its Content-Type was {kind}, its body '{body}'" if body else f"it was an empty {kind}"


def _describe_sent_digits(partner: Agent, theirs: Call) -> str:
    """Which digits the other side has sent, and what may have kept them from arriving."""
    sent = [e for e in partner.journal.of_kind(DtmfSent) if e.call_id == theirs.call_id]
    if not sent:
        return f"{partner.name} sent no digit."
    digits = "".join(event.digits for event in sent)
    modes = list(dict.fromkeys(event.mode for event in sent))
    clause = f"{partner.name} sent '{digits}' with dtmf_mode={' and '.join(modes)}"
    if modes == [_RTP_EVENTS]:
        clause += _describe_missing_events(partner, theirs)
    return f"{clause}{_describe_info_answers(partner, theirs)}."


def _describe_missing_events(agent: Agent, call: Call) -> str:
    """A clause that says that the SDP of a call has no RTP events; empty when it has them."""
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


def _describe_info_answers(agent: Agent, call: Call) -> str:
    """How those INFO requests of an agent were answered that were not accepted."""
    sent = [o for o in transactions_of(agent, call.call_id) if o.sent and o.method == "INFO"]
    refused = [info.final.words for info in sent if info.final and info.final.status >= 300]
    silent = [info for info in sent if not info.answers]
    clause = f"; an INFO was answered {refused[-1]}" if refused else ""
    if not silent:
        return clause
    were = "was" if len(silent) == 1 else "were"
    return f"{clause}; {counted(len(silent), 'INFO')} {were} not answered"


def _explain_negotiated_events(agent: Agent, call: Call) -> str | None:
    """Where the peer is not an agent: which RTP events the agent would have accepted, what came."""
    infos = [o for o in transactions_of(agent, call.call_id) if o.method == "INFO" and not o.sent]
    agreed = agreement_of(agent, call)
    if infos or agreed is None:
        return None
    own = agreed.media()[0 if agreed.ours else 1]
    told = None
    if lacks := _sides_without_events(agent, call):
        told = f"No INFO arrived, and telephone-event was not negotiated: {lacks}."
    elif own is not None and own.events:
        events = " and ".join(own.events)
        told = f"No INFO arrived; {agent.name}'s SDP has telephone-event as payload type {events}."
    if told is None:
        return None
    look_at_rtp(agent, call)
    came = (_describe_unread_events(agent, call), _describe_other_packets(agent, call))
    return " ".join([told, *filter(None, came)])


def _describe_unread_events(agent: Agent, call: Call) -> str | None:
    """The telephone events that arrived and that the agent's baresip told no digit of."""
    arrived = (call.rtp.received.events if call.rtp else None) or ()
    local = [ours for ours, _ in audio_of_both(call)]
    unread = _left_out(list(dtmf_events(arrived, local)), call.digits)
    if not unread:
        return None
    events = " and ".join(f"{one.digit} ({counted(one.packets, 'packet')})" for one in unread)
    plural = "s" if len(unread) > 1 else ""
    return f"{agent.name}'s baresip made no digit of the telephone event{plural} {events}."


def _left_out(events: list[DtmfEvent], digits: str) -> list[DtmfEvent]:
    """The events that are no digit of those that were read, in this order."""
    left: list[DtmfEvent] = []
    for event in events:
        if digits.startswith(event.digit):
            digits = digits[len(event.digit) :]
        else:
            left.append(event)
    return left


def _describe_other_packets(agent: Agent, call: Call) -> str | None:
    """That RTP packets arrived of payload types that are not in the agent's SDP, or not agreed."""
    described = [one.local for one in call.offers.agreed_audio]
    arrived = (call.rtp.received.payload_types if call.rtp else None) or ()
    unknown = [kind for kind in arrived if not any(one.format_of(kind) for one in described)]
    if not described:
        return None
    if not unknown:
        return _describe_other_codecs(agent, call, arrived)
    types = f"type{'s' * (len(unknown) > 1)} {' and '.join(map(str, unknown))}"
    return f"RTP packets of payload {types} arrived, which {agent.name}'s SDP does not have."


def _describe_other_codecs(agent: Agent, call: Call, arrived: Sequence[int]) -> str | None:
    """That packets arrived of a codec that the agent has and that was not agreed."""
    agreed = agreed_in(agent, call)
    if agreed is None or len(call.offers.agreed_audio) > 1:  # it may have been agreed before
        return None
    known = ((kind, agreed.local.format_of(kind)) for kind in arrived)
    codecs = [kind for kind, form in known if form is not None and form.is_codec]
    return next(filter(None, (other_codec(agent, agreed, kind) for kind in codecs)), None)
