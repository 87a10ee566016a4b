"""What is audible, and from when to when."""

import numpy as np
import pytest

from BaresipLibrary.audio.line_state import SoundFinder, join_spans

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


def test_a_click_is_no_sound_and_a_drop_out_no_pause() -> None:
    pieces = [silence(0.1), tone(0.01), silence(0.1), tone(0.1), silence(0.01), tone(0.1)]
    ((begin, end),) = found(*pieces)
    assert (begin, end) == (pytest.approx(0.21, abs=0.005), pytest.approx(0.42, abs=0.005))


def test_a_pause_parts_sounds() -> None:
    assert len(found(tone(0.1), silence(0.03), tone(0.1))) == 2


@pytest.mark.parametrize(("level", "count"), [(-48.0, 1), (-55.0, 0)])
def test_what_is_audible(level: float, count: int) -> None:
    assert len(found(tone(0.2, level))) == count


def test_a_constant_is_silence() -> None:
    assert found(np.full(RATE, 0.1)) == []


def test_nothing_was_fed() -> None:
    assert SoundFinder(RATE).sounds() == []
    assert join_spans([]) == []
