"""Levels in dBFS."""

import numpy as np
import pytest

from BaresipLibrary.audio.levels import SILENCE_DBFS, level_dbfs

SINE = np.sin(2 * np.pi * 100 * np.arange(8000) / 8000)


@pytest.mark.parametrize(
    ("samples", "level"),
    [
        pytest.param(SINE, 0.0, id="full-scale sine"),
        pytest.param(SINE / 10, -20.0, id="a tenth of it"),
        pytest.param(np.sign(SINE + 1e-9), 3.0103, id="full-scale square"),
        pytest.param(np.full(100, 1 / 32768), -87.2987, id="one LSB"),
        pytest.param(SINE.reshape(2, -1), 0.0, id="shape does not matter"),
        pytest.param(np.zeros(160), SILENCE_DBFS, id="digital silence"),
        pytest.param(np.empty(0), SILENCE_DBFS, id="nothing"),
        pytest.param(np.full(10, 1e-9), SILENCE_DBFS, id="below the floor"),
    ],
)
def test_level_of_known_signals(samples: np.ndarray, level: float) -> None:
    assert level_dbfs(samples) == pytest.approx(level, abs=0.001)
