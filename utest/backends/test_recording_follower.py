"""Recordings that another program writes are timed by looks at how long they are."""

import time
import wave
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from BaresipLibrary.backends.embedded.worker.stream_clock import CLOSELY, UNHEARD
from BaresipLibrary.backends.external.recording_follower import LISTENED, RecordingFollower
from BaresipLibrary.events import AudioArrived, AudioTimed, Event, MediaStarted

RATE, FRAMES = 8000, 160


class Written:
    """A WAV file to which packets are added; its header never tells how long it has become."""

    def __init__(self, path: Path, rate: int = RATE) -> None:
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
        self.path = path

    def packet(self) -> None:
        with self.path.open("ab") as file:
            file.write(bytes(2 * FRAMES))


class Followed:
    """The recordings of a call, and what is told of them."""

    def __init__(self, folder: Path) -> None:
        self.told: list[AudioTimed] = []
        self.arrived: list[tuple[int | None, int | None]] = []
        self.rx, self.tx = Written(folder / "rx.wav"), Written(folder / "tx.wav")
        self.recordings = RecordingFollower(self._take)

    def _take(self, event: Event) -> None:
        if isinstance(event, AudioArrived):
            self.arrived.append((event.rx, event.tx))
        else:
            assert isinstance(event, AudioTimed)
            self.told.append(event)

    def begin(self) -> None:
        media = MediaStarted(0.0, "id", RATE, 1, self.rx.path, self.tx.path)
        self.recordings.follow(media)


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    found = Followed(tmp_path)
    with closing(found.recordings):
        yield found


def test_closely_each_packet_of_both_directions_is_timed(followed: Followed) -> None:
    followed.begin()
    followed.recordings.listen("id", on=True, closely=True)
    for written in (followed.rx, followed.tx, followed.rx):
        followed.recordings.look()
        before = time.monotonic()
        written.packet()
        after = time.monotonic()
        followed.recordings.look()
        event = followed.told[-1]
        assert event.path == written.path
        assert event.earliest <= before <= after <= event.latest
    assert [event.frame for event in followed.told] == [0, 0, FRAMES]


def test_what_is_sent_is_timed_at_its_own_rate(followed: Followed) -> None:
    followed.tx = Written(followed.tx.path, rate=2 * RATE)
    followed.begin()
    followed.rx.packet()
    followed.tx.packet()
    before = time.monotonic()
    followed.recordings.look()
    now = time.monotonic()
    heard, sent = (
        next(event for event in followed.told if event.path == written.path)
        for written in (followed.rx, followed.tx)
    )
    # These samples last 20 ms and 10 ms, and the newest are less than a packet old.
    assert before - 0.020 - 0.004 <= heard.earliest <= heard.latest <= now + 0.004
    assert before - 0.010 - 0.004 <= sent.earliest <= sent.latest <= now + 0.010 + 0.004
    assert sent.latest >= before + 0.010


def test_a_call_that_is_listened_to_is_reported_when_its_audio_goes_on(followed: Followed) -> None:
    followed.begin()
    followed.rx.packet()
    assert not followed.recordings.look()
    followed.recordings.listen("id", on=True, closely=False)
    followed.recordings.look()
    followed.rx.packet()
    assert followed.recordings.look()
    assert not followed.recordings.look()
    followed.tx.packet()
    assert followed.recordings.look()
    assert followed.arrived == [(FRAMES, 0), (2 * FRAMES, 0), (2 * FRAMES, FRAMES)]


def test_a_call_that_is_no_longer_listened_to_is_not_reported(followed: Followed) -> None:
    followed.begin()
    followed.recordings.listen("id", on=True, closely=False)
    followed.recordings.listen("id", on=False, closely=False)
    followed.rx.packet()
    assert not followed.recordings.look()


def test_a_recording_that_is_opened_later_is_followed_from_its_first_packet(
    followed: Followed,
) -> None:
    followed.recordings.listen("id", on=True, closely=False)
    hidden = followed.rx.path.rename(followed.rx.path.with_name("hidden"))
    followed.begin()
    assert not followed.recordings.look()
    hidden.rename(followed.rx.path)
    followed.rx.packet()
    assert followed.recordings.look()


def test_who_listens_learns_of_a_recording_that_cannot_be_read(followed: Followed) -> None:
    followed.rx.path.write_bytes(b"no recording")
    followed.begin()
    followed.recordings.listen("id", on=True, closely=False)
    assert followed.recordings.look()


def test_a_call_that_was_listened_to_before_its_audio_is_reported_too(followed: Followed) -> None:
    followed.recordings.listen("id", on=True, closely=False)
    followed.begin()
    followed.recordings.look()
    followed.rx.packet()
    assert followed.recordings.look()


def test_it_is_looked_as_often_as_somebody_needs_it(followed: Followed) -> None:
    recordings = followed.recordings
    assert recordings.period is None
    followed.begin()
    assert recordings.period == UNHEARD
    recordings.listen("id", on=True, closely=False)
    assert recordings.period == LISTENED
    recordings.listen("id", on=True, closely=True)
    assert recordings.period == CLOSELY
    recordings.listen("id", on=False, closely=False)
    assert recordings.period == UNHEARD
    recordings.forget("id")
    assert recordings.period is None


def test_what_came_last_before_the_end_is_timed(followed: Followed) -> None:
    followed.begin()
    followed.rx.packet()
    followed.recordings.forget("id")
    assert [event.frame for event in followed.told] == [0]
