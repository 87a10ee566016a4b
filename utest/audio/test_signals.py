"""The codecs of the signals that tests make."""

from collections.abc import Callable

import numpy as np
import pytest

from . import signals
from .signals import Samples


@pytest.mark.parametrize(
    ("codec", "loudest"), [(signals.mu_law, 32124 / 32768), (signals.a_law, 32256 / 32768)]
)
def test_companding_as_g711_has_it(codec: Callable[[Samples], Samples], loudest: float) -> None:
    """Largest value, symmetry, 33 to 39 dB of signal to quantisation noise over 30 dB of level."""
    ends = codec(np.array([-1.0, 1.0]))
    assert ends.tolist() == [-loudest, loudest]
    for level in (-3, -20, -33):
        sound = signals.tone(437, 1, 8000, level)
        noise = signals.level_of(codec(sound) - sound)
        assert 33 <= level - noise <= 42
    values = np.unique(codec(np.arange(-32768, 32768) / 32768))
    assert values.size in (255, 256)
