"""Listening: what agents hear from now on, several of them at the same time."""

import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.timeline import Sound, Stretch, timeline
from ..audio.wav_reader import RecordingReader
from ..backends.base import Packets
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..errors import AgentGone, BackendError
from ..events import MediaStarted
from ..sip.transactions import counted
from .clips import following_recording

T = TypeVar("T")

#: Without audio for so long (s) in a call that had some, it is told that it stopped.
_PAUSE = 0.3


class Listener(ABC):
    """Follows the recording of one call, from now on, across renegotiations."""

    def __init__(self, agent: Agent, call_id: str | None = None) -> None:
        """Of the call with that Call-ID, else the active one.

        Raises:
            UsageError: there is no such call.
        """
        self.agent = agent
        self.call: Call = agent.require_live_call("to listen to", call_id)
        self.began = time.monotonic()
        self._media: MediaStarted | None = None
        self._reader: RecordingReader | None = None
        self._arrivals: int | None = None
        self._last_heard: float | None = None
        self._packets: Packets | None = None

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
        self.count_anew()
        self.began, self._last_heard = time.monotonic(), None
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
        if self._media is None or (media.rx, media.rate) != (self._media.rx, self._media.rate):
            self._follow(media)
        elif arrivals == self._arrivals:
            return  # of many ears that wait together, few have something new
        self._arrivals = arrivals
        assert self._reader is not None
        samples = self._reader.read_new()
        if samples.size:
            self._last_heard = time.monotonic()
            self.hear(samples)

    def catch_up(self) -> None:
        """Reads what has been recorded, whether or not anything was told of it. Raises alike."""
        with self.agent.changes:
            self._arrivals = None
            self.take_in()

    def _require_recording(self) -> None:
        if self.call.unrecorded and self.call.is_live:
            raise BackendError(f"{self.agent.name} cannot listen any more: {self.call.unrecorded}.")

    def _read_counts(self) -> Packets | None:
        """RTP packets of the call so far; None where they can't be counted now."""
        if self.agent.backend.is_stopped:
            return None
        try:
            return self.agent.count_packets(self.call)
        except AgentGone:
            raise
        except BackendError:
            return None  # the call has ended meanwhile

    def count_anew(self) -> None:
        """Packets that came before do not count any more."""
        self._packets = self._read_counts()

    def packets(self) -> Packets | None:
        """RTP packets since the beginning; None where they can't be counted."""
        before, now = self._packets, self._read_counts()
        if now is None:
            return None
        before = before or Packets(0, 0)
        return now._replace(
            received=now.received - before.received,
            sent=now.sent - before.sent,
            untaken=now.untaken - before.untaken,
        )

    def silence(self) -> str:
        """Why nothing, or next to nothing, has arrived, as a clause."""
        if not self.call.is_live:
            return self.call.describe()
        is_up = self.call.established_at is not None
        state = "the call is up, but" if is_up else f"{self.call.describe()}, and"
        since, total = self.packets(), self._read_counts()
        if since is None or total is None:
            return f"{state} no audio arrived"  # why not is said beside it
        if since.received > 0 and self._last_heard is None:
            return f"{state} {self._unread(since)}"
        more = "more RTP packets" if total.received else "RTP packet"
        return f"{state} no {more} arrived ({total.received} received, {total.sent} sent)"

    def unread(self) -> str | None:
        """That RTP packets arrived of which nothing was heard, as a clause; None if none did."""
        packets = self.packets()
        return self._unread(packets) if packets and packets.received > 0 else None

    def _unread(self, packets: Packets) -> str:
        whose = f"{self.agent.name}'s baresip"
        if packets.untaken:
            return f"{counted(packets.untaken, 'RTP packet')} arrived that {whose} dropped"
        arrived = f"{counted(packets.received, 'RTP packet')} arrived"
        kinds = self._unoffered(packets.payload_types)
        if kinds:
            return (
                f"{arrived}, of payload type {kinds}, which {self.agent.name}'s SDP does not have"
            )
        if self._media is None or not self._media.rx.exists():
            return f"{arrived}, but no recording of {whose} was found"
        if self._last_heard is not None:
            return f"{arrived}, more than {whose} recorded"
        return f"{arrived}, of which {whose} recorded nothing"

    def _unoffered(self, payload_types: Iterable[int]) -> str:
        """Payload types that came and this agent has not asked for; empty if any was asked for."""
        exchange = self.call.offers.exchange
        audio = exchange.sides()[0].audio if exchange else None
        asked_for = {one.payload_type for one in audio.formats} if audio else set()
        came = {str(kind) for kind in payload_types}
        return "" if not audio or came & asked_for else " and ".join(sorted(came))

    def pause(self) -> str | None:
        """Since when nothing has arrived any more, as a clause; None while something does."""
        if self._last_heard is None or not self.call.is_live:
            return None
        now = time.monotonic()
        last = max(self._last_heard, now - self._unwritten())
        if now - last < _PAUSE:
            return None
        packets = self.packets()
        if packets is None or packets.last_at is None:
            return f"no audio since {self._after(last)}"
        if packets.untaken:
            return self._unread(packets)
        if now - packets.last_at < _PAUSE:
            return f"RTP packets still arrive, but nothing was played since {self._after(last)}"
        return f"no RTP packet since {self._after(packets.last_at)}"

    def _unwritten(self) -> float:
        """For how long (s) the recording has not grown: it may have since it was read."""
        try:
            written = self._media.rx.stat().st_mtime if self._media else 0.0
        except OSError:
            written = 0.0
        return max(0.0, time.time() - written)

    def _after(self, moment: float) -> str:
        return f"{max(0.0, moment - self.began):.1f} s after the start of the wait"

    def close(self) -> None:
        """Lets go of the recording."""
        if self._reader is not None:
            self._reader.close()


@contextmanager
def listening_to_all(ears: Sequence[Listener], *, closely: bool = False) -> Iterator[None]:
    """Has every piece of audio that arrives reported while the block runs, from now on.

    Closely, every packet is timed by itself.
    """
    with ExitStack() as stack:
        for ear in ears:
            stack.callback(ear.close)
            stack.enter_context(following_recording(ear.agent, ear.call, closely=closely))
            ear.begin()
        yield


def listen(ears: Sequence[Listener], check: Callable[[], T | None], within: float) -> T | None:
    """Listens until `check` has an answer; None when `within` (s) is over without one.

    `check` runs after every piece of audio and every event, when all ears have taken in what came.
    """

    def answer() -> T | None:
        for ear in ears:
            ear.take_in()
        return check()

    with listening_to_all(ears):
        found = wait_until(ears[0].agent.changes, answer, within)
        if found is None:
            found = _look_again(ears, check)
        return found


def _look_again(ears: Sequence[Listener], check: Callable[[], T | None]) -> T | None:
    """Checks once more at the end: what nobody told of must not pass for what did not arrive."""
    with ears[0].agent.changes:
        for ear in ears:
            ear.catch_up()
        return check()


#: What arrives in the first moment (s) does not count: it was on its way before, in the network
#: and in jitter buffers.
ON_ITS_WAY = 0.3
#: How much longer than the audio it is to hear an ear may wait for it (s).
PATIENCE = 2.0


@dataclass(frozen=True)
class ArrivedAudio:
    """When a piece of audio came (`time.monotonic`), and how much had come with it (s)."""

    at: float
    seconds: float

    @property
    def lateness(self) -> float:
        """What grows when audio is late or left out (s); only differences mean something."""
        return self.at - self.seconds


class SampleListener(Listener):
    """Keeps the audio that arrives from a moment after its beginning on.

    When a call changes its sample rate, it starts anew.
    """

    def __init__(self, agent: Agent, call_id: str | None = None, skip: float = ON_ITS_WAY) -> None:
        super().__init__(agent, call_id)
        self.rate = 0
        self.arrivals: list[ArrivedAudio] = []
        self._skip = skip
        self._left_to_skip = 0
        self._pieces: list[NDArray[np.float64]] = []
        self._count = 0

    def start(self, rate: int) -> None:
        if rate != self.rate:
            self.rate, self._left_to_skip = rate, round(self._skip * rate)
            self._pieces, self._count, self.arrivals = [], 0, []

    def hear(self, samples: NDArray[np.float64]) -> None:
        dropped = min(self._left_to_skip, samples.size)
        self._left_to_skip -= dropped
        if dropped < samples.size:
            self.keep(samples[dropped:])

    def keep(self, samples: NDArray[np.float64]) -> None:
        """Takes in what counts."""
        self._pieces.append(samples)
        self._count += samples.size
        self.arrivals.append(ArrivedAudio(time.monotonic(), self.seconds))

    @property
    def seconds(self) -> float:
        """Seconds of audio kept so far."""
        return self._count / self.rate if self.rate else 0.0

    @property
    def samples(self) -> NDArray[np.float64]:
        """The audio kept so far, mono, in [-1, 1]."""
        if len(self._pieces) != 1:
            self._pieces = [np.concatenate([np.empty(0), *self._pieces])]
        return self._pieces[0]

    def cut(self, seconds: float) -> None:
        """Drops what is kept beyond so many seconds."""
        self._pieces = [self.samples[: round(seconds * self.rate)]]
        self._count = self._pieces[0].size

    def require_call(self, task: str) -> None:
        """Raises `CallFailure` when the call has ended; `task` is what its agent did not do."""
        if not self.call.is_live:
            raise CallFailure(f"{self.agent.name} {task}: {self.call.describe()}.", self.agent)


def described(stretch: Stretch) -> str:
    """A stretch of audio in words, such as ``a 440 Hz tone at -12 dBFS``."""
    article = "a " if stretch.sound is Sound.TONE and len(stretch.frequencies) == 1 else ""
    level = "" if stretch.sound is Sound.SILENCE else f" at {stretch.level:.0f} dBFS"
    return f"{article}{stretch.words}{level}"


def loudest(samples: NDArray[np.float64], rate: int) -> Stretch | None:
    """The loudest stretch of some audio that is neither silence nor faint; None without one."""
    audible = [
        stretch
        for stretch in timeline(samples, rate).stretches
        if stretch.sound in (Sound.TONE, Sound.OTHER)
    ]
    return max(audible, key=lambda stretch: stretch.level, default=None)


def summary(samples: NDArray[np.float64], rate: int) -> str:
    """What some audio holds, longest first: ``3.2 s of digital silence, 1.8 s of 440 Hz tone``."""
    lengths: dict[str, float] = defaultdict(float)
    for stretch in timeline(samples, rate).stretches:
        lengths[stretch.words] += stretch.end - stretch.begin
    longest = sorted(lengths.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{length:.1f} s of {words}" for words, length in longest)
