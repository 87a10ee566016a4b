"""Many calls at the same time."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.concurrency import Changes
from BaresipLibrary.errors import CommandRefused
from BaresipLibrary.events import CallEstablished, CallIncoming
from BaresipLibrary.load.bulk import establish
from BaresipLibrary.load.call_attempt import CallAttempt

from ..scripted import ScriptedBackend

SOON = 10.0


class Line(ScriptedBackend):
    """A backend that does something more when it dials or answers."""

    def __init__(self, changes: Changes, folder: Path) -> None:
        super().__init__(changes, folder)
        self.on_dial: Callable[[], None] = lambda: None
        self.on_answer: Callable[[], None] = lambda: None

    def dial(self, uri: str, headers: object = ()) -> str:
        call_id = super().dial(uri, headers)  # type: ignore[arg-type]
        self.on_dial()
        return call_id

    def answer(self, call_id: str, headers: object = ()) -> None:
        super().answer(call_id, headers)  # type: ignore[arg-type]
        self.on_answer()


class Pair:
    """A caller and a callee whose call is established when it is answered."""

    def __init__(self, changes: Changes, folder: Path, number: int) -> None:
        lines = [Line(changes, folder), Line(changes, folder)]
        names = (f"caller{number}", f"callee{number}")
        self.caller, self.callee = lines
        agents = [
            Agent(name, Account(name), line, changes)
            for name, line in zip(names, lines, strict=True)
        ]
        for agent in agents:
            agent.start()
        self.call = CallAttempt(agents[0], "sip:callee@x", agents[1])
        self.caller.on_dial = self.ring
        self.callee.on_answer = self.establish

    def ring(self) -> None:
        self.callee.feed(CallIncoming(time.monotonic(), "in", "sip:caller@x"))

    def establish(self) -> None:
        self.caller.feed(CallEstablished(time.monotonic(), "out-1"))
        self.callee.feed(CallEstablished(time.monotonic(), "in"))


@pytest.fixture
def changes() -> Changes:
    return threading.Condition()


def test_a_call_that_rings_is_accepted_while_another_is_still_dialled(
    changes: Changes, tmp_path: Path
) -> None:
    first, second = Pair(changes, tmp_path, 1), Pair(changes, tmp_path, 2)
    answered = threading.Event()
    in_time: list[bool] = []
    establishing = first.callee.on_answer

    def answer() -> None:
        answered.set()
        establishing()

    def dial_late() -> None:
        in_time.append(answered.wait(SOON))
        second.ring()

    first.callee.on_answer, second.caller.on_dial = answer, dial_late
    establish([first.call, second.call], SOON)
    assert in_time == [True]
    assert first.call.seconds is not None and second.call.seconds is not None
    assert [line.commands[-1] for line in (first.callee, second.callee)] == [
        ("answer", "in", [])
    ] * 2


def test_a_call_that_cannot_be_dialled_gets_its_verdict_at_once(
    changes: Changes, tmp_path: Path
) -> None:
    first, second = Pair(changes, tmp_path, 1), Pair(changes, tmp_path, 2)
    first.caller.refusal = "there is no route"
    began = time.monotonic()
    establish([first.call, second.call], SOON)
    assert time.monotonic() - began < SOON
    assert first.call.trouble is not None and "there is no route" in first.call.trouble
    assert second.call.seconds is not None


def test_a_fault_of_the_library_while_one_dials_is_raised(changes: Changes, tmp_path: Path) -> None:
    pair = Pair(changes, tmp_path, 1)

    def fail() -> None:
        raise KeyError("a bug")

    pair.caller.on_dial = fail
    began = time.monotonic()
    with pytest.raises(KeyError, match="a bug"):
        establish([pair.call], SOON)
    assert time.monotonic() - began < SOON


def test_a_callee_that_refuses_to_accept_is_told(changes: Changes, tmp_path: Path) -> None:
    pair = Pair(changes, tmp_path, 1)

    def refuse() -> None:
        raise CommandRefused("the call has ended")

    pair.callee.on_answer = refuse
    establish([pair.call], SOON)
    assert pair.call.trouble is not None and "the call has ended" in pair.call.trouble


def test_a_call_that_rings_after_one_of_before_while_it_is_dialled_is_accepted(
    changes: Changes, tmp_path: Path
) -> None:
    """Which of the two it is shows once the dialling has told its Call-ID: no event follows."""
    pair = Pair(changes, tmp_path, 1)
    accepted = threading.Event()

    def ring_twice() -> None:
        pair.callee.feed(CallIncoming(time.monotonic(), "of-before", "sip:caller@x"))
        assert accepted.wait(SOON)
        pair.callee.feed(CallIncoming(time.monotonic(), "out-1", "sip:caller@x"))

    def answer() -> None:
        accepted.set()
        if pair.callee.commands[-1] == ("answer", "out-1", []):
            pair.caller.feed(CallEstablished(time.monotonic(), "out-1"))
            pair.callee.feed(CallEstablished(time.monotonic(), "out-1"))

    pair.caller.on_dial, pair.callee.on_answer = ring_twice, answer
    establish([pair.call], SOON)
    assert pair.call.trouble is None
