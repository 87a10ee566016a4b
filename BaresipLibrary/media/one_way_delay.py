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
from ..agents.call import Call, SampleTime
from ..audio.chirp import DURATION, RATE, ChirpPosition, chirp, chirp_position
from ..audio.wav_reader import RecordingReader
from ..backends.base import Capability, Source
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.media import explain_silence
from ..errors import PhoneFailure
from ..events import MediaStarted
from .listener import Listener, listening_to_all
from .sources import sending, synthesized
from .timings import Duration

#: Silence (s) around the chirp: what was sent before is not to run into it.
_AROUND = 0.1
#: On a busy machine packets are looked at late. A delay that may be this far off (s) is measured
#: again, so often, and the best one counts.
_ENOUGH, _CHIRPS = 0.003, 4
#: A chirp is sent again when it was not heard for so long (s): it may have come before the listener
#: took audio, or was damaged. Longer than any delay of a call: none is taken for the next one.
_AGAIN = 5.0
#: The parts (s) of a chirp that are timed each by itself: shorter than any packet.
_PART = 0.010
_PARTS = round(DURATION / _PART)


class _Chirp(NamedTuple):
    """A chirp in a recording of a call: so many seconds from the beginning."""

    call: Call
    path: Path
    seconds: float
    rate: int

    def moments(self) -> list[SampleTime] | None:
        """When each part of it came or left; None before it is known of all."""
        clocks = self.call.clocks
        if clocks.timed(self.path, self.rate) < self.seconds + DURATION:
            return None
        places = [self.seconds + (number + 0.5) * _PART for number in range(_PARTS)]
        moments = [clocks.moment(self.path, place, self.rate) for place in places]
        known = [moment for moment in moments if moment is not None]
        return known if len(known) == _PARTS else None


class _End(NamedTuple):
    """How far a call had recorded what it sends: so many seconds in a file, none without one."""

    path: Path | None
    seconds: float

    @classmethod
    def of(cls, call: Call) -> "_End":
        """How far it has by now."""
        if call.media is None:
            return cls(None, 0.0)
        with RecordingReader(call.media.tx) as reader:
            rate = reader.sample_rate
            return cls(call.media.tx, reader.length / rate if rate else 0.0)


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

    def hear(self, samples: NDArray[np.float64]) -> None:
        self._samples = np.concatenate([self._samples, samples])

    def chirp(self) -> _Chirp | None:
        """The chirp that has arrived; None before all of it has."""
        found = _whole(self._samples, self._rate) if self._stream else None
        if self._stream is None or found is None:
            return None
        return _Chirp(self.call, self._stream.rx, self._offset + found.seconds, self._rate)


def one_way_delay(
    speaker: Agent, their_call: Call, listener: Agent, call: Call, within: float
) -> Duration:
    """From when a chirp leaves the speaker until the listener has it to play, in seconds.

    The mean over the packets of the chirp, each from when it was sent as RTP until the jitter
    buffer gave it up. What the speaker sent before is sent again afterwards. Several chirps are
    sent while the machine is too busy to look often enough.

    Raises:
        PhoneFailure: the chirp was not heard `within` seconds.
    """
    for agent in (speaker, listener):
        agent.require(Capability.TIME_AUDIO)
    ears = [_ChirpListener(listener, call), _ChirpListener(speaker, their_call)]
    source = synthesized(speaker, "chirp", _sound)
    found: list[Duration] = []
    with listening_to_all(ears, closely=True):
        while len(found) < _CHIRPS and not any(delay.error <= _ENOUGH for delay in found):
            found.append(_of_one_chirp(speaker, their_call, source, ears[0], within))
    return min(found, key=lambda delay: delay.error)


def _of_one_chirp(
    speaker: Agent, their_call: Call, source: Source, ear: _ChirpListener, within: float
) -> Duration:
    until = time.monotonic() + within
    while True:
        left = until - time.monotonic()
        ear.begin()
        before = _End.of(their_call)
        with sending(speaker, their_call, source, "chirp"):
            wait = min(left, _AGAIN)
            delay = wait_until(ear.agent.changes, partial(_delay, ear, their_call, before), wait)
            if delay is not None:
                return delay
            if left <= _AGAIN:
                raise _missing(speaker, ear, within)


def _delay(ear: _ChirpListener, their_call: Call, before: _End) -> Duration | None:
    """From a call in which a chirp was sent to the ear; None before all is known."""
    heard = _arrived(ear)
    sent = _departed(their_call, before) if heard else None
    return _transit(sent, heard) if heard and sent else None


def _transit(sent: Sequence[SampleTime], heard: Sequence[SampleTime]) -> Duration:
    """The mean over the parts of a chirp.

    It is no farther off than their bounds are on the average, and half a sample at either end.
    """
    delays = [there.at - here.at for here, there in zip(sent, heard, strict=True)]
    errors = [here.error + there.error for here, there in zip(sent, heard, strict=True)]
    return Duration(fmean(delays), fmean(errors) + 1 / RATE)


def _sound(rate: int) -> NDArray[np.float64]:
    silence = np.zeros(round(_AROUND * rate))
    return np.concatenate([silence, chirp(rate), silence])


def _arrived(ear: _ChirpListener) -> list[SampleTime] | None:
    ear.take_in()
    found = ear.chirp()
    if found is None and not ear.call.is_live:
        raise CallFailure(f"{ear.agent.name} heard no chirp: {ear.call.describe()}.", ear.agent)
    return found.moments() if found else None


def _departed(call: Call, before: _End) -> list[SampleTime] | None:
    """When the chirp that a call has sent since then left; None before all of it has."""
    media = call.media
    if media is None:
        return None
    with RecordingReader(media.tx) as reader:
        samples, rate = reader.read_new(), reader.sample_rate
    if not rate:
        return None  # nothing has been sent
    first = round(before.seconds * rate) if before.path == media.tx else 0
    found = _whole(samples[first:], rate)
    if found is None:
        return None
    return _Chirp(call, media.tx, first / rate + found.seconds, rate).moments()


def _whole(samples: NDArray[np.float64], rate: int) -> ChirpPosition | None:
    """Where a chirp is of which the end is there, too; None before."""
    found = chirp_position(samples, rate)
    is_whole = found and found.seconds + DURATION <= samples.size / rate
    return found if is_whole else None


def _missing(speaker: Agent, ear: _ChirpListener, within: float) -> PhoneFailure:
    listener, call, at = ear.agent, ear.call, time.monotonic()
    if _arrived(ear):
        return PhoneFailure("The chirp was heard, but is not in the recording of what was sent.")
    return CallFailure(
        f"{listener.name} heard no chirp of {speaker.name} within {within:g} s.",
        listener,
        lambda agents: explain_silence(listener, call, agents, at),
    )
