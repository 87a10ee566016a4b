"""In-band digits: what ITU-T Q.24 accepts and refuses."""

import math
import time
from collections.abc import Callable

import numpy as np
import pytest

from BaresipLibrary.audio.dtmf import KEYS, PAIRS, Digit, DigitDetector, dtmf_tone
from BaresipLibrary.audio.levels import level_dbfs
from BaresipLibrary.audio.sines import strongest_tone

from . import signals
from .signals import CODECS, Samples

#: Every row and every column once.
DIAGONAL = "159D"


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def digit(
    key: str,
    duration: float = 0.05,
    level: float = -20.0,
    twist: float = 0.0,
    off: tuple[float, float] = (0.0, 0.0),
    rate: int = 8000,
) -> Samples:
    """Two sines: `level` dBFS together, the high one `twist` dB louder, both off by a part."""
    low = level - 10 * math.log10(1 + 10 ** (twist / 10))
    pair = zip(PAIRS[key], off, (low, low + twist), (0.3, 1.7), strict=True)
    return np.sum(
        [
            signals.tone(frequency * (1 + part), duration, rate, one, phase)
            for frequency, part, one, phase in pair
        ],
        axis=0,
    )


def sequence(keys: str, pause: float = 0.05, rate: int = 8000, **shape: float) -> Samples:
    gap = signals.silence(pause, rate)
    parts = [gap]
    for key in keys:
        parts += [digit(key, rate=rate, **shape), gap]  # type: ignore[arg-type]
    return np.concatenate([*parts, signals.silence(0.05, rate)])


def hear(samples: Samples, rate: int = 8000, chunk: float = 0.02) -> list[Digit]:
    detector = DigitDetector(rate)
    size = max(1, round(chunk * rate))
    digits = []
    for start in range(0, samples.size, size):
        digits += detector.feed(samples[start : start + size])
    return digits


def keys(digits: list[Digit]) -> str:
    return "".join(one.key for one in digits)


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("codec", CODECS)
def test_hears_all_digits(codec: str, rate: int) -> None:
    sent = np.concatenate(
        [
            part
            for key in KEYS
            for part in (signals.silence(0.07, rate), dtmf_tone(key, rate, duration=0.07))
        ]
    )
    heard = hear(CODECS[codec](np.append(sent, signals.silence(0.1, rate))), rate)
    assert keys(heard) == KEYS
    for number, one in enumerate(heard):
        assert one.begin == pytest.approx(0.07 + 0.14 * number, abs=0.004)
        assert one.end == pytest.approx(0.14 + 0.14 * number, abs=0.004)
        assert one.level == pytest.approx(-10, abs=0.3)
        assert one.twist == pytest.approx(2, abs=0.3)


ACCEPTED: dict[str, dict[str, float]] = {
    "40 ms with pauses of 40 ms": {"duration": 0.040, "pause": 0.040},
    "-36 dBFS": {"level": -36},
    "-36 dBFS, high 8 dB lower": {"level": -36, "twist": -8},
    "high 4 dB louder": {"twist": 4},
    "high 8 dB lower": {"twist": -8},
    "as loud as it gets": {"level": -3},
}


@pytest.mark.parametrize("snr", [None, 15])
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("case", ACCEPTED)
def test_accepts_what_q24_accepts(case: str, codec: str, snr: float | None) -> None:
    """Noise is 15 dB below the digits, in the pauses too."""
    samples = sequence(DIAGONAL, **ACCEPTED[case])
    if snr is not None:
        noise = ACCEPTED[case].get("level", -20) - snr
        samples = samples + signals.white_noise(9, 8000, rng(), noise)[: samples.size]
    assert keys(hear(CODECS[codec](np.clip(samples, -1, 1)))) == DIAGONAL


@pytest.mark.parametrize("off", [(0.015, 0.0), (0.0, 0.015), (-0.015, 0.015), (-0.015, -0.015)])
def test_accepts_frequencies_that_are_a_little_off(off: tuple[float, float]) -> None:
    for key in DIAGONAL:
        samples = np.concatenate([digit(key, 0.05, off=off), signals.silence(0.1, 8000)])
        assert keys(hear(signals.mu_law(signals.in_noise(samples, 18, rng())))) == key


@pytest.mark.parametrize("off", [(0.035, 0.0), (0.0, 0.035), (-0.035, 0.0), (0.0, -0.035)])
def test_refuses_frequencies_that_are_off(off: tuple[float, float]) -> None:
    for key in DIAGONAL:
        assert hear(np.append(digit(key, 0.1, off=off), signals.silence(0.1, 8000))) == []


REFUSED: dict[str, Callable[[int], Samples]] = {
    "23 ms": lambda seed: sequence(KEYS, duration=0.023),
    "too faint": lambda seed: sequence(DIAGONAL, level=-50),
    "one tone": lambda seed: signals.cadence((697,), 0.1, 0.1, 2, 8000),
    "dial tone": lambda seed: signals.cadence((350, 440), 2, 0, 2, 8000),
    "two rows": lambda seed: signals.cadence((697, 941), 0.1, 0.1, 2, 8000),
    "high 12 dB lower": lambda seed: sequence(DIAGONAL, twist=-12),
    "high 9 dB louder": lambda seed: sequence(DIAGONAL, twist=9),
    "three tones": lambda seed: signals.cadence((697, 1209, 1700), 0.1, 0.1, 2, 8000),
    "silence": lambda seed: signals.silence(5, 8000),
    "noise": lambda seed: signals.white_noise(10, 8000, rng(seed), -10),
    "speech": lambda seed: signals.speech(10, 8000, rng(seed)),
    "music": lambda seed: signals.music(10, 8000, rng(seed)),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("seed", range(2))
def test_hears_no_digit_in_other_sound(kind: str, seed: int) -> None:
    assert hear(signals.mu_law(REFUSED[kind](seed))) == []


@pytest.mark.parametrize("at", [0.2, 0.4, 0.5, 0.7])
def test_bridges_a_drop_out(at: float) -> None:
    for key in "15D":
        sound = digit(key, 0.08)
        first = round(at * sound.size)
        sound[first : first + 80] = 0.0
        heard = hear(
            np.concatenate([signals.silence(0.03, 8000), sound, signals.silence(0.1, 8000)])
        )
        assert keys(heard) == key
        assert heard[0].end - heard[0].begin == pytest.approx(0.08, abs=0.006)


def test_pauses_separate_equal_digits() -> None:
    assert keys(hear(sequence("5555", pause=0.040, duration=0.040))) == "5555"


def test_reports_a_long_digit_at_its_end() -> None:
    heard = hear(np.pad(digit("#", 3.0), (800, 800)))
    assert [(one.key, round(one.begin, 2), round(one.end, 2)) for one in heard] == [("#", 0.1, 3.1)]


@pytest.mark.parametrize("chunk", [0.0001, 0.0333, 9])
def test_digits_do_not_depend_on_chunks(chunk: float) -> None:
    samples = signals.in_noise(sequence("90*"), 20, rng())
    at_once, in_chunks = hear(samples), hear(samples, chunk=chunk)
    assert [(one.key, one.begin, one.end) for one in in_chunks] == [
        (one.key, one.begin, one.end) for one in at_once
    ]
    assert [one.level for one in in_chunks] == pytest.approx([one.level for one in at_once])


def test_sends_what_q23_says() -> None:
    sound = dtmf_tone("0", 8000, level=-12, duration=1.0)
    assert sound.size == 8000
    assert level_dbfs(sound) == pytest.approx(-12, abs=0.01)
    high = strongest_tone(sound, 8000)
    assert high is not None
    assert high.frequency == pytest.approx(1336, abs=0.1)
    assert high.share == pytest.approx(10**0.2 / (1 + 10**0.2), abs=0.01)


def test_feeding_is_cheap() -> None:
    """CPU time; measured 0.3 ms for 20 ms of noise, 1 ms for 20 ms of a digit."""
    started = time.thread_time()
    hear(signals.speech(5, 8000, rng()))
    assert time.thread_time() - started < 0.5


def test_refuses_bad_keys_rates_and_shapes() -> None:
    with pytest.raises(ValueError, match="'E' is not a digit: the digits are 0 to 9"):
        dtmf_tone("E", 8000)
    with pytest.raises(ValueError, match="-2 dBFS is clipped"):
        dtmf_tone("1", 8000, level=-2)
    for make in (DigitDetector, lambda rate: dtmf_tone("1", rate)):
        with pytest.raises(ValueError, match="8000 samples a second or more, not 6000"):
            make(6000)
    with pytest.raises(ValueError, match=r"shape \(n,\), not \(5, 2\)"):
        DigitDetector(8000).feed(np.zeros((5, 2)))
