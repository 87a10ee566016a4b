"""Sounds that must be accepted as a tone, and sounds that must be refused."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from . import signals
from .signals import Samples

LISTEN = 5.0
LEAD = 0.137
Make = Callable[[np.random.Generator], Samples]


@dataclass(frozen=True)
class Case:
    """One row: signal, what is asked for, and in what sound it arrives."""

    name: str
    make: Make
    asked: float = 440.0
    rate: int = 8000
    codecs: Sequence[str] = ("L16",)


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
