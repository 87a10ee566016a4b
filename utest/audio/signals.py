"""Signals a phone call is made of, for the tests and the bench: no audio file, no other program.

Everything returns mono float64 samples in [-1, 1]; levels are in dBFS (0 dBFS: full-scale sine) and
random signals come from the generator they are given, so that a seed makes them again.
"""

import math

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

VOWELS = (  # F1, F2, F3 in Hz: the averages of Peterson and Barney, 1952
    (270, 2290, 3010), (390, 1990, 2550), (530, 1840, 2480), (660, 1720, 2410), (730, 1090, 2440),
    (570, 840, 2410), (440, 1020, 2240), (300, 870, 2240), (640, 1190, 2390), (490, 1350, 1690),
)  # fmt: skip
NASAL = (250, 1200, 2300)


def silence(seconds: float, rate: int) -> Samples:
    return np.zeros(round(seconds * rate))


def tone(
    frequency: float, seconds: float, rate: int, level: float = -12.0, phase: float = 0.3
) -> Samples:
    time = np.arange(round(seconds * rate)) / rate
    return 10 ** (level / 20) * np.sin(2 * math.pi * frequency * time + phase)


def cadence(frequencies: tuple[float, ...], on: float, off: float, seconds: float, rate: int,
            level: float = -12.0) -> Samples:  # fmt: skip
    """Tones (each at that level) that go on and off, as ringback and busy do."""
    mixed = np.sum([tone(frequency, seconds, rate, level) for frequency in frequencies], axis=0)
    position = np.mod(np.arange(mixed.size) / rate, on + off)
    return np.where(position < on, mixed, 0.0)


def white_noise(
    seconds: float, rate: int, rng: np.random.Generator, level: float = -30.0
) -> Samples:
    return at_level(rng.standard_normal(round(seconds * rate)), level)


def in_noise(samples: Samples, snr: float, rng: np.random.Generator) -> Samples:
    """The samples in white noise that is `snr` dB below their RMS, over the whole band."""
    rms = math.sqrt(float(np.mean(np.square(samples))))
    return samples + rng.standard_normal(samples.size) * rms * 10 ** (-snr / 20)


def comfort_noise(
    seconds: float, rate: int, rng: np.random.Generator, level: float = -50.0
) -> Samples:
    """Noise through an all-pole filter of reflection coefficients, as RFC 3389 sends it."""
    poles = np.array([1.0])
    for reflection in rng.uniform(-0.7, 0.7, size=8):
        padded = np.append(poles, 0.0)
        poles = padded + reflection * padded[::-1]
    noise = rng.standard_normal(round(seconds * rate))
    spectrum = np.fft.rfft(noise)
    shape = np.fft.rfft(poles, 2048)
    grid = np.linspace(0, 1, spectrum.size)
    gain = 1 / np.maximum(np.interp(grid, np.linspace(0, 1, shape.size), np.abs(shape)), 1e-3)
    return at_level(np.fft.irfft(spectrum * gain, noise.size), level)


def at_level(samples: Samples, level: float) -> Samples:
    """The samples scaled to that RMS level and clipped to [-1, 1]."""
    rms = math.sqrt(float(np.mean(np.square(samples)))) or 1.0
    return np.clip(samples * 10 ** (level / 20) / math.sqrt(2) / rms, -1.0, 1.0)


def speech(
    seconds: float,
    rate: int,
    rng: np.random.Generator,
    level: float = -20.0,
    base_pitch: float | None = None,
) -> Samples:
    """Something like speech: vowels and nasals on a moving pitch of 80 to 400 Hz, hiss, pauses."""
    count = round(seconds * rate)
    step = 0.010
    formants, voicing, hiss = _phones(round(seconds / step) + 2, step, rng)
    frames = np.arange(len(voicing)) * step
    pitch = _pitch(frames, rng, base_pitch or float(rng.uniform(90, 330)))
    time = np.arange(count) / rate
    phase = 2 * math.pi * np.cumsum(np.interp(time, frames, pitch)) / rate
    voice = np.zeros(count)
    rotation = np.exp(1j * phase)
    harmonic = np.ones(count, dtype=np.complex128)
    for number in range(1, int(min(3800, 0.47 * rate) / pitch.max()) + 1):
        harmonic *= rotation
        gain = _vocal_tract(number * pitch, formants) / number * voicing
        voice += np.interp(time, frames, gain) * harmonic.imag
    white = rng.standard_normal(count)
    high = np.diff(white, prepend=0.0) * np.interp(time, frames, hiss)
    breath = 0.01 * white * np.interp(time, frames, voicing)
    return at_level(voice + high + breath, level)


def _phones(
    count: int, step: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Formants (count, 3), gain of the voice and gain of the hiss for each frame."""
    formants = np.empty((count, 3))
    voicing, hiss = np.zeros(count), np.zeros(count)
    frame = 0
    while frame < count:
        kind = rng.choice(["vowel", "nasal", "fricative", "pause"], p=[0.5, 0.2, 0.2, 0.1])
        end = min(count, frame + int(rng.uniform(0.05, 0.25) / step))
        size = rng.uniform(0.9, 1.2)
        formants[frame:end] = np.array(NASAL if kind == "nasal" else rng.choice(VOWELS)) * size
        voicing[frame:end] = {"vowel": 1.0, "nasal": 0.5}.get(kind, 0.0) * rng.uniform(0.5, 1)
        hiss[frame:end] = rng.uniform(0.05, 0.3) if kind == "fricative" else 0.0
        frame = end
    kernel = np.hanning(7)[1:-1] / np.hanning(7)[1:-1].sum()  # the mouth moves, it does not jump
    smooth = np.column_stack([np.convolve(row, kernel, "same") for row in formants.T])
    smooth[:2], smooth[-2:] = formants[:2], formants[-2:]
    return smooth, np.convolve(voicing, kernel, "same"), np.convolve(hiss, kernel, "same")


def _pitch(frames: NDArray[np.float64], rng: np.random.Generator, base: float) -> Samples:
    """Pitch in Hz: phrases that fall, accents, jitter; some voices nearly monotonous."""
    liveliness = rng.uniform(0.02, 0.15)
    melody = sum(
        rng.normal(0, 1) * np.sin(2 * math.pi * rate * frames + rng.uniform(0, 6.28))
        for rate in (0.4, 0.9, 1.7, 3.1)
    )
    fall = 0.1 - 0.2 * np.mod(frames / rng.uniform(1.5, 3.0), 1.0)
    jitter = rng.normal(0, 0.003, frames.size)
    return np.clip(base * np.exp(liveliness * (melody + 3 * fall) + jitter), 80.0, 400.0)


def _vocal_tract(frequency: Samples, formants: NDArray[np.float64]) -> Samples:
    """Gain of a chain of resonators at each frame's frequency."""
    gain = np.ones(frequency.size)
    for column, bandwidth in enumerate((60.0, 90.0, 150.0)):
        ratio = frequency / formants[:, column]
        damping = bandwidth / formants[:, column]
        gain /= np.sqrt((1 - ratio**2) ** 2 + (damping * ratio) ** 2)
    return gain


def music(seconds: float, rate: int, rng: np.random.Generator, level: float = -20.0) -> Samples:
    """Chords and a melody on the notes of the scale, struck or held, with overtones."""
    mixed = np.zeros(round(seconds * rate))
    tuning = 440.0 * 2 ** (rng.normal(0, 3) / 1200)
    for lowest, beat in ((-24, 1.0), (-12, 0.5), (-8, 0.5), (-5, 1.0), (2, 0.25)):
        start = 0.0
        while start < seconds:
            long = beat * float(rng.choice([0.5, 1.0, 2.0]))
            pitch = tuning * 2 ** ((lowest + rng.choice([0, 2, 4, 5, 7, 9, 11])) / 12)
            note = _note(pitch, long, rate, rng)
            first = round(start * rate)
            mixed[first : first + note.size] += note[: mixed.size - first]
            start += long
    return at_level(mixed, level)


def _note(pitch: float, seconds: float, rate: int, rng: np.random.Generator) -> Samples:
    """A note of up to eight partials that swells for 10 ms and dies away, slowly or not at all."""
    time = np.arange(round(seconds * rate)) / rate
    envelope = np.minimum(1, time / 0.01) * np.exp(-time * rng.choice([0.0, 1.0, 4.0]))
    partials = np.arange(1, 1 + min(8, int(0.45 * rate / pitch)))
    gains = partials ** -float(rng.uniform(0.7, 2.0)) * rng.uniform(0.3, 1.0, partials.size)
    waves = np.sin(2 * math.pi * pitch * np.outer(partials, time) + rng.uniform(0, 6.28))
    return np.asarray(envelope * (gains @ waves) * rng.uniform(0.3, 1.0))


def lose_packets(
    samples: Samples, rate: int, share: float, rng: np.random.Generator, conceal: bool = False
) -> Samples:
    """Lose that share of the 20 ms packets: zeros, or the packet before once more, 6 dB lower."""
    size = round(0.020 * rate)
    kept = samples.copy()
    for start in range(size, samples.size - size + 1, size):
        if rng.random() < share:
            before = kept[start - size : start]
            kept[start : start + size] = before / 2 if conceal else 0.0
    return kept


def sixteen_bit(samples: Samples) -> Samples:
    """What is left of the samples in a 16-bit recording."""
    return _to_int16(samples) / 32768


def mu_law(samples: Samples) -> Samples:
    """What is left of the samples after G.711 mu-law (ITU-T G.711, table 2: 8 segments of 16)."""
    linear = _to_int16(samples).astype(np.int64)
    magnitude = np.minimum((np.where(linear < 0, ~linear, linear) >> 2) + 33, 0x1FFF)
    segment = np.floor(np.log2(magnitude)).astype(np.int64) - 5
    step = (magnitude >> (segment + 1)) & 0x0F
    decoded = ((((2 * step + 33) << segment) - 33) << 2).astype(np.float64)
    return np.where(linear < 0, -decoded, decoded) / 32768


def a_law(samples: Samples) -> Samples:
    """What is left of the samples after G.711 A-law (ITU-T G.711, table 1: 7 segments)."""
    linear = _to_int16(samples).astype(np.int64)
    magnitude = np.where(linear < 0, ~linear, linear) >> 4
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int64) - 4, 0)
    decoded = (((magnitude >> segment) << segment) << 4) + (8 << segment)
    return np.where(linear < 0, -decoded, decoded) / 32768


def _to_int16(samples: Samples) -> NDArray[np.int16]:
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)


#: Name, as SDP has it, and function of the codecs that need no other program.
CODECS = {"L16": sixteen_bit, "PCMU": mu_law, "PCMA": a_law}


def level_of(samples: Samples) -> float:
    """The level in dBFS, by its definition."""
    return 10 * math.log10(2 * float(np.mean(np.square(samples))))
