"""How loud and how unbroken it is what an agent hears."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..audio.gaps import Loss, gaps
from ..audio.levels import level_dbfs
from ..audio.sines import strongest_tone
from ..waits import wait_until
from .agent import Agent
from .audio_explanations import on_nothing_heard
from .ears import listening
from .failures import CallFailure
from .samples import ON_ITS_WAY, PATIENCE, Arrival, SampleEar, summary

#: The promptest of so many pieces of audio, of 20 ms each, tells how late audio is.
_PIECES = 10
#: So long (s) are the pieces that are looked at for a tone; most of them must agree on it, with
#: room for what lost packets do to its frequency.
_PIECE, _MOST, _TOLERANCE = 0.1, 0.7, 0.02
#: Less than this (s) left out cannot be told from a pause of the machine: two packets.
_LEAST_LEFT_OUT = 0.040
#: What is as faint as this (dBFS) has no gaps.
_INAUDIBLE = -55.0


@dataclass(frozen=True)
class Loudness:
    """How loud `seconds` of audio were, in dBFS, and what they held."""

    level: float
    seconds: float
    holds: str

    def __str__(self) -> str:
        return f"{self.level:.1f} dBFS in {self.seconds:g} s ({self.holds})"


@dataclass(frozen=True)
class Dropout:
    """A piece that is missing: `begin` and `length` in seconds, and in words how it is missing."""

    begin: float
    length: float
    kind: str

    def __str__(self) -> str:
        return f"{self.length * 1000:.0f} ms {self.kind} at {self.begin:.2f} s"


def measure_level(agent: Agent, duration: float, call_id: str | None = None) -> Loudness:
    """The RMS level of what an agent hears in `duration` seconds of audio.

    Raises:
        CallFailure: so much audio did not arrive.
        UsageError: there is no such call.
    """
    ear = _hear(agent, duration, call_id)
    samples = ear.samples
    return Loudness(level_dbfs(samples - samples.mean()), duration, summary(samples, ear.rate))


def find_dropouts(agent: Agent, duration: float, call_id: str | None = None) -> list[Dropout]:
    """What is missing of `duration` seconds of sound that an agent hears.

    Raises:
        CallFailure: so much audio did not arrive, or it held no sound.
        UsageError: there is no such call.
    """
    ear = _hear(agent, duration, call_id)
    if level_dbfs(ear.samples - ear.samples.mean()) <= _INAUDIBLE:
        at = time.monotonic()
        raise CallFailure(
            f"{agent.name} heard no sound that could have gaps in {duration:g} s:"
            f" {summary(ear.samples, ear.rate)}.",
            agent,
            lambda agents: on_nothing_heard(agent, ear.call, agents, at),
        )
    found = [*_in_tone(ear), *_left_out(ear.arrivals)]
    return sorted(found, key=lambda dropout: -dropout.length)


def _hear(agent: Agent, duration: float, call_id: str | None) -> SampleEar:
    """Listens until so much audio (s) has arrived, and drops what is more."""
    ear = SampleEar(agent, call_id)

    def enough() -> bool | None:
        ear.take_in()
        ear.require_call(f"did not hear {duration:g} s of audio")
        return ear.seconds >= duration or None

    with listening([ear]):
        if wait_until(agent.changes, enough, duration + ON_ITS_WAY + PATIENCE):
            ear.cut(duration)
            return ear
    at = time.monotonic()
    heard = f"only {ear.seconds:.1f} s of {duration:g} s of audio arrived" if ear.seconds else ""
    pause = ear.pause() if heard else None
    told = "; ".join(filter(None, (heard or ear.silence(), pause)))
    raise CallFailure(
        f"{agent.name} did not hear {duration:g} s of audio: {told}.",
        agent,
        lambda agents: on_nothing_heard(agent, ear.call, agents, at),
    )


def _in_tone(ear: SampleEar) -> list[Dropout]:
    """What is missing of a running tone; nothing where there is no tone."""
    frequency = _running_tone(ear.samples, ear.rate)
    if frequency is None:
        return []
    return [
        Dropout(gap.begin, gap.milliseconds / 1000, _KINDS[gap.loss])
        for gap in gaps(ear.samples, ear.rate, frequency)
    ]


def _running_tone(samples: NDArray[np.float64], rate: int) -> float | None:
    """The frequency (Hz) that most pieces agree on, however many of them are broken."""
    size = round(_PIECE * rate)
    pieces = (samples[at : at + size] for at in range(0, samples.size - size + 1, size))
    tones = [tone.frequency if (tone := strongest_tone(one, rate)) else 0.0 for one in pieces]
    middle = float(np.median(tones)) if tones else 0.0
    agree = sum(abs(one - middle) <= _TOLERANCE * middle for one in tones)
    return middle if middle and agree >= _MOST * len(tones) else None


_KINDS = {
    Loss.SILENT: "silent",
    Loss.CONCEALED: "replaced by something else",
    Loss.SLIPPED: "out of step",
}


def _left_out(arrivals: Sequence[Arrival]) -> list[Dropout]:
    """Audio that never came: from there on even the promptest pieces are later."""
    found: list[Dropout] = []
    since = 0
    for number in range(1, len(arrivals)):
        before = arrivals[max(since, number - _PIECES) : number]
        after = arrivals[number : number + _PIECES]
        missing = _lateness(after) - _lateness(before)
        at_once = arrivals[number].lateness - arrivals[number - 1].lateness
        if missing >= _LEAST_LEFT_OUT and at_once >= missing / 2:
            found.append(Dropout(arrivals[number - 1].seconds, missing, "left out"))
            since = number
    return found


def _lateness(arrivals: Sequence[Arrival]) -> float:
    return min(arrival.lateness for arrival in arrivals)
