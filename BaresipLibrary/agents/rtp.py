"""The RTP packets of an agent's call: counted, and compared with what was agreed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..errors import BackendError
from ..rtp import PacketLength, RtpCounts
from ..sip.agreed_media import AgreedMedia, agreed_media
from ..sip.formats import Format, static_format
from ..sip.sdp import Media
from ..wording import counted
from .agent import Agent
from .call import TRACE_LAG, Call


def agreed_in(agent: Agent, call: Call) -> AgreedMedia | None:
    """What was agreed last in a call; None when nothing was, and where no messages are shown."""
    if agent.backend.shows_messages and call.established_at is not None:
        wait_until(agent.changes, lambda: None if call.awaits_agreement else True, TRACE_LAG)
    exchange = call.exchange
    if exchange is None:
        return None
    any_key = agent.backend.takes_any_key
    return agreed_media(exchange, any_key=any_key, keyed=call.offers.keyed)


#: What is longer (ms) is a pause rather than a packet: some senders leave out silence.
_LONGEST_PACKET = 200.0
#: How many sources are named.
_NAMED = 3


@contextmanager
def watching_rtp(agent: Agent, call: Call) -> Iterator[None]:
    """Brings the counts of a call up to date, and reports them while the block runs.

    Raises:
        UsageError: the agent's backend cannot count packets.
    """
    agent.require(Capability.COUNT_PACKETS)
    if not call.is_live:
        yield
        return
    with agent.commanding("count RTP packets"):
        agent.backend.watch_rtp(call.call_id, True)
    try:
        yield
    finally:
        with suppress(BackendError):  # whoever needs the agent next will say what is wrong
            agent.backend.watch_rtp(call.call_id, False)


def look_at_rtp(agent: Agent, call: Call) -> None:
    """Brings the counts of a call up to date where each packet is seen and the agent answers."""
    sees_each = Capability.SEE_RTP in agent.backend.capabilities
    if sees_each and agent.alive and not agent.backend.is_stopped:
        with suppress(BackendError), watching_rtp(agent, call):  # it may have ended meanwhile
            pass


def rtp_differences(agent: Agent, call: Call) -> list[str]:
    """What differs between the packets that arrive and what was agreed, a sentence each.

    Only the newest packets count, and only once all of them have come after the agreement: those
    before a re-INVITE may have been as agreed then.
    """
    if call.rtp is None:
        return []
    counts, agreed = call.rtp.received, agreed_in(agent, call)
    found = [_sources_in_turns(agent, counts), _numbers_that_went_back(agent, counts)]
    newest = newest_length(counts, agreed.local) if agreed else None
    if agreed is not None and newest is not None and newest.since >= agreed.at:
        found += [
            other_codec(agent, agreed, newest.payload_type),
            _other_length(agent, agreed, newest),
        ]
    found.append(padding_that_is_played(agent, call))
    return [difference for difference in found if difference]


def _sources_in_turns(agent: Agent, counts: RtpCounts) -> str | None:
    """That packets of several sources come at the same time; None when they do not."""
    if not counts.in_turns:
        return None
    named = " and ".join(f"{ssrc:#x}" for ssrc in counts.in_turns[:_NAMED])
    sources = counted(len(counts.in_turns), "source")
    return f"RTP packets of {sources} arrive at {agent.name} in turns (SSRC {named})."


def _numbers_that_went_back(agent: Agent, counts: RtpCounts) -> str | None:
    """That a source has begun anew with lower sequence numbers; None when it has not."""
    jump = counts.went_back
    if jump is None:
        return None
    return (
        f"The sequence numbers of the RTP packets that arrive at {agent.name} jumped from"
        f" {jump.before} to {jump.after} (SSRC {jump.ssrc:#x}): a jitter buffer drops them as late"
        f" until they are past {jump.before}."
    )


def padding_that_is_played(agent: Agent, call: Call) -> str | None:
    """That packets of audio come with padding; None when they do not."""
    exchange, padded = call.exchange, call.rtp.received.padded if call.rtp else ()
    local = exchange.sides()[0].audio if exchange else None
    formats = [local.format_of(kind) for kind in padded] if local else []
    if not any(known and known.is_codec for known in formats):
        return None
    return (
        f"RTP packets with padding arrive at {agent.name}: baresip takes the padding for a part of"
        " the audio."
    )


def other_codec(agent: Agent, agreed: AgreedMedia, arriving: int) -> str | None:
    """That packets of that payload type arrive, no agreed codec's; None when it is one."""
    if any(codec.payload_type == str(arriving) for codec in agreed.accepted):
        return None
    known = agreed.local.format_of(arriving)
    what = f"{known.encoding} (payload type {arriving})" if known else f"payload type {arriving}"
    lacking = "" if known else ", which its SDP does not have"
    codecs = " or ".join(
        f"{codec.encoding} as payload type {codec.payload_type}" for codec in agreed.accepted
    )
    return f"RTP packets of {what} arrive at {agent.name}{lacking}: agreed was {codecs}."


def _other_length(agent: Agent, agreed: AgreedMedia, newest: PacketLength) -> str | None:
    """That packets arrive that are longer or shorter than asked for; None when they are not."""
    length, asked = packet_milliseconds(newest, agreed.local), agreed.receives.ptime
    if length is None or asked is None or abs(length - asked) < 0.5:
        return None
    return (
        f"RTP packets of {length:g} ms, by their timestamps, arrive at {agent.name}, whose SDP asks"
        f" for {asked:g} ms (a=ptime)."
    )


def newest_length(counts: RtpCounts, receiver: Media | None) -> PacketLength | None:
    """The length of the newest packets of audio; None when none is known.

    The receiver's description tells audio from telephone events and comfort noise.
    """
    audio = [
        length
        for length in counts.lengths
        if length.units and format_at(receiver, length.payload_type).is_codec
    ]
    return max(audio, key=lambda length: length.until, default=None)


def format_at(receiver: Media | None, payload_type: int) -> Format:
    """What a payload type means to a receiver; the bare number where nothing says that."""
    known = receiver.format_of(payload_type) if receiver else None
    number = str(payload_type)
    return known or Format(number, number)


def packet_milliseconds(length: PacketLength, receiver: Media | None) -> float | None:
    """Milliseconds in packets; None when not known. The receiver's description has clock rates."""
    number = length.payload_type
    known = (receiver and receiver.format_of(number)) or static_format(number)
    if known is None or not known.rate:
        return None
    value = length.units * 1000 / known.rate
    return value if value <= _LONGEST_PACKET else None
