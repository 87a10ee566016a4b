"""What most likely explains a failed call: one sentence, from the wire and from the other agents.

Each function looks at one kind of failure and returns None when there is nothing to add.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..backends.base import Packets
from ..events import ClosedBy, DtmfSent, SipMessage, SourceChosen, StackLog
from ..sip.messages import Message
from ..sip.sdp import audio_formats
from ..sip.uris import user_part
from ..waits import wait_until
from .agent import Agent
from .call import Call, Direction

_CERTIFICATE_ERROR = re.compile(r"verify_handler: error_string = (.+)")
_NOT_ACCEPTABLE = (415, 488, 606)
_CHALLENGES = (401, 407)
#: How much later (s) than what it caused a message may show in the trace.
_TRACE_LAG = 0.3
#: Headers in which an answer, a CANCEL or a BYE says more than its status does.
_TELLING = ("Reason", "Warning", "Retry-After")
#: Sample rates that are taken for one another, as ratios: 8, 16, 24, 32 and 48 kHz. That of 48 to
#: 44.1 kHz is left out: it is that of two call progress tones, 480 and 440 Hz, too.
_RATE_MISTAKES = (2, 3, 4, 6)
_RATIO_TOLERANCE = 0.01


def partner_of(call: Call, agents: Sequence[Agent], agent: Agent) -> tuple[Agent, Call] | None:
    """The other agent of the suite in the same dialog, and its side of the call."""
    for other in agents:
        for theirs in other.calls:
            if other is not agent and theirs.call_id == call.call_id:
                return other, theirs
    return None


def on_setup(agent: Agent, call: Call | None, agents: Sequence[Agent]) -> str | None:
    """Why a call is not established."""
    if call is None:
        return None
    if call.closed is None:
        return _on_unanswered(agent, call, agents)
    match call.closed.by:
        case ClosedBy.REFUSAL:
            return _on_refusal(agent, call, agents)
        case ClosedBy.FAILURE:
            return _on_lost_call(agent, call)
        case ClosedBy.PEER:
            return _told(_last(agent, call, ("CANCEL", "BYE"), sent=False))
    return None


def _on_unanswered(agent: Agent, call: Call, agents: Sequence[Agent]) -> str | None:
    if call.direction is Direction.INCOMING or call.answered:
        return None
    answers = [message for sent, message in _messages(agent, call) if not sent and message.status]
    if not answers:
        return silence_of(agent, "INVITE", 0, call.call_id)
    partner = partner_of(call, agents, agent)
    if partner and partner[1].is_waiting:
        return f"{partner[0].name} rings, and nobody has accepted there; use Accept."
    return f"The last answer was {answers[-1].start_line[8:]}."


def silence_of(agent: Agent, method: str, since: int, call_id: str | None = None) -> str | None:
    """That nobody answers requests of a method, and how often they were sent."""
    requests = [
        event
        for event in agent.journal.of_kind(SipMessage, since)
        if event.sent and event.text.startswith(f"{method} ")
        if call_id is None or Message(event.text).call_id == call_id
    ]
    if not requests:
        return None
    where = requests[-1].destination
    again = len(requests) - 1
    times = "1 retransmission" if again == 1 else f"{again} retransmissions"
    return f"{where} never answered the {method} ({times})."


def _on_refusal(agent: Agent, call: Call, agents: Sequence[Agent]) -> str | None:
    assert call.closed is not None
    status = call.closed.status or 0
    if status in _NOT_ACCEPTABLE:
        return _on_media_refused(agent, call, agents)
    told = _told(_last(agent, call, (status,), sent=False))
    return told or on_credentials(agent, status)


def _on_media_refused(agent: Agent, call: Call, agents: Sequence[Agent]) -> str:
    invite = _last(agent, call, ("INVITE",), sent=True)
    offer = audio_formats(invite.body) if invite else None
    offered = f"{agent.name} offered {offer}" if offer else f"{agent.name} offered no audio"
    partner = partner_of(call, agents, agent) or _called(agent, call, agents)
    if partner is None:
        return f"{offered}, which the other side does not take."
    account = partner[0].account
    takes = ", ".join(account.audio_codecs) or "every codec"
    crypto = f" with media_enc={account.media_enc}" if account.media_enc else ""
    return f"{offered}; {partner[0].name} takes {takes}{crypto}."


def _called(agent: Agent, call: Call, agents: Sequence[Agent]) -> tuple[Agent, Call] | None:
    """The agent that a call was for, when the call never got so far as to be its own."""
    found = (other for other in agents if other is not agent and other.uri == call.peer_uri)
    return next(((other, call) for other in found), None)


def on_credentials(agent: Agent, status: int) -> str | None:
    """What an agent whose identity was refused has to show."""
    if status not in _CHALLENGES:
        return None
    account = agent.account
    if not account.password:
        return f"{agent.name} was challenged and has no password."
    user = account.auth_user or account.username
    return f"The digest of user '{user}' was not accepted: check user and password."


def _on_lost_call(agent: Agent, call: Call) -> str | None:
    assert call.closed is not None
    logged = agent.journal.of_kind(StackLog)
    distrust = distrusted_certificate(line for line in logged if line.at >= call.began_at)
    if distrust:
        return f"The server's TLS certificate is not trusted ({distrust}); see tls_ca_file."
    if "timed out" in call.closed.words:
        return silence_of(agent, "INVITE", 0, call.call_id)
    if "refused" in call.closed.words:
        return f"Nothing listens at {_place(call.peer_uri)}."
    return None


def _place(uri: str) -> str:
    return (uri.partition("@")[2] or uri).partition(";")[0]


def distrusted_certificate(logged: Iterable[StackLog]) -> str | None:
    """What a stack logged about a certificate that it did not accept."""
    found = (_CERTIFICATE_ERROR.search(line.text) for line in logged)
    return next((match[1].strip() for match in found if match), None)


def on_nobody_calling(agent: Agent, agents: Sequence[Agent]) -> str | None:
    """Why no call came to an agent: what became of those that others made to it."""
    for other in agents:
        for call in reversed(other.calls):
            if other is not agent and call.direction is Direction.OUTGOING and _for(call, agent):
                return f"{other.name} did call, but {call.story()}."
    if agent.account.domain and agent.account.regint and not agent.registered:
        return f"{agent.name} is not registered at {agent.account.domain}."
    return None


def _for(call: Call, agent: Agent) -> bool:
    return agent.uri == call.peer_uri or (
        agent.account.domain is not None and user_part(call.peer_uri) == agent.account.username
    )


def on_nothing_heard(agent: Agent, call: Call, agents: Sequence[Agent], at: float) -> str | None:
    """Why no audio had arrived at that moment, or only silence."""
    if not call.is_live:
        return None
    partner = partner_of(call, agents, agent)
    other = partner[0].name if partner else "the other side"
    if call.held_by_peer:
        return f"{_capital(other)} holds the call."
    if call.on_hold:
        return f"{agent.name} holds the call."
    if partner is None:
        return None
    return _on_partner(*partner, at)


def _on_partner(partner: Agent, theirs: Call, at: float) -> str:
    if theirs.muted:
        return f"{partner.name} is muted."
    sends = _sent_at(partner, theirs, at)
    if sends == "silence":
        return f"{partner.name} sends silence; use Send Audio."
    packets: Packets | None = partner.count_packets(theirs) if partner.alive else None
    sent = f" in {packets.sent} RTP packets" if packets else ""
    return f"{partner.name} sends {sends}{sent}: it is lost on the way."


def _sent_at(agent: Agent, call: Call, at: float) -> str:
    """What an agent sent in a call at a moment, in the suite's words."""
    chosen = [
        event.source
        for event in agent.journal.of_kind(SourceChosen)
        if event.call_id == call.call_id and event.at <= at
    ]
    return chosen[-1] if chosen else agent.source_of(None)[1]


def on_another_tone(
    agent: Agent, call: Call, agents: Sequence[Agent], at: float, *, wanted: float, heard: float
) -> str | None:
    """Why it was another tone (both in Hz) that was heard at that moment."""
    partner = partner_of(call, agents, agent)
    if partner and partner[1].muted:
        return f"{partner[0].name} is muted."
    sends = _sent_at(*partner, at) if partner else ""
    if partner and sends != f"tone:{wanted:g}":
        return f"{partner[0].name} sends {sends}."
    if abs(heard / wanted - 1) < _RATIO_TOLERANCE:
        return "The tone was there, but too short or too unsteady to be sure of it."
    for mistake in _RATE_MISTAKES:
        for factor, pace in ((mistake, "too fast"), (1 / mistake, "too slow")):
            if abs(heard / wanted / factor - 1) < _RATIO_TOLERANCE:
                return (
                    f"That is {factor:.3g} times the frequency: somewhere audio is played {pace},"
                    " at a wrong sample rate."
                )
    return None


def on_deafness(
    listener: Agent, speaker: Agent, calls: Mapping[Agent, Call], agents: Sequence[Agent]
) -> str | None:
    """Why one agent does not hear another, each in its call."""
    theirs, own = calls[speaker], calls[listener]
    if theirs.muted:
        return f"{speaker.name} is muted."
    for agent, call in ((listener, own), (speaker, theirs)):
        partner = partner_of(call, agents, agent)
        if call.on_hold or call.held_by_peer:
            holder = agent.name if call.on_hold else partner[0].name if partner else "the peer"
            return f"{_capital(holder)} holds the call of {agent.name}."
    partner = partner_of(own, agents, listener)
    if partner and speaker not in (partner[0], listener):
        return f"{listener.name} is in a call with {partner[0].name}."
    packets = listener.count_packets(own) if listener.alive else None
    if packets and not packets.received:
        return f"No RTP packet arrived at {listener.name}."
    return None


def on_sound(agent: Agent, call: Call, agents: Sequence[Agent], at: float) -> str | None:
    """Where sound came from that was heard at that moment."""
    partner = partner_of(call, agents, agent)
    sends = _sent_at(*partner, at) if partner else "silence"
    return f"{partner[0].name} sends {sends}." if partner and sends != "silence" else None


def on_missing_digits(agent: Agent, call: Call | None, agents: Sequence[Agent]) -> str | None:
    """Why digits did not arrive."""
    partner = call and partner_of(call, agents, agent)
    if not call or not partner:
        return None
    name, sent = partner[0].name, _digits_sent(*partner)
    if not sent:
        return f"{name} sent no digit."
    digits = "".join(event.digits for event in sent)
    modes = " and ".join(dict.fromkeys(event.mode for event in sent))
    return f"{name} sent '{digits}' with dtmf_mode={modes}."


def _digits_sent(agent: Agent, call: Call) -> list[DtmfSent]:
    sent = agent.journal.of_kind(DtmfSent)
    return [event for event in sent if event.call_id == call.call_id]


def _messages(agent: Agent, call: Call) -> Iterator[tuple[bool, Message]]:
    for event in agent.journal.messages(call.call_id):
        yield event.sent, Message(event.text)


def _last(agent: Agent, call: Call, kinds: tuple[str | int, ...], *, sent: bool) -> Message | None:
    """The newest message of a call with one of these methods or statuses, once it is traced."""

    def traced() -> Message | None:
        found = [
            message
            for was_sent, message in _messages(agent, call)
            if was_sent is sent and (message.method in kinds or message.status in kinds)
        ]
        return found[-1] if found else None

    return wait_until(agent.changes, traced, _TRACE_LAG)


def _told(message: Message | None) -> str | None:
    """What a message says beyond its first line."""
    told = [
        f"{name}: {value}" for name in _TELLING for value in (message.all(name) if message else [])
    ]
    return f"It came with {'; '.join(told)}." if told else None


def _capital(text: str) -> str:
    return text[0].upper() + text[1:] if text.startswith("the ") else text
