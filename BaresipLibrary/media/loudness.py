"""The level of what an agent hears, and what is missing of it."""

import math
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..audio.levels import level_dbfs
from ..audio.sines import strongest_tone
from ..audio.tone_gaps import LEAST_LEVEL, Loss, tone_gaps
from ..audio.tones import ToneDetector
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.media import explain_silence
from ..frozen import frozen
from .listener import listening
from .sample_listener import ON_ITS_WAY, PATIENCE, ArrivedAudio, SampleListener, summary
from .unplayed import are_unread

#: The promptest of this many pieces of audio, of 20 ms each, shows how late audio is.
_PIECES = 10
#: Seconds of the pieces in which a tone is looked for, the share of them that must agree on it, and
#: how far lost packets may move its frequency, as a part of it.
_PIECE, _MOST, _TOLERANCE = 0.1, 0.7, 0.02
#: Hz: two tones that are nearer to each other swell and fade as if something were missing.
_BEATS = 80.0
#: Seconds that must be left out at least: less may be a pause of the machine. Two packets.
_LEAST_LEFT_OUT = 0.040
_KINDS = {
    Loss.SILENT: "silent",
    Loss.CONCEALED: "replaced by something else",
    Loss.SLIPPED: "out of step",
}


@frozen
class Loudness:
    """The level of `seconds` of audio in dBFS, and what they held, in words."""

    level: float
    seconds: float
    holds: str

    def __str__(self) -> str:
        return f"{self.level:.1f} dBFS in {self.seconds:g} s ({self.holds})"


@frozen
class Dropout:
    """A piece that is missing: `begin` and `length` in seconds, `kind` in words."""

    begin: float
    length: float
    kind: str

    def __str__(self) -> str:
        return f"{self.length * 1000:.0f} ms {self.kind} at {self.begin:.2f} s"


def measure_level(agent: Agent, duration: float, call_id: str | None = None) -> Loudness:
    """The RMS level of what an agent hears in `duration` seconds of audio.

    Raises:
        CallFailure: less audio arrived.
        UsageError: there is no such call.
    """
    listener = _listen(agent, duration, call_id)
    samples = listener.samples
    return Loudness(level_dbfs(samples - samples.mean()), duration, summary(samples, listener.rate))


def find_dropouts(agent: Agent, duration: float, call_id: str | None = None) -> list[Dropout]:
    """What is missing in `duration` seconds of what an agent hears, longest first.

    Raises:
        CallFailure: less audio arrived, or it held no sound.
        UsageError: there is no such call.
    """
    listener = _listen(agent, duration, call_id)
    if level_dbfs(listener.samples - listener.samples.mean()) <= LEAST_LEVEL:
        at = time.monotonic()
        raise CallFailure(
            f"{agent.name} heard no sound above {LEAST_LEVEL:g} dBFS on average, in which gaps"
            f" could be found, in {duration:g} s: {summary(listener.samples, listener.rate)}.",
            agent,
            lambda agents: explain_silence(agent, listener.call, agents, at),
        )
    dropouts = [*_in_tone(listener), *_left_out(listener.arrivals)]
    return sorted(dropouts, key=lambda dropout: -dropout.length)


def _listen(agent: Agent, duration: float, call_id: str | None) -> SampleListener:
    """Listens until `duration` seconds of audio have arrived, and drops what is more."""
    listener = SampleListener(agent, call_id)

    def enough() -> bool | None:
        listener.read()
        listener.require_call(f"did not hear {duration:g} s of audio:")
        return listener.seconds >= duration or None

    with listening([listener]):
        if wait_until(agent.changes, enough, duration + ON_ITS_WAY + PATIENCE):
            listener.cut(duration)
            return listener
    at = time.monotonic()
    heard = _too_little(listener, duration) if listener.seconds else listener.why_silent()
    raise CallFailure(
        f"{agent.name} did not hear {duration:g} s of audio: {heard}.",
        agent,
        lambda agents: explain_silence(agent, listener.call, agents, at),
    )


def _too_little(listener: SampleListener, duration: float) -> str:
    """How much was heard, and what is known of the rest, as a clause."""
    heard = f"it heard only {math.floor(listener.seconds * 10) / 10:g} s of {duration:g} s"
    listener.learn_packets()
    packets = listener.packets()
    is_unread = packets is not None and are_unread(listener, packets)
    rest = listener.unread_packets(packets) if is_unread else listener.pause()
    return "; ".join(filter(None, (heard, rest)))


def _in_tone(listener: SampleListener) -> list[Dropout]:
    """What is missing in a running tone; nothing without a tone that can be followed."""
    frequency = _running_tone(listener.samples, listener.rate)
    if frequency is None:
        return []
    try:
        gaps = tone_gaps(listener.samples, listener.rate, frequency)
    except ValueError:
        return []  # it is too faint beside other sound
    return [Dropout(gap.begin, gap.milliseconds / 1000, _KINDS[gap.loss]) for gap in gaps]


def _running_tone(samples: NDArray[np.float64], rate: int) -> float | None:
    """The frequency (Hz) on which most pieces agree, even if some are broken.

    None where another tone is so near that neither can be followed, as in a ringback tone.
    """
    size = round(_PIECE * rate)
    pieces = (samples[at : at + size] for at in range(0, samples.size - size + 1, size))
    tones = [tone.frequency if (tone := strongest_tone(piece, rate)) else 0.0 for piece in pieces]
    middle = float(np.median(tones)) if tones else 0.0
    agree = sum(abs(tone - middle) <= _TOLERANCE * middle for tone in tones)
    if not middle or agree < _MOST * len(tones):
        return None
    detector = ToneDetector(middle, rate)
    detector.feed(samples)
    loudest, beside = detector.loudest_tone, detector.tone_beside
    beats = loudest and beside and abs(loudest.frequency - beside.frequency) < _BEATS
    return None if beats else middle


def _left_out(arrivals: Sequence[ArrivedAudio]) -> list[Dropout]:
    """Times in which no audio came: after each even the promptest pieces are later.

    Packets were lost then, or the other side has sent none for so long.
    """
    dropouts: list[Dropout] = []
    since = 0
    for number in range(1, len(arrivals)):
        before = arrivals[max(since, number - _PIECES) : number]
        after = arrivals[number : number + _PIECES]
        missing = _lateness(after) - _lateness(before)
        at_once = arrivals[number].lateness - arrivals[number - 1].lateness
        if missing >= _LEAST_LEFT_OUT and at_once >= missing / 2:
            dropouts.append(Dropout(arrivals[number - 1].seconds, missing, "without audio"))
            since = number
    return dropouts


def _lateness(arrivals: Sequence[ArrivedAudio]) -> float:
    return min(arrival.lateness for arrival in arrivals)
