"""Quantiles of measured values, without numpy: a keyword that needs no other figure loads none."""

import math
from collections.abc import Sequence


def quantile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between ranks (Hyndman and Fan's definition 7, as numpy's default).

    `ordered` are the values from the smallest on, at least one; `share` is from 0 to 1.
    """
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
