"""Gaps in a running tone."""

import numpy as np
import pytest

from BaresipLibrary.audio.tone_gaps import Loss, ToneGap, tone_gaps

from . import signals
from .signals import CODECS, Samples

#: Hz; packets of 5 to 80 ms are a fifth of a period or more off whole numbers of periods.
FREQUENCY = 1720.0


def running(rate: int = 8000, drift: float = 1e-4, snr: float = 20.0) -> Samples:
    """Three seconds of the tone between silence, off by clocks, in noise."""
    tone = signals.tone(FREQUENCY * (1 + drift), 3, rate, -15)
    noisy = signals.in_noise(tone, snr, np.random.default_rng(1))
    return np.pad(noisy, rate // 4)


def packets(rate: int, first: int, count: int = 1) -> slice:
    """Where the packets are, 20 ms each, the first 12 of which are silence."""
    return slice(first * rate // 50, (first + count) * rate // 50)


def seen(found: list[ToneGap]) -> list[tuple[Loss, float, float]]:
    return [(gap.loss, gap.begin, gap.milliseconds) for gap in found]


def about(loss: Loss, begin: float, milliseconds: float) -> tuple[Loss, object, object]:
    near = pytest.approx(begin, abs=0.003)
    return (loss, near, pytest.approx(milliseconds, abs=4))


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("codec", CODECS)
def test_a_running_tone_has_no_gaps(codec: str, rate: int) -> None:
    assert tone_gaps(CODECS[codec](running(rate)), rate, FREQUENCY) == []
    assert tone_gaps(CODECS[codec](running(rate, snr=60, drift=0)), rate) == []


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("codec", CODECS)
def test_lost_packets_are_silent_gaps(codec: str, rate: int) -> None:
    sound = running(rate)
    sound[packets(rate, 40)] = 0
    sound[packets(rate, 60, 3)] = 0
    sound[packets(rate, 100, 10)] = 0
    found = tone_gaps(CODECS[codec](sound), rate, FREQUENCY)
    assert seen(found) == [
        about(Loss.SILENT, 0.8, 20),
        about(Loss.SILENT, 1.2, 60),
        about(Loss.SILENT, 2.0, 200),
    ]
    assert max(gap.milliseconds for gap in found) == pytest.approx(200, abs=4)


@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_repeated_packets_are_concealed_gaps(gain: float) -> None:
    sound = running()
    sound[packets(8000, 40)] = gain * sound[packets(8000, 39)]
    assert seen(tone_gaps(signals.mu_law(sound), 8000)) == [about(Loss.CONCEALED, 0.8, 20)]


def test_fading_packets_are_concealed_gaps() -> None:
    sound = running()
    sound[packets(8000, 40, 3)] *= np.linspace(0.8, 0.3, 480)
    (gap,) = tone_gaps(signals.a_law(sound), 8000, FREQUENCY)
    assert gap.loss is Loss.CONCEALED
    assert 0.8 <= gap.begin < 0.86
    assert gap.begin + gap.milliseconds / 1000 == pytest.approx(0.86, abs=0.004)


@pytest.mark.parametrize("milliseconds", [5, 8, 10, 20, 30, 40, 60, 80])
def test_time_left_out_or_inserted_is_a_slip(milliseconds: int) -> None:
    sound = running()
    left_out = np.delete(sound, np.s_[8000 : 8000 + 8 * milliseconds])
    (gap,) = tone_gaps(left_out, 8000, FREQUENCY)
    assert gap.loss is Loss.SLIPPED
    assert gap.begin == pytest.approx(1.0, abs=0.006)
    inserted = np.insert(sound, 8000, sound[8000 - 8 * milliseconds : 8000])
    (gap,) = tone_gaps(inserted, 8000, FREQUENCY)
    assert gap.loss is Loss.SLIPPED


def test_refuses_audio_without_the_tone() -> None:
    for sound in (signals.silence(1, 8000), np.empty(0), np.zeros(5)):
        with pytest.raises(ValueError, match="No gaps can be found"):
            tone_gaps(sound, 8000)
    with pytest.raises(ValueError, match="the audio has no tone of 1720 Hz"):
        tone_gaps(signals.tone(440, 1, 8000, -40), 8000, FREQUENCY)
