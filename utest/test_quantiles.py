"""Percentiles beside those of numpy, which the library does not load for them."""

import numpy as np
import pytest

from BaresipLibrary.quantiles import percentiles


@pytest.mark.parametrize("values", [[3.0], [2.0, 1.0], [0.1, 0.5, 9.0, 0.7, 4.0]])
def test_percentiles_are_those_of_numpy(values: list[float]) -> None:
    expected = np.percentile(values, range(101))
    assert percentiles(values) == pytest.approx(list(expected))
