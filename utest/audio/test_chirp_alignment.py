"""Where a known waveform is."""

import numpy as np
import pytest

from BaresipLibrary.audio.chirp import alignment

NOISE = np.random.default_rng(1).standard_normal(400)


@pytest.mark.parametrize("at", [0, 1, 77, 250])
@pytest.mark.parametrize("gain", [1.0, -0.01])
def test_finds_a_waveform(at: int, gain: float) -> None:
    samples = np.random.default_rng(2).standard_normal(650) * 1e-6
    samples[at : at + 400] += gain * NOISE
    position, correlation = alignment(samples, NOISE)
    assert position == pytest.approx(at, abs=0.1)
    assert correlation == pytest.approx(1, abs=1e-3)


def test_tells_a_part_of_a_sample() -> None:
    spectrum = np.fft.rfft(np.pad(np.convolve(NOISE, np.hanning(16), "same"), 100))
    late = np.exp(-2j * np.pi * np.arange(spectrum.size) * 0.3 / 600)
    waveform = np.fft.irfft(spectrum)[100:500]
    assert alignment(np.fft.irfft(spectrum * late), waveform)[0] == pytest.approx(100.3, abs=0.02)


def test_a_complex_waveform_has_no_phase() -> None:
    turning = np.exp(0.5j * np.arange(400) + 0.0005j * np.arange(400) ** 2) * np.hanning(400)
    for phase in (0, 1, 2):
        samples = np.pad((turning * np.exp(1j * phase)).real, (30, 50))
        position, correlation = alignment(samples, turning)
        assert position == pytest.approx(30, abs=0.1)
        assert correlation == pytest.approx(1, abs=0.01)


def test_nothing_to_find() -> None:
    assert alignment(NOISE[:-1], NOISE) == (0, 0)
    assert alignment(NOISE, np.zeros(5)) == (0, 0)
    assert alignment(np.zeros(600), NOISE)[1] == 0
    assert alignment(np.random.default_rng(3).standard_normal(4000), NOISE)[1] < 0.3
