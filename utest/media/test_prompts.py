"""Prompts are heard from their beginning to their end, on recordings that a test writes."""

import time
import wave
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.events import AudioTimed, ClosedBy
from BaresipLibrary.media.prompts import listen_for_prompt

from ..audio import signals
from ..audio.signals import Samples
from .recorded import RATE, ListeningAgent, silence


def said(path: Path, samples: Samples) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def voice(seed: int, seconds: float = 3.0) -> Samples:
    return signals.speech(seconds, RATE, np.random.default_rng(seed), base_pitch=140.0)


def test_a_prompt_is_heard_to_its_end(bob: ListeningAgent, tmp_path: Path) -> None:
    welcome = voice(11)
    bob.hears(silence(0.5), welcome, silence(1))
    file = said(tmp_path / "welcome.wav", welcome)
    heard = listen_for_prompt(bob.agent, [file], 5, to_its_end=True)
    assert heard.name == "welcome.wav"
    assert heard.offset == pytest.approx(0.5, abs=0.02)
    assert heard.score > 0.95


def test_a_prompt_that_breaks_off_is_not_heard_to_its_end(
    bob: ListeningAgent, tmp_path: Path
) -> None:
    welcome = voice(11)
    bob.hears(np.concatenate([welcome[: 2 * RATE], silence(3)]))
    bob.then = lambda: bob.phone.closes("in-1", ClosedBy.PEER)
    file = said(tmp_path / "welcome.wav", welcome)
    with pytest.raises(
        PhoneFailure, match=r"to its end: .* was 1\.0 s of digital silence; the call"
    ):
        listen_for_prompt(bob.agent, [file], 5, to_its_end=True)


@pytest.mark.parametrize("plays", [True, False])
def test_missing_audio_explains_that_a_prompt_was_not_heard(
    bob: ListeningAgent, tmp_path: Path, plays: bool
) -> None:
    welcome = voice(11)
    heard = np.concatenate([welcome[: 2 * RATE], silence(3)]) if plays else voice(12)
    bob.hears(heard)
    now = time.monotonic()
    for frame, at in ((0, now + 100.0), (2 * RATE, now + 102.5)):
        bob.phone.backend.feed(AudioTimed(now, "in-1", bob.path, frame, at, at))
    file = said(tmp_path / "welcome.wav", welcome)
    with pytest.raises(PhoneFailure) as failure:
        listen_for_prompt(bob.agent, [file], 0.3, to_its_end=True)
    assert isinstance(failure.value, CallFailure)
    explanation = failure.value.find_explanation([bob.agent])
    assert explanation is not None and explanation.startswith("In 0.5 of 2.5 s nothing was")


def test_a_prompt_that_begins_alike_is_not_mistaken_for_it(
    bob: ListeningAgent, tmp_path: Path
) -> None:
    first = voice(11, 1.5)
    one, two = (np.concatenate([first, voice(seed)]) for seed in (12, 13))
    files = [said(tmp_path / "one.wav", one), said(tmp_path / "two.wav", two)]
    bob.hears(np.concatenate([silence(0.2), two, silence(1)]))
    bob.then = lambda: bob.phone.closes("in-1", ClosedBy.PEER)
    with pytest.raises(PhoneFailure, match=r"bob did not hear one\.wav begin within 5 s"):
        listen_for_prompt(bob.agent, files, 5)


def test_a_prompt_that_begins_too_late_is_named(bob: ListeningAgent, tmp_path: Path) -> None:
    welcome = voice(11)
    bob.hears(np.concatenate([silence(0.7), welcome]))
    file = said(tmp_path / "welcome.wav", welcome)
    with pytest.raises(
        PhoneFailure, match=r"within 0\.5 s: it heard welcome\.wav, which began 0\.7"
    ):
        listen_for_prompt(bob.agent, [file], 0.5)
