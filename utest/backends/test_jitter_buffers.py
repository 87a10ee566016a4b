"""The delay of the jitter buffer, by the version of baresip and its configuration.

The figures are what the reference machine of atest/resources/peer_machine.py saw: 58 and 60 ms on
the wheel and 4.10, 96 to 100 ms on 1.0, 2.3 and 3.18, 38 ms with ``jitter_buffer_delay 2-10`` on
1.0, 17 and 99 ms with ``audio_jitter_buffer_ms`` 20 and 100, and none with the buffer off.
"""

import pytest

from BaresipLibrary.backends.jitter_buffers import buffer_delay


@pytest.mark.parametrize(
    ("release", "settings", "seconds"),
    [
        ((4, 10), {}, 0.060),
        ((1, 0), {}, 0.100),
        ((3, 18), {}, 0.100),
        ((4, 10), {"audio_jitter_buffer_ms": "20-200"}, 0.020),
        ((4, 10), {"audio_jitter_buffer_ms": "100-200"}, 0.100),
        ((4, 10), {"audio_jitter_buffer_type": "off"}, 0.0),
        ((1, 0), {"jitter_buffer_type": "off"}, 0.0),
        ((1, 0), {"jitter_buffer_delay": "2-10"}, 0.040),
        ((3, 18), {"audio_jitter_buffer_delay": "3-10"}, 0.060),
        ((3, 18), {"jitter_buffer_delay": "3-10"}, 0.060),
        ((4, 10), {"audio_jitter_buffer_ms": "nonsense"}, 0.060),
        ((4, 10), {"audio_jitter_buffer_ms": "150"}, 0.150),
        ((3, 18), {"audio_jitter_buffer_delay": "3"}, 0.060),
        ((1, 0), {"jitter_buffer_delay": "2"}, 0.040),
        ((4, 10), {"audio_jitter_buffer_delay": "10-20"}, 0.060),
    ],
)
def test_a_fixed_buffer_delays_by_its_least_length(
    release: tuple[int, int], settings: dict[str, str], seconds: float
) -> None:
    delay = buffer_delay(release, settings.get)
    assert delay.seconds == pytest.approx(seconds)
    assert delay.error <= 0.020


def test_a_buffer_that_counts_packets_is_less_exact() -> None:
    assert buffer_delay((3, 18), {}.get).error > buffer_delay((4, 10), {}.get).error


def test_an_adaptive_buffer_is_anywhere_in_its_range() -> None:
    settings = {"audio_jitter_buffer_type": "adaptive", "audio_jitter_buffer_ms": "40-140"}
    delay = buffer_delay((4, 10), settings.get)
    assert delay.seconds == pytest.approx(0.090)
    assert delay.error >= 0.050
