"""Scores of speech, as they are returned and told."""

import numpy as np

from BaresipLibrary.media.results import SpeechQualityField, SpeechScore
from BaresipLibrary.media.speech_quality import SpeechClip

CLIP = SpeechClip(np.zeros(8000), 8000, 1.0, 2.0, "MOS from 1 to 5", "a model")


def test_a_score_is_rounded_only_where_it_is_told() -> None:
    """3.496 is not 3.5, whatever the log shows."""
    score = SpeechScore.of(SpeechQualityField.sig, CLIP, {"sig": 3.496, "bak": 2.0})
    assert score == 3.496
    assert score.scores["sig"] == 3.496
    assert score.story.startswith("sig 3.50, bak 2.00; MOS from 1 to 5; a model; 1.0 to 2.0 s")
