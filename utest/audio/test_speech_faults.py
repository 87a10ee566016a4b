"""What makes speech hard to understand: that it is faint, or clipped."""

from collections.abc import Callable

import numpy as np
import pytest

from BaresipLibrary.audio.speech_faults import clipped_share, is_faint, loud_parts

from . import signals
from .signals import Samples

RATE = 8000


def speech(level: float) -> Samples:
    talk = signals.speech(4, RATE, np.random.default_rng(3))
    pause = signals.silence(1, RATE)
    return np.concatenate([pause, signals.at_level(talk, level), pause])


@pytest.mark.parametrize(
    ("level", "faint"), [(-20, False), (-32, False), (-52, True), (-90, False)]
)
def test_faint_speech(level: float, faint: bool) -> None:
    assert is_faint(speech(level), RATE) is faint


def test_what_holds_nothing_is_not_faint() -> None:
    assert loud_parts(np.zeros(0), RATE) is None
    assert not is_faint(np.zeros(0), RATE)
    assert not is_faint(signals.silence(3, RATE), RATE)


@pytest.mark.parametrize(
    ("gain", "least", "most"), [(1, 0.0, 0.0), (8, 0.05, 0.9), (30, 0.3, 0.95)]
)
def test_clipped_speech(gain: float, least: float, most: float) -> None:
    clipped = np.clip(gain * speech(-16), -1.0, 1.0)
    assert least <= clipped_share(clipped) <= most


def test_loud_speech_tones_and_silence_are_not_clipped() -> None:
    assert clipped_share(signals.at_level(speech(-16), -12)) < 0.01
    assert clipped_share(signals.tone(440, 1, RATE, 0.0)) == 0.0
    assert clipped_share(np.zeros(0)) == 0.0
    assert clipped_share(signals.silence(1, RATE)) == 0.0


@pytest.mark.parametrize("codec", [signals.mu_law, signals.a_law])
@pytest.mark.parametrize("pitch", [60, 110, 220])
@pytest.mark.parametrize("level", [-4.4, -3.4, -2.9, -0.9])
def test_the_wide_steps_of_g711_are_not_clipping(
    codec: Callable[[Samples], Samples], pitch: int, level: float
) -> None:
    assert clipped_share(codec(signals.tone(pitch, 2, RATE, level))) == 0.0
    two = signals.tone(pitch, 2, RATE, -9) + signals.tone(1.5 * pitch, 2, RATE, -9)
    assert clipped_share(codec(two)) < 0.01


@pytest.mark.parametrize("codec", [signals.mu_law, signals.a_law])
def test_what_was_clipped_before_g711_is_found(codec: Callable[[Samples], Samples]) -> None:
    assert clipped_share(codec(np.clip(8 * speech(-16), -1.0, 1.0))) > 0.05
