"""What is on a line."""

from collections.abc import Callable

import numpy as np
import pytest

from BaresipLibrary.audio.line_state import LineState, classify_line

from . import signals
from .signals import CODECS, Samples

Make = Callable[[np.random.Generator], Samples]
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
    "a cadence": (LineState.SIGNAL, lambda rng: signals.cadence((425,), 0.2, 0.2, 2, 8000, -35)),
}


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("case", CASES)
def test_what_is_on(case: str, codec: str) -> None:
    line, make = CASES[case]
    for seed in range(8):
        assert classify_line(CODECS[codec](make(np.random.default_rng(seed))), 8000) is line


def test_short_is_not_enough() -> None:
    with pytest.raises(ValueError, match=r"0\.100 s are too short"):
        classify_line(np.zeros(800), 8000)
