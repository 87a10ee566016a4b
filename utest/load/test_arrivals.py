"""When calls arrive, and when a run of calls ends early."""

from itertools import pairwise

import pytest

from BaresipLibrary.load.arrivals import Arrivals, Rate, arrival_times, most_at_once
from BaresipLibrary.load.stop_condition import StopCondition


@pytest.mark.parametrize(
    ("text", "a_second"),
    [("5/s", 5.0), ("300/min", 5.0), ("1800 / h", 0.5), (".5/S", 0.5), ("2.5/sec", 2.5)],
)
def test_a_rate_is_calls_in_a_unit_of_time(text: str, a_second: float) -> None:
    assert Rate.parse(text) == pytest.approx(a_second)


@pytest.mark.parametrize("text", ["5", "0/s", "-1/s", "5/fortnight", "1001/s", "x/s", "1e3/s", ""])
def test_what_is_not_a_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"rate"):
        Rate.parse(text)


def test_even_arrivals_are_the_same_time_apart_and_begin_at_once() -> None:
    assert list(arrival_times(4.0, 1.0, Arrivals.even, 1)) == [0.0, 0.25, 0.5, 0.75]


def test_a_seed_repeats_arrivals_and_another_does_not() -> None:
    first, again, other = (
        list(arrival_times(5.0, 60.0, Arrivals.poisson, seed)) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_poisson_arrivals_have_the_rate_and_exponential_gaps() -> None:
    times = list(arrival_times(5.0, 4000.0, Arrivals.poisson, 3))
    gaps = [after - before for before, after in pairwise(times)]
    assert len(times) == pytest.approx(20_000, rel=0.03)
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert deviation == pytest.approx(mean, rel=0.05)
    assert sum(gap > 0.2 for gap in gaps) / len(gaps) == pytest.approx(0.368, abs=0.02)
    assert times[0] > 0 and times[-1] < 4000


def test_as_many_agents_are_needed_as_calls_overlap() -> None:
    assert most_at_once([(at, 2.5) for at in (3.0, 0.0, 1.0, 2.0)]) == 3
    assert most_at_once([(at, 1.0) for at in (0.0, 1.0, 2.0)]) == 1
    assert most_at_once([(0.0, 9.0), (1.0, 0.5), (2.0, 0.5)]) == 2
    assert most_at_once([]) == 0


@pytest.mark.parametrize(
    ("text", "failed", "judged", "at_end", "met"),
    [
        ("failures > 2", 2, 3, False, False),
        ("failures > 2", 3, 3, False, True),
        ("failures >= 2", 2, 100, False, True),
        ("failures > 5%", 19, 19, False, False),  # too few to judge a share
        ("failures > 5%", 1, 20, False, False),
        ("failures > 5%", 2, 20, False, True),
        ("failures>=5 %", 1, 20, False, True),
        ("failures > 5%", 1, 3, True, True),
        ("failures > 5%", 0, 0, True, False),
        ("failures > 0", 0, 0, True, False),
        ("failures >= 100%", 20, 20, False, True),
    ],
)
def test_a_condition_is_met(text: str, failed: int, judged: int, at_end: bool, met: bool) -> None:
    assert StopCondition.parse(text).is_met(failed, judged, at_end=at_end) is met


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("failures < 5%", "is not a condition"),
        ("errors > 5", "is not a condition"),
        ("failures > many", "is not a condition"),
        ("failures > 5% or so", "is not a condition"),
        ("failures > 100%", "can never hold"),
        ("failures >= 101%", "can never hold"),
        ("failures >= 0", "always holds"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        StopCondition.parse(text)
