"""Listeners take in the audio of calls from now on, several of them at the same time.

`Listener` follows the recording of one call, and says in words why nothing arrived; `listening` and
`listen_until` run several listeners. They can begin before numpy is loaded: it is needed when the
first audio has arrived.
"""

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TypeVar

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.rtp import format_at, look_at_rtp, newest_length, packet_milliseconds
from ..audio.wav_reader import RecordingReader
from ..backends.base import Packets
from ..concurrency import wait_until
from ..errors import AgentGone, BackendError
from ..events import MediaStarted
from ..wording import counted
from .following import following_recording
from .late_audio import SHORTEST_PACKET, WAITS, audio_goes_on, unoffered_kinds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

#: What packets hold that keep a silence from being a dead line (RFC 3389).
COMFORT_NOISE = "comfort noise"
#: Telephone events (RFC 4733).
DIGITS = "digits"
#: After this long (s) without audio, a failure says since when none has arrived.
_PAUSE = 0.3


class Listener(ABC):
    """Follows the recording of one call, from now on, across renegotiations."""

    def __init__(self, agent: Agent, call_id: str | None = None) -> None:
        """Prepares to listen to the call with that Call-ID, else to the active call.

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
        #: Seconds of audio that a packet brings at least, as far as is known.
        self.least_packet = SHORTEST_PACKET
        #: Seconds of audio heard since the packets are counted.
        self._heard = 0.0

    @abstractmethod
    def start(self, rate: int) -> None:
        """Prepares for audio of `rate` samples a second: at first, and after each renegotiation."""

    @abstractmethod
    def feed(self, samples: "NDArray[np.float64]") -> None:
        """Takes the next mono samples in [-1, 1], shape (n,), never empty."""

    def begin(self) -> None:
        """Listens from now on: what was recorded before does not count.

        Raises:
            BackendError: the call goes on, and its recording does not.
        """
        self._require_recording()
        self.restart_count()
        self.began, self._last_heard = time.monotonic(), None
        if self.call.media is not None:
            self._follow(self.call.media).skip_to_end()

    def _follow(self, media: MediaStarted) -> RecordingReader:
        self.close()
        self._media = media
        self._reader = RecordingReader(media.rx)
        self.start(media.rate)
        return self._reader

    def read(self) -> None:
        """Reads what was reported to have arrived.

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
            self._feed_new()  # what came just before the call was renegotiated
            self._follow(media)
        elif arrivals == self._arrivals:
            return  # of many listeners that wait together, few have new audio
        self._arrivals = arrivals
        self._feed_new()

    def _feed_new(self) -> None:
        if self._reader is None or self._media is None:
            return
        samples = self._reader.read_new()
        if samples.size:
            self._last_heard = time.monotonic()
            self._heard += samples.size / self._media.rate
            self.feed(samples)

    def read_to_end(self) -> None:
        """Reads all that was recorded, reported or not. Raises what `read` raises."""
        with self.agent.changes:
            self._arrivals = None
            self.read()

    def _require_recording(self) -> None:
        if self.call.unrecorded and self.call.is_live:
            raise BackendError(f"{self.agent.name} cannot listen any more: {self.call.unrecorded}.")

    def _read_counts(self) -> Packets | None:
        """RTP packets of the call so far; None when they can't be counted now."""
        if self.agent.backend.is_stopped:
            return None
        try:
            return self.agent.count_packets(self.call)
        except AgentGone:
            raise
        except BackendError:
            return None  # the call has ended meanwhile

    def restart_count(self) -> None:
        """Counts RTP packets from now on."""
        self._packets, self._heard = self._read_counts(), 0.0

    def packets(self) -> Packets | None:
        """RTP packets since the start of the count; None when they can't be counted."""
        now = self._read_counts()
        return now.since(self._packets or Packets(0, 0)) if now else None

    def learn_packets(self) -> None:
        """Learns how much audio packets bring at least: they may be shorter, or come twice.

        It asks the agent's baresip: do not use it while you hold `changes`.
        """
        look_at_rtp(self.agent, self.call)
        counts = self.call.rtp.received if self.call.rtp else None
        local = self.call.offers.local_audio
        newest = newest_length(counts, local) if counts else None
        length = packet_milliseconds(newest, local) if newest else None
        if counts and length:
            once = 1 - (counts.duplicates or 0) / counts.packets
            self.least_packet = once * min(SHORTEST_PACKET, length / 2000)

    def audio_packets(self) -> int | None:
        """Those of them that may hold audio; None when they can't be counted."""
        packets = self.packets()
        return self.audio_in(packets) if packets else None

    def audio_in(self, packets: Packets) -> int:
        """How many of these packets may hold audio: not comfort noise (RFC 3389), nor digits."""
        return max(0, packets.received - packets.empty - sum(self.other_in(packets).values()))

    def other_in(self, packets: Packets) -> dict[str, int]:
        """How many of these packets hold no audio, by what they hold."""
        found: Counter[str] = Counter()
        for kind, count in packets.kinds:
            known = format_at(self.call.offers.local_audio, kind)
            if not known.is_codec:
                found[DIGITS if known.is_event else COMFORT_NOISE] += count
        return found

    def why_silent(self) -> str:
        """A clause that says why no audio, or almost none, has arrived."""
        if not self.call.is_live:
            return self.call.describe()
        is_up = self.call.established_at is not None
        state = "the call is up, but" if is_up else f"{self.call.describe()}, and"
        since, total = self.packets(), self._read_counts()
        if since is None or total is None:
            return f"{state} it is not known whether RTP packets arrived"
        is_told = self._last_heard is None or since.untaken or unoffered_kinds(self.call, since)
        if since.received > 0 and (is_told or self._is_more_than_heard(since) or self._goes_on()):
            return f"{state} {self._why_unread(since)}"
        came = "no more RTP packets" if total.received else "no RTP packet"
        if since.received > 0:  # at first, or a few that are no audio
            came = f"only {counted(since.received, 'RTP packet')}"
        return f"{state} {came} arrived ({total.received} received, {total.sent} sent)"

    def _is_more_than_heard(self, packets: Packets) -> bool:
        """Whether more audio arrived than was heard, even if every packet is a short one."""
        return self.audio_in(packets) * self.least_packet > self._heard + WAITS

    def _goes_on(self) -> bool:
        """Whether audio arrives, though nothing is heard."""
        return audio_goes_on(self.agent, self.call, self.audio_packets)

    def unread_packets(self, packets: Packets | None = None) -> str | None:
        """A clause about RTP packets whose audio was not heard; None when none arrived.

        They are those since the start of the count, unless others are given.
        """
        packets = packets or self.packets()
        return self._why_unread(packets) if packets and packets.received > 0 else None

    def _why_unread(self, packets: Packets) -> str:
        whose = f"{self.agent.name}'s baresip"
        if packets.untaken:
            return f"{counted(packets.untaken, 'RTP packet')} arrived that {whose} dropped"
        if packets.empty >= packets.received:
            return f"{counted(packets.received, 'RTP packet')} without payload arrived"
        arrived = f"{counted(packets.received, 'RTP packet')} arrived"
        if not self.audio_in(packets):
            return f"{arrived}, with {' and '.join(self.other_in(packets))} and no audio"
        if unknown := unoffered_kinds(self.call, packets):
            kinds, count = " and ".join(map(str, unknown)), sum(unknown.values())
            which = f"of payload type {kinds}, which {self.agent.name}'s SDP does not have"
            if count >= packets.received:
                return f"{arrived}, {which}"
            arrived += f" ({count} of them {which})"
        if self._media is None or not self._media.rx.exists():
            return f"{arrived}, but no recording of {whose} was found"
        if self._last_heard is not None:
            return f"{arrived}, more than {whose} recorded"
        return f"{arrived}, of which {whose} recorded nothing"

    def pause(self) -> str | None:
        """A clause that says since when no audio has arrived; None while audio arrives."""
        if self._last_heard is None or not self.call.is_live:
            return None
        now = time.monotonic()
        last = max(self._last_heard, now - self._unwritten())
        if now - last < _PAUSE:
            return None
        packets = self.packets()
        if packets is not None and packets.untaken:
            return self._why_unread(packets)
        if packets is not None and self._still_arrive(packets, now):
            return f"RTP packets still arrive, but nothing was played since {self._after(last)}"
        if packets is None or packets.last_at is None:
            return f"no audio since {self._after(last)}"
        return f"no RTP packet since {self._after(packets.last_at)}"

    def _still_arrive(self, packets: Packets, now: float) -> bool:
        """Whether packets arrive; where their times are not known they are counted for a moment."""
        return self._goes_on() if packets.last_at is None else now - packets.last_at < _PAUSE

    def _unwritten(self) -> float:
        """For how long (s) the recording has not grown, which may be after it was read."""
        try:
            written = self._media.rx.stat().st_mtime if self._media else 0.0
        except OSError:
            written = 0.0
        return max(0.0, time.time() - written)

    def _after(self, moment: float) -> str:
        return f"{max(0.0, moment - self.began):.1f} s after the start of the wait"

    def close(self) -> None:
        """Closes the recording."""
        if self._reader is not None:
            self._reader.close()


@contextmanager
def listening(listeners: Sequence[Listener], *, closely: bool = False) -> Iterator[None]:
    """Runs listeners while the block runs: all audio that arrives from now on is reported.

    With `closely`, every RTP packet is timed.
    """
    with ExitStack() as stack:
        for listener in listeners:
            stack.callback(listener.close)
            stack.enter_context(following_recording(listener.agent, listener.call, closely=closely))
            listener.begin()
        yield


def listen_until(
    listeners: Sequence[Listener], check: Callable[[], T | None], within: float
) -> T | None:
    """Returns the first answer of `check` other than None; None after `within` seconds without.

    `check` runs after every piece of audio and every event, when all listeners have read it.
    """

    with listening(listeners):
        return await_heard(listeners, check, within)


def await_heard(
    listeners: Sequence[Listener], check: Callable[[], T | None], within: float
) -> T | None:
    """As `listen_until`, for listeners that listen already."""

    def answer() -> T | None:
        for listener in listeners:
            listener.read()
        return check()

    result = wait_until(listeners[0].agent.changes, answer, within)
    return _check_once_more(listeners, check) if result is None else result


def _check_once_more(listeners: Sequence[Listener], check: Callable[[], T | None]) -> T | None:
    """Checks once more at the end: audio that was not reported may have arrived nevertheless."""
    with listeners[0].agent.changes:
        for listener in listeners:
            listener.read_to_end()
        return check()
