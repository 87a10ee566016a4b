"""What counts as a tone: the table of what must be accepted and what must be refused."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from BaresipLibrary.audio.tones import ToneDetector

from . import signals
from .signals import Samples

LISTEN = 5.0
LEAD = 0.137
SEEDS = range(8)
Make = Callable[[np.random.Generator], Samples]


@dataclass(frozen=True)
class Case:
    """One row: signal, what is asked for, and in what sound it arrives."""

    name: str
    make: Make
    asked: float = 440.0
    rate: int = 8000
    codecs: Sequence[str] = ("L16",)


def listen(detector: ToneDetector, samples: Samples, chunk: int) -> int | None:
    """Feeds chunks; returns how many samples had been fed when the detector was sure."""
    for start in range(0, samples.size, chunk):
        if detector.feed(samples[start : start + chunk]):
            return min(start + chunk, samples.size)
    return None


def after_silence(
    frequency: float, level: float = -12.0, rate: int = 8000, snr: float | None = None
) -> Make:
    """137 ms of silence, then 0.5 s of the tone; noise, if any, is there from the start."""

    def make(rng: np.random.Generator) -> Samples:
        tone = signals.tone(frequency, 0.5, rate, level, float(rng.uniform(0, 6.28)))
        samples = np.concatenate([signals.silence(LEAD, rate), tone])
        if snr is None:
            return samples
        return samples + signals.white_noise(1, rate, rng, level - snr)[: samples.size]

    return make


def steady(frequency: float, level: float = -12.0) -> Make:
    return lambda rng: signals.tone(frequency, LISTEN, 8000, level, float(rng.uniform(0, 6.28)))


def burst(seconds: float, snr: float | None = None, lead: float = LEAD) -> Make:
    def make(rng: np.random.Generator) -> Samples:
        parts = [signals.silence(lead, 8000), signals.tone(440, seconds, 8000)]
        sound = np.concatenate([*parts, signals.silence(1, 8000)])
        if snr is None:
            return sound
        return sound + signals.white_noise(2, 8000, rng, -12 - snr)[: sound.size]

    return make


def with_overtone(ratio: float, level: float) -> Make:
    """440 Hz at -12 dBFS, and a tone of that ratio to it, that many dB below."""
    return lambda rng: (
        signals.tone(440, 1, 8000) + signals.tone(440 * ratio, 1, 8000, -12 + level, 1.0)
    )


def with_jumps(rng: np.random.Generator) -> Samples:
    """440 Hz whose phase turns over every 60 ms: the right frequency, but not one tone."""
    flips = np.floor(np.arange(8000 * 5) / (0.060 * 8000)) % 2
    return signals.tone(440, 5, 8000) * (1 - 2 * flips)


def glide(rng: np.random.Generator) -> Samples:
    """380 to 500 Hz in 0.5 s and back: passes 440 Hz without staying."""
    time_axis = np.arange(8000 * 5) / 8000
    frequency = 440 + 60 * (2 * np.abs(2 * np.mod(time_axis, 1) - 1) - 1)
    return 0.25 * np.sin(2 * math.pi * np.cumsum(frequency) / 8000)


def overtone_burst(rng: np.random.Generator) -> Samples:
    sound = np.pad(with_overtone(2, -26)(rng)[:960], 1000)
    return sound + signals.white_noise(sound.size / 8000, 8000, rng, -60)


def digits(rng: np.random.Generator) -> Samples:
    """All DTMF digits, one after the other."""
    return np.concatenate(
        [
            signals.cadence((low, high), 0.120, 0.05, 0.17, 8000)
            for low in (697, 770, 852, 941)
            for high in (1209, 1336, 1477, 1633)
        ]
    )


def two_tones(one: float, other: float, beside: float) -> Make:
    """A tone of -12 dBFS, and at the same time another that is `beside` dB louder."""

    def make(rng: np.random.Generator) -> Samples:
        tones = signals.tone(one, 0.5, 8000, -12) + signals.tone(other, 0.5, 8000, -12 + beside)
        return np.concatenate([signals.silence(LEAD, 8000), tones])

    return make


def special_information(rng: np.random.Generator) -> Samples:
    """The three tones before an announcement: 950, 1400 and 1800 Hz."""
    return np.concatenate([signals.tone(one, 0.33, 8000, -12) for one in (950, 1400, 1800)])


def music(rng: np.random.Generator) -> Samples:
    return signals.music(LISTEN, 8000, rng)


def quick_glides(rng: np.random.Generator) -> Samples:
    """800 to 1200 Hz and back, at 800 Hz a second: for 25 ms it is at 1000 Hz."""
    place = np.mod(np.arange(8000 * 5) / 8000 * 2, 2)
    frequency = 800 + 400 * np.abs(place - 1)
    return 0.25 * np.sin(2 * math.pi * np.cumsum(frequency) / 8000)


def repeated_packets(rng: np.random.Generator) -> Samples:
    speech = signals.speech(LISTEN, 8000, rng, base_pitch=220)
    return signals.lose_packets(speech, 8000, 0.1, rng, conceal=True)


G711 = ("PCMU", "PCMA")
ALL = ("L16", *G711)

ACCEPTED = [
    Case("440 Hz", after_silence(440), codecs=ALL),
    Case("full scale", after_silence(440, 0), codecs=ALL),
    Case("-40 dBFS", after_silence(440, -40), codecs=ALL),
    Case("-47 dBFS, above the noise floor", after_silence(440, -47)),
    Case("10 dB SNR", after_silence(440, -20, snr=10), codecs=ALL),
    Case("10 dB SNR at -40 dBFS", after_silence(440, -40, snr=10), codecs=ALL),
    Case("0.5 % off", after_silence(442.2), codecs=ALL),
    Case("0.9 % off", after_silence(444.0)),
    Case("480 Hz", after_silence(480), 480, codecs=ALL),
    Case("50 Hz", after_silence(50, snr=10), 50, codecs=ALL),
    Case("2 Hz off at 50 Hz", after_silence(52), 50),
    Case("50 Hz at 48 kHz", after_silence(50, rate=48000, snr=10), 50, 48000),
    Case("100 Hz", after_silence(100, snr=10), 100, codecs=ALL),
    Case("1004 Hz", after_silence(1004, snr=10), 1004, codecs=ALL),
    Case("3400 Hz", after_silence(3400, snr=10), 3400, codecs=ALL),
    Case("just below 4 kHz", after_silence(3980, -30, snr=10), 3980),
    Case("just below 8 kHz", after_silence(7960, rate=16000, snr=10), 7960, 16000),
    Case("just below 24 kHz", after_silence(23900, rate=48000, snr=10), 23900, 48000),
    Case("440 Hz at 16 kHz", after_silence(440, -40, 16000, 10), 440, 16000, ALL),
    Case("440 Hz at 48 kHz", after_silence(440, -40, 48000, 10), 440, 48000, ALL),
    Case("2nd harmonic at -26 dB", with_overtone(2, -26)),
    Case("burst of 155 ms", burst(0.155)),
    Case("burst of 155 ms at 20 dB SNR", burst(0.155, 20)),
    Case("a tone, far above the other one of a digit", two_tones(697, 1209, -11), 697, codecs=ALL),
    Case("a tone beside one that makes no digit of it", two_tones(697, 1000, -8), 697, codecs=ALL),
    Case("a tone beside one of the same group", two_tones(770, 941, -8), 770, codecs=ALL),
    Case("burst of 85 ms of a clear tone", burst(0.085), codecs=G711),
]

REFUSED = [
    Case("nothing at all", lambda rng: signals.silence(LISTEN, 8000), codecs=ALL),
    Case("DC", lambda rng: np.full(40000, 0.2)),
    Case("480 Hz for 440 Hz", steady(480), codecs=ALL),
    Case("440 Hz for 480 Hz", steady(440), 480, codecs=ALL),
    Case("425 Hz for 440 Hz", steady(425), codecs=ALL),
    Case("1.3 % off", steady(446)),
    Case("110 Hz for 100 Hz", steady(110), 100),
    Case("54 Hz for 50 Hz", steady(54), 50),
    Case("3012 Hz for 3000 Hz", steady(3012), 3000),
    Case("880 Hz for 440 Hz", steady(880)),
    Case("220 Hz for 440 Hz", steady(220)),
    Case("-53 dBFS, below the noise floor", steady(440, -53)),
    Case(
        "ringback 425 Hz 1 s/4 s for 440 Hz",
        lambda rng: signals.cadence((425,), 1, 4, LISTEN, 8000),
        codecs=ALL,
    ),
    *[
        Case(
            f"440 + 480 Hz for {asked} Hz",
            lambda rng: signals.cadence((440, 480), 2, 4, LISTEN, 8000),
            asked,
            codecs=ALL,
        )
        for asked in (440, 460, 480)
    ],
    Case("busy 480 + 620 Hz", lambda rng: signals.cadence((480, 620), 0.5, 0.5, 5, 8000), 480),
    Case("dial 350 + 440 Hz", lambda rng: signals.cadence((350, 440), 5, 0, 5, 8000), codecs=ALL),
    Case("white noise", lambda rng: signals.white_noise(LISTEN, 8000, rng), codecs=ALL),
    Case("3 dB SNR", lambda rng: signals.in_noise(signals.tone(440, 5, 8000), 3, rng)),
    Case("comfort noise", lambda rng: signals.comfort_noise(LISTEN, 8000, rng), codecs=ALL),
    Case("loud comfort noise", lambda rng: signals.comfort_noise(5, 8000, rng, -20), codecs=ALL),
    *[
        Case(
            f"speech around {pitch} Hz for {asked} Hz",
            lambda rng, pitch=pitch: signals.speech(LISTEN, 8000, rng, base_pitch=pitch),
            asked,
            codecs=G711,
        )
        for pitch, asked in [(110, 440), (110, 220), (147, 440), (220, 220), (220, 440), (330, 660)]
    ],
    Case("2nd harmonic at -12 dB", with_overtone(2, -12)),
    Case("2nd harmonic at -20 dB", with_overtone(2, -20)),
    Case("3rd harmonic at -12 dB", with_overtone(3, -12)),
    Case("sub-harmonic at -12 dB", with_overtone(0.5, -12)),
    Case("phase jumps", with_jumps),
    Case("glide through it", glide),
    Case("burst of 120 ms at 20 dB SNR", burst(0.120, 20)),
    Case("burst of 120 ms with an overtone at -26 dB", overtone_burst),
    Case("burst of 65 ms", burst(0.065), codecs=ALL),
    Case("end of an old tone", burst(0.120, lead=0), codecs=ALL),
    *[
        Case(f"digits of 120 ms for {asked} Hz", digits, asked, codecs=ALL)
        for asked in (697, 770, 852, 941, 1209, 1336, 1477, 1633)
    ],
    Case("a digit with a faint high tone", two_tones(697, 1209, -8), 697, codecs=ALL),
    Case("a digit that is 1.5 % off", two_tones(955, 1309, -7.5), 955, codecs=ALL),
    Case("special information tones for 1000 Hz", special_information, 1000, codecs=ALL),
    *[Case(f"music for {asked} Hz", music, asked, codecs=G711) for asked in (165, 440)],
    Case("quick glides", quick_glides, 1000, codecs=ALL),
    Case("speech of which packets are repeated", repeated_packets, 220, codecs=G711),
]


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
