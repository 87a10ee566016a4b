"""What two agents hear of each other, and from when on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from BaresipLibrary.audio.tones import ToneDetector
from BaresipLibrary.backends.base import ToneSource
from BaresipLibrary.media import connections

from .recorded import RATE, ListeningAgent, silence, tone

Pair = tuple[ListeningAgent, ListeningAgent]
SIDES = ((0, 620.0), (1, 440.0))


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return ListeningAgent(tmp_path, "alice"), ListeningAgent(tmp_path, "bob")


def heard_while_loading(
    pair: Pair, audio: Callable[[float], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Who has heard whose tone, when this arrived while what detects tones was loaded."""

    def arrive() -> None:
        for number, frequency in SIDES:
            pair[number].write(audio(frequency))

    monkeypatch.setattr(connections, "load_hearing", arrive)
    agents = [(pair[0].agent, pair[1].agent)]
    (connection,) = connections.check_connections(agents, within=0)
    return [heard.agent.name for heard in connection.heard]


def after_silence(frequency: float) -> np.ndarray:
    return np.concatenate([silence(0.06), tone(0.1, frequency), silence(0.5)])


def at_once(frequency: float) -> np.ndarray:
    """Long enough for a clear tone, too short for one that may be old."""
    return np.concatenate([tone(0.1, frequency), silence(0.5)])


def test_what_arrives_while_the_detector_of_tones_is_loaded_counts(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert heard_while_loading(pair, after_silence, monkeypatch) == ["bob", "alice"]


def test_the_first_audio_of_a_call_is_not_old_where_nothing_was_sent_before(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert heard_while_loading(pair, at_once, monkeypatch) == ["bob", "alice"]


def test_audio_may_be_old_where_something_was_sent_before(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = pair[0].agent
    alice.sources.choose(alice.calls[0], ToneSource(440.0), "tone:440")
    assert heard_while_loading(pair, at_once, monkeypatch) == ["alice"]


def test_audio_may_be_old_where_some_was_heard_before(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = silence(0.1)
    for agent in pair:
        agent.write(before)

    def after_before(frequency: float) -> np.ndarray:
        return np.concatenate([before, at_once(frequency)])

    assert heard_while_loading(pair, after_before, monkeypatch) == []


@pytest.mark.parametrize(("nothing_before", "needed"), [(True, 0.08), (False, 0.15)])
def test_a_tone_at_the_very_beginning_may_be_old_unless_nothing_was_sent(
    nothing_before: bool, needed: float
) -> None:
    detector = ToneDetector(440.0, RATE, nothing_before=nothing_before)
    audio = tone(1.0)
    step = RATE // 100
    heard_after = next(
        end / RATE
        for end in range(step, audio.size, step)
        if detector.feed(audio[end - step : end])
    )
    assert heard_after == pytest.approx(needed, abs=0.011)
