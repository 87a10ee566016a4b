"""What is said of a tone that was not heard for sure."""

import pytest

from BaresipLibrary.diagnosis.media import UNSTEADY
from BaresipLibrary.media.tones import ToneListener

from ..audio import signals
from ..scripted import Phone
from .recorded import RATE


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (-52.0, "The tone was there, but too faint to be sure of it, below -50 dBFS."),
        (-20.0, UNSTEADY),
    ],
)
def test_a_tone_that_was_there_is_told_with_what_it_lacked(
    talking: Phone, level: float, told: str
) -> None:
    listener = ToneListener(talking.agent, 440.0)
    listener.start(RATE)
    listener.feed(signals.tone(440, 0.12, RATE, level))
    assert listener.explanation([talking.agent], 0.0) == told
