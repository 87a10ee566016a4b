"""References for scores of speech, and scores as they are returned and told."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from BaresipLibrary.errors import NothingYet, UsageError
from BaresipLibrary.media.results import SpeechQualityField
from BaresipLibrary.media.speech_quality import ReferenceSearch, SpeechClip, load_reference

from ..audio import signals
from .recorded import RATE, ListeningAgent

CLIP = SpeechClip(np.zeros(8000), 8000, 1.0, 2.0, "MOS from 1 to 5", "a model")
TALK = signals.speech(4, RATE, np.random.default_rng(1))


@pytest.fixture
def bob(tmp_path: Path) -> ListeningAgent:
    return ListeningAgent(tmp_path)


def search(bob: ListeningAgent, samples: signals.Samples, rate: int) -> ReferenceSearch:
    """A search for a reference, saved to a file."""
    path = bob.path.with_name("prompt.wav")
    soundfile.write(path, samples, rate)
    return ReferenceSearch(
        bob.agent, bob.agent.require_call("with speech"), load_reference(path), {}
    )


@pytest.mark.parametrize(
    ("prompt", "rate", "band"),
    [
        (TALK, RATE, "narrowband"),
        (soxr.resample(TALK, RATE, 16000), 16000, "narrowband"),
        (soxr.resample(TALK, RATE, 44100, "LQ"), 44100, "narrowband"),
        (signals.speech(4, 16000, np.random.default_rng(1)), 16000, "wideband"),
    ],
    ids=["8000", "16000 made of 8000", "44100 made of 8000", "16000"],
)
def test_the_scale_names_the_band_of_the_sound_and_not_of_the_file(
    prompt: signals.Samples, rate: int, band: str, bob: ListeningAgent
) -> None:
    bob.write(np.concatenate([soxr.resample(prompt, rate, RATE), signals.silence(1, RATE)]))
    found = search(bob, prompt, rate).newest()
    assert found.scale == f"MOS-LQO from 1 to 5 beside a {band} reference"


def test_what_has_not_arrived_is_not_called_similar(bob: ListeningAgent) -> None:
    bob.write(TALK[:RATE])
    with pytest.raises(NothingYet) as nothing:
        search(bob, TALK, RATE).newest()
    lasts = "it lasts 4.0 s, and 1.0 s of audio have arrived"
    assert str(nothing.value) == f"bob has not heard all of prompt.wav: {lasts}."


def test_how_alike_another_prompt_was_is_told(bob: ListeningAgent) -> None:
    bob.write(signals.speech(6, RATE, np.random.default_rng(2)))
    with pytest.raises(NothingYet, match=r"the most similar 4\.0 s were \d+% alike, which is not"):
        search(bob, TALK, RATE).newest()


def test_what_may_go_on_is_not_called_too_different(bob: ListeningAgent) -> None:
    bob.write(TALK)
    with pytest.raises(NothingYet) as nothing:
        search(bob, TALK, RATE).newest()
    so_far = "it began 4.00 s ago, and 4.17 s are needed"
    assert str(nothing.value) == f"bob has not heard all of prompt.wav yet: {so_far}."


def test_the_level_of_a_reference_without_speech_is_told(bob: ListeningAgent) -> None:
    with pytest.raises(UsageError, match=r"no speech was found in it\. Its level is -80 dBFS\.$"):
        search(bob, TALK * 0.001, RATE)


def test_a_score_is_rounded_only_where_it_is_told() -> None:
    """3.496 is not 3.5, whatever the log shows."""
    score = CLIP.score(SpeechQualityField.sig, {"sig": 3.496, "bak": 2.0})
    assert score == 3.496
    assert score.scores["sig"] == 3.496
    assert score.story.startswith("sig 3.50, bak 2.00; MOS from 1 to 5; a model; 1.0 to 2.0 s")
