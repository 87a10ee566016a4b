"""How much later an agent plays and records what has arrived than it arrived."""

from bisect import bisect_right

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.rtp import newest_length, packet_milliseconds
from ..backends.base import USUAL_PACKET, PlayoutDelay
from ..sip.agreed_media import AgreedMedia, agreed_media

#: Of a baresip that the library has not configured: by default it waits 55 to 100 ms, depending on
#: the version, and twice that has been allowed for.
_UNKNOWN = PlayoutDelay(0.1, 0.1)
#: How seldom a beginning or an end may be farther off than is told, because packets were lost.
_SELDOM = 0.001
#: Seconds that libopus looks ahead (312 samples; RFC 7845, section 4.2), and that its decoder rings
#: after a sound, as the reference machine of the tests saw it.
_OPUS_RATE, _OPUS, _RINGS = 48000, 0.0065, 0.020


def playout_delay(agent: Agent, call: Call) -> PlayoutDelay:
    """How long audio waits in the jitter buffer of an agent.

    It follows from the version of its baresip, from its configuration, and where a number of
    packets waits, from their length. Where the call has lost packets, its error includes those that
    may be missing at the beginning or the end of a sound; with Opus, what its encoder takes, and
    how long its decoder rings after a sound that is cut off.
    """
    delay = agent.backend.playout_delay
    if delay is None:
        return _UNKNOWN
    codec, rings = (_OPUS, _RINGS) if call.media and call.media.rate == _OPUS_RATE else (0.0, 0.0)
    shortest, longest = packet_seconds(call)
    least, most = delay.with_packets(shortest), delay.with_packets(longest)
    unknown = (most.seconds - least.seconds) / 2
    error = most.error + unknown + rings + lost_at_an_edge(_lost(call), longest)
    return delay._replace(seconds=least.seconds + unknown + codec, error=error)


def lateness(call: Call, moment: float) -> float:
    """By how many seconds packets came later than the quickest about a moment (monotonic).

    So much less they waited in a buffer that plays by the clock: their sender's may be slow.
    """
    times = call.rtp.received.lateness if call.rtp else ()
    place = bisect_right(times, moment, key=lambda late: late.at) - 1
    return times[place].seconds if place >= 0 else 0.0


def packet_seconds(call: Call) -> tuple[float, float]:
    """Seconds of audio in a packet that arrives, at least and at most.

    Where packets are not seen, it is what either side has asked for: many send what they ask for.
    """
    exchange = call.offers.exchange
    agreed = agreed_media(exchange) if exchange else None
    seen = _seen(call, agreed)
    asked = (agreed.receives.ptime, agreed.sends.ptime) if agreed and not seen else (seen,)
    lengths = [length / 1000 for length in asked if length] or [USUAL_PACKET]
    return min(lengths), max(lengths)


def _seen(call: Call, agreed: AgreedMedia | None) -> float | None:
    """Milliseconds of audio in the newest packets; None where they were not seen."""
    local = agreed.local if agreed else None
    newest = newest_length(call.rtp.received, local) if call.rtp else None
    return packet_milliseconds(newest, local) if newest else None


def lost_at_an_edge(share: float, packet: float = USUAL_PACKET) -> float:
    """How many seconds of lost packets, one after the other, only one edge in 1,000 misses.

    `share`: of all packets of `packet` s, how many are lost, each by chance: where they are lost in
    bursts, an edge may be farther off.
    """
    seconds, chance = 0.0, share
    while chance > _SELDOM and share < 1.0:
        seconds, chance = seconds + packet, chance * share
    return seconds


def _lost(call: Call) -> float:
    """The share of packets that did not arrive, by their numbers or by RTCP; 0 if nothing tells."""
    received, lost = (call.quality.received, call.quality.lost) if call.quality else (0, 0)
    if call.rtp is not None:
        received, lost = call.rtp.received.packets, call.rtp.received.lost or 0
    return max(lost, 0) / (received + max(lost, 0)) if received else 0.0
