"""What a recording holds, from its first second to its last."""

import time
from itertools import pairwise

import numpy as np
import pytest

from BaresipLibrary.audio.timeline import Sound, Stretch, Timeline, timeline

from . import signals
from .signals import CODECS, Samples

RATES = (8000, 16000, 48000)
TONE, SILENCE, FAINT, OTHER = Sound.TONE, Sound.SILENCE, Sound.FAINT, Sound.OTHER


def dual(low: float, high: float, seconds: float, rate: int, twist: float = 0.0) -> Samples:
    return signals.tone(low, seconds, rate, -15) + signals.tone(high, seconds, rate, -15 + twist)


def heard(found: Timeline) -> list[tuple[Sound, tuple[int, ...]]]:
    return [(one.sound, tuple(round(hz) for hz in one.frequencies)) for one in found.stretches]


def covers(found: Timeline, samples: Samples, rate: int) -> bool:
    bounds = [one.begin for one in found.stretches] + [found.seconds]
    return (
        found.seconds == samples.size / rate
        and found.stretches[0].begin == 0
        and found.stretches[-1].end == found.seconds
        and all(left.end == right.begin for left, right in pairwise(found.stretches))
        and all(begin < end for begin, end in pairwise(bounds))
    )


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("codec", CODECS)
def test_divides_a_call_that_has_every_kind_of_sound(rate: int, codec: str) -> None:
    rng = np.random.default_rng(5)
    parts = [
        signals.silence(0.5, rate),
        signals.tone(440, 1.0, rate),
        signals.tone(880, 0.5, rate),
        signals.comfort_noise(0.7, rate, rng, -60),
        signals.white_noise(1.0, rate, rng),
        signals.silence(1.0, rate),
        dual(350, 440, 1.0, rate),
        signals.silence(0.3, rate),
    ]
    samples = CODECS[codec](np.concatenate(parts))
    found = timeline(samples, rate)
    assert heard(found) == [
        (SILENCE, ()), (TONE, (440,)), (TONE, (880,)), (FAINT, ()),
        (OTHER, ()), (SILENCE, ()), (TONE, (350, 440)), (SILENCE, ()),
    ]  # fmt: skip
    ends = np.cumsum([part.size for part in parts]) / rate
    assert [one.end for one in found.stretches] == pytest.approx(ends.tolist(), abs=0.03)
    levels = [one.level for one in found.stretches]
    assert levels[1:7:2] == pytest.approx([-12, -60, levels[5]], abs=0.4)
    assert covers(found, samples, rate)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("seed", range(6))
def test_stretches_cover_the_recording_without_overlap(rate: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    makers = (
        lambda s: signals.silence(s, rate),
        lambda s: signals.tone(float(rng.uniform(60, 3900)), s, rate, float(rng.uniform(-60, 0))),
        lambda s: signals.white_noise(s, rate, rng, float(rng.uniform(-80, -10))),
        lambda s: dual(697, 1336, s, rate),
    )
    parts = [makers[rng.integers(4)](float(rng.uniform(0.001, 0.4))) for _ in range(30)]
    samples = np.concatenate([*parts, signals.silence(0.0003, rate)])
    assert covers(timeline(samples, rate), samples, rate)


@pytest.mark.parametrize("count", [1, 7, 15, 79, 80, 81, 799, 801])
def test_takes_a_few_samples(count: int) -> None:
    samples = signals.tone(1000, 1.0, 8000)[:count]
    assert covers(timeline(samples, 8000), samples, 8000)


def test_no_samples_have_no_stretches() -> None:
    assert timeline(np.empty(0), 8000) == Timeline(0.0, -120.0, ())


@pytest.mark.parametrize(("shape", "rate"), [((8, 2), 8000), ((8,), 0)])
def test_refuses_what_is_not_mono(shape: tuple[int, ...], rate: int) -> None:
    with pytest.raises(ValueError, match="Not mono samples"):
        timeline(np.zeros(shape), rate)


@pytest.mark.parametrize("frequency", [50, 100, 425, 1000, 2100, 3900])
@pytest.mark.parametrize("level", [-3, -40])
def test_names_one_tone(frequency: float, level: float) -> None:
    quiet = signals.silence(0.3, 8000)
    samples = np.concatenate([quiet, signals.tone(frequency, 0.2, 8000, level), quiet])
    _, tone, _ = timeline(signals.sixteen_bit(samples), 8000).stretches
    assert tone.sound is TONE
    assert tone.frequencies == pytest.approx((frequency,), rel=0.002)
    assert tone.words == f"{frequency} Hz tone"


def test_names_a_tone_in_noise() -> None:
    rng = np.random.default_rng(1)
    samples = signals.in_noise(signals.tone(440, 3.0, 8000), 10, rng)
    assert heard(timeline(samples, 8000)) == [(TONE, (440,))]


@pytest.mark.parametrize("twist", [0, 4, 8, -8])
def test_names_both_tones_of_a_digit(twist: float) -> None:
    digits = [(697, 1209), (770, 1336), (852, 1477), (941, 1633)]
    gap = signals.silence(0.1, 8000)
    parts = [part for digit in digits for part in (dual(*digit, 0.1, 8000, twist), gap)]
    found = [one for one in heard(timeline(np.concatenate(parts), 8000)) if one[0] is TONE]
    assert found == [(TONE, pair) for pair in digits]


@pytest.mark.parametrize("codec", ["L16", "PCMU", "PCMA"])
def test_names_the_tones_and_pauses_of_ringback(codec: str) -> None:
    found = timeline(CODECS[codec](signals.cadence((440, 480), 2, 4, 12, 8000)), 8000)
    assert heard(found) == [(TONE, (440, 480)), (SILENCE, ())] * 2
    assert found.stretches[0].words == "440 + 480 Hz tones"


def test_lost_packets_do_not_divide_a_tone() -> None:
    samples = signals.tone(440, 3.0, 8000)
    for start in range(2400, samples.size, 4000):
        samples[start : start + 160] = 0
    assert heard(timeline(samples, 8000)) == [(TONE, (440,))]


def test_a_click_does_not_divide_silence() -> None:
    samples = signals.silence(2.0, 8000)
    samples[8000:8080] = 0.5
    assert heard(timeline(samples, 8000)) == [(SILENCE, ())]


def test_speech_is_one_stretch_with_its_short_pauses_and_no_tone() -> None:
    seconds = stretches = tones = 0
    for seed in range(12):
        found = timeline(signals.speech(10, 8000, np.random.default_rng(seed)), 8000)
        seconds += found.seconds
        stretches += len(found.stretches)
        tones += sum(one.sound is TONE for one in found.stretches)
    assert tones == 0
    assert stretches < seconds / 2


def test_a_tone_between_words() -> None:
    rng = np.random.default_rng(8)
    words = [signals.speech(2, 8000, rng) for _ in range(2)]
    samples = np.concatenate([words[0], signals.tone(1000, 1.0, 8000), words[1]])
    [tone] = [one for one in timeline(samples, 8000).stretches if one.sound is TONE]
    assert (tone.begin, tone.end) == pytest.approx((2, 3), abs=0.06)


@pytest.mark.parametrize("partials", [(1, 2), (2, 3), (1, 2, 3, 4)])
def test_a_held_note_is_not_a_tone(partials: tuple[int, ...]) -> None:
    note = np.sum([signals.tone(220 * n, 1.0, 8000, -15) for n in partials], axis=0)
    assert heard(timeline(note, 8000)) == [(OTHER, ())]


def test_a_sweep_is_not_a_tone() -> None:
    time_axis = np.arange(16000) / 8000
    sweep = 0.3 * np.sin(2 * np.pi * (300 + 300 * time_axis) * time_axis)
    assert heard(timeline(sweep, 8000)) == [(OTHER, ())]


def test_each_stretch_has_its_level() -> None:
    found = timeline(np.concatenate([signals.tone(440, 1, 8000, -6), np.zeros(8000)]), 8000)
    assert found.level == pytest.approx(-9.01, abs=0.05)
    assert [one.level for one in found.stretches] == pytest.approx([-6, -120], abs=0.05)


def test_ten_seconds_take_some_fifty_milliseconds() -> None:
    samples = signals.speech(10, 8000, np.random.default_rng(1))
    best = min(_timed(samples) for _ in range(5))
    assert best < 0.1  # measured: 0.03 s


def _timed(samples: Samples) -> float:
    began = time.process_time()
    timeline(samples, 8000)
    return time.process_time() - began


def test_stretches_are_named_in_words() -> None:
    assert Stretch(0, 1, -120, SILENCE).words == "digital silence"
    assert Stretch(0, 1, -60, FAINT).words == "faint sound"
    assert Stretch(0, 1, -20, OTHER).words == "speech, music or noise"
    assert Stretch(1, 1.19, -20, OTHER).words == "sound too short to name"


def test_a_tone_that_is_too_short_to_be_one_is_called_nothing_else() -> None:
    begun = np.concatenate([np.zeros(320), signals.tone(620, 0.1, 8000)])  # as in the demo's log
    assert [one.words for one in timeline(begun, 8000).stretches] == ["sound too short to name"]


def test_the_level_of_a_tone_is_that_without_a_constant() -> None:
    found = timeline(signals.tone(440, 1.0, 8000, -12) + 0.4, 8000)
    assert found.stretches[0].level == pytest.approx(-12, abs=0.1)
