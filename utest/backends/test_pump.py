"""How often the audio of calls is moved, and what is done after it."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from BaresipLibrary.backends.embedded.worker.call_audio import AHEAD
from BaresipLibrary.backends.embedded.worker.pump import AudioPump
from BaresipLibrary.backends.embedded.worker.stream_clock import (
    LISTENED,
    RESTING,
    UNHEARD,
)

from .audio_stack import Sent


@pytest.mark.parametrize(
    ("rests", "listened", "expected"),
    [
        ((True, True), set(), RESTING),
        ((True, False), set(), UNHEARD),
        ((True, True), {"0"}, LISTENED),
    ],
)
def test_the_pump_comes_back_as_soon_as_its_calls_need_it(
    rests: tuple[bool, ...], listened: set[str], expected: float
) -> None:
    pump = AudioPump(lambda *_, **__: None, Sent())
    calls: Any = {str(n): SimpleNamespace(rests=one) for n, one in enumerate(rests)}
    pump._calls, pump._listened = calls, listened
    assert pump._period == expected

    async def hurried() -> float:
        pump._hurry()
        return pump._period

    assert asyncio.run(hurried()) == LISTENED


def test_what_waits_for_a_round_is_done_after_it() -> None:
    done: list[str] = []
    pump = AudioPump(lambda *_, **__: None, Sent())

    def move() -> bool:
        done.append("moved")
        return False

    async def one_round() -> None:
        over = asyncio.Event()

        def go_on() -> None:
            done.append("counted")
            pump._calls.clear()
            over.set()

        audio: Any = SimpleNamespace(move=move, rests=True, tell_times=lambda **_: None)
        pump._calls, pump.after_round = {"id": audio}, go_on
        pump._hurry()
        await over.wait()

    asyncio.run(one_round())
    assert done == ["moved", "counted"]


def test_the_audio_that_lies_ready_outlasts_the_longest_pause_of_a_pump_that_sends() -> None:
    assert AHEAD > 2 * UNHEARD
