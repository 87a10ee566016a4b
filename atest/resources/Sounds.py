"""Audio files made when they are needed."""

from pathlib import Path

import numpy as np
import soundfile
from robot.libraries.BuiltIn import BuiltIn

from utest.audio import signals


def make_tone_file(
    name: str,
    frequency: float,
    seconds: float = 10.0,
    rate: int = 8000,
    channels: int = 1,
    subtype: str = "PCM_16",
) -> Path:
    """Writes a WAV file with a tone at -12 dBFS below the output directory; returns its path."""
    path = _new_path(name)
    times = np.arange(round(seconds * rate)) / rate
    tone = 10 ** (-12 / 20) * np.sin(2 * np.pi * frequency * times)
    soundfile.write(path, np.repeat(tone[:, None], channels, axis=1), rate, subtype=subtype)
    return path


def make_sound_file(name: str, kind: str, seed: int, seconds: float, level: float = -20.0) -> Path:
    """Writes speech (of one voice), music, white_noise or comfort_noise; returns its path."""
    generator = np.random.default_rng(seed)
    options = {"base_pitch": 140.0} if kind == "speech" else {}
    samples = getattr(signals, kind)(seconds, 16000, generator, level, **options)
    path = _new_path(name)
    soundfile.write(path, samples, 16000)
    return path


def punch_hole(path: Path, every: float, length: float) -> Path:
    """Makes a file silent for `length` in every `every` seconds."""
    samples, rate = soundfile.read(path)
    samples[np.mod(np.arange(samples.size) / rate, every) >= every - length] = 0.0
    soundfile.write(path, samples, rate)
    return path


def amplify_sound_file(name: str, path: Path, gain: float, lead: float = 1.0) -> Path:
    """Writes a file louder by `gain` dB, clipped at full scale, after `lead` s of silence."""
    samples, rate = soundfile.read(path)
    louder = np.clip(samples * 10 ** (gain / 20), -1.0, 1.0)
    amplified = _new_path(name)
    soundfile.write(amplified, np.concatenate([np.zeros(round(lead * rate)), louder]), rate)
    return amplified


def join_sound_files(name: str, *paths: Path) -> Path:
    """Writes one file that plays others one after the other; returns its path."""
    path = _new_path(name)
    soundfile.write(path, np.concatenate([soundfile.read(one)[0] for one in paths]), 16000)
    return path


def _new_path(name: str) -> Path:
    folder = Path(BuiltIn().get_variable_value("${OUTPUT DIR}")) / "sounds"
    folder.mkdir(exist_ok=True)
    return folder / name
