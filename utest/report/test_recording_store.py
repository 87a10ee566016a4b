"""Which recordings stay, and how they are linked."""

import time
from pathlib import Path

import pytest

from BaresipLibrary.events import ClosedBy, MediaStarted
from BaresipLibrary.report.recording_store import RecordingStore
from BaresipLibrary.types import Occasion

from ..scripted import Phone


def recorded(phone: Phone, shelf: RecordingStore, call_id: str) -> list[Path]:
    stem = shelf.stem_for("alice")
    files = [stem.with_name(f"{stem.name}-{way}.wav") for way in ("rx", "tx")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    phone.rings(call_id)
    phone.is_established(call_id)
    phone.backend.feed(MediaStarted(time.monotonic(), call_id, 8000, 1, *files))
    return files


@pytest.mark.parametrize(
    ("keep", "failed", "stays"),
    [
        (Occasion.always, False, True),
        (Occasion.on_failure, False, False),
        (Occasion.on_failure, True, True),
        (Occasion.never, True, False),
    ],
)
def test_what_stays(
    phone: Phone, tmp_path: Path, keep: Occasion, failed: bool, stays: bool
) -> None:
    shelf = RecordingStore(keep)
    shelf.enter(tmp_path, "Suite", "Test")
    shelf.watch(phone.agent)
    files = recorded(phone, shelf, "one")
    phone.closes("one", ClosedBy.US)
    kept = shelf.leave(failed=failed, is_running=lambda _: True)
    assert kept == (files if stays else [])
    assert all(file.exists() is stays for file in files)
    assert (tmp_path / "recordings").exists() is stays
    assert tmp_path.exists()


def test_a_call_that_goes_on_keeps_its_recording_until_it_is_over(
    phone: Phone, tmp_path: Path
) -> None:
    shelf = RecordingStore(Occasion.on_failure)
    shelf.enter(tmp_path, "Suite")
    shelf.watch(phone.agent)
    files = recorded(phone, shelf, "one")
    assert shelf.leave(failed=False, is_running=lambda _: True) == []
    assert all(file.exists() for file in files)
    phone.closes("one", ClosedBy.PEER)
    assert shelf.leave(failed=False, is_running=lambda _: True) == []
    assert not any(file.exists() for file in files)


def test_names_never_meet_and_never_leave_the_folder(tmp_path: Path) -> None:
    shelf = RecordingStore(Occasion.always)
    shelf.enter(tmp_path, "../..", "a/b\n<c>", ".hidden")
    stems = {shelf.stem_for(name) for name in ("../x", "../x", "x", "<x>")}
    assert len(stems) == 4
    assert all(stem.resolve().is_relative_to(tmp_path / "recordings") for stem in stems)


def test_links_are_safe_html(tmp_path: Path) -> None:
    shelf = RecordingStore(Occasion.always)
    shelf.enter(tmp_path, "S")
    html = shelf.links([tmp_path / 'a "<b>&.wav'])
    assert html == ('Recordings: <a href="a%20%22%3Cb%3E%26.wav">a &#34;&lt;b&gt;&amp;.wav</a>')


def test_what_a_suite_asked_for_stays_whatever_the_setting(phone: Phone, tmp_path: Path) -> None:
    shelf = RecordingStore(Occasion.never)
    shelf.enter(tmp_path, "Suite")
    shelf.watch(phone.agent)
    rx, tx = recorded(phone, shelf, "one")
    phone.closes("one", ClosedBy.US)
    shelf.keep(rx)
    assert shelf.leave(failed=False, is_running=lambda _: True) == []
    assert (rx.exists(), tx.exists()) == (True, False)


def test_letters_of_every_script_stay_in_links(tmp_path: Path) -> None:
    shelf = RecordingStore(Occasion.always)
    shelf.enter(tmp_path, "Rückruf + Ответ")
    stem = shelf.stem_for("ü 1").with_suffix(".wav")
    assert shelf.href(stem) == stem.relative_to(tmp_path).as_posix()
