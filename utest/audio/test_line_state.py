"""The classes of audio, and when something was audible."""

from collections.abc import Callable

import numpy as np
import pytest

from BaresipLibrary.audio.line_state import LineState, SoundFinder, classify_line, join_spans

from . import signals
from .signals import CODECS, Samples

Make = Callable[[np.random.Generator], Samples]


def tones(rng: np.random.Generator, *frequencies: float) -> Samples:
    """Tones at the same time, at -37 dBFS, of which none stands out."""
    time, count = np.arange(8000) / 8000, len(frequencies)
    phases = rng.uniform(0, 2 * np.pi, count)
    sines = [np.sin(2 * np.pi * f * time + p) for f, p in zip(frequencies, phases, strict=True)]
    return signals.at_level(np.sum(sines, axis=0), -37)


def after_noise(rng: np.random.Generator, *frequencies: float) -> Samples:
    """Noise as loud as the tones that follow it after 1.5 s."""
    follows = np.concatenate([tones(rng, *frequencies)] * 3)
    return np.concatenate([signals.comfort_noise(1.5, 8000, rng, -37), follows])


def resonance(rng: np.random.Generator) -> Samples:
    """Noise of a band 25 Hz wide, as steady as noise of so small a band can be."""
    band = np.abs(np.fft.rfftfreq(8000, 1 / 8000) - 500)
    spectrum = np.fft.rfft(rng.standard_normal(8000)) / (1 + np.square(band / 40))
    return signals.at_level(np.fft.irfft(spectrum), -45)


CASES: dict[str, tuple[LineState, Make]] = {
    "zeros": (LineState.DIGITAL_SILENCE, lambda rng: signals.silence(1, 8000)),
    "a constant": (LineState.DIGITAL_SILENCE, lambda rng: np.full(8000, 0.01)),
    "comfort noise": (
        LineState.COMFORT_NOISE,
        lambda rng: signals.comfort_noise(1, 8000, rng, -50),
    ),
    "faint white noise": (
        LineState.COMFORT_NOISE,
        lambda rng: signals.white_noise(1, 8000, rng, -62),
    ),
    "loud noise": (LineState.SIGNAL, lambda rng: signals.white_noise(1, 8000, rng, -12)),
    "faint speech": (LineState.SIGNAL, lambda rng: signals.speech(3, 8000, rng, -45)),
    "music": (LineState.SIGNAL, lambda rng: signals.music(3, 8000, rng, -20)),
    "a faint tone": (LineState.SIGNAL, lambda rng: signals.tone(440, 1, 8000, -50)),
    "a faint chord": (LineState.SIGNAL, lambda rng: tones(rng, 523, 659, 784)),
    "a chord of four": (LineState.SIGNAL, lambda rng: tones(rng, 262, 330, 392, 523)),
    "a faint hum": (LineState.SIGNAL, lambda rng: tones(rng, 200, 400, 600, 800, 1000)),
    "a tone after noise": (LineState.SIGNAL, lambda rng: after_noise(rng, 440)),
    "a chord after noise": (LineState.SIGNAL, lambda rng: after_noise(rng, 523, 659, 784)),
    "coloured noise": (LineState.COMFORT_NOISE, lambda rng: resonance(rng)),
    "a cadence": (LineState.SIGNAL, lambda rng: signals.cadence((425,), 0.2, 0.2, 2, 8000, -35)),
}


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("case", CASES)
def test_tells_silence_comfort_noise_and_signals_apart(case: str, codec: str) -> None:
    line, make = CASES[case]
    for seed in range(8):
        assert classify_line(CODECS[codec](make(np.random.default_rng(seed))), 8000) is line


def test_refuses_audio_that_is_too_short() -> None:
    with pytest.raises(ValueError, match=r"0\.100 s of audio are too short"):
        classify_line(np.zeros(800), 8000)


RATE = 8000


def tone(seconds: float, level: float = -12.0) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return 10 ** (level / 20) * np.sin(2 * np.pi * 440 * time)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


def found(*pieces: np.ndarray, chunk: int = 100_000) -> list[tuple[float, float]]:
    finder, samples = SoundFinder(RATE), np.concatenate(pieces)
    for first in range(0, samples.size, chunk):
        finder.feed(samples[first : first + chunk])
    return finder.sounds()


@pytest.mark.parametrize("chunk", [7, 160, 100_000])
def test_begin_and_end_are_right_to_a_block(chunk: int) -> None:
    ((begin, end),) = found(silence(0.203), tone(0.3), silence(0.2), chunk=chunk)
    assert begin == pytest.approx(0.203, abs=0.005)
    assert end == pytest.approx(0.503, abs=0.005)


def test_a_click_is_not_a_sound_and_a_drop_out_is_not_a_pause() -> None:
    pieces = [silence(0.1), tone(0.01), silence(0.1), tone(0.1), silence(0.01), tone(0.1)]
    ((begin, end),) = found(*pieces)
    assert (begin, end) == (pytest.approx(0.21, abs=0.005), pytest.approx(0.42, abs=0.005))


def test_a_pause_separates_sounds() -> None:
    assert len(found(tone(0.1), silence(0.03), tone(0.1))) == 2


@pytest.mark.parametrize(("level", "count"), [(-48.0, 1), (-55.0, 0)])
def test_sound_below_minus_50_dbfs_is_not_audible(level: float, count: int) -> None:
    assert len(found(tone(0.2, level))) == count


def test_a_constant_is_silence() -> None:
    assert found(np.full(RATE, 0.1)) == []


def test_without_audio_there_is_no_sound() -> None:
    assert SoundFinder(RATE).sounds() == []
    assert join_spans([]) == []
