"""Keeps the audio that arrives in a call, and puts audio into words."""

import time
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..audio.timeline import Sound, Stretch, timeline
from ..diagnosis.failure import CallFailure
from ..frozen import frozen
from .listener import Listener

#: Audio that arrives in the first moment (s) does not count: it was sent before the wait, and was
#: in the network and in jitter buffers.
ON_ITS_WAY = 0.3
#: How much longer (s) than the audio lasts a listener may wait for it.
PATIENCE = 2.0


@frozen
class ArrivedAudio:
    """When a piece of audio arrived (`time.monotonic`), and the seconds that had come by then."""

    at: float
    seconds: float

    @property
    def lateness(self) -> float:
        """Seconds that grow when audio is late or left out; only differences mean something."""
        return self.at - self.seconds


class SampleListener(Listener):
    """Keeps the audio that arrives after the first `skip` seconds.

    When a call changes its sample rate, it starts again with nothing.
    """

    def __init__(self, agent: Agent, call_id: str | None = None, skip: float = ON_ITS_WAY) -> None:
        super().__init__(agent, call_id)
        self.rate = 0
        self.arrivals: list[ArrivedAudio] = []
        self._skip = skip
        self._left_to_skip = 0
        self._pieces: list[NDArray[np.float64]] = []
        self._count = 0
        #: Seconds of audio recorded since the packets are counted, those that are skipped included.
        self.recorded = 0.0

    def restart_count(self) -> None:
        super().restart_count()
        self.recorded = 0.0

    def start(self, rate: int) -> None:
        if rate != self.rate:
            skip = self._left_to_skip / self.rate if self.rate else self._skip
            self.rate, self._left_to_skip = rate, round(skip * rate)
            self._pieces, self._count, self.arrivals = [], 0, []

    def feed(self, samples: NDArray[np.float64]) -> None:
        self.recorded += samples.size / self.rate
        dropped = min(self._left_to_skip, samples.size)
        self._left_to_skip -= dropped
        if dropped < samples.size:
            self.keep(samples[dropped:])

    def keep(self, samples: NDArray[np.float64]) -> None:
        """Takes the samples that count, shape (n,)."""
        self._pieces.append(samples)
        self._count += samples.size
        self.arrivals.append(ArrivedAudio(time.monotonic(), self.seconds))

    @property
    def seconds(self) -> float:
        """Seconds of audio kept so far."""
        return self._count / self.rate if self.rate else 0.0

    @property
    def samples(self) -> NDArray[np.float64]:
        """The audio kept so far: mono, in [-1, 1], shape (n,)."""
        if len(self._pieces) != 1:
            self._pieces = [np.concatenate([np.empty(0), *self._pieces])]
        return self._pieces[0]

    def cut(self, seconds: float) -> None:
        """Keeps the first `seconds` only."""
        self._pieces = [self.samples[: round(seconds * self.rate)]]
        self._count = self._pieces[0].size

    def require_call(self, task: str) -> None:
        """Raises `CallFailure` when the call has ended.

        `task` stands between the agent and what became of the call: ``did not hear audio:``.
        """
        if not self.call.is_live:
            raise CallFailure(f"{self.agent.name} {task} {self.call.describe()}.", self.agent)


def described(stretch: Stretch) -> str:
    """A stretch of audio in words, such as ``a 440 Hz tone at -12 dBFS``."""
    article = "a " if stretch.sound is Sound.TONE and len(stretch.frequencies) == 1 else ""
    level = "" if stretch.sound is Sound.SILENCE else f" at {stretch.level:.0f} dBFS"
    return f"{article}{stretch.words}{level}"


def loudest_stretch(samples: NDArray[np.float64], rate: int) -> Stretch | None:
    """The loudest stretch that is neither silence nor faint; None without one."""
    audible = [
        stretch
        for stretch in timeline(samples, rate).stretches
        if stretch.sound in (Sound.TONE, Sound.OTHER)
    ]
    return max(audible, key=lambda stretch: stretch.level, default=None)


def summary(samples: NDArray[np.float64], rate: int) -> str:
    """What audio holds, longest first: ``3.2 s of digital silence, 1.8 s of 440 Hz tone``."""
    lengths: dict[str, float] = defaultdict(float)
    for stretch in timeline(samples, rate).stretches:
        lengths[stretch.words] += stretch.end - stretch.begin
    longest = sorted(lengths.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{length:.1f} s of {words}" for words, length in longest)
