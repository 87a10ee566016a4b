"""By how much packets come later than the quickest: clocks that drift apart, and other sources."""

import random
from collections.abc import Iterator

import pytest

from BaresipLibrary.backends.embedded.worker.lateness import Lateness


def packets(
    seconds: float, slow: float = 0.0, *, rate: int = 8000, jitter: float = 0.0
) -> Iterator[tuple[float, int]]:
    """When packets of 20 ms come, and their timestamps; `slow` is by how much the clock is slow."""
    chance = random.Random(1)
    for number in range(round(seconds / 0.020)):
        at = 100.0 + number * 0.020 * (1 + slow) + chance.uniform(0, jitter)
        yield at, (0xFFFFF000 + number * rate // 50) & 0xFFFFFFFF


def times_of(*arrivals: tuple[float, int], ssrc: int = 1) -> list[tuple[float, float]]:
    lateness = Lateness()
    for at, timestamp in arrivals:
        lateness.take(at, ssrc, timestamp)
    return lateness.times


@pytest.mark.parametrize("rate", [8000, 48000])
@pytest.mark.parametrize(("slow", "jitter"), [(0.0, 0.0), (0.0, 0.040), (-0.001, 0.0)])
def test_who_is_in_time_or_early_is_not_late(rate: int, slow: float, jitter: float) -> None:
    assert times_of(*packets(60, slow, rate=rate, jitter=jitter)) == []


def in_a_buffer(arrivals: list[tuple[float, int]], most: float) -> list[float]:
    """How late each packet of 8 kHz comes by a buffer that begins anew after that (s)."""
    late = [at - (stamp - arrivals[0][1] & 0xFFFFFFFF) / 8000 for at, stamp in arrivals]
    usual = smooth = quickest = late[0]
    since, window, told = arrivals[0][0], list[float](), list[float]()
    for (at, _), one in zip(arrivals, late, strict=True):
        quickest = min(quickest, one)
        told.append(one - quickest)
        smooth += (one - smooth) / 32
        window.append(smooth)
        if at - since > 10:
            if min(window) - usual > most:
                usual, quickest = smooth, one + 1
            since, window = at, []
    return told


@pytest.mark.parametrize("slow", [0.0003, 0.001, 0.0011, 0.003, 0.01])
@pytest.mark.parametrize("most", [0.019, 0.020, 0.021])
def test_no_packet_is_later_than_is_told(slow: float, most: float) -> None:
    """Whatever the buffer does with packets that are about 20 ms late."""
    arrivals = list(packets(130, slow))
    times = times_of(*arrivals)
    for (at, _), late in zip(arrivals, in_a_buffer(arrivals, most), strict=True):
        told = [seconds for since, seconds in times if since < at]
        assert min(late, 0.060) <= (told[-1] if told else 0.0) + 0.004 + 2 * slow, at


@pytest.mark.parametrize("rate", [8000, 48000])
def test_a_slow_clock_makes_packets_later_and_later(rate: int) -> None:
    times = times_of(*packets(38, 0.0012, rate=rate))
    assert len(times) > 8
    for at, late in times:
        assert late == pytest.approx((at - (100 if at < 130 else 130)) * 0.0012, abs=0.003)


def test_another_source_begins_anew() -> None:
    lateness = Lateness()
    for at, timestamp in packets(20, 0.001):
        lateness.take(at, 1, timestamp)
    assert lateness.times[-1][1] > 0.010
    for at, timestamp in packets(20):
        lateness.take(at + 30, 2, timestamp + 12345)
    assert lateness.times[-1] == (130.0, 0.0)


def test_a_key_that_is_held_is_not_late() -> None:
    """All packets of a telephone event have one timestamp."""
    tone = list(packets(10))
    held = [(at, tone[150][1]) for at, _ in tone[150:400]]
    assert times_of(*tone[:150], *held, *tone[400:]) == []
