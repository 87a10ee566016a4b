"""How long audio takes from one agent to another, measured with a chirp."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.recording_clocks import SampleTime
from ..audio.chirp import DURATION, RATE, ChirpPosition, chirp, chirp_position
from ..audio.wav_reader import RecordingReader
from ..backends.base import Source
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.media import explain_silence
from ..errors import PhoneFailure
from ..events import MediaStarted
from .listener import Listener, listening
from .results import Duration
from .sending import sending
from .sources import synthesized

#: Seconds of silence around the chirp, which keep other sound away from it.
_AROUND = 0.1
#: On a busy machine packets are timed late. When a delay may be farther off than this (s), it is
#: measured again, up to this many chirps, and the most exact delay counts.
_ENOUGH, _CHIRPS = 0.003, 4
#: Parts of a chirp whose delays are farther apart than this (s), half a packet, had different ones.
#: A baresip falls a packet behind the timestamps that it sends when its source is late: a buffer
#: that plays by timestamps then holds what arrives a packet less.
_APART = 0.010
#: Seconds after which a chirp that was not heard is sent again: it may have been damaged, or have
#: come before the call took audio. Longer than any delay: no chirp is mistaken for the next one.
_AGAIN = 5.0
#: Seconds that a chirp is given at least: in less, none is sent again.
_LEAST = 1.0
#: Seconds of the parts of a chirp that are timed separately: shorter than any packet.
_PART = 0.010
_PARTS = round(DURATION / _PART)


class _Chirp(NamedTuple):
    """A chirp in a recording of a call, `seconds` after its beginning."""

    call: Call
    path: Path
    seconds: float
    rate: int

    def moments(self) -> list[SampleTime] | None:
        """When each part of it arrived or left; None before all of these times are known."""
        clocks = self.call.clocks
        if clocks.timed(self.path, self.rate) < self.seconds + DURATION:
            return None
        places = [self.seconds + (number + 0.5) * _PART for number in range(_PARTS)]
        moments = [clocks.moment(self.path, place, self.rate) for place in places]
        known = [moment for moment in moments if moment is not None]
        return known if len(known) == _PARTS else None


class _SentSoFar(NamedTuple):
    """How much a call had sent: `seconds` in the recording `path`, which is None without one."""

    path: Path | None
    seconds: float

    @classmethod
    def of(cls, call: Call) -> "_SentSoFar":
        """What a call has sent by now."""
        media = call.media
        if media is None:
            return cls(None, 0.0)
        with RecordingReader(media.tx) as reader:
            rate = reader.sample_rate
            return cls(media.tx, reader.length / rate if rate else 0.0)


class _ChirpListener(Listener):
    """Listens for a chirp."""

    def __init__(self, agent: Agent, call: Call) -> None:
        super().__init__(agent, call.call_id)
        self._stream: MediaStarted | None = None
        self._rate = 0
        self._offset = 0.0
        self._samples = np.empty(0)

    def start(self, rate: int) -> None:
        self._rate, self._stream = rate, self.call.media
        self._samples, self._offset = np.empty(0), 0.0

    def begin(self) -> None:
        super().begin()
        self._offset = self._reader.seconds if self._reader else 0.0

    def feed(self, samples: NDArray[np.float64]) -> None:
        self._samples = np.concatenate([self._samples, samples])

    def chirp(self) -> _Chirp | None:
        """The chirp that has arrived; None before all of it has."""
        position = _whole(self._samples, self._rate) if self._stream else None
        if self._stream is None or position is None:
            return None
        return _Chirp(self.call, self._stream.rx, self._offset + position.seconds, self._rate)


def one_way_delay(
    speaker: Agent, speakers_call: Call, receiver: Agent, receivers_call: Call, within: float
) -> Duration:
    """Seconds from when a chirp leaves the speaker until the receiver can play it.

    The mean over the packets of the chirp, each from when it was sent as RTP until the jitter
    buffer released it. What the speaker sent before is sent again afterwards. A chirp that is not
    heard is sent again after 5 s. Several chirps are heard, each within `within` seconds, while the
    machine is too busy to time packets exactly, or the delay changes in the middle of one.

    Raises:
        PhoneFailure: the chirp was not heard `within` seconds.
    """
    for agent in (speaker, receiver):
        agent.require(Capability.TIME_AUDIO)
    listener = _ChirpListener(receiver, receivers_call)
    also_timed = _ChirpListener(speaker, speakers_call)
    source = synthesized(speaker, "chirp", _sound)
    delays: list[Duration] = []
    with listening([listener, also_timed], closely=True):
        while len(delays) < _CHIRPS and not any(delay.error <= _ENOUGH for delay in delays):
            delays.append(_of_one_chirp(speaker, speakers_call, source, listener, within))
    return min(delays, key=lambda delay: delay.error)


def _of_one_chirp(
    speaker: Agent, speakers_call: Call, source: Source, listener: _ChirpListener, within: float
) -> Duration:
    until = time.monotonic() + within
    while True:
        left = until - time.monotonic()
        is_last = left < _AGAIN + _LEAST
        listener.begin()
        before = _SentSoFar.of(speakers_call)
        with sending(speaker, speakers_call, source, "chirp"):
            measured = partial(_delay, listener, speakers_call, before)
            delay = wait_until(listener.agent.changes, measured, left if is_last else _AGAIN)
            if delay is not None:
                return delay
            if is_last:
                raise _missing(speaker, listener, within)


def _delay(listener: _ChirpListener, speakers_call: Call, before: _SentSoFar) -> Duration | None:
    """From the call in which the chirp was sent to the listener; None before all is known."""
    heard = _arrived(listener)
    sent = _departed(speakers_call, before) if heard else None
    return _transit(sent, heard) if heard and sent else None


def _transit(sent: Sequence[SampleTime], heard: Sequence[SampleTime]) -> Duration:
    """The mean over the parts of a chirp.

    Its error is at most the mean of their bounds, plus half a sample at either end; where the delay
    changed meanwhile, it includes what the parts had.
    """
    delays = [there.at - here.at for here, there in zip(sent, heard, strict=True)]
    errors = [here.error + there.error for here, there in zip(sent, heard, strict=True)]
    mean, error = fmean(delays), fmean(errors) + 1 / RATE
    apart = max(delays) - min(delays)
    farthest = max(max(delays) - mean, mean - min(delays))
    return Duration(mean, error + farthest if apart > _APART else error)


def _sound(rate: int) -> NDArray[np.float64]:
    silence = np.zeros(round(_AROUND * rate))
    return np.concatenate([silence, chirp(rate), silence])


def _arrived(listener: _ChirpListener) -> list[SampleTime] | None:
    listener.read()
    chirp = listener.chirp()
    if chirp is None and not listener.call.is_live:
        raise CallFailure(
            f"{listener.agent.name} heard no chirp: {listener.call.describe()}.", listener.agent
        )
    return chirp.moments() if chirp else None


def _departed(call: Call, before: _SentSoFar) -> list[SampleTime] | None:
    """When each part of the chirp that a call sent after `before` left; None until all have."""
    media = call.media
    if media is None:
        return None
    with RecordingReader(media.tx) as reader:
        samples, rate = reader.read_new(), reader.sample_rate
    if not rate:
        return None  # nothing has been sent
    first = round(before.seconds * rate) if before.path == media.tx else 0
    position = _whole(samples[first:], rate)
    if position is None:
        return None
    return _Chirp(call, media.tx, first / rate + position.seconds, rate).moments()


def _whole(samples: NDArray[np.float64], rate: int) -> ChirpPosition | None:
    """Where a chirp is; None before all of it is there."""
    position = chirp_position(samples, rate)
    is_whole = position and position.seconds + DURATION <= samples.size / rate
    return position if is_whole else None


def _missing(speaker: Agent, listener: _ChirpListener, within: float) -> PhoneFailure:
    receiver, call, at = listener.agent, listener.call, time.monotonic()
    if _arrived(listener):
        return PhoneFailure("The chirp was heard, but it is not in the recording of what was sent.")
    return CallFailure(
        f"{receiver.name} heard no chirp of {speaker.name} within {within:g} s.",
        receiver,
        lambda agents: explain_silence(receiver, call, agents, at),
    )
