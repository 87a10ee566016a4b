"""The telephone events (RFC 4733) among the RTP packets of a call."""

from collections.abc import Iterator, Sequence

from ..frozen import frozen
from ..rtp import TelephoneEvent
from ..sip.bodies import KEYS
from ..sip.formats import Format
from ..sip.sdp import Media
from .call import Call


@frozen
class DtmfEvent:
    """A key that was sent as a telephone event (RFC 4733).

    ``digit``: the key, or the number of an event that is not a key; ``duration`` in ms, the longest
    that a packet has; ``timestamp``: its RTP timestamp; ``at``: when its first packet came or left,
    on the machine's monotonic clock (s); ``packets``: how many it had; ``ended``: whether one has
    the end bit.
    """

    digit: str
    duration: float | None
    timestamp: int
    at: float
    packets: int
    ended: bool


#: Since when packets have the numbers of a description, and its audio.
Described = tuple[float, Media | None]


def audio_of_both(call: Call) -> list[tuple[Described, Described]]:
    """The audio of the agent and of its peer, each time it was agreed anew, oldest first.

    Before anything is agreed, it is what each of them has described. Packets have its numbers.
    """
    agreed: list[tuple[Described, Described]] = [
        ((one.at, one.local), (one.at, one.remote)) for one in call.offers.agreed_audio
    ]
    ours, theirs = (call.offers.described.get(local) for local in (True, False))
    described = (0.0, ours.audio if ours else None), (0.0, theirs.audio if theirs else None)
    return agreed or [described]


def dtmf_events(
    events: tuple[TelephoneEvent, ...], audio: Sequence[Described]
) -> Iterator[DtmfEvent]:
    """The telephone events among what may be one, by the payload types of the descriptions."""
    for event in events:
        known = _format_of(event, audio)
        if known is not None and known.is_event:
            digit = KEYS[event.event] if event.event < len(KEYS) else str(event.event)
            duration = event.duration * 1000 / known.rate if known.rate else None
            yield DtmfEvent(digit, duration, event.timestamp, event.at, event.packets, event.ended)


def _format_of(event: TelephoneEvent, audio: Sequence[Described]) -> Format | None:
    """What its payload type meant when it came, else before, else after: RTP may overtake SDP."""
    before = [media for at, media in reversed(audio) if at <= event.at]
    after = [media for at, media in audio if at > event.at]
    formats = (media.format_of(event.payload_type) for media in (*before, *after) if media)
    return next((known for known in formats if known is not None), None)
