"""A clip is clip from recordings while they grow."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from BaresipLibrary.errors import UsageError
from BaresipLibrary.media.clips import Clip, recording_of
from BaresipLibrary.types import AudioDirection

from ..scripted import Phone
from .recorded import RATE, hears, silence, tone


def test_a_clip_holds_what_comes_after_its_beginning(talking: Phone, tmp_path: Path) -> None:
    call, target = talking.agent.calls[0], tmp_path / "clips" / "clip.wav"
    hears(talking, call, tmp_path, (100.0, silence(0.5)))
    clip = Clip(talking.agent, call, AudioDirection.rx, target)
    recording = recording_of(talking.agent, call, AudioDirection.rx)
    soundfile.write(recording, np.concatenate([silence(0.5), tone(0.25)]), RATE)
    assert clip.write() == 0.25
    samples, rate = soundfile.read(target)
    assert rate == RATE
    assert samples == pytest.approx(tone(0.25), abs=1e-4)


def test_a_clip_without_audio_is_empty(talking: Phone, tmp_path: Path) -> None:
    call, target = talking.agent.calls[0], tmp_path / "clip.wav"
    hears(talking, call, tmp_path, (100.0, silence(0.5)))
    assert Clip(talking.agent, call, AudioDirection.tx, target).write() == 0
    assert soundfile.info(target).frames == 0


def test_a_clip_cannot_be_written_to_a_directory(talking: Phone, tmp_path: Path) -> None:
    hears(talking, talking.agent.calls[0], tmp_path, (100.0, silence(0.5)))
    with pytest.raises(IsADirectoryError):
        Clip(talking.agent, talking.agent.calls[0], AudioDirection.rx, tmp_path)


def test_a_call_without_media_has_no_recording(talking: Phone) -> None:
    with pytest.raises(UsageError, match="alice has no recording yet: the call from .* is up .* w"):
        recording_of(talking.agent, talking.agent.calls[0], AudioDirection.rx)
