"""Silence, checked: nothing is heard for a while."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..audio.levels import SILENCE_DBFS, level_dbfs
from ..audio.lines import SHORTEST, Line, what_is_on
from ..backends.base import Packets
from ..waits import wait_until
from .agent import Agent
from .audio_explanations import on_sound
from .ears import listening
from .failures import CallFailure
from .samples import ON_ITS_WAY, SampleEar, described, loudest

#: How often a level is taken (s).
_FRAME = 0.020
#: How much of what is louder than the threshold it takes to say what it is (s).
_LOOK = 0.3
#: Seconds of audio in the shortest packets that phones send.
_SHORTEST_PACKET = 0.010
_NO_RTP = "no RTP"
_FAINT = "faint sound"


@dataclass(frozen=True)
class Silence:
    """Silence that was heard.

    `kind`: ``digital silence``, ``comfort noise``, ``faint sound`` below the threshold, or
    ``no RTP`` when nothing arrived. `level` in dBFS, `seconds` of audio.
    """

    kind: str
    level: float
    seconds: float
    words: str


class _SilenceEar(SampleEar):
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
        if enough and what_is_on(piece, self.rate) is Line.COMFORT_NOISE:
            self.has_noise, self.is_undecided = True, False
            self._look()
        else:
            before = self.seconds - (piece.size + self._recent.size) / self.rate
            self.heard, self.heard_after = piece, before + ON_ITS_WAY


def verify_silence(
    agent: Agent, duration: float, threshold: float, call_id: str | None = None
) -> Silence:
    """Listens for `duration` seconds of nothing above `threshold` (dBFS) but comfort noise.

    Raises:
        CallFailure: something is heard, then at once, or the call ends.
        UsageError: there is no such call.
    """
    ear = _SilenceEar(agent, threshold, call_id)
    task = f"was to hear silence for {duration:g} s"

    def heard() -> bool | None:
        ear.take_in()
        ear.require_call(f"{task}, but that is over")
        return True if ear.heard is not None else None

    def decided() -> bool | None:
        return heard() or (not ear.is_undecided or None)

    with listening([ear]):
        wait_until(agent.changes, heard, ON_ITS_WAY)
        ear.count_anew()
        if not wait_until(agent.changes, heard, duration):
            wait_until(agent.changes, decided, _LOOK)
            ear.catch_up()
            ear.decide()
        if ear.heard is not None:
            raise _failure(ear, task)
        _require_all_read(ear, task)
        return _silence(ear)


def _require_all_read(ear: _SilenceEar, task: str) -> None:
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


def _failure(ear: _SilenceEar, task: str) -> CallFailure:
    assert ear.heard is not None
    at, sound = time.monotonic(), loudest(ear.heard, ear.rate)
    words = described(sound) if sound else f"a short sound at {_peak(ear.heard, ear.rate):.0f} dBFS"
    return CallFailure(
        f"{ear.agent.name} {task}, but after {ear.heard_after:.1f} s it heard {words}.",
        ear.agent,
        lambda agents: on_sound(ear.agent, ear.call, agents, at),
    )


def _peak(samples: NDArray[np.float64], rate: int) -> float:
    """The level (dBFS) of the loudest 20 ms."""
    size = round(_FRAME * rate)
    frames = samples[: samples.size - samples.size % size].reshape(-1, size)
    return max(level_dbfs(frame - frame.mean()) for frame in frames)


def _silence(ear: _SilenceEar) -> Silence:
    samples = ear.samples
    if ear.has_nothing:
        words = f"{ear.agent.name} heard nothing: {ear.silence()}."
        return Silence(_NO_RTP, SILENCE_DBFS, ear.seconds, words)
    line = Line.COMFORT_NOISE if ear.has_noise else what_is_on(samples, ear.rate)
    kind = _FAINT if line is Line.SIGNAL else line.value
    level = level_dbfs(samples - samples.mean())
    at = "" if line is Line.DIGITAL_SILENCE else f" at {level:.0f} dBFS"
    words = f"{ear.agent.name} heard {ear.seconds:.1f} s of {kind}{at}."
    return Silence(kind, level, ear.seconds, words)
