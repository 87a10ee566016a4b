"""Where the Python API leaves the recordings of its phones."""

from pathlib import Path

import pytest

from BaresipLibrary import Phones, UsageError
from BaresipLibrary.backends.embedded.wheel import is_installed

from .test_phones import in_a_call

pytestmark = pytest.mark.skipif(not is_installed(), reason="needs the wheel baresip-python")


def recordings_of_a_call(output: Path) -> list[str]:
    """Alice and Bob talk, which is recorded in the output folder; the paths in it."""
    with Phones(timeout=5, output=output) as phones:
        alice, bob = in_a_call(phones)
        alice.verify_audio_connection(bob)
    return sorted(str(path.relative_to(output)) for path in output.rglob("alice-*"))


def test_recordings_of_an_earlier_run_stay(tmp_path: Path) -> None:
    first = recordings_of_a_call(tmp_path)
    assert first == ["recordings/alice-1-rx.wav", "recordings/alice-1-tx.wav"]
    was = (tmp_path / first[0]).read_bytes()
    assert recordings_of_a_call(tmp_path) == sorted(
        [*first, "recordings/2/alice-1-rx.wav", "recordings/2/alice-1-tx.wav"]
    )
    assert (tmp_path / first[0]).read_bytes() == was


def test_phones_that_record_nothing_leave_no_folder(tmp_path: Path) -> None:
    with Phones(timeout=5, output=tmp_path) as phones:
        phones.start("alice")
        with Phones(timeout=5, output=tmp_path) as others:
            others.start("alice")
            assert (tmp_path / "recordings" / "2").exists()
    assert not list(tmp_path.iterdir())


def test_an_output_that_is_not_a_folder_is_refused_and_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for name in ("file", "nowhere"):
        with Phones(output=tmp_path / name) as phones:
            with pytest.raises(UsageError, match=f"^There can be no folder .*/{name}/recordings: "):
                phones.start("alice")
            assert not list(phones)
