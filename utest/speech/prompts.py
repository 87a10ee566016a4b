"""Prompts by a human voice, which Debian's package asterisk-core-sounds-en-wav brings."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from BaresipLibrary.speech.engines import RATE

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
needs_prompts = pytest.mark.skipif(
    not (PROMPTS / "conf-onlyperson.wav").exists(), reason="asterisk-core-sounds-en-wav is missing"
)


def prompt(name: str) -> NDArray[np.float32]:
    """A prompt as engines get it."""
    samples, rate = soundfile.read(PROMPTS / f"{name}.wav", dtype="float32")
    return np.asarray(soxr.resample(samples, rate, RATE))
