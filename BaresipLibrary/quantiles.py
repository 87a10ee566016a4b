"""Percentiles of measured values, for keywords that need numpy for nothing else."""

from collections.abc import Sequence


def percentiles(values: Sequence[float]) -> list[float]:
    """The percentiles 0 to 100, by linear interpolation between ranks, as numpy's default.

    `values`: at least one.
    """
    import statistics  # few runs measure: it takes 2 ms

    several = [*values] * 2 if len(values) == 1 else values  # before Python 3.13 one is too few
    between = statistics.quantiles(several, n=100, method="inclusive")
    return [min(values), *between, max(values)]
