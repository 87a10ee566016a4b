"""How long audio takes from one agent to another, measured with a chirp."""

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..audio.delays import DURATION, Arrival, chirp, chirp_position
from ..audio.recordings import RecordingReader
from ..backends.base import Capability
from ..errors import PhoneFailure
from ..events import MediaStarted
from ..waits import wait_until
from .agent import Agent
from .call import Call
from .clocks import Moment
from .ears import Ear, listening
from .failures import CallFailure
from .observations import on_nothing_heard
from .speaking import sending, synthesized
from .timings import Duration

#: Silence (s) around the chirp: what was sent before is not to run into it.
_AROUND = 0.1
#: How exact (s) a measurement is that needs no other, and how many there are at most. A call that
#: has just begun, or a busy machine, moves packets about.
_EXACT, _ATTEMPTS = 0.002, 3


class _ChirpEar(Ear):
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

    def arrival(self) -> Moment | None:
        """When the chirp arrived; None before all of it has."""
        stream = self._stream
        found = _whole(self._samples, self._rate) if stream else None
        if stream is None or found is None:
            return None
        return _time_of(self.call, stream.rx, self._offset + found.seconds, self._rate)


def one_way_delay(
    speaker: Agent, their_call: Call, listener: Agent, call: Call, within: float
) -> Duration:
    """From when a chirp leaves the speaker until the listener has it to play, in seconds.

    The sender's packetisation is not in it, the listener's jitter buffer is. What the speaker sent
    before is sent again afterwards. Of up to three measurements it is the most exact.

    Raises:
        PhoneFailure: the chirp was not heard `within` seconds.
    """
    for agent in (speaker, listener):
        agent.require(Capability.TIME_AUDIO)
    found: list[Duration] = []
    while len(found) < _ATTEMPTS and all(one.error > _EXACT for one in found):
        found.append(_measure(speaker, their_call, listener, call, within))
    return min(found, key=lambda one: one.error)


def _measure(
    speaker: Agent, their_call: Call, listener: Agent, call: Call, within: float
) -> Duration:
    ears = [_ChirpEar(listener, call), _ChirpEar(speaker, their_call)]
    source = synthesized(speaker, "chirp", _sound)
    with listening(ears, closely=True):
        began = time.monotonic()
        with sending(speaker, their_call, source, "chirp"):
            heard = wait_until(listener.changes, lambda: _arrived(ears[0]), within)
        if heard is None:
            raise _missing(speaker, listener, call, within)
        sent = _departure(their_call, began)
    return Duration(heard.at - sent.at, heard.error + sent.error)


def _sound(rate: int) -> NDArray[np.float64]:
    silence = np.zeros(round(_AROUND * rate))
    return np.concatenate([silence, chirp(rate), silence])


def _arrived(ear: _ChirpEar) -> Moment | None:
    ear.take_in()
    arrival = ear.arrival()
    if arrival is None and not ear.call.is_live:
        raise CallFailure(f"{ear.agent.name} heard no chirp: {ear.call.story()}.", ear.agent)
    return arrival


def _departure(call: Call, since: float) -> Moment:
    """When the newest chirp in what a call has sent left."""
    media = call.media
    if media is not None:
        with RecordingReader(media.tx) as reader:
            samples, rate = reader.read_new(), reader.sample_rate
        first = max(0, samples.size - round((time.monotonic() - since + _AROUND) * rate))
        found = _whole(samples[first:], rate)
        if found is not None:
            moment = _time_of(call, media.tx, first / rate + found.seconds, rate)
            if moment is not None:
                return moment
    raise PhoneFailure("The chirp was heard, but is not in the recording of what was sent.")


def _time_of(call: Call, path: Path, seconds: float, rate: int) -> Moment | None:
    """When a chirp began that lies so far into a recording; less exact where it was torn apart."""
    begin = call.clocks.moment(path, seconds, rate)
    end = call.clocks.moment(path, seconds + DURATION, rate)
    if begin is None or end is None:
        return None
    torn = end.at - DURATION - begin.at
    return Moment(begin.at + torn / 2, max(begin.error, end.error) + abs(torn) / 2)


def _whole(samples: NDArray[np.float64], rate: int) -> Arrival | None:
    """Where a chirp is of which the end is there, too; None before."""
    found = chirp_position(samples, rate)
    is_whole = found and found.seconds + DURATION <= samples.size / rate
    return found if is_whole else None


def _missing(speaker: Agent, listener: Agent, call: Call, within: float) -> CallFailure:
    at = time.monotonic()
    return CallFailure(
        f"{listener.name} heard no chirp of {speaker.name} within {within:g} s.",
        listener,
        lambda agents: on_nothing_heard(listener, call, agents, at),
    )
