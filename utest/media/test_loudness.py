"""Levels and gaps, on recordings that a test writes."""

import numpy as np
import pytest

from BaresipLibrary.backends.base import Packets
from BaresipLibrary.errors import PhoneFailure
from BaresipLibrary.media.loudness import _left_out, find_dropouts, measure_level
from BaresipLibrary.media.sample_listener import ArrivedAudio

from ..audio import signals
from .recorded import RATE, ListeningAgent, silence


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_a_level_is_that_of_the_audio_asked_for(bob: ListeningAgent) -> None:
    bob.hears(np.concatenate([silence(0.3), signals.tone(440, 1, RATE, -20), silence(1)]))
    heard = measure_level(bob.agent, 1)
    assert heard.level == pytest.approx(-20, abs=0.1)
    assert str(heard) == "-20.0 dBFS in 1 s (1.0 s of 440 Hz tone)"


def test_packets_of_which_a_part_was_heard_arrived_nevertheless(
    bob: ListeningAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("BaresipLibrary.media.loudness.PATIENCE", 0.1)
    counts = iter([Packets(0, 0)])
    monkeypatch.setattr(
        bob.phone.backend, "count_packets", lambda _: next(counts, Packets(150, 245))
    )
    bob.hears(silence(0.4))
    told = "it heard only 0.1 s of 0.3 s; 150 RTP packets arrived, more than bob's baresip recorded"
    with pytest.raises(AssertionError, match=told):
        measure_level(bob.agent, 0.3)


def test_holes_in_a_tone_are_found_longest_first(bob: ListeningAgent) -> None:
    tone = signals.tone(1720, 4, RATE)
    tone[8000:8400] = 0
    tone[16000:17200] = 0
    bob.hears(tone)
    first, second = find_dropouts(bob.agent, 3)
    assert (first.kind, second.kind) == ("silent", "silent")
    assert (first.length, second.length) == pytest.approx((0.15, 0.05), abs=0.005)


def test_a_tone_of_which_every_fifth_packet_is_left_out_has_gaps(bob: ListeningAgent) -> None:
    tone = signals.tone(1720, 5, RATE).reshape(-1, 160)
    bob.hears(tone[rng().random(len(tone)) >= 0.2].ravel())
    assert len(find_dropouts(bob.agent, 3)) > 5


def test_speech_that_runs_on_has_no_gaps(bob: ListeningAgent) -> None:
    bob.hears(signals.speech(5, RATE, rng()))
    assert find_dropouts(bob.agent, 3) == []


@pytest.mark.parametrize("second", [444.0, 450.0, 460.0, 480.0])
def test_two_tones_that_beat_have_no_gaps(bob: ListeningAgent, second: float) -> None:
    """440 and 480 Hz are the ringback tone of North America."""
    bob.hears(signals.tone(440, 5, RATE) + signals.tone(second, 5, RATE))
    assert find_dropouts(bob.agent, 3) == []


def test_silence_has_no_gaps(bob: ListeningAgent) -> None:
    bob.hears(silence(2))
    with pytest.raises(
        PhoneFailure,
        match=r"bob heard no sound above -50 dBFS on average, in which gaps could be found, in 1 s",
    ):
        find_dropouts(bob.agent, 1)


def test_a_tone_that_is_too_faint_is_told_in_a_sentence(bob: ListeningAgent) -> None:
    bob.hears(signals.tone(440, 2, RATE, -52))
    with pytest.raises(PhoneFailure, match=r"no sound above -50 dBFS .*: 1\.0 s of faint sound\."):
        find_dropouts(bob.agent, 1)


def test_a_short_sound_in_silence_is_not_denied(bob: ListeningAgent) -> None:
    bob.hears(np.concatenate([silence(1.5), signals.tone(440, 0.2, RATE, -42), silence(1.5)]))
    with pytest.raises(PhoneFailure, match="no sound above -50 dBFS on average, .* 440 Hz tone"):
        find_dropouts(bob.agent, 2.5)


def test_a_faint_tone_below_clicks_has_no_gaps_that_could_be_told(bob: ListeningAgent) -> None:
    tone = signals.tone(440, 2, RATE, -52)
    tone[6000::800] = 0.1
    bob.hears(tone)
    assert find_dropouts(bob.agent, 1) == []


def arrivals(*late: float) -> list[ArrivedAudio]:
    """Pieces of 20 ms, each so late (s)."""
    return [ArrivedAudio(0.02 * n + one, 0.02 * n) for n, one in enumerate(late)]


def test_audio_left_out_makes_all_that_follows_later() -> None:
    """It may have been lost, or the sender may have paused: that is not told."""
    (dropout,) = _left_out(arrivals(*[0.0] * 30, *[0.1] * 30))
    assert str(dropout) == "100 ms without audio at 0.58 s"
    assert dropout.length == pytest.approx(0.1)
    assert dropout.begin == pytest.approx(29 * 0.02)


def test_a_busy_machine_leaves_no_audio_out() -> None:
    assert _left_out(arrivals(*[0.0] * 30, 0.15, 0.13, 0.11, 0.09, *[0.0] * 30)) == []
