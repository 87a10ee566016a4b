"""Prompts: what is read, what is refused, what is played."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from BaresipLibrary.audio.prompt_files import CODEC_RATES, load_prompt
from BaresipLibrary.audio.sines import strongest_tone

from . import signals


def played(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, dtype="<i2") / 32768


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prompt.wav"


def test_renders_at_every_codec_rate() -> None:
    assert CODEC_RATES == (8000, 16000, 48000)


@pytest.mark.parametrize("target", [*CODEC_RATES, 44100])
@pytest.mark.parametrize("source", [8000, 11025, 44100, 48000])
def test_resampling_keeps_frequency_and_level(path: Path, source: int, target: int) -> None:
    soundfile.write(path, signals.tone(1000, 1, source, -12), source, "PCM_16")
    sound = played(load_prompt(path).render(target))
    assert sound.size == pytest.approx(target, abs=2)
    tone = strongest_tone(sound[target // 10 : -target // 10], target)
    assert tone is not None
    assert tone.frequency == pytest.approx(1000, abs=0.05)
    assert tone.level == pytest.approx(-12, abs=0.1)
    assert tone.share > 0.9999


def test_resampling_leaves_no_alias(path: Path) -> None:
    soundfile.write(path, signals.tone(7000, 1, 44100, -6), 44100, "PCM_16")
    sound = played(load_prompt(path).render(8000))
    assert np.abs(sound[800:-800]).max() < 0.001


@pytest.mark.parametrize(
    ("name", "coding"),
    [("a.wav", "PCM_U8"), ("a.wav", "PCM_16"), ("a.wav", "PCM_24"), ("a.wav", "PCM_32"),
     ("a.wav", "FLOAT"), ("a.wav", "DOUBLE"), ("a.wav", "ULAW"), ("a.flac", "PCM_16")],
)  # fmt: skip
@pytest.mark.parametrize("channels", [1, 2])
def test_reads_what_libsndfile_decodes(
    tmp_path: Path, name: str, coding: str, channels: int
) -> None:
    sound = signals.tone(440, 0.5, 8000, -12)
    soundfile.write(tmp_path / name, np.column_stack([sound] * channels), 8000, coding)
    prompt = load_prompt(tmp_path / name)
    assert (prompt.path, prompt.sample_rate, prompt.seconds) == (tmp_path / name, 8000, 0.5)
    tone = strongest_tone(played(prompt.render(8000)), 8000)
    assert tone is not None
    assert tone.frequency == pytest.approx(440, abs=0.1)
    assert tone.level == pytest.approx(-12, abs=0.1)


def test_the_content_decides_the_format_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "prompt.raw"
    soundfile.write(path, np.zeros(80), 8000, "PCM_16", format="WAV")
    assert load_prompt(str(path)).render(8000) == bytes(160)


def test_stereo_is_averaged(path: Path) -> None:
    left, right = np.full(100, 0.5), np.full(100, -0.25)
    soundfile.write(path, np.column_stack([left, right]), 8000, "PCM_16")
    assert played(load_prompt(path).render(8000)).tolist() == [0.125] * 100


def test_refuses_channels_that_cancel_each_other(path: Path) -> None:
    """What is left of them would be sent as silence."""
    left = signals.tone(440, 1, 8000)
    soundfile.write(path, np.column_stack([left, -left]), 8000)
    with pytest.raises(ValueError, match="the 2 of the file cancel each other when they are mixed"):
        load_prompt(path)


def test_too_loud_is_clipped_and_not_wrapped(path: Path) -> None:
    soundfile.write(path, np.array([1.5, 1.0, -1.0, -1.5, 0.5]), 8000, "FLOAT")
    assert load_prompt(path).render(8000) == np.array(
        [32767, 32767, -32768, -32768, 16384], dtype="<i2"
    ).tobytes()  # fmt: skip


def test_a_square_wave_is_clipped_after_resampling(path: Path) -> None:
    square = np.sign(signals.tone(441, 1, 44100, 0))
    soundfile.write(path, square, 44100, "FLOAT")
    sound = played(load_prompt(path).render(48000))
    steps = np.abs(np.diff(sound))
    assert np.count_nonzero(steps > 1.0) < 2 * 441 * 2  # its own edges; wrapping adds more
    assert sound.max() == 32767 / 32768
    assert sound.min() == -1.0


@pytest.mark.parametrize("rate", [0, -8000])
def test_refuses_rates_that_do_not_exist(path: Path, rate: int) -> None:
    soundfile.write(path, np.zeros(80), 8000)
    with pytest.raises(ValueError, match=f"can't be played at {rate} samples a second"):
        load_prompt(path).render(rate)


def test_names_a_file_that_is_missing(path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        load_prompt(path)
    assert str(caught.value) == f"There is no audio file {path}."


def test_names_a_directory(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r" is a directory, not an audio file\.$") as caught:
        load_prompt(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", r" is not an audio file: it is empty\.$"),
     (b"once upon a time " * 20, r" is not an audio file: Format not recognised\.$")],
)  # fmt: skip
def test_refuses_files_that_are_not_audio(path: Path, content: bytes, sentence: str) -> None:
    path.write_bytes(content)
    with pytest.raises(ValueError, match=sentence) as caught:
        load_prompt(path)
    assert str(path) in str(caught.value)


def test_refuses_a_file_without_samples(path: Path) -> None:
    soundfile.write(path, np.empty(0), 8000)
    with pytest.raises(ValueError, match=r" has no audio: it holds 0 samples\.$"):
        load_prompt(path)


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_refuses_samples_that_are_not_numbers(path: Path, broken: float) -> None:
    soundfile.write(path, np.array([0.0, broken, broken, 0.1]), 8000, "FLOAT")
    with pytest.raises(ValueError, match=r"can't be played: 2 of its samples are not finite"):
        load_prompt(path)
