"""Explanations of audio that an agent did not hear as expected, a sentence each.

A function that explains looks at one kind of failure; it returns None when there is nothing to add.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.rtp import agreed_in, look_at_rtp, padding_that_is_played, rtp_differences
from ..backends.base import UNDECRYPTED, Packets
from ..events import CallEvent, PromptEnded, SourceChosen, StackLog
from ..wording import capitalized, counted
from .agreements import explain_no_common_audio, explain_one_way
from .observations import describe_waiting, partner_of
from .peer_changes import explain_refused_change

#: Sample rates that are mistaken for one another, as ratios: 8, 16, 24, 32 and 48 kHz. The ratio of
#: 48 to 44.1 kHz is left out: two call progress tones, 480 and 440 Hz, have nearly the same.
_RATE_MISTAKES = (2, 3, 4, 6)
_RATIO_TOLERANCE = 0.01
UNSTEADY = "The tone was there, but too short, unsteady, noisy or distorted to be sure of it."
#: Of this many RTP packets (1 s) at least one would have arrived.
_UNDER_WAY = 50
#: Where packets cannot be decrypted, baresip says so of each: what it said longer ago (s) is over.
_RECENTLY = 1.0


def explain_silence(agent: Agent, call: Call, agents: Sequence[Agent], at: float) -> str | None:
    """Why no audio had arrived at that moment, or only silence."""
    if not call.is_live:
        return None
    partner = partner_of(call, agents, agent)
    other = partner[0].name if partner else "the other side"
    if call.held_by_peer and call.established_at is not None:
        return f"{capitalized(other)} holds the call."
    if call.on_hold:
        return f"{agent.name} holds the call."
    undecrypted = _explain_undecrypted(agent, call, at)
    if undecrypted:
        return undecrypted
    if partner is None:
        why = explain_no_common_audio(agent, call) or explain_one_way(agent, call)
        return (
            why
            or _explain_missing_keys(agent, call)
            or _explain_packets(agent, call)
            or explain_refused_change(agent, call)
        )
    return _explain_sender(*partner, agent, call, at)


def _explain_undecrypted(agent: Agent, call: Call, at: float) -> str | None:
    """That SRTP could not decrypt what arrived until then, not only the first packets of a call.

    The log does not say of which call they were.
    """
    logged = agent.journal.of_kind(StackLog)
    times = [line.at for line in logged if UNDECRYPTED in line.text and line.at >= call.began_at]
    if not any(abs(at - time) <= _RECENTLY for time in times):
        return None
    return (
        f"{agent.name}'s baresip has logged {counted(len(times), 'time')} since the call began that"
        " it could not decrypt an RTP packet (SRTP)."
    )


def _explain_missing_keys(agent: Agent, call: Call) -> str | None:
    """That DTLS was agreed on, and no RTP packet has left: baresip sends none before its keys."""
    agreed, packets = agreed_in(agent, call), _packets(agent, call)
    if agreed is None or packets is None or agreed.encryption != "dtls_srtp":
        return None
    if packets.sent or "send" not in agreed.direction:
        return None
    return (
        f"dtls_srtp was agreed on, and {agent.name} has sent no RTP packet: baresip sends none"
        " before the DTLS handshake is done."
    )


def _explain_packets(agent: Agent, call: Call) -> str | None:
    """That the RTP packets that arrive are not what was agreed."""
    look_at_rtp(agent, call)
    return " ".join(rtp_differences(agent, call)) or None


def _explain_sender(
    partner: Agent, theirs: Call, agent: Agent, call: Call, at: float
) -> str | None:
    if theirs.muted:
        return f"{partner.name} is muted."
    if not theirs.is_live:
        return f"{partner.name} is out of the call: {theirs.describe()}."
    if theirs.is_waiting:
        return describe_waiting(partner, theirs)
    sending = _sent_at(partner, theirs, at)
    if sending.ended:
        return f"{partner.name} sends silence: {sending.source} has ended."
    if sending.source == "silence":
        return f"{partner.name} sends silence; use Send Audio."
    way = _describe_packets(partner, theirs, agent, call)
    return explain_no_common_audio(agent, call) or f"{partner.name} sends {sending.source}{way}."


def _describe_packets(partner: Agent, theirs: Call, agent: Agent, call: Call) -> str:
    """How many of the other side's packets have arrived, as far as both can be counted."""
    sent, received = _packets(partner, theirs), _packets(agent, call)
    if sent is None:
        return ""
    if sent.sent == 0:
        return ", but has sent no RTP packet"
    clause = f" in {sent.sent} RTP packets"
    if received is None:
        return clause
    if received.received == 0 and sent.sent >= _UNDER_WAY:
        return f"{clause}, none of which arrived at {agent.name}: they were lost on the way"
    if received.received > sent.sent:  # more were sent while these were counted
        clause = f" in {(_packets(partner, theirs) or sent).sent} RTP packets"
    return f"{clause}; {received.received} arrived at {agent.name}"


def _packets(agent: Agent, call: Call) -> Packets | None:
    return agent.count_packets(call) if agent.alive and call.is_live else None


class _Sending(NamedTuple):
    """What an agent sends, in the suite's words, and whether it was a file that has ended."""

    source: str
    ended: bool


def _sent_at(agent: Agent, call: Call, at: float) -> _Sending:
    """What an agent sent in a call at a moment."""
    source, then, ended = agent.sources.of(None)[1], "silence", False
    for event in agent.journal.of_kind(CallEvent):
        if event.call_id != call.call_id or event.at > at:
            continue
        if isinstance(event, SourceChosen):
            source, then, ended = event.source, event.then, False
        elif isinstance(event, PromptEnded):
            source, ended = (source, True) if then == "silence" else (then, False)
    return _Sending(source, ended)


def explain_wrong_tone(
    agent: Agent, call: Call, agents: Sequence[Agent], at: float, *, wanted: float, heard: float
) -> str | None:
    """Why another tone was heard at that moment than the wanted one, both in Hz."""
    partner = partner_of(call, agents, agent)
    if partner and partner[1].muted:
        return f"{partner[0].name} is muted."
    sending = _sent_at(*partner, at) if partner else None
    if partner and sending and sending.source != f"tone:{wanted:g}":
        return f"{partner[0].name} sends {'silence' if sending.ended else sending.source}."
    look_at_rtp(agent, call)
    if padding := padding_that_is_played(agent, call):
        return padding
    if abs(heard / wanted - 1) < _RATIO_TOLERANCE:
        return UNSTEADY
    for mistake in _RATE_MISTAKES:
        for factor, pace in ((mistake, "too fast"), (1 / mistake, "too slow")):
            if abs(heard / wanted / factor - 1) < _RATIO_TOLERANCE:
                return (
                    f"That is {factor:.3g} times the frequency, as where audio is played {pace}, at"
                    " a wrong sample rate."
                )
    return None


def explain_inaudible_agent(
    listener: Agent,
    speaker: Agent,
    calls: Mapping[Agent, Call],
    agents: Sequence[Agent],
    at: float,
) -> str | None:
    """Why one agent did not hear another at that moment, each in its call."""
    theirs, own = calls[speaker], calls[listener]
    if theirs.muted:
        return f"{speaker.name} is muted."
    for agent, call in ((listener, own), (speaker, theirs)):
        partner = partner_of(call, agents, agent)
        if call.on_hold or call.held_by_peer:
            holder = agent.name if call.on_hold else partner[0].name if partner else "the peer"
            return f"{capitalized(holder)} holds the call of {agent.name}."
    apart = explain_separate_calls(listener, own, speaker, theirs, agents)
    if apart:
        return apart
    if undecrypted := _explain_undecrypted(listener, own, at):
        return undecrypted
    packets = listener.count_packets(own) if listener.alive else None
    if packets and not packets.received:
        return f"No RTP packet arrived at {listener.name}."
    return None


def explain_separate_calls(
    listener: Agent, own: Call, speaker: Agent, theirs: Call, agents: Sequence[Agent]
) -> str | None:
    """That one of two agents is in a call with a third agent of the suite, not with the other."""
    for agent, call, other in ((listener, own, speaker), (speaker, theirs, listener)):
        partner = partner_of(call, agents, agent)
        if partner and other not in (partner[0], agent):
            return f"{agent.name} is in a call with {partner[0].name}."
    return None


def explain_sound(agent: Agent, call: Call, agents: Sequence[Agent], at: float) -> str | None:
    """Where the sound came from that was heard at that moment."""
    partner = partner_of(call, agents, agent)
    if partner is None:
        return None
    sending = _sent_at(*partner, at)
    if sending.ended or sending.source == "silence":
        return None
    return f"{partner[0].name} sends {sending.source}."
