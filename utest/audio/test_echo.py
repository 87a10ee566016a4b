"""What comes back of what was sent, and what does not."""

import numpy as np
import pytest

from BaresipLibrary.audio.echo import (
    AFTER,
    BEFORE,
    EDGE,
    RATE,
    WINDOW,
    EchoPath,
    echo_path,
    left_without,
    without_echo,
)
from BaresipLibrary.audio.levels import level_dbfs

from .signals import Samples, comfort_noise, mu_law, music, silence, speech, tone, white_noise

_SIZE = round(WINDOW * RATE)
SECONDS = 3.0


def voice(seed: int, pitch: float = 200.0) -> Samples:
    return speech(SECONDS, RATE, np.random.default_rng(seed), -18.0, pitch)


def echo(sent: Samples, delay: float, gain: float) -> Samples:
    """Through a line that filters a little, and both ways through a codec."""
    back = np.convolve(mu_law(sent), [0.2, 1.0, -0.3])[: sent.size] * 10 ** (gain / 20)
    return mu_law(np.concatenate([silence(delay, RATE), back])[: sent.size])


def around(sent: Samples) -> Samples:
    """What was sent, with what `echo_path` wants before and after it."""
    return np.concatenate([np.zeros(BEFORE), sent, np.zeros(AFTER)])


def paths(heard: Samples, sent: Samples) -> list[tuple[float, float]]:
    """Delay (s) and gain (dB) of each echo that is found in a quarter of a second."""
    starts = range(0, heard.size - _SIZE + 1, _SIZE)
    whole = around(sent)
    found = [
        echo_path(heard[at : at + _SIZE], whole[at : at + BEFORE + _SIZE + AFTER]) for at in starts
    ]
    return [(path.delay, path.gain) for path in found if path]


@pytest.mark.parametrize("delay", [0.0, 0.03, 0.12, 0.55])
@pytest.mark.parametrize("gain", [-8.0, -24.0, -34.0])
def test_an_echo_is_found(delay: float, gain: float) -> None:
    sent = voice(1)
    found = paths(echo(sent, delay, gain), sent)
    assert len(found) >= 3
    delays, gains = zip(*found, strict=True)
    assert float(np.median(delays)) == pytest.approx(delay, abs=0.0005)
    assert float(np.median(gains)) == pytest.approx(gain, abs=1.5)


@pytest.mark.parametrize(
    "heard",
    [
        voice(2),
        voice(2, 120.0),
        echo(voice(1), 0.8, -24.0),
        echo(voice(1), 0.1, -2.0),
        music(SECONDS, RATE, np.random.default_rng(3)),
        white_noise(SECONDS, RATE, np.random.default_rng(3)),
        comfort_noise(SECONDS, RATE, np.random.default_rng(3)),
        tone(440, SECONDS, RATE),
        silence(SECONDS, RATE),
    ],
    ids=["voice", "other", "late", "loud", "music", "noise", "comfort noise", "tone", "silence"],
)
def test_what_is_no_echo_is_not_taken_for_one(heard: Samples) -> None:
    assert paths(heard, voice(1)) == []


@pytest.mark.parametrize("sent", [tone(440, SECONDS, RATE), silence(SECONDS, RATE)])
def test_nothing_is_an_echo_of_a_steady_tone_or_of_silence(sent: Samples) -> None:
    assert paths(0.1 * tone(440, SECONDS, RATE), sent) == []


def test_who_speaks_at_the_same_time_is_left() -> None:
    sent, other = voice(1), voice(2, 120.0)
    heard = echo(sent, 0.12, -24.0)
    first = 5 * _SIZE
    near = around(sent)[first : first + BEFORE + _SIZE + AFTER]
    path = echo_path(heard[first : first + _SIZE], near)
    assert path is not None
    assert level_dbfs(without_echo(heard, around(sent), path)) < level_dbfs(heard) - 20
    left = without_echo(mu_law(heard + other), around(sent), path)
    assert level_dbfs(left - other) < level_dbfs(other) - 30


@pytest.mark.parametrize("lag", [4700, 4735, 4740])
def test_late_packets_may_shift_an_echo_up_to_the_longest_delay(lag: int) -> None:
    sent, weights = voice(1), np.zeros(2 * EDGE + 1)
    weights[EDGE] = 0.06
    shifted = min(lag + 100, BEFORE - EDGE)
    heard = np.concatenate([np.zeros(shifted), 0.06 * sent])[: sent.size]
    left = left_without(EchoPath(lag, -24.0, weights), heard, around(sent))
    assert left.size == heard.size
