"""Audio that arrives and is not recorded, told from audio that is late or pauses."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from BaresipLibrary.backends.base import Packets
from BaresipLibrary.events import AudioArrived, RtpCounted
from BaresipLibrary.media.sample_listener import SampleListener
from BaresipLibrary.media.silence import verify_silence
from BaresipLibrary.media.unplayed import are_unread, is_too_little
from BaresipLibrary.rtp import PacketLength, RtpCounts

from .recorded import RATE, ListeningAgent, silence
from .test_listener import offers


class Line:
    """Silence in packets of 20 ms, from `begin` to `end`, recorded 0.04 s later.

    Nothing is recorded in `late`, and all of it afterwards; nothing ever from `lost` on.
    """

    def __init__(
        self,
        bob: ListeningAgent,
        begin: float,
        end: float,
        late: tuple[float, float] = (0.0, 0.0),
        lost: float = 99.0,
    ) -> None:
        self._bob, self._begin, self._end, self._late, self._lost = bob, begin, end, late, lost
        self._started = time.monotonic()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._record)

    def start(self) -> None:
        self._started = time.monotonic()
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def count(self, _: str) -> Packets:
        return Packets(round(50 * self._sent(time.monotonic() - self._started)), 0)

    def _sent(self, at: float) -> float:
        return max(0.0, min(at, self._end) - self._begin)

    def _record(self) -> None:
        written = 0.0
        while not self._closed.wait(0.02):
            at = min(time.monotonic() - self._started, self._lost)
            sent = self._sent((self._late[0] if self._late[0] <= at < self._late[1] else at) - 0.04)
            if sent > written:
                written = sent
                self._bob.write(silence(sent))
                self._bob.phone.backend.feed(AudioArrived(time.monotonic(), "in-1"))


@pytest.fixture
def bob(tmp_path: Path) -> ListeningAgent:
    return ListeningAgent(tmp_path)


@pytest.fixture
def line(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Line]:
    line = Line(bob, *request.param)
    monkeypatch.setattr(bob.phone.backend, "count_packets", line.count)

    def listen(call_id: str, on: bool, *, closely: bool = False) -> None:
        if on:
            line.start()

    monkeypatch.setattr(bob.phone.backend, "listen", listen)
    yield line
    line.close()


@pytest.mark.parametrize(
    "line",
    [
        (0.0, 99.0),
        (1.1, 2.3),  # pauses
        (0.0, 1.6, (0.8, 1.6)),  # is late, and ends
        (0.0, 1.6, (0.8, 2.8)),  # is late until after the end
        (0.0, 99.0, (0.8, 1.6)),
    ],
    indirect=True,
)
def test_audio_that_was_recorded_in_the_end_is_not_missing(bob: ListeningAgent, line: Line) -> None:
    assert verify_silence(bob.agent, 2.4, -50).kind == "digital silence"


@pytest.mark.parametrize("line", [(0.0, 99.0, (0.0, 0.0), 1.2)], indirect=True)
def test_audio_that_is_never_recorded_is_missing(bob: ListeningAgent, line: Line) -> None:
    with pytest.raises(AssertionError, match="RTP packets arrived, more than .* unknown"):
        verify_silence(bob.agent, 2.4, -50)


@pytest.mark.parametrize("line", [(0.0, 99.0, (0.0, 0.0), 0.5)], indirect=True)
@pytest.mark.parametrize("duration", [0.5, 0.8])
def test_most_of_a_short_time_is_never_recorded(
    bob: ListeningAgent, line: Line, duration: float
) -> None:
    with pytest.raises(AssertionError, match="RTP packets arrived, more than .* unknown"):
        verify_silence(bob.agent, duration, -50)


@pytest.mark.parametrize("line", [(0.0, 99.0, (0.4, 1.2))], indirect=True)
def test_a_short_time_that_is_recorded_late_is_not_missing(bob: ListeningAgent, line: Line) -> None:
    assert verify_silence(bob.agent, 0.5, -50).kind == "digital silence"


@pytest.mark.parametrize("line", [(0.4, 0.6)], indirect=True)
def test_audio_too_short_to_count_was_recorded(bob: ListeningAgent, line: Line) -> None:
    told = r"heard only 0\.2\d s of audio, of which the first 0\.3 s do not count\."
    with pytest.raises(AssertionError, match=told):
        verify_silence(bob.agent, 0.5, -50)


@pytest.mark.parametrize(
    ("units", "repeated", "is_read"), [(40, 0, True), (160, 3000, True), (160, 0, False)]
)
def test_packets_that_are_short_or_come_several_times_were_read(
    bob: ListeningAgent, units: int, repeated: int, is_read: bool
) -> None:
    """200 packets a second are 1 s of audio in packets of 5 ms, or of 20 ms that come 4 times."""
    listener = listener_to(bob, units, repeated)
    listener.feed(silence(1.3))
    assert are_unread(listener, Packets(260, 0)) is not is_read


def test_audio_too_short_to_count_was_read_also_of_short_packets(bob: ListeningAgent) -> None:
    listener = listener_to(bob, 40, 0)
    listener.feed(silence(0.2))
    assert is_too_little(listener, Packets(40, 0))


def listener_to(bob: ListeningAgent, units: int, repeated: int) -> SampleListener:
    """A listener that knows how long packets are, and how many of 4,000 came again."""
    offers(bob.phone)
    now = time.monotonic()
    lengths = (PacketLength(0, units, now - 1, now),)
    received = RtpCounts(4000, duplicates=repeated, lengths=lengths)
    bob.phone.backend.feed(RtpCounted(now, "in-1", received, RtpCounts(0)))
    listener = SampleListener(bob.agent)
    listener.start(RATE)
    listener.learn_packets()
    return listener
