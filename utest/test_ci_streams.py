"""How many runs `make test` has at the same time, and which is next."""

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def ci() -> ModuleType:
    """The module beside `check.py`, which is not part of a package."""
    spec = importlib.util.spec_from_file_location("ci_streams", ROOT / ".ci" / "streams.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_of_those_that_wait_the_lowest_rank_is_next_and_among_equals_the_first(
    ci: ModuleType,
) -> None:
    streams = ci.Streams(1)
    order: list[str] = []

    def run(rank: int, name: str) -> None:
        with streams.turn(rank):
            order.append(name)

    with ThreadPoolExecutor() as pool, streams.turn(5):
        for number, (rank, name) in enumerate([(3, "c"), (1, "a"), (3, "d"), (2, "b")], 1):
            pool.submit(run, rank, name)
            while streams.waiting < number:
                pass
        assert not order
    assert order == ["a", "b", "c", "d"]


def test_so_many_have_a_turn_and_one_that_fails_gives_it_back(ci: ModuleType) -> None:
    streams = ci.Streams(2)
    with ThreadPoolExecutor() as pool:
        with streams.turn(1):
            with pytest.raises(ZeroDivisionError), streams.turn(1):
                raise ZeroDivisionError
            with streams.turn(1):
                third = pool.submit(lambda: streams.turn(1).__enter__())
                while not streams.waiting:
                    pass
                assert not third.done()
        third.result()
