"""How many runs `make test` has at the same time, and which is next."""

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
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
    turns = [(name, streams.turn(rank)) for rank, name in [(3, "c"), (1, "a"), (3, "d"), (2, "b")]]

    def run(name: str, turn: object) -> None:
        with streams.taken(turn):
            order.append(name)

    with ThreadPoolExecutor(len(turns)) as pool:
        for one in turns:
            pool.submit(run, *one)
    assert order == ["a", "b", "c", "d"]


def test_so_many_have_a_stream_and_one_that_fails_gives_it_back(ci: ModuleType) -> None:
    streams = ci.Streams(2)
    ended = Event()

    def third() -> bool:
        with streams.taken(streams.turn(1)):
            return ended.is_set()

    with ThreadPoolExecutor() as pool, streams.taken(streams.turn(1)):
        with pytest.raises(ZeroDivisionError), streams.taken(streams.turn(1)):
            raise ZeroDivisionError
        with streams.taken(streams.turn(1)):
            waits = pool.submit(third)
            ended.set()
        assert waits.result()


def test_a_wide_run_waits_for_all_its_streams_and_what_is_wider_than_all_takes_all(
    ci: ModuleType,
) -> None:
    streams = ci.Streams(2)
    order: list[str] = []

    def run(name: str, turn: object) -> None:
        with streams.taken(turn):
            order.append(name)

    with ThreadPoolExecutor(3) as pool:
        with streams.taken(streams.turn(1)):
            for name, turn in [("wide", streams.turn(2, 2)), ("widest", streams.turn(3, 9))]:
                pool.submit(run, name, turn)
            last = pool.submit(run, "narrow", streams.turn(4))
            assert not last.done()  # its stream is free, and is kept for those before it
        last.result()
    assert order == ["wide", "widest", "narrow"]


def test_none_begins_before_all_have_come(ci: ModuleType) -> None:
    """Else those that come first would have all streams, whatever their rank."""
    streams = ci.Streams(1)
    streams.expect(["one", "two", "three"])
    order: list[int] = []

    def run(turn: tuple[int, int]) -> None:
        with streams.taken(turn):
            order.append(turn[0])

    with ThreadPoolExecutor() as pool:
        pool.submit(run, streams.turn(2))
        streams.complete("one")
        streams.complete("one")
        streams.complete("three")
        assert not order
        pool.submit(run, streams.turn(1))
        streams.complete("two")
    assert order == [1, 2]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", 0])
def test_a_number_of_streams_that_makes_no_sense_is_refused(
    ci: ModuleType, number: int | str
) -> None:
    with pytest.raises(SystemExit, match=f"STREAMS={number}: it must be a number, and 1 at least."):
        ci.Streams(number)
