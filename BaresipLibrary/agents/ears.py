"""Listening: what agents hear from now on, several of them at the same time."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..audio.recordings import RecordingReader
from ..errors import BackendError
from ..events import MediaStarted
from ..waits import wait_until
from .agent import Agent
from .call import Call
from .hearing import growing

T = TypeVar("T")


class Ear(ABC):
    """Follows the recording of one call, from now on, across renegotiations."""

    def __init__(self, agent: Agent, call_id: str | None = None) -> None:
        """Of the call with that Call-ID, else the active one.

        Raises:
            UsageError: there is no such call.
        """
        self.agent = agent
        self.call: Call = agent.require_call("to listen to", "Dial or Accept one first.", call_id)
        self.began = time.monotonic()
        self._media: MediaStarted | None = None
        self._reader: RecordingReader | None = None
        self._arrivals: int | None = None

    @abstractmethod
    def start(self, rate: int) -> None:
        """Audio of that many samples a second follows: the first, or after a renegotiation."""

    @abstractmethod
    def hear(self, samples: NDArray[np.float64]) -> None:
        """Takes in what has arrived: mono, in [-1, 1], never empty."""

    def begin(self) -> None:
        """From now on: what has been recorded before does not count.

        Raises:
            BackendError: the call goes on, and its recording does not.
        """
        self._require_recording()
        self.began = time.monotonic()
        if self.call.media is not None:
            self._follow(self.call.media).skip_to_end()

    def _follow(self, media: MediaStarted) -> RecordingReader:
        self.close()
        self._media = media
        self._reader = RecordingReader(media.rx)
        self.start(media.rate)
        return self._reader

    def take_in(self) -> None:
        """Reads what has arrived.

        Raises:
            AgentGone: the agent's process died.
            BackendError: the call goes on, and its recording does not.
        """
        self.agent.require_alive()
        self._require_recording()
        media = self.call.media
        if media is None:
            return
        arrivals = self.agent.arrivals[self.call.call_id]
        if media is not self._media:
            self._follow(media)
        elif arrivals == self._arrivals:
            return  # of many ears that wait together, few have something new
        self._arrivals = arrivals
        assert self._reader is not None
        samples = self._reader.read_new()
        if samples.size:
            self.hear(samples)

    def _require_recording(self) -> None:
        if self.call.unrecorded and self.call.is_live:
            raise BackendError(f"{self.agent.name} cannot listen any more: {self.call.unrecorded}.")

    def silence(self) -> str:
        """Why nothing at all has arrived, as a clause."""
        if self.call.media is None:
            return f"{self.call.story()} without audio so far"
        if self.agent.backend.is_stopped:
            return "the call is up, but no audio arrived"  # why not is said beside it
        packets = self.agent.count_packets(self.call)
        if packets is None:
            return "the call is up, but no audio arrived"
        counted = f"({packets.received} received, {packets.sent} sent)"
        if packets.received == 0:
            return f"the call is up, but no RTP packet arrived {counted}"
        return f"the call is up, but no more RTP packets arrived {counted}"

    def close(self) -> None:
        """Lets go of the recording."""
        if self._reader is not None:
            self._reader.close()


@contextmanager
def listening(ears: Sequence[Ear], *, closely: bool = False) -> Iterator[None]:
    """Has every piece of audio that arrives reported while the block runs, from now on.

    Closely, every packet is timed by itself.
    """
    with ExitStack() as stack:
        for ear in ears:
            stack.callback(ear.close)
            stack.enter_context(growing(ear.agent, ear.call, closely=closely))
            ear.begin()
        yield


def listen(ears: Sequence[Ear], check: Callable[[], T | None], within: float) -> T | None:
    """Listens until `check` has an answer; None when `within` (s) is over without one.

    `check` runs after every piece of audio and every event, when all ears have taken in what came.
    """

    def answer() -> T | None:
        for ear in ears:
            ear.take_in()
        return check()

    with listening(ears):
        return wait_until(ears[0].agent.changes, answer, within)
