"""How loud and how unbroken it is what an agent hears."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..audio.levels import SILENCE_DBFS, level_dbfs
from ..audio.line_state import SHORTEST, LineState, classify_line
from ..audio.sines import strongest_tone
from ..audio.tone_gaps import Loss, tone_gaps
from ..backends.base import Packets
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.media import explain_silence, explain_sound
from .listener import (
    ON_ITS_WAY,
    PATIENCE,
    ArrivedAudio,
    SampleListener,
    described,
    listening_to_all,
    loudest,
    summary,
)

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
    ear = _listen(agent, duration, call_id)
    samples = ear.samples
    return Loudness(level_dbfs(samples - samples.mean()), duration, summary(samples, ear.rate))


def find_dropouts(agent: Agent, duration: float, call_id: str | None = None) -> list[Dropout]:
    """What is missing of `duration` seconds of sound that an agent hears.

    Raises:
        CallFailure: so much audio did not arrive, or it held no sound.
        UsageError: there is no such call.
    """
    ear = _listen(agent, duration, call_id)
    if level_dbfs(ear.samples - ear.samples.mean()) <= _INAUDIBLE:
        at = time.monotonic()
        raise CallFailure(
            f"{agent.name} heard no sound that could have gaps in {duration:g} s:"
            f" {summary(ear.samples, ear.rate)}.",
            agent,
            lambda agents: explain_silence(agent, ear.call, agents, at),
        )
    found = [*_in_tone(ear), *_left_out(ear.arrivals)]
    return sorted(found, key=lambda dropout: -dropout.length)


def _listen(agent: Agent, duration: float, call_id: str | None) -> SampleListener:
    """Listens until so much audio (s) has arrived, and drops what is more."""
    ear = SampleListener(agent, call_id)

    def enough() -> bool | None:
        ear.take_in()
        ear.require_call(f"did not hear {duration:g} s of audio")
        return ear.seconds >= duration or None

    with listening_to_all([ear]):
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
        lambda agents: explain_silence(agent, ear.call, agents, at),
    )


def _in_tone(ear: SampleListener) -> list[Dropout]:
    """What is missing of a running tone; nothing where there is no tone."""
    frequency = _running_tone(ear.samples, ear.rate)
    if frequency is None:
        return []
    return [
        Dropout(gap.begin, gap.milliseconds / 1000, _KINDS[gap.loss])
        for gap in tone_gaps(ear.samples, ear.rate, frequency)
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


def _left_out(arrivals: Sequence[ArrivedAudio]) -> list[Dropout]:
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


def _lateness(arrivals: Sequence[ArrivedAudio]) -> float:
    return min(arrival.lateness for arrival in arrivals)


#: How often a level is taken (s).
_FRAME = 0.020
#: How much of what is louder than the threshold it takes to say what it is (s).
_LOOK = 0.3
#: Seconds of audio in the shortest packets that phones send.
_SHORTEST_PACKET = 0.010
_NO_RTP = "no RTP"
_FAINT = "faint sound"


@dataclass(frozen=True)
class HeardSilence:
    """Silence that was heard.

    `kind`: ``digital silence``, ``comfort noise``, ``faint sound`` below the threshold, or
    ``no RTP`` when nothing arrived. `level` in dBFS, `seconds` of audio.
    """

    kind: str
    level: float
    seconds: float
    words: str


class _SilenceListener(SampleListener):
    """Watches for anything above a threshold (dBFS) that is not comfort noise."""

    def __init__(self, agent: Agent, threshold: float, call_id: str | None) -> None:
        super().__init__(agent, call_id)
        self.heard: NDArray[np.float64] | None = None
        self.heard_after = 0.0
        self.has_noise = False
        self.is_undecided = False
        self._threshold = threshold
        self._recent = np.empty(0)

    @property
    def has_nothing(self) -> bool:
        """Whether too little has arrived to say what it is."""
        return self.samples.size < SHORTEST * (self.rate or 1)

    def start(self, rate: int) -> None:
        if rate != self.rate:
            self._recent, self.is_undecided = np.empty(0), False
        super().start(rate)

    def keep(self, samples: NDArray[np.float64]) -> None:
        super().keep(samples)
        self._recent = np.concatenate([self._recent, samples])
        self._look()

    def _look(self) -> None:
        """Drops what is quiet, up to the first that is not; decides once there is enough of it."""
        size = round(_FRAME * self.rate)
        while not self.is_undecided and self._recent.size >= size:
            frame = self._recent[:size]
            self.is_undecided = level_dbfs(frame - frame.mean()) > self._threshold
            if not self.is_undecided:
                self._recent = self._recent[size:]
        if self.is_undecided and self._recent.size >= _LOOK * self.rate:
            self.decide()

    def decide(self) -> None:
        """Says what it is that began, by what there is of it."""
        if not self.is_undecided or self.heard is not None:
            return
        size = round(_LOOK * self.rate)
        piece, self._recent = self._recent[:size], self._recent[size:]
        enough = piece.size >= SHORTEST * self.rate
        if enough and classify_line(piece, self.rate) is LineState.COMFORT_NOISE:
            self.has_noise, self.is_undecided = True, False
            self._look()
        else:
            before = self.seconds - (piece.size + self._recent.size) / self.rate
            self.heard, self.heard_after = piece, before + ON_ITS_WAY


def verify_silence(
    agent: Agent, duration: float, threshold: float, call_id: str | None = None
) -> HeardSilence:
    """Listens for `duration` seconds of nothing above `threshold` (dBFS) but comfort noise.

    Raises:
        CallFailure: something is heard, then at once, or the call ends.
        UsageError: there is no such call.
    """
    ear = _SilenceListener(agent, threshold, call_id)
    task = f"was to hear silence for {duration:g} s"

    def heard() -> bool | None:
        ear.take_in()
        ear.require_call(f"{task}, but that is over")
        return True if ear.heard is not None else None

    def decided() -> bool | None:
        return heard() or (not ear.is_undecided or None)

    with listening_to_all([ear]):
        wait_until(agent.changes, heard, ON_ITS_WAY)
        ear.count_anew()
        if not wait_until(agent.changes, heard, duration):
            wait_until(agent.changes, decided, _LOOK + PATIENCE)
            ear.catch_up()
            ear.decide()
        if ear.heard is not None:
            raise _failure(ear, task)
        _require_all_read(ear, task)
        return _silence(ear)


def _require_all_read(ear: _SilenceListener, task: str) -> None:
    """Raises `CallFailure` when packets arrived of which nobody knows what they held."""
    packets, name = ear.packets(), ear.agent.name
    if packets is None and ear.has_nothing:
        why = f"it heard nothing, and {name}'s baresip cannot tell whether RTP packets arrived"
    elif packets is not None and _are_unread(packets, ear.seconds):
        why = f"{ear.unread()}: nobody knows what was in them"
    else:
        return
    raise CallFailure(f"{name} {task}, but {why}.", ear.agent)


def _are_unread(packets: Packets, seconds: float) -> bool:
    """Whether fewer seconds were heard than packets came, however short these are."""
    if packets.untaken or not seconds:
        return packets.received > 0
    return packets.received * _SHORTEST_PACKET > seconds + ON_ITS_WAY


def _failure(ear: _SilenceListener, task: str) -> CallFailure:
    assert ear.heard is not None
    at, sound = time.monotonic(), loudest(ear.heard, ear.rate)
    words = described(sound) if sound else f"a short sound at {_peak(ear.heard, ear.rate):.0f} dBFS"
    return CallFailure(
        f"{ear.agent.name} {task}, but after {ear.heard_after:.1f} s it heard {words}.",
        ear.agent,
        lambda agents: explain_sound(ear.agent, ear.call, agents, at),
    )


def _peak(samples: NDArray[np.float64], rate: int) -> float:
    """The level (dBFS) of the loudest 20 ms."""
    size = round(_FRAME * rate)
    frames = samples[: samples.size - samples.size % size].reshape(-1, size)
    return max(level_dbfs(frame - frame.mean()) for frame in frames)


def _silence(ear: _SilenceListener) -> HeardSilence:
    samples = ear.samples
    if ear.has_nothing:
        words = f"{ear.agent.name} heard nothing: {ear.silence()}."
        return HeardSilence(_NO_RTP, SILENCE_DBFS, ear.seconds, words)
    line = LineState.COMFORT_NOISE if ear.has_noise else classify_line(samples, ear.rate)
    kind = _FAINT if line is LineState.SIGNAL else line.value
    level = level_dbfs(samples - samples.mean())
    at = "" if line is LineState.DIGITAL_SILENCE else f" at {level:.0f} dBFS"
    words = f"{ear.agent.name} heard {ear.seconds:.1f} s of {kind}{at}."
    return HeardSilence(kind, level, ear.seconds, words)
