"""What counts as a tone: what of `tone_cases` is accepted, and when, and what is said of it."""

import time

import numpy as np
import pytest

from BaresipLibrary.audio.tones import ToneDetector

from . import signals
from .signals import Samples
from .tone_cases import ACCEPTED, G711, LEAD, REFUSED, Case, after_silence

SEEDS = range(8)


def listen(detector: ToneDetector, samples: Samples, chunk: int) -> int | None:
    """Feeds chunks; returns how many samples had been fed when the detector was sure."""
    for start in range(0, samples.size, chunk):
        if detector.feed(samples[start : start + chunk]):
            return min(start + chunk, samples.size)
    return None


def made(case: Case, codec: str) -> list[Samples]:
    """The signal of each seed; only one where nothing in it is random."""
    signal = [case.make(np.random.default_rng(seed)) for seed in SEEDS]
    if np.array_equal(signal[0], signal[1]):
        del signal[1:]
    return [signals.CODECS[codec](samples) for samples in signal]


def expand(cases: list[Case]) -> list[object]:
    return [
        pytest.param(case, codec, id=f"{case.name} {codec}")
        for case in cases
        for codec in case.codecs
    ]


@pytest.mark.parametrize(("case", "codec"), expand(ACCEPTED))
def test_hears_the_tone(case: Case, codec: str) -> None:
    for seed, samples in enumerate(made(case, codec)):
        detector = ToneDetector(case.asked, case.rate)
        assert listen(detector, samples, case.rate // 50), (seed, detector.loudest_tone)
        assert detector.tone is not None
        assert detector.tone.frequency == pytest.approx(case.asked, rel=0.015, abs=3)
        assert detector.tone.share > 0.8


@pytest.mark.parametrize(("case", "codec"), expand(REFUSED))
def test_does_not_hear_the_tone_in_other_sound(case: Case, codec: str) -> None:
    for seed, samples in enumerate(made(case, codec)):
        detector = ToneDetector(case.asked, case.rate)
        # Large chunks are quick, and where they end does not matter: see the tests of chunks.
        assert listen(detector, samples, case.rate // 10) is None, (seed, detector.tone)


@pytest.mark.parametrize(("snr", "soonest", "latest"), [(None, 0.060, 0.080), (10.0, 0.130, 0.160)])
@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("frequency", [50, 100, 440, 3400])
def test_how_much_of_a_tone_makes_it_sure(
    frequency: float, rate: int, snr: float | None, soonest: float, latest: float
) -> None:
    for seed in SEEDS:
        samples = after_silence(frequency, -20, rate, snr)(np.random.default_rng(seed))
        fed = listen(ToneDetector(frequency, rate), samples, rate // 1000)
        assert fed is not None
        assert soonest <= fed / rate - LEAD <= latest + 0.001


@pytest.mark.parametrize("codec", G711)
@pytest.mark.parametrize("level", [-3, -12, -20, -30])
@pytest.mark.parametrize("frequency", [102, 440, 1004, 2750])
def test_a_tone_by_g711_is_clear(frequency: float, level: float, codec: str) -> None:
    samples = after_silence(frequency, level)(np.random.default_rng(1))
    fed = listen(ToneDetector(frequency, 8000), signals.CODECS[codec](samples), 8)
    assert fed is not None and fed / 8000 - LEAD <= 0.081


@pytest.mark.parametrize("chunk", [1, 7, 160, 1024, 5200])
def test_verdict_does_not_depend_on_chunks(chunk: int) -> None:
    samples = after_silence(440, -40, snr=10)(np.random.default_rng(3))
    exact, detector = ToneDetector(440, 8000), ToneDetector(440, 8000)
    moment = listen(exact, samples, 1)
    fed = listen(detector, samples, chunk)
    assert moment is not None and fed is not None
    assert moment <= fed < moment + chunk
    assert detector.tone == exact.tone
    assert detector.level == pytest.approx(signals.level_of(samples[:fed] - samples[:fed].mean()))


@pytest.mark.parametrize("chunk", [1, 7, 160, 1024])
def test_refusal_does_not_depend_on_chunks(chunk: int) -> None:
    samples = signals.in_noise(signals.tone(480, 1, 8000), 10, np.random.default_rng(3))
    detector = ToneDetector(440, 8000)
    assert listen(detector, samples, chunk) is None
    assert detector.seconds == 1.0
    assert detector.loudest_tone is not None
    assert detector.loudest_tone.frequency == pytest.approx(480, abs=1)


def test_verdict_describes_the_tone_and_stays() -> None:
    detector = ToneDetector(440, 8000)
    tone = detector.feed(signals.in_noise(signals.tone(441, 1, 8000, -20), 10, rng()))
    assert tone is not None
    assert tone.frequency == pytest.approx(441, abs=0.5)
    assert tone.level == pytest.approx(-20, abs=0.3)
    assert tone.share == pytest.approx(10 / 11, abs=0.02)
    assert detector.feed(signals.silence(1, 8000)) is tone
    assert detector.tone is tone
    assert detector.seconds == 2.0


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_a_constant_has_no_level() -> None:
    detector = ToneDetector(440.0, 8000)
    detector.feed(np.full(8000, 0.5))
    assert detector.level == -120.0


def test_failure_message_has_the_loudest_tone() -> None:
    """The steady 480 Hz tone, not the louder noise before it nor the beginning of it."""
    detector = ToneDetector(440, 8000)
    noise = signals.white_noise(0.5, 8000, rng(), -6)
    sound = np.concatenate([noise, signals.tone(480, 1, 8000, -12), signals.silence(3.4, 8000)])
    assert listen(detector, signals.mu_law(sound), 160) is None
    assert detector.seconds == pytest.approx(4.9)
    assert detector.loudest_tone is not None
    assert detector.loudest_tone.frequency == pytest.approx(480, abs=0.5)
    assert detector.loudest_tone.level == pytest.approx(-12, abs=0.1)
    assert detector.loudest_tone.share > 0.99


def test_loudest_tone_of_a_dual_tone_is_one_of_the_two() -> None:
    """And not 460 Hz, as short windows have it."""
    detector = ToneDetector(440, 8000)
    detector.feed(signals.tone(440, 2, 8000, -12) + signals.tone(480, 2, 8000, -12))
    assert detector.loudest_tone is not None
    frequency = detector.loudest_tone.frequency
    assert min(abs(frequency - 440), abs(frequency - 480)) < 3


@pytest.mark.parametrize(("second", "level"), [(480.0, -12.0), (620.0, -18.0), (1209.0, -24.0)])
def test_the_tone_beside_the_loudest_one(second: float, level: float) -> None:
    detector = ToneDetector(440, 8000)
    sound = signals.tone(440, 1, 8000, -11) + signals.tone(second, 1, 8000, level)
    detector.feed(signals.mu_law(sound))
    first, beside = detector.loudest_tone, detector.tone_beside
    assert first is not None and beside is not None
    assert first.frequency == pytest.approx(440, abs=0.5)
    assert beside.frequency == pytest.approx(second, abs=0.5)
    assert beside.level == pytest.approx(level, abs=0.5)


@pytest.mark.parametrize(("second", "level"), [(445, -12), (450, -12), (450, -22), (425, -12)])
def test_two_tones_that_beat_are_no_tone_between_them(second: float, level: float) -> None:
    detector = ToneDetector(600, 8000)
    sound = signals.tone(440, 1, 8000, -12) + signals.tone(second, 1, 8000, level)
    detector.feed(signals.mu_law(sound))
    first, beside = detector.loudest_tone, detector.tone_beside
    assert first is not None and beside is not None
    wanted = pytest.approx(sorted([440.0, second]), abs=0.5)
    assert sorted([first.frequency, beside.frequency]) == wanted
    assert min(first.level, beside.level) == pytest.approx(level, abs=1)


def test_a_tone_alone_or_in_noise_has_none_beside_it() -> None:
    for samples in (
        signals.tone(440, 1, 8000, -12),
        signals.tone(440, 1, 8000, -12) + signals.white_noise(1, 8000, rng(), -22),
        signals.white_noise(1, 8000, rng(), -12),
        np.zeros(8000),
    ):
        detector = ToneDetector(440, 8000)
        detector.feed(signals.mu_law(samples))
        assert detector.tone_beside is None


def test_loudest_tone_of_less_than_a_window() -> None:
    detector = ToneDetector(440, 8000)
    assert detector.loudest_tone is None
    detector.feed(signals.tone(480, 0.045, 8000))
    assert detector.loudest_tone is not None
    assert detector.loudest_tone.frequency == pytest.approx(480, abs=1)


def test_the_loudest_tone_of_a_faint_sound_is_named() -> None:
    detector = ToneDetector(440, 8000)
    detector.feed(signals.tone(480, 1, 8000, -85))
    assert detector.loudest_tone is not None
    assert detector.loudest_tone.frequency == pytest.approx(480, abs=1)
    assert detector.loudest_tone.level == pytest.approx(-85, abs=0.5)


@pytest.mark.parametrize("seconds", [0.03, 0.06, 0.09, 0.2])
def test_the_loudest_tone_is_named_though_silence_came_before(seconds: float) -> None:
    detector = ToneDetector(440, 8000)
    for piece in np.array_split(np.pad(signals.tone(480, seconds, 8000), (16100, 0)), 100):
        detector.feed(piece)
    assert detector.loudest_tone is not None
    assert detector.loudest_tone.frequency == pytest.approx(480, abs=5)


@pytest.mark.parametrize("sound", [np.zeros(8000), np.full(8000, 8 / 32768), np.empty(0)])
def test_silence_has_no_tone(sound: Samples) -> None:
    """The second is A-law's silence: a constant of 8."""
    detector = ToneDetector(440, 8000)
    assert detector.feed(sound) is None
    assert detector.loudest_tone is None
    assert detector.level <= -68


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("frequency", [0, -1, "half", "more"])
def test_refuses_frequencies_that_do_not_exist(frequency: float | str, rate: int) -> None:
    asked = {"half": rate / 2, "more": float(rate)}.get(str(frequency), frequency)
    assert not isinstance(asked, str)
    with pytest.raises(ValueError, match=f"audio of {rate} samples a second"):
        ToneDetector(asked, rate)


def test_refuses_stereo() -> None:
    with pytest.raises(ValueError, match=r"not \(160, 2\)"):
        ToneDetector(440, 8000).feed(np.zeros((160, 2)))


@pytest.mark.parametrize("rate", [8000, 48000])
def test_feeding_is_cheap(rate: int) -> None:
    """CPU time, so that a busy machine does not fail it; measured 0.1 to 0.2 ms a chunk."""
    samples = signals.white_noise(2, rate, rng())
    detector = ToneDetector(440, rate)
    started = time.thread_time()
    listen(detector, samples, rate // 50)
    assert (time.thread_time() - started) / 100 < 0.001
