"""Who is woken by what an embedded agent's process says: by answers, by events, by its end."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("baresip")

from BaresipLibrary.account import Account
from BaresipLibrary.backends.embedded.backend import EmbeddedBackend
from BaresipLibrary.backends.embedded.worker.session import Channel
from BaresipLibrary.concurrency import Changes, wait_until
from BaresipLibrary.errors import AgentGone, CommandRefused

SOON = 10.0
EVENT = {"event": "CallRinging", "at": 1.0, "call_id": "id"}


class Process:
    """The parent's side of an agent, whose process is the test."""

    def __init__(self, folder: Path) -> None:
        self.changes = Changes()
        launcher: Any = None
        self.backend = EmbeddedBackend(Account("alice"), folder / "alice", self.changes, launcher)
        self._socket, ours = socket.socketpair()
        self._lines = self._socket.makefile("rwb")
        self.backend._socket, self.backend._stream = ours, ours.makefile("rwb")
        child: Any = SimpleNamespace(is_stopped=False, status=1, wait=lambda: None, pid=1)
        self.backend._child = child
        self._reader = threading.Thread(target=self.backend._keep_reading, args=(lambda _: None,))
        self._reader.start()

    def says(self, *messages: dict[str, Any]) -> None:
        self._lines.write(b"".join(json.dumps(one).encode() + b"\n" for one in messages))
        self._lines.flush()

    def is_asked(self) -> dict[str, Any]:
        """The next command."""
        asked: dict[str, Any] = json.loads(self._lines.readline())
        return asked

    def ends(self) -> None:
        self._lines.close()
        self._socket.close()
        self._reader.join()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    found = Process(tmp_path)
    yield found
    found.ends()
    assert found.backend._stream is not None and found.backend._socket is not None
    found.backend._stream.close()
    found.backend._socket.close()


class Waiting:
    """A thread that waits, and how often it has looked whether it can go on."""

    def __init__(self, condition: threading.Condition, check: Callable[[], Any]) -> None:
        self.looks = 0
        self._check = check
        self._thread = threading.Thread(target=wait_until, args=(condition, self._look, SOON))
        self._began = threading.Event()
        self._thread.start()
        assert self._began.wait(SOON)
        with condition:  # it is free: the thread waits
            pass

    def _look(self) -> Any:
        self.looks += 1
        self._began.set()
        return self._check()

    def ends(self) -> None:
        self._thread.join(SOON)
        assert not self._thread.is_alive()


def in_a_thread(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    outcomes: list[Any] = []

    def run() -> None:
        try:
            outcomes.append(act())
        except Exception as error:
            outcomes.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcomes


def test_a_command_returns_with_its_own_answer(process: Process) -> None:
    first, heard_first = in_a_thread(lambda: process.backend._command("one"))
    number = process.is_asked()["id"]
    second, heard_second = in_a_thread(lambda: process.backend._command("two"))
    process.says({"answer": process.is_asked()["id"], "error": "the call has ended"})
    second.join(SOON)
    assert [type(one) for one in heard_second] == [CommandRefused] and not heard_first
    process.says({"answer": number, "result": 7})
    first.join(SOON)
    assert heard_first == [7]


def test_an_answer_wakes_nobody_who_waits_for_events(process: Process) -> None:
    waiting = Waiting(process.changes, lambda: process.backend._lost or None)
    command, answers = in_a_thread(lambda: process.backend._command("dial"))
    process.says({"answer": process.is_asked()["id"], "result": "id"})
    command.join(SOON)
    assert (answers, waiting.looks) == (["id"], 1)
    process.ends()
    waiting.ends()


def test_an_event_wakes_nobody_who_waits_for_an_answer(process: Process) -> None:
    events: list[str] = []
    process.backend._take = _noting(process, events)  # type: ignore[method-assign]
    waiting = Waiting(process.backend._answered, lambda: process.backend._lost or None)
    told = Waiting(process.changes, lambda: events or None)
    process.says(EVENT)
    told.ends()
    assert waiting.looks == 1
    process.ends()
    waiting.ends()


def _noting(process: Process, events: list[str]) -> Any:
    take = EmbeddedBackend._take

    def noting(message: dict[str, Any], report: Any) -> None:
        events.append(message["event"])
        take(process.backend, message, report)

    return noting


def test_the_end_of_the_process_wakes_everybody(process: Process) -> None:
    waiting = Waiting(process.changes, lambda: process.backend._lost or None)
    command, outcomes = in_a_thread(lambda: process.backend._command("dial"))
    process.is_asked()
    process.ends()
    command.join(SOON)
    waiting.ends()
    assert [type(one) for one in outcomes] == [AgentGone]


def test_an_answer_that_comes_too_late_is_dropped(process: Process) -> None:
    process.says({"answer": 99, "result": "old"})
    command, outcomes = in_a_thread(lambda: process.backend._command("dial"))
    process.says({"answer": process.is_asked()["id"], "result": "new"})
    command.join(SOON)
    assert outcomes == ["new"] and not process.backend._answers


def test_what_a_process_says_at_the_same_time_comes_together_and_before_its_end() -> None:
    ours, theirs = socket.socketpair()

    async def scene() -> None:
        channel = await Channel.open(theirs)
        for number in (1, 2):
            channel.send({"answer": number})
        await asyncio.sleep(0)
        assert ours.recv(4096) == b'{"answer": 1}\n{"answer": 2}\n'
        channel.send({"answer": 3})
        await channel.close()

    with ours:
        asyncio.run(scene())
        assert ours.recv(4096) == b'{"answer": 3}\n'


def test_nothing_more_is_said_on_a_channel_that_is_closed() -> None:
    ours, theirs = socket.socketpair()

    async def scene() -> None:
        channel = await Channel.open(theirs)
        await channel.close()
        channel.send({"answer": 1})
        await asyncio.sleep(0)

    with ours:
        asyncio.run(scene())
        assert ours.recv(4096) == b""


def test_who_waits_looks_once_at_events_that_come_together(process: Process) -> None:
    seen: list[str] = []
    process.backend._take = _noting(process, seen)  # type: ignore[method-assign]
    waiting = Waiting(process.changes, lambda: len(seen) == 3 or None)
    process.says(EVENT, EVENT, EVENT)
    waiting.ends()
    assert waiting.looks == 2


def test_a_line_that_comes_in_pieces_is_read_when_it_is_complete(process: Process) -> None:
    command, outcomes = in_a_thread(lambda: process.backend._command("dial"))
    line = json.dumps({"answer": process.is_asked()["id"], "result": "x" * 200_000}).encode()
    for piece in (line[:7], line[7:], b"\n"):
        process._socket.sendall(piece)
    command.join(SOON)
    assert outcomes == ["x" * 200_000]
