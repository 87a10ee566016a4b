"""Sounds that are not words are what they are called."""

import numpy as np
import pytest

from BaresipLibrary.audio.levels import level_dbfs
from BaresipLibrary.audio.line_state import LineState, SoundFinder, classify_line
from BaresipLibrary.media.line_sounds import cough, noise


def test_noise_is_a_second_of_what_is_taken_for_noise() -> None:
    sound = noise()
    samples = sound.samples.astype(np.float64)
    assert sound.seconds == 1.0
    assert classify_line(samples * 0.9, sound.rate) is LineState.COMFORT_NOISE
    assert level_dbfs(samples) == pytest.approx(-30, abs=0.2)


def test_a_cough_is_short_and_has_two_bursts() -> None:
    sound = cough()
    finder = SoundFinder(sound.rate)
    finder.feed(sound.samples.astype(np.float64))
    [(begin, *_), *_] = finder.sounds()
    assert begin < 0.02
    assert 0.25 < sound.seconds < 0.5
    levels = np.square(sound.samples.reshape(-1, 160)).mean(axis=1)  # of 10 ms each
    first, breath, second = levels[:6].max(), levels[15:24].min(), levels[25:32].max()
    assert first > second > 4 * breath


def test_they_are_the_same_each_time() -> None:
    assert noise() is noise()
    assert np.abs(cough().samples).max() <= 1.0
