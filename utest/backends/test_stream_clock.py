"""Looks at a stream say when its samples came."""

import random

import pytest

from BaresipLibrary.backends.embedded.worker.stream_clock import JITTER, SLACK, StreamClock

RATE, PACKET = 8000, 0.020
FRAMES = 160


class Told:
    """What a clock reports: by the first sample of a stretch, its bounds; the last word counts."""

    def __init__(self) -> None:
        self.bounds: dict[int, tuple[float, float]] = {}
        self.clock = StreamClock(RATE, PACKET, self.note)

    def note(self, frame: int, earliest: float, latest: float) -> None:
        self.bounds[frame] = (earliest, latest)


def watched(told: Told, arrivals: list[float], period: float, until: float) -> None:
    """Looks every `period` seconds at a stream whose packets come at these times."""
    at = 0.0
    while at < until:
        told.clock.look(at, at, FRAMES * sum(arrival <= at for arrival in arrivals))
        at += period


@pytest.mark.parametrize("period", [0.017, 0.077])
@pytest.mark.parametrize("first", [0.0313, 0.1, 0.1199])
def test_the_first_sample_is_timed_to_four_milliseconds(period: float, first: float) -> None:
    told = Told()
    watched(told, [first + n * PACKET for n in range(250)], period, 5.0)
    ((frame, (earliest, latest)),) = told.bounds.items()
    assert frame == 0
    assert earliest <= first <= latest + 1e-9
    assert (earliest + latest) / 2 == pytest.approx(first, abs=0.002)
    assert latest - earliest < 0.0041 + 2 * JITTER


def test_one_look_knows_it_to_a_packet() -> None:
    told = Told()
    told.clock.look(1.0, 1.001, 3 * FRAMES)
    assert told.bounds == {0: (pytest.approx(0.94 - JITTER), pytest.approx(0.961 + JITTER))}


def test_after_a_pause_a_stretch_begins() -> None:
    told = Told()
    arrivals = [0.1 + n * PACKET for n in range(50)] + [3.007 + n * PACKET for n in range(50)]
    watched(told, arrivals, 0.017, 4.2)
    assert list(told.bounds) == [0, 50 * FRAMES]
    earliest, latest = told.bounds[50 * FRAMES]
    assert earliest <= 3.007 <= latest


def test_a_lost_packet_begins_a_stretch() -> None:
    told = Told()
    arrivals = [0.1 + n * PACKET for n in range(100) if n != 50]
    watched(told, arrivals, 0.017, 2.2)
    last = max(told.bounds)
    assert 45 * FRAMES <= last <= 52 * FRAMES
    middle = sum(told.bounds[last]) / 2
    assert middle == pytest.approx(0.1 + PACKET + last / RATE, abs=0.003)


def test_jitter_begins_no_stretch() -> None:
    told, chance = Told(), random.Random(1)
    arrivals = sorted(0.1 + n * PACKET + chance.uniform(0, SLACK / 2) for n in range(200))
    watched(told, arrivals, 0.017, 4.0)
    assert list(told.bounds) == [0]
    assert sum(told.bounds[0]) / 2 == pytest.approx(0.1, abs=SLACK / 2)


def test_clocks_that_drift_apart_are_followed() -> None:
    told = Told()
    arrivals = [0.1 + n * PACKET * 1.0002 for n in range(3000)]
    watched(told, arrivals, 0.077, 60.0)
    last = max(told.bounds)
    true = 0.1 + last / RATE * 1.0002
    assert sum(told.bounds[last]) / 2 == pytest.approx(true, abs=0.005)


def test_packets_that_come_early_and_late_leave_bounds_that_hold_them() -> None:
    """As baresip sends: every 20.5 ms, and one after five 4 ms sooner."""
    told = Told()
    arrivals = [0.1 + n * PACKET + 0.0006 * (n % 6) for n in range(250)]
    watched(told, arrivals, 0.017, 5.0)
    ((frame, (earliest, latest)),) = told.bounds.items()
    assert frame == 0
    assert earliest <= 0.1 + 1e-9
    assert latest >= 0.103 - 1e-9


def test_looked_at_closely_each_packet_has_its_own_bounds() -> None:
    told, chance = Told(), random.Random(1)
    arrivals = sorted(0.1 + n * PACKET + chance.uniform(0, 0.015) for n in range(20))
    told.clock.closely = True
    watched(told, arrivals, 0.001, 0.6)
    assert list(told.bounds) == [n * FRAMES for n in range(20)]
    for (earliest, latest), arrival in zip(told.bounds.values(), arrivals, strict=True):
        assert earliest <= arrival <= latest
        assert latest - earliest < 0.0011


def test_what_came_between_two_looks_is_known_no_better_than_these() -> None:
    told = Told()
    told.clock.closely = True
    told.clock.look(1.0, 1.0, 0)
    told.clock.look(1.3, 1.31, 3 * FRAMES)
    assert told.bounds == {0: (1.0, 1.31)}


def test_after_a_close_look_packets_belong_together_again() -> None:
    told = Told()
    arrivals = [0.1 + n * PACKET for n in range(100)]
    watched(told, arrivals, 0.017, 0.5)
    told.clock.closely = True
    told.clock.look(0.501, 0.501, 21 * FRAMES)
    told.clock.look(0.519, 0.519, 21 * FRAMES)
    told.clock.look(0.521, 0.521, 22 * FRAMES)
    assert told.bounds[21 * FRAMES] == (0.519, 0.521)
    told.clock.closely = False
    for n in range(5):
        told.clock.look(0.538 + n * 0.017, 0.538 + n * 0.017, (22 + round(n * 0.8)) * FRAMES)
    assert list(told.bounds) == [0, 20 * FRAMES, 21 * FRAMES]
