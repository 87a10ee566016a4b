"""What the process that starts agents does when it cannot, and what programs get from it."""

import ctypes
import errno
import json
import os
import platform
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from BaresipLibrary.account import Account
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.backends import launchers
from BaresipLibrary.backends.child import Child
from BaresipLibrary.backends.embedded.backend import EmbeddedBackend
from BaresipLibrary.backends.embedded.wheel import is_installed
from BaresipLibrary.backends.embedded.worker.short_turns import ATTRIBUTES, CALLS, TURN
from BaresipLibrary.backends.external.installation import is_on_path
from BaresipLibrary.backends.external.started import ExternalBackend
from BaresipLibrary.backends.launchers import Forker, WarmProcess
from BaresipLibrary.concurrency import Changes, wait_until
from BaresipLibrary.errors import BackendError

SOON = 20.0
#: What the fork server runs before anything else: no process more can be made after the first.
ONE_FORK = """
import errno, os
fork, forks = os.fork, []
def limited():
    forks.append(1)
    if len(forks) > 1:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return fork()
os.fork = limited
"""
#: A wheel whose import ends its interpreter.
ENDING_WHEEL = """
import sys
class Ending:
    def find_spec(self, name, *_):
        if name == "baresip":
            sys.exit("no such CPU")
sys.meta_path.insert(0, Ending())
"""
LIMIT = "the fork server.* could not start it: .*Resource temporarily unavailable"


def turn_of(thread: int) -> int:
    """How long a turn of a thread is (ns), 0 for this one's; 0 where Linux does not tell."""
    _, get_call = CALLS[platform.machine()]
    buffer = ctypes.create_string_buffer(ATTRIBUTES.size)
    assert not ctypes.CDLL(None).syscall(get_call, thread, buffer, ATTRIBUTES.size, 0)
    turn: int = ATTRIBUTES.unpack(buffer.raw)[5]
    return turn


def has_short_turns() -> bool:
    return sys.platform == "linux" and platform.machine() in CALLS and turn_of(0) > 0


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def forker(changes: Changes) -> Iterator[Forker]:
    with closing(Forker(changes)) as made:
        yield made


def launch(forker: Forker, folder: Path, *command: str) -> Child:
    with (folder / "log").open("ab") as output:
        return forker.launch_program(command, folder, output.fileno())


def test_a_program_that_cannot_be_forked_leaves_the_others_alone(
    forker: Forker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launchers, "_ENTRY", ONE_FORK + launchers._ENTRY)
    first = launch(forker, tmp_path, "sleep", "600")
    for _ in range(2):
        with pytest.raises(BackendError, match=LIMIT):
            launch(forker, tmp_path, "sleep", "600")
    assert not first.wait(0)
    first.kill(signal.SIGTERM)
    assert first.wait(SOON)
    assert first.status == -signal.SIGTERM  # the same fork server still tells of ends


@pytest.mark.skipif(not is_installed(), reason="no embedded baresip")
@pytest.mark.skipif(sys.platform != "linux", reason="agents are forked there only")
def test_an_agent_that_cannot_be_forked_says_why(
    changes: Changes, forker: Forker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launchers, "_ENTRY", ONE_FORK + launchers._ENTRY)
    first = launch(forker, tmp_path, "sleep", "600")
    agent = EmbeddedBackend(Account("alice"), tmp_path / "alice", changes, forker)
    with pytest.raises(BackendError, match=LIMIT):
        agent.start(lambda event: None)
    assert not first.wait(0)


def test_a_program_whose_folder_is_gone_is_told_at_once(forker: Forker, tmp_path: Path) -> None:
    first = launch(forker, tmp_path, "sleep", "600")
    with (tmp_path / "log").open() as output, pytest.raises(BackendError, match="No such file"):
        forker.launch_program(["sleep", "600"], tmp_path / "gone", output.fileno())
    assert not first.wait(0)


def test_a_program_gets_the_environment_of_the_moment(
    forker: Forker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Suites set variables before they start an agent; more of them than fit into one packet."""
    monkeypatch.setenv("TAKEN_AWAY", "yes")
    forker.warm_up(embedded=False)
    monkeypatch.delenv("TAKEN_AWAY")
    monkeypatch.setenv("NOT_TEXT", "caf\udce9")
    for number in range(3):
        monkeypatch.setenv(f"LONG_{number}", "x" * 100_000)
    assert launch(forker, tmp_path, "env").wait(SOON)
    lines = (tmp_path / "log").read_bytes().splitlines()
    assert b"NOT_TEXT=caf\xe9" in lines
    assert [f"LONG_{number}=".encode() + b"x" * 100_000 in lines for number in range(3)] == [1] * 3
    assert not any(line.startswith(b"TAKEN_AWAY=") for line in lines)


def test_what_the_environment_holds_is_in_no_log(
    forker: Forker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    assert launch(forker, tmp_path, "/nowhere/baresip").wait(SOON)
    log = (tmp_path / "log").read_text()
    assert "FileNotFoundError" in log
    assert "s3cret" not in log
    monkeypatch.setenv("TOO_LONG", "s3cret" * 100_000)
    assert launch(forker, tmp_path, "env").wait(SOON)
    log = (tmp_path / "log").read_text()
    assert "Argument list too long" in log
    assert "s3cret" not in log + "".join(capfd.readouterr())


def test_a_program_starts_where_python_was_built_without_libffi(
    forker: Forker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = "import sys; sys.modules['ctypes'] = None\n"
    monkeypatch.setattr(launchers, "_ENTRY", fault + launchers._ENTRY)
    child = launch(forker, tmp_path, "true")
    assert child.wait(SOON)
    assert child.status == 0


@pytest.mark.skipif(not is_installed(), reason="no embedded baresip")
@pytest.mark.skipif(sys.platform != "linux", reason="agents are forked there only")
def test_a_wheel_that_ends_its_interpreter_ends_no_program(
    changes: Changes, forker: Forker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launchers, "_ENTRY", ENDING_WHEEL + launchers._ENTRY)
    first = launch(forker, tmp_path, "sleep", "600")
    agent = EmbeddedBackend(Account("alice"), tmp_path / "alice", changes, forker)
    with pytest.raises(BackendError, match=r"ended at once\.[\s\S]*SystemExit: no such CPU"):
        agent.start(lambda event: None)
    assert not first.wait(0)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere its programs live on")
@pytest.mark.skipif(not is_on_path(), reason="no baresip on PATH")
def test_an_agent_that_died_with_the_fork_server_says_so(
    changes: Changes, forker: Forker, tmp_path: Path
) -> None:
    account = Account("alice")
    backend = ExternalBackend(account, tmp_path / "alice", changes, forker)
    agent = Agent("alice", account, backend, changes)
    agent.start()
    assert forker._process is not None
    forker._process.kill()
    check_death(agent)


@pytest.mark.skipif(not is_installed(), reason="no embedded baresip")
@pytest.mark.skipif(sys.platform != "linux", reason="agents are forked there only")
def test_an_agent_that_died_after_the_fork_server_says_what_is_known(
    changes: Changes, forker: Forker, tmp_path: Path
) -> None:
    account = Account("alice")
    backend = EmbeddedBackend(account, tmp_path / "alice", changes, forker)
    agent = Agent("alice", account, backend, changes)
    agent.start()
    assert forker._process is not None and backend.pid is not None
    forker._process.kill()
    assert wait_until(changes, lambda: forker._control is None or None, SOON)
    os.kill(backend.pid, signal.SIGTERM)
    check_death(agent)


UNWANTED = "import worker.forkserver; worker.forkserver._WANTED_WITHIN = 0.1;"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A fork server that ends when it is asked for nothing within 0.1 s."""
    path, rest = launchers._ENTRY.split("from worker.__main__")
    monkeypatch.setattr(launchers, "_ENTRY", f"{path}{UNWANTED} from worker.__main__{rest}")
    yield
    launchers.end_early()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere none is started early")
def test_a_fork_server_that_nobody_wants_ends(
    impatient: None, forker: Forker, tmp_path: Path
) -> None:
    launchers.start_early()
    (early,) = launchers._started_early
    assert early.process.wait(SOON) == 0
    assert launch(forker, tmp_path, "true").wait(SOON)  # by another one
    assert early.control.fileno() == -1


def test_a_fork_server_that_is_to_wait_does(
    impatient: None, changes: Changes, forker: Forker, tmp_path: Path
) -> None:
    """Longer than one that nobody wants."""
    forker.warm_up(embedded=False)
    kept = forker._process
    assert kept is not None
    assert not wait_until(changes, lambda: forker._control is None or None, 0.5)
    assert launch(forker, tmp_path, "true").wait(SOON)
    assert forker._process is kept


def check_death(agent: Agent) -> None:
    assert wait_until(agent.changes, lambda: agent.death, SOON)
    assert agent.death == (
        "alice is dead: its process ended, as did the process that had started it (the fork"
        " server), which was ended by SIGKILL."
    )
    agent.stop()


def test_a_fork_server_that_cannot_be_started_is_told_by_the_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(launchers.subprocess, "Popen", refuse)
    changes = Changes()
    with closing(Forker(changes)) as forker:
        forker.warm_up()
        backend = EmbeddedBackend(Account("alice"), tmp_path / "a", changes, forker)
        with pytest.raises(BackendError, match="cannot be started: .*temporarily unavailable"):
            backend.start(lambda event: None)


@pytest.mark.parametrize("ends_first", [False, True])
def test_an_agent_says_why_the_wheel_cannot_be_loaded(
    ends_first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where its process ends before it is told how to start."""
    send = EmbeddedBackend._send

    def send_late(self: EmbeddedBackend, message: dict[str, Any]) -> None:
        assert self._reader is not None
        self._reader.join()
        send(self, message)

    if ends_first:
        monkeypatch.setattr(EmbeddedBackend, "_send", send_late)
    fault = "import sys; sys.modules['baresip'] = None\n"
    monkeypatch.setattr(launchers, "_ENTRY", fault + launchers._ENTRY)
    changes = Changes()
    with closing(Forker(changes)) as forker:
        forker.warm_up()
        backend = EmbeddedBackend(Account("alice"), tmp_path / "a", changes, forker)
        with pytest.raises(BackendError, match=r"ended at once\.[\s\S]*ModuleNotFoundError"):
            backend.start(lambda event: None)


@pytest.mark.skipif(sys.platform != "linux", reason="only there a parent's end is told")
def test_a_program_ends_when_what_has_started_it_is_killed(tmp_path: Path) -> None:
    changes = Changes()
    with closing(Forker(changes)) as forker, (tmp_path / "log").open("wb") as output:
        child = forker.launch_program(["sleep", "600"], tmp_path, output.fileno())
        program = psutil.Process(child.pid)
        assert forker._process is not None
        forker._process.kill()
        assert psutil.wait_procs([program], timeout=SOON)[0]


@pytest.mark.skipif(sys.platform != "linux", reason="only there a reset is told")
def test_nothing_is_left_where_what_has_started_it_is_killed_with_answers_unread(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "private"
    folder.mkdir()
    warm = WarmProcess.start()
    wanted = {"folder": str(folder), "command": ["sleep", "600"], "environment": {}, "number": 1}
    with warm.control as control, (tmp_path / "log").open("wb") as output:
        socket.send_fds(control, [json.dumps(wanted).encode() + b"\n"], [output.fileno()])
        assert select.select([control], [], [], SOON)[0]  # the answer has come
    assert warm.process.wait(SOON) == 0
    assert not folder.exists()


EARLY = """\
import os, signal
from BaresipLibrary.backends.launchers import _started_early, start_early

start_early()
print(_started_early[0].process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere none is started early")
def test_a_fork_server_that_was_started_early_ends_with_a_process_that_is_killed() -> None:
    ran = subprocess.run([sys.executable, "-c", EARLY], stdout=subprocess.PIPE, text=True)
    assert ran.returncode == -signal.SIGKILL
    with suppress(psutil.NoSuchProcess):
        psutil.Process(int(ran.stdout)).wait(SOON)


@pytest.mark.skipif(not has_short_turns(), reason="needs Linux 6.12 on a processor that is known")
def test_a_program_takes_short_turns(forker: Forker, tmp_path: Path) -> None:
    child = launch(forker, tmp_path, "sleep", "600")
    assert turn_of(child.pid) == TURN < turn_of(0)


@pytest.mark.skipif(not has_short_turns(), reason="needs Linux 6.12 on a processor that is known")
@pytest.mark.skipif(not is_installed(), reason="no embedded baresip")
def test_each_thread_of_an_agent_takes_short_turns(
    changes: Changes, forker: Forker, tmp_path: Path
) -> None:
    agent = EmbeddedBackend(Account("alice"), tmp_path / "alice", changes, forker)
    agent.start(lambda event: None)
    try:
        threads = [int(path.name) for path in Path(f"/proc/{agent.pid}/task").iterdir()]
        assert len(threads) > 1 and {turn_of(thread) for thread in threads} == {TURN}
    finally:
        agent.stop()
