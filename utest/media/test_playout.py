"""What is taken off the times of what was heard, and how exact that is."""

import pytest

from BaresipLibrary.media.playout import lost_at_an_edge


@pytest.mark.parametrize(
    ("share", "packets"), [(0.0, 0), (0.0005, 0), (0.01, 1), (0.02, 1), (0.05, 2), (0.5, 9)]
)
def test_an_edge_may_lose_as_many_packets_as_one_in_a_thousand_does(
    share: float, packets: int
) -> None:
    assert lost_at_an_edge(share) == pytest.approx(packets * 0.020)


def test_where_everything_is_lost_nothing_is_computed() -> None:
    assert lost_at_an_edge(1.0) == 0.0
