"""Why words were not heard: the audio is bad, or there is none."""

from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.diagnosis.speech import explain_not_heard

from ..audio import signals
from ..audio.signals import Samples
from ..scripted import Phone

RATE = 8000
TALK = signals.speech(3, RATE, np.random.default_rng(3))
NOTHING = np.zeros(0)


def explained(folder: Path, samples: Samples, *, any_word: bool, held: bool = False) -> str | None:
    phone = Phone(folder)
    phone.rings("c")
    phone.is_established("c")
    call = phone.agent.calls[0]
    if held:
        call.offers.believe(ours=False, on=True, at=0.0)
    return explain_not_heard(
        phone.agent, call, [phone.agent], 0.0, samples, RATE, any_word=any_word
    )


@pytest.mark.parametrize("any_word", [True, False])
def test_bad_audio_explains_it_whether_words_were_heard_or_not(
    tmp_path: Path, any_word: bool
) -> None:
    faint = signals.at_level(TALK, -52)
    clipped = np.clip(20 * signals.at_level(TALK, -16), -1, 1)
    sentence = explained(tmp_path, faint, any_word=any_word)
    assert sentence is not None and sentence.startswith("What alice heard is faint: its loud parts")
    sentence = explained(tmp_path, clipped, any_word=any_word)
    assert sentence is not None and "seems to be clipped" in sentence


def test_a_hold_explains_that_nothing_was_heard(tmp_path: Path) -> None:
    assert (
        explained(tmp_path, NOTHING, any_word=False, held=True) == "The other side holds the call."
    )
    assert explained(tmp_path, signals.at_level(TALK, -20), any_word=True, held=True) is None


def noise(seconds: float) -> Samples:
    return signals.white_noise(seconds, RATE, np.random.default_rng(1), -58)


def test_a_short_answer_on_a_noisy_line_is_not_faint(tmp_path: Path) -> None:
    answer = signals.at_level(TALK[: RATE // 2], -20)
    heard = np.concatenate([noise(10), answer, noise(1.5)])
    assert explained(tmp_path, heard, any_word=True) is None


def test_a_short_faint_answer_is_faint(tmp_path: Path) -> None:
    answer = signals.at_level(TALK[: RATE // 2], -48)
    heard = np.concatenate([signals.silence(10, RATE), answer, signals.silence(1.5, RATE)])
    sentence = explained(tmp_path, heard, any_word=True)
    assert sentence is not None and sentence.startswith("What alice heard is faint")


def test_noise_alone_does_not_hide_why_nothing_was_said(tmp_path: Path) -> None:
    assert explained(tmp_path, noise(5), any_word=False, held=True) == (
        "The other side holds the call."
    )
