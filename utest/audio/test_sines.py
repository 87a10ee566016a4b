"""The strongest sine in a stretch of audio."""

import numpy as np
import pytest

from BaresipLibrary.audio.sines import Sine, strongest_tone

from . import signals
from .signals import Samples


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("seconds", [0.05, 0.1, 1.0])
@pytest.mark.parametrize("frequency", [50, 440, 1234.5, 3700])
def test_strongest_tone_is_exact(frequency: float, seconds: float, rate: int) -> None:
    sound = signals.tone(frequency, seconds, rate, -23, 1.0) + 0.1
    tone = strongest_tone(sound, rate)
    assert tone is not None
    assert tone.frequency == pytest.approx(frequency, abs=0.2)
    assert tone.level == pytest.approx(-23, abs=0.1)
    assert tone.share == pytest.approx(1.0, abs=0.001)


def test_strongest_tone_of_two() -> None:
    tone = strongest_tone(signals.tone(440, 1, 8000, -12) + signals.tone(1000, 1, 8000, -15), 8000)
    assert tone == Sine(pytest.approx(440, abs=0.1), pytest.approx(-12, abs=0.1),
                        pytest.approx(2 / 3, abs=0.01))  # fmt: skip


@pytest.mark.parametrize("sound", [np.zeros(800), np.full(800, 0.5), np.empty(0), np.ones(15)])
def test_silence_has_no_strongest_tone(sound: Samples) -> None:
    assert strongest_tone(sound, 8000) is None
