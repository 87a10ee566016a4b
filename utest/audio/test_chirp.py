"""Chirps and other waveforms are found to a fraction of a millisecond."""

import numpy as np
import pytest

from BaresipLibrary.audio.chirp import alignment, chirp, chirp_position

from . import signals
from .signals import CODECS, Samples

NOISE = np.random.default_rng(1).standard_normal(400)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def sent(rate: int, at: float, level: float = -12.0, seconds: float = 1.5) -> Samples:
    """A chirp at that time, which need not be a whole sample, in digital silence."""
    whole = round(at * rate)
    samples = signals.silence(seconds, rate)
    sound = chirp(rate, level)
    samples[whole : whole + sound.size] = sound
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(samples.size, 1 / rate) * (at - whole / rate))
    return np.fft.irfft(np.fft.rfft(samples) * turn, samples.size)


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("level", [-6, -36])
def test_finds_a_chirp_exactly(rate: int, codec: str, level: float) -> None:
    for at in (0.0, 0.2, 0.71234, 1.2):
        found = chirp_position(CODECS[codec](sent(rate, at, level)), rate)
        assert found is not None
        assert found.seconds == pytest.approx(at, abs=0.0001)
        assert found.score > 0.95


@pytest.mark.parametrize("snr", [10, 0, -3])
def test_finds_a_chirp_in_noise(snr: float) -> None:
    for seed in range(10):
        at = float(rng(seed).uniform(0, 1.3))
        sound = sent(8000, at, -20)
        in_chirp = np.mean(np.square(chirp(8000, -20)))
        noise = rng(seed).standard_normal(sound.size) * np.sqrt(in_chirp) * 10 ** (-snr / 20)
        found = chirp_position(signals.mu_law(sound + noise), 8000)
        assert found is not None
        assert found.seconds == pytest.approx(at, abs=0.0003)


def test_finds_a_chirp_of_any_phase_and_among_lost_packets() -> None:
    for seed in range(10):
        sound = signals.lose_packets(-sent(8000, 0.4), 8000, 0.05, rng(seed))
        found = chirp_position(sound, 8000)
        assert found is not None
        assert found.seconds == pytest.approx(0.4, abs=0.0003)


def test_finds_the_louder_of_two() -> None:
    """An echo 80 ms later, 12 dB down."""
    sound = sent(8000, 0.4, -10) + sent(8000, 0.48, -22)
    found = chirp_position(sound, 8000)
    assert found is not None
    assert found.seconds == pytest.approx(0.4, abs=0.0005)


@pytest.mark.parametrize("kind", ["speech", "music", "white_noise", "comfort_noise"])
def test_finds_no_chirp_in_other_sound(kind: str) -> None:
    for seed in range(4):
        assert chirp_position(getattr(signals, kind)(5, 8000, rng(seed)), 8000) is None


def test_finds_no_chirp_in_silence_or_in_less_than_a_chirp() -> None:
    assert chirp_position(signals.silence(5, 8000), 8000) is None
    assert chirp_position(chirp(8000)[:-100], 8000) is None
    assert chirp_position(chirp(8000)[::-1], 8000) is None


def test_a_chirp_is_as_loud_as_asked() -> None:
    assert np.abs(chirp(48000, -6)).max() == pytest.approx(10 ** (-6 / 20), rel=0.01)
    assert chirp(48000).size == 7200


def test_refuses_low_rates_and_clipped_levels() -> None:
    with pytest.raises(ValueError, match="8000 samples a second or more, not 4000"):
        chirp(4000)
    with pytest.raises(ValueError, match="8000 samples a second or more, not 4000"):
        chirp_position(np.zeros(9999), 4000)
    with pytest.raises(ValueError, match="3 dBFS is clipped"):
        chirp(8000, 3)


@pytest.mark.parametrize("at", [0, 1, 77, 250])
@pytest.mark.parametrize("gain", [1.0, -0.01])
def test_alignment_finds_a_waveform_of_either_sign(at: int, gain: float) -> None:
    samples = np.random.default_rng(2).standard_normal(650) * 1e-6
    samples[at : at + 400] += gain * NOISE
    position, correlation = alignment(samples, NOISE)
    assert position == pytest.approx(at, abs=0.1)
    assert correlation == pytest.approx(1, abs=1e-3)


def test_alignment_is_exact_to_a_fraction_of_a_sample() -> None:
    spectrum = np.fft.rfft(np.pad(np.convolve(NOISE, np.hanning(16), "same"), 100))
    late = np.exp(-2j * np.pi * np.arange(spectrum.size) * 0.3 / 600)
    waveform = np.fft.irfft(spectrum)[100:500]
    assert alignment(np.fft.irfft(spectrum * late), waveform)[0] == pytest.approx(100.3, abs=0.02)


def test_alignment_ignores_the_phase_of_a_complex_waveform() -> None:
    turning = np.exp(0.5j * np.arange(400) + 0.0005j * np.arange(400) ** 2) * np.hanning(400)
    for phase in (0, 1, 2):
        samples = np.pad((turning * np.exp(1j * phase)).real, (30, 50))
        position, correlation = alignment(samples, turning)
        assert position == pytest.approx(30, abs=0.1)
        assert correlation == pytest.approx(1, abs=0.01)


def test_alignment_of_nothing_is_zero() -> None:
    assert alignment(NOISE[:-1], NOISE) == (0, 0)
    assert alignment(NOISE, np.zeros(5)) == (0, 0)
    assert alignment(np.zeros(600), NOISE)[1] == 0
    assert alignment(np.random.default_rng(3).standard_normal(4000), NOISE)[1] < 0.3
