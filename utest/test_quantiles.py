"""Percentiles beside those of numpy, which the library does not load for them."""

import numpy as np
import pytest

from BaresipLibrary.quantiles import quantile


@pytest.mark.parametrize("values", [[3.0], [1.0, 2.0], [0.1, 0.5, 0.7, 4.0, 9.0]])
def test_quantiles_are_those_of_numpy(values: list[float]) -> None:
    for share in (0.0, 0.05, 0.5, 0.95, 0.99, 1.0):
        assert quantile(values, share) == pytest.approx(float(np.percentile(values, 100 * share)))
