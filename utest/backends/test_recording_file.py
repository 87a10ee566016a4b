"""A recording is a WAV file whatever happens to it, and ends once."""

import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import soundfile

from BaresipLibrary.backends.embedded.worker.recording_file import Recording

from .audio_stack import PACKET, RATE


def test_a_recording_is_a_wav_file_after_every_write(tmp_path: Path) -> None:
    clock: Any = SimpleNamespace(look=lambda *_: None)
    path = tmp_path / "folder" / "a.wav"
    recording = Recording(path, 16000, 2, clock, lambda why: pytest.fail(why))
    written = b""
    for pcm in (b"", bytes(range(100)), bytes(range(100, 180))):
        recording.write(pcm)
        written += pcm
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
        assert (samples.tobytes(), rate, samples.shape[1]) == (written, 16000, 2)
        assert recording.frames == len(written) // 4
        with wave.open(str(path)) as file:
            assert file.getnframes() == len(written) // 4
    recording.close()
    assert path.stat().st_size == 44 + len(written)


def test_a_disk_that_is_full_ends_a_recording_once(tmp_path: Path) -> None:
    """/dev/full takes nothing, whoever asks."""
    told: list[str] = []
    clock: Any = SimpleNamespace(look=lambda *_: None)
    recording = Recording(Path("/dev/full"), RATE, 1, clock, told.append)
    for _ in range(3):
        recording.write(bytes(PACKET))
        recording.look(0.0, 1.0, closely=False)
    recording.close()
    assert told == ["/dev/full cannot be written: No space left on device"]


def test_a_wav_file_that_is_full_ends_a_recording_once() -> None:
    """Its header has room for 4 GiB. /dev/null takes that much at once."""
    told: list[str] = []
    clock: Any = SimpleNamespace(look=lambda *_: None)
    recording = Recording(Path("/dev/null"), RATE, 1, clock, told.append)
    for _ in range(6):
        recording.write(bytes(2**30))
    recording.close()
    assert told == ["/dev/null cannot be written: a WAV file cannot be longer than 4 GiB"]
