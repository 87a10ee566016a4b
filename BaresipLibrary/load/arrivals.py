"""When calls arrive: a rate as a suite writes it, and the moments that follow from it."""

import itertools
import random
import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto

_UNITS = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0}
#: Calls a second beyond which nobody tests with complete phones; a slip of the pen, surely.
_HIGHEST = 1000.0


class Arrivals(Enum):
    """How arrivals are spread over time.

    ``poisson``: at random, each independent of the others, as calls of many people come: the times
    between them have an exponential distribution; ``even``: always the same time apart.
    """

    poisson = auto()
    even = auto()


class Rate(float):
    """A rate of calls, written as ``5/s``, ``300/min`` or ``1800/h``."""

    @classmethod
    def parse(cls, value: object) -> "Rate":
        """Reads a rate, in calls a second.

        Raises:
            ValueError: not a rate, or one that is not above 0 or above 1,000 calls a second.
        """
        match = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*/\s*([a-z]+)\s*", str(value).lower())
        if not match or match[2] not in _UNITS:
            raise ValueError(f"'{value}' is not a rate; write it like 5/s, 300/min or 1800/h.")
        a_second = float(match[1]) / _UNITS[match[2]]
        if not 0 < a_second <= _HIGHEST:
            raise ValueError(
                f"A rate must be above 0 and at most {_HIGHEST:g} calls a second, not '{value}'."
            )
        return cls(a_second)

    def __str__(self) -> str:
        return f"{float(self):g}/s"


def arrival_times(rate: float, duration: float, arrivals: Arrivals, seed: int) -> Iterator[float]:
    """The seconds from the start at which calls arrive, `rate` a second, for `duration` seconds.

    The same seed gives the same moments.
    """
    every = _even(rate) if arrivals is Arrivals.even else _poisson(rate, random.Random(seed))
    return itertools.takewhile(lambda at: at < duration, every)


def _even(rate: float) -> Iterator[float]:
    return (number / rate for number in itertools.count())


def _poisson(rate: float, chance: random.Random) -> Iterator[float]:
    return itertools.accumulate(chance.expovariate(rate) for _ in itertools.count())


def most_at_once(stretches: Iterable[tuple[float, float]]) -> int:
    """How many stretches of time there are at once, at most; each has a begin and a length (s).

    One that begins when another ends comes after it.
    """
    borders = (((at, 1), (at + length, -1)) for at, length in stretches)
    changes = sorted(itertools.chain.from_iterable(borders))
    return max(itertools.accumulate(change for _, change in changes), default=0)
