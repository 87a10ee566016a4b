"""The two things that are measured: the library as a suite uses it, and the bare wheel."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from BaresipLibrary import BaresipLibrary
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.backends.addresses import PortTakenError, on_free_port
from BaresipLibrary.backends.launchers import Launcher
from BaresipLibrary.concurrency import wait_until
from BaresipLibrary.events import AudioArrived, Event, MediaStarted
from BaresipLibrary.types import AgentState, BackendName

_BARE = Path(__file__).with_name("_bare.py")


class Suite:
    """A BaresipLibrary driven as Robot drives it: keyword by keyword, in one thread."""

    def __init__(
        self,
        folder: Path,
        launcher: type[Launcher] | None = None,
        backend: BackendName = BackendName.embedded,
    ) -> None:
        self._library = BaresipLibrary(timeout=timedelta(seconds=10), backend=backend)
        self.context = self._library._context
        self.context.recordings.enter(folder)
        if launcher is not None:
            self.context.launcher = launcher(self.context.changes)  # type: ignore[call-arg]

    def run(self, keyword: str, *arguments: Any, **options: Any) -> Any:
        """Runs a keyword and flushes what its agents saw, as in a Robot run."""
        return self._library.run_keyword(keyword, list(arguments), options)

    def timed(self, keyword: str, *arguments: Any, **options: Any) -> float:
        """Runs a keyword; returns the milliseconds it took."""
        began = time.monotonic()
        self.run(keyword, *arguments, **options)
        return since(began)

    def establish(self) -> None:
        """Starts alice and bob, if need be, and brings up a call between them, with audio."""
        for name in ("alice", "bob"):
            if self.context.agents.find(name) is None:
                self.run("start_agent", name)
        self.run("dial", "alice", "bob")
        self.run("accept", "bob")
        for name in ("alice", "bob"):
            self.run("wait_until_state_is", name, AgentState.ESTABLISHED)
            self.media(name)

    def media(self, name: str) -> MediaStarted:
        """The recordings of an agent's active call, once they grow."""
        call = self.agent(name).active_call
        assert call is not None
        media = wait_until(self.context.changes, lambda: call.media, 5)
        assert media is not None
        return media

    def hang_up(self) -> None:
        """Ends the call, at both ends."""
        self.run("hang_up", "bob")
        for name in ("alice", "bob"):
            self.run("wait_until_state_is", name, AgentState.IDLE)

    def agent(self, name: str) -> Agent:
        """An agent, for its journal and its process."""
        return self.context.agents.get(name)

    def pid(self, name: str) -> int:
        """The process id of an agent."""
        pid = self.agent(name).backend.pid
        assert pid is not None
        return pid

    def forkserver_pid(self) -> int:
        """The process id of the warm process that agents are forked off."""
        return int(self.context.launcher._process.pid)  # type: ignore[attr-defined]

    def warm_up(self) -> None:
        """Starts the warm process and waits until it has forked once."""
        self.context.launcher.warm_up()
        self.run("start_agent", "warm")
        self.run("stop_agent", "warm")

    def close(self) -> None:
        """Ends every agent and the warm process."""
        self._library.close()


class BareChild:
    """A child process that runs `_bare.py`."""

    def __init__(self) -> None:
        on_free_port("127.0.0.1", self._start)

    def _start(self, port: int) -> None:
        self.uri = f"sip:_bare@127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [sys.executable, str(_BARE), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            self.expect("READY")
        except RuntimeError as error:  # another one took the port, of many that start
            raise PortTakenError from error

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def do(self, what: str, *arguments: Any) -> None:
        """Sends a command."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([what, *arguments]) + "\n")
        self._process.stdin.flush()

    def expect(self, event: str) -> float:
        """Waits for an event; returns its stamp."""
        return self.until(event)[event]

    def until(self, event: str) -> dict[str, float]:
        """Waits for an event; returns its stamp and those of the events before it."""
        assert self._process.stdout is not None
        stamps: dict[str, float] = {}
        for line in self._process.stdout:
            if line.startswith("{"):  # the native stack prints, too
                message = json.loads(line)
                stamps[message["event"]] = float(message["at"])
                if message["event"] == event:
                    return stamps
        raise RuntimeError(f"the bare child ended before {event}")

    def close(self) -> None:
        """Ends it by the end of its stdin, and waits until it has gone."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@contextmanager
def bare_pair() -> Iterator[tuple[BareChild, BareChild]]:
    """A caller and a callee."""
    caller = BareChild()
    try:
        callee = BareChild()
        try:
            yield caller, callee
        finally:
            callee.close()
    finally:
        caller.close()


def bare_set_up(caller: BareChild, callee: BareChild) -> float:
    """Establishes a call; returns the milliseconds that it took."""
    caller.do("dial", callee.uri)
    began = caller.expect("DIAL")
    established = max(child.expect("CALL_ESTABLISHED") for child in (caller, callee))
    return (established - began) * 1000


class Arrivals:
    """Notes how long each recording was whenever its agent was told that it had grown."""

    def __init__(self) -> None:
        self.sizes: list[tuple[float, int]] = []

    @contextmanager
    def of(self, agent: Agent) -> Iterator[None]:
        """Watches one agent's active call while the block runs."""
        backend, original = agent.backend, agent.backend._take  # type: ignore[attr-defined]
        assert agent.active_call is not None and agent.active_call.media is not None
        path = agent.active_call.media.rx

        def report_and_note(report: Any) -> Any:
            def note(event: Event) -> None:
                if isinstance(event, AudioArrived):
                    self.sizes.append((event.at, os.stat(path).st_size))  # noqa: PTH116
                report(event)

            return note

        backend._take = lambda message, report: original(message, report_and_note(report))  # type: ignore[attr-defined]
        try:
            yield
        finally:
            del backend._take  # type: ignore[attr-defined]


def since(began: float) -> float:
    """Milliseconds from a stamp to now."""
    return (time.monotonic() - began) * 1000
