"""That a part of what an agent heard is missing, as on a machine that is too busy."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.agents.call import Call
from BaresipLibrary.diagnosis.lost_audio import explain_lost_audio
from BaresipLibrary.diagnosis.speech import explain_not_heard
from BaresipLibrary.media.tones import ToneListener

from ..audio import signals
from ..media.recorded import RATE, hears, tone
from ..scripted import Phone


def talking(folder: Path, *stretches: tuple[float, float]) -> tuple[Phone, Call]:
    """An agent that heard stretches of sound, each from a moment on and so many seconds long."""
    phone = Phone(folder)
    phone.rings("c")
    phone.is_established("c")
    call = phone.agent.calls[0]
    if stretches:
        hears(phone, call, folder, *((at, tone(seconds)) for at, seconds in stretches))
    return phone, call


@pytest.mark.parametrize(
    ("since", "stretches", "told"),
    [
        (0.0, [(100.0, 2.0), (102.5, 2.0), (105.5, 1.0)], "In 1.5 of 5.5 s"),
        (103.0, [(100.0, 2.0), (102.5, 2.0), (105.5, 1.0)], "In 1.0 of 2.5 s"),
        (102.2, [(100.0, 2.0), (102.5, 2.0), (105.5, 1.0)], "In 1.3 of 3.3 s"),
        (104.9, [(100.0, 2.0), (102.5, 2.0), (105.5, 1.0)], "In 0.6 of 0.6 s"),
        (105.6, [(100.0, 2.0), (102.5, 2.0), (105.5, 1.0)], None),
        (0.0, [(100.0, 2.0), (102.09, 2.0)], None),  # too little to be worth a word
        (0.0, [(100.0, 2.0), (102.3, 2.0), (104.0, 1.0)], None),  # it came late, and all of it
        (0.0, [(100.0, 20.0), (120.15, 1.0)], None),  # below 1 %
        (0.0, [], None),
    ],
)
def test_audio_that_was_not_recorded_is_told(
    tmp_path: Path, since: float, stretches: Sequence[tuple[float, float]], told: str | None
) -> None:
    phone, call = talking(tmp_path, *stretches)
    sentence = explain_lost_audio(phone.agent, call, since)
    rest = (
        " nothing was recorded of what alice heard: the other side sent no audio then, or its"
        " packets were lost, came too late or could not be read."
    )
    assert sentence == (told and told + rest)


@pytest.mark.parametrize("any_word", [True, False])
def test_missing_audio_explains_words_that_were_not_heard(tmp_path: Path, any_word: bool) -> None:
    phone, call = talking(tmp_path, (100.0, 2.0), (102.5, 2.0))
    agents = [phone.agent]
    samples = signals.speech(3, RATE, np.random.default_rng(3))

    def explained(samples: signals.Samples, since: float | None) -> str | None:
        return explain_not_heard(
            phone.agent, call, agents, 0.0, samples, RATE, any_word=any_word, since=since
        )

    assert (explained(samples, 0.0) or "").startswith("In 0.5 of 2.5 s nothing was recorded")
    assert explained(samples, None) is None
    faint = explained(signals.at_level(samples, -52), 0.0)
    assert faint is not None and faint.startswith("What alice heard is faint")


@pytest.mark.parametrize(
    ("heard", "why"), [(0.5, "In 0.5 of 2.5 s nothing"), (0.0, "The other side holds the call.")]
)
def test_missing_audio_explains_more_than_a_silence_that_came_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heard: float, why: str
) -> None:
    """Where something was heard, the silence after it is not why no word was understood."""
    phone, call = talking(tmp_path, (100.0, 2.0), (102.5, 2.0))
    monkeypatch.setattr(type(call), "held_by_peer", True)
    samples = np.concatenate([tone(heard), np.zeros(RATE)])
    told = explain_not_heard(
        phone.agent, call, [phone.agent], 0.0, samples, RATE, any_word=False, since=0.0
    )
    assert (told or "").startswith(why)


@pytest.mark.parametrize("heard", [tone(0.06), np.zeros(RATE // 2)])
def test_missing_audio_explains_a_tone_that_was_not_heard(
    tmp_path: Path, heard: signals.Samples
) -> None:
    phone, _ = talking(tmp_path, (100.0, 2.0), (102.5, 2.0))
    listener = ToneListener(phone.agent, 440.0)
    listener.began = 100.0
    listener.start(RATE)
    listener.feed(heard)
    explained = listener.explanation([phone.agent], 104.0) or ""
    assert "In 0.5 of 2.5 s nothing was recorded of what alice heard" in explained
    assert ("too short, unsteady" in explained) is bool(heard.any())
