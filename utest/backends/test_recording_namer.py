"""Recordings that a baresip opens by itself, some of them long after it has named them."""

import wave
from pathlib import Path

import pytest

from BaresipLibrary.audio.wav_reader import RecordingReader
from BaresipLibrary.backends.external.recording_names import (
    RecordingNamer,
    SharedNameError,
    media_started,
    peer_named_by,
)
from BaresipLibrary.events import MediaStarted

FRAMES = 160
NAME = "recordings/dump-sip:a@127.0.0.1:5060=>sip:b@127.0.0.1:5070-2026-11-23-16-47-02-{}.wav"


class Baresip:
    """Writes recordings as sndfile does, and tells the recorder when it names one."""

    def __init__(self, folder: Path, *, announces: bool = True) -> None:
        self.folder = folder
        self.recorder = RecordingNamer(
            folder / "recordings", folder / "ours" / "a", announces=announces
        )
        self.recorder.make_room()

    def names(self, direction: str, call_id: str = "id", name: str = NAME) -> MediaStarted | None:
        file = self.recorder.take(name.format(direction), call_id)
        return self.recorder.media(file.call_id) if file else None

    def opens(
        self, direction: str, call_id: str = "id", rate: int = 8000, name: str = NAME
    ) -> MediaStarted | None:
        with wave.open(str(self.folder / name.format(direction)), "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
            file.writeframes(bytes(2 * FRAMES))
        return self.names(direction, call_id, name)

    def sets_up(self, *directions: str, call_id: str = "id") -> None:
        for direction in directions:
            assert self.names(direction, call_id) is None


@pytest.fixture
def late(tmp_path: Path) -> Baresip:
    return Baresip(tmp_path)


def files(media: MediaStarted | None) -> tuple[str, str]:
    assert media is not None
    return media.rx.name, media.tx.name


def frames(path: Path) -> int:
    with RecordingReader(path) as reader:
        return reader.length


def test_nothing_is_reported_before_a_file_is_open(late: Baresip) -> None:
    late.sets_up("enc", "dec")
    assert not list((late.folder / "ours").glob("*.wav"))


def test_what_is_received_does_not_wait_for_what_is_sent(late: Baresip) -> None:
    late.sets_up("enc", "dec")
    media = late.opens("dec", rate=16000)
    assert files(media) == ("a-1-rx.wav", "a-1-tx.wav")
    assert media is not None and (media.rate, frames(media.rx)) == (16000, FRAMES)
    assert not media.tx.exists()
    assert late.opens("enc", rate=16000) is None
    assert frames(media.tx) == FRAMES


def test_what_is_sent_does_not_wait_for_what_is_received(late: Baresip) -> None:
    late.sets_up("enc", "dec")
    media = late.opens("enc")
    assert media is not None and not media.rx.exists()
    assert late.opens("dec") is None
    assert frames(media.rx) == FRAMES


def test_a_rate_of_its_own_is_never_read_at_the_other_ones(late: Baresip) -> None:
    late.sets_up("enc", "dec")
    first = late.opens("enc", rate=8000)
    second = late.opens("dec", rate=16000)
    assert first is not None and second is not None
    assert (first.rate, second.rate) == (8000, 16000)
    assert first.rx != second.rx and not first.rx.exists() and second.rx.exists()


def test_a_file_belongs_to_the_call_that_was_set_up_with_it(late: Baresip) -> None:
    other = NAME.replace("sip:b", "sip:c")
    late.sets_up("enc", "dec", call_id="first")
    for direction in ("enc", "dec"):
        assert late.names(direction, "second", other) is None
    media = late.opens("dec", "second")
    assert media is not None and media.call_id == "first"
    media = late.opens("dec", "first", name=other)
    assert media is not None and media.call_id == "second"


def test_after_a_hold_by_the_peer_only_what_is_sent_begins_anew(late: Baresip) -> None:
    late.sets_up("enc", "dec")
    late.opens("enc")
    late.opens("dec")
    later = NAME.replace("02-{}", "05-{}")
    assert late.names("enc", name=later) is None
    assert files(late.opens("enc", name=later)) == ("a-1-rx.wav", "a-1-part2-tx.wav")


def test_hold_and_resume_within_a_second_lose_nothing(late: Baresip) -> None:
    late.sets_up("enc", "dec")
    first = late.opens("enc")
    late.opens("dec")
    late.sets_up("enc", "dec")
    second = late.opens("dec")
    late.opens("enc")
    assert first is not None and second is not None
    paths = {first.rx, first.tx, second.rx, second.tx}
    assert len(paths) == 4 and all(frames(path) == FRAMES for path in paths)


def test_what_was_set_up_twice_is_one_recording(late: Baresip) -> None:
    late.sets_up("enc", "dec")
    late.sets_up("enc", "dec")
    assert files(late.opens("dec")) == ("a-1-rx.wav", "a-1-tx.wav")


def test_a_recording_of_a_run_before_is_not_taken_for_this_ones(late: Baresip) -> None:
    ours = late.folder / "ours"
    for direction in ("rx", "tx"):
        (ours / f"a-1-{direction}.wav").write_bytes(b"of a run before")
    late.sets_up("enc", "dec")
    media = late.opens("dec")
    assert media is not None and frames(media.rx) == FRAMES and not media.tx.exists()


def test_a_file_that_could_not_be_opened_is_known_by_its_call(late: Baresip) -> None:
    late.sets_up("enc", "dec")
    missed = late.recorder.missed(NAME.format("dec"))
    assert missed is not None
    assert (missed.call_id, missed.path.name) == ("id", "a-1-rx.wav")


def test_one_name_of_two_calls_is_nobodys(late: Baresip) -> None:
    """Which of them opens the file is not known."""
    late.sets_up("enc", "dec", call_id="first")
    with pytest.raises(SharedNameError) as caught:
        late.names("dec", "second")
    assert caught.value.calls == ("first", "second")
    late.opens("enc", "first")


def test_a_file_elsewhere_is_left_there(late: Baresip) -> None:
    """A peer can have a line printed that names it."""
    elsewhere = late.folder / "elsewhere-dec.wav"
    elsewhere.touch()
    for name in (str(elsewhere), "recordings/../elsewhere-dec.wav"):
        assert late.recorder.take(name, "id") is None
        assert late.recorder.take(name, "id") is None
    assert elsewhere.exists()


def test_files_that_are_there_when_they_are_named(tmp_path: Path) -> None:
    early = Baresip(tmp_path, announces=False)
    assert files(early.opens("enc")) == ("a-1-rx.wav", "a-1-tx.wav")
    assert early.opens("dec") is None
    assert files(early.opens("enc")) == ("a-1-rx.wav", "a-1-part2-tx.wav")
    assert files(early.opens("dec")) == ("a-1-part2-rx.wav", "a-1-part2-tx.wav")


def test_nothing_stays_of_what_only_baresip_needed(late: Baresip) -> None:
    late.sets_up("enc", "dec")
    late.opens("dec")
    late.opens("enc")
    late.recorder.forget("id")
    late.recorder.tidy()
    names = sorted(path.name for path in (late.folder / "ours").iterdir())
    assert names == ["a-1-rx.wav", "a-1-tx.wav"]


@pytest.mark.parametrize("length", [0, 11, 20, 36, 43])
def test_a_header_that_is_not_complete_is_waited_for(tmp_path: Path, length: int) -> None:
    rx = tmp_path / "rx.wav"
    with wave.open(str(rx), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
    complete = rx.read_bytes()
    rx.write_bytes(complete[:length])
    assert media_started("id", rx, rx, rx) is None
    rx.write_bytes(complete)
    media = media_started("id", rx, rx, rx)
    assert media is not None and (media.rate, media.channels) == (8000, 1)


def test_who_a_recording_is_of() -> None:
    assert peer_named_by(NAME.format("dec")) == "sip:b@127.0.0.1:5070"
    assert peer_named_by("recordings/dump-2026-11-23-16-47-02-dec.wav") == ""
