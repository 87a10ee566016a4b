"""A thread of the library that an error ends is told of by the next keyword, never silently."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.backends import launchers
from BaresipLibrary.backends.base import Backend
from BaresipLibrary.backends.embedded import protocol
from BaresipLibrary.backends.embedded.backend import EmbeddedBackend
from BaresipLibrary.backends.embedded.wheel import is_installed
from BaresipLibrary.backends.external.attached import AttachedBackend
from BaresipLibrary.backends.external.configuration import ExternalSettings
from BaresipLibrary.backends.external.installation import is_on_path
from BaresipLibrary.backends.external.scheduler import Scheduler
from BaresipLibrary.backends.external.started import ExternalBackend
from BaresipLibrary.backends.launchers import Forker, Spawner
from BaresipLibrary.concurrency import Changes, wait_until
from BaresipLibrary.errors import AgentGone, BackendError, CommandRefused
from BaresipLibrary.signalling.states import wait_for_incoming

from .fake_device import FakeDevice

SOON = 20.0


def divide(*_: object, **__: object) -> Any:
    return 1 // 0


def told(agent: Agent) -> str:
    assert wait_until(agent.changes, lambda: agent.death, SOON), "the thread died silently"
    with pytest.raises(AgentGone) as caught:
        agent.require_alive()
    return str(caught.value)


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def forker(changes: Changes) -> Iterator[Forker]:
    with closing(Forker(changes)) as found:
        yield found


def begin(backend: Backend, changes: Changes, name: str = "alice") -> Agent:
    agent = Agent(name, Account(name), backend, changes)
    agent.start()
    return agent


def check(words: str) -> None:
    assert words.startswith("alice can no longer be followed: BaresipLibrary itself failed")
    assert "ZeroDivisionError" in words and "test_broken_threads.py" in words


def test_an_error_in_the_reader_of_an_attached_baresip_is_reported(changes: Changes) -> None:
    with closing(FakeDevice()) as device:
        backend = AttachedBackend(
            Account("alice"), changes, ExternalSettings(control=device.address)
        )
        agent = begin(backend, changes)
        backend._recordings.look = divide  # type: ignore[method-assign]
        with pytest.raises(BackendError):
            backend._ask(("about", ""), ("about", ""))
            backend._ask(("about", ""))
        check(told(agent))
        agent.stop()


@pytest.mark.skipif(not is_on_path(), reason="no baresip on PATH")
def test_an_error_in_the_reader_of_an_external_baresip_is_reported(
    changes: Changes, forker: Forker, tmp_path: Path
) -> None:
    backend = ExternalBackend(Account("alice"), tmp_path / "alice", changes, forker)
    agent = begin(backend, changes)
    backend._translator.trace = divide  # type: ignore[method-assign]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        host, _, port = agent.uri.partition("@")[2].partition(";")[0].rpartition(":")
        sock.sendto(OPTIONS, (host, int(port)))
        check(told(agent))
    agent.stop()
    assert backend.pid is None


@pytest.mark.skipif(not is_installed(), reason="no embedded baresip")
def test_an_error_in_the_reader_of_an_embedded_baresip_is_reported(
    changes: Changes, forker: Forker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = begin(EmbeddedBackend(Account("alice"), tmp_path / "alice", changes, forker), changes)
    monkeypatch.setattr(protocol, "to_events", divide)
    with pytest.raises(BackendError):
        agent.backend.dial("sip:nobody@127.0.0.1:9")
    check(told(agent))
    agent.stop()


#: What a worker runs before anything else.
_BROKEN = """
def divide(*_, **__):
    return 1 // 0
"""


@contextmanager
def embedded_pair(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Agent, Agent]]:
    """Two agents whose worker processes have a fault."""
    monkeypatch.setattr(launchers, "_ENTRY", _BROKEN + fault + "\n" + launchers._ENTRY)
    changes = Changes()
    with closing(Spawner(changes)) as spawner:
        pair = [
            begin(EmbeddedBackend(Account(name), tmp_path / name, changes, spawner), changes, name)
            for name in ("alice", "bob")
        ]
        try:
            yield pair[0], pair[1]
        finally:
            for agent in pair:
                agent.stop()


@pytest.mark.skipif(not is_installed(), reason="no embedded baresip")
@pytest.mark.parametrize(
    ("fault", "where"),
    [
        ("import wave; wave.Wave_write.writeframes = divide", "pump.py"),
        ("import ctypes; ctypes.string_at = divide", "trace.py"),
    ],
    ids=["a task that nobody awaits", "a function that C calls"],
)
def test_an_error_in_a_worker_is_reported(
    fault: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded_pair(fault, tmp_path, monkeypatch) as (alice, bob):
        with suppress(BackendError):
            alice.dial(bob.uri)
            bob.answer(wait_for_incoming(bob, SOON))
        words = told(alice)
        assert words.startswith("alice can no longer be followed: BaresipLibrary itself failed")
        assert "(ZeroDivisionError: " in words and where in words
        pids = [agent.backend.pid or 0 for agent in (alice, bob)]
        assert all(pids)
    assert not any(psutil.pid_exists(pid) for pid in pids)


@pytest.mark.skipif(not is_installed(), reason="no embedded baresip")
def test_a_command_that_an_embedded_baresip_cannot_carry_out_is_answered(
    changes: Changes, forker: Forker, tmp_path: Path
) -> None:
    backend = EmbeddedBackend(Account("alice"), tmp_path / "alice", changes, forker)
    agent = begin(backend, changes)
    expected = r"^BaresipLibrary itself failed, which is a bug in it: TypeError: .*, at stack_phone"
    with pytest.raises(CommandRefused, match=expected):
        backend._command("dial")
    assert agent.alive
    agent.stop()


def test_an_error_in_a_scheduled_task_is_reported() -> None:
    errors: list[Exception] = []
    ended = threading.Event()

    def on_error(error: Exception) -> None:
        errors.append(error)
        ended.set()

    with closing(Scheduler(on_error)) as scheduler:
        scheduler.run(divide)
        assert ended.wait(SOON)
    assert isinstance(errors[0], ZeroDivisionError)


OPTIONS = (
    b"OPTIONS sip:alice@127.0.0.1 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\n"
    b"From: <sip:x@127.0.0.1>;tag=x\r\nTo: <sip:alice@127.0.0.1>\r\n"
    b"Call-ID: x\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)
