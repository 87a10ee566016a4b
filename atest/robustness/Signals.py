"""Signals to the processes that agents live in, and a look at what is left of those."""

import os
import signal
import threading
import time
from pathlib import Path

import psutil
from robot.api.deco import keyword, library
from robot.errors import TimeoutExceeded
from robot.libraries.BuiltIn import BuiltIn
from robot.running.timeouts.runner import Runner

from atest.resources.running_agents import agent_named
from BaresipLibrary.concurrency import wait_until

_SOON = 5.0
#: A keyword that is cut off ends within that time (s), of the 30 that it was given.
_PROMPTLY = 10.0
#: After that time (s) a keyword that begins now is listening.
_IN_THE_MIDDLE = 0.4


@library(scope="TEST", auto_keywords=True)
class Signals:
    """Kills, holds and releases agents. What a test holds goes on at its end at the latest."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._held: dict[str, psutil.Process] = {}

    def end_test(self, data: object, result: object) -> None:
        """Listener: lets go on whatever a test still holds."""
        for name in list(self._held):
            self.release(name)

    def agents_should_leave_nothing(self) -> None:
        """Stops all agents; neither their processes nor their folders are there any more."""
        agents = BuiltIn().get_library_instance("BaresipLibrary").agents
        pids = [agent.backend.pid for agent in agents]
        folders = [agent.backend.folder for agent in agents]
        agents.stop_all()
        alive = [pid for pid in pids if psutil.pid_exists(pid)]
        there = [str(folder) for folder in folders if folder.exists()]
        if alive or there:
            raise AssertionError(f"Processes {alive} and folders {there} are left.")

    def kill(self, name: str) -> None:
        """Kills an agent's process, and waits until the library knows."""
        agent = agent_named(name)
        os.kill(agent.backend.pid, signal.SIGKILL)
        if not wait_until(agent.changes, lambda: not agent.alive or None, _SOON):
            raise AssertionError(f"Nobody noticed the end of {name}.")

    def hold_process(self, name: str) -> None:
        """Stops an agent's process by SIGSTOP, and waits until it stands still."""
        process = psutil.Process(agent_named(name).backend.pid)
        process.suspend()
        self._held[name] = process
        deadline = time.monotonic() + _SOON
        while _moves(process.pid):  # nobody but its parent is told
            assert time.monotonic() < deadline, f"{name} does not stand still."
            os.sched_yield()

    def signal_soon(self, name: str, number: signal.Signals) -> None:
        """Sends a signal to an agent's process while the next keyword is at work."""
        process = psutil.Process(agent_named(name).backend.pid)
        if number is signal.SIGSTOP:
            self._held[name] = process
        threading.Timer(_IN_THE_MIDDLE, process.send_signal, [number]).start()

    @keyword("Press Ctrl-C Soon")
    def press_ctrl_c_soon(self) -> None:
        """Interrupts this Robot while the next keyword is at work."""
        threading.Timer(_IN_THE_MIDDLE, os.kill, [os.getpid(), signal.SIGINT]).start()

    def cut_off(self, *step: str, after: float = _IN_THE_MIDDLE, **options: str) -> None:
        """Runs a keyword, which a timeout of Robot's must cut off after so many seconds."""
        limit = Runner.for_platform(after, TimeoutExceeded("Cut off.", test_timeout=False))
        named = [f"{name}={value}" for name, value in options.items()]
        began = time.monotonic()
        try:
            limit.run(BuiltIn().run_keyword, [*step, *named])
        except TimeoutExceeded:
            took = time.monotonic() - began
            if took > after + _PROMPTLY:
                raise AssertionError(f"It went on for {took:.1f} s.") from None
            return
        raise AssertionError(f"{step[0]} had ended by then.")

    def release(self, name: str) -> None:
        """Lets a process go on."""
        process = self._held.pop(name)
        try:
            process.resume()
        except psutil.NoSuchProcess:
            pass  # it has been ended meanwhile


def _moves(pid: int) -> bool:
    """Whether a thread of a process is not stopped."""
    stats = (path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/stat"))
    return any(stat.rpartition(")")[2].split()[0] != "T" for stat in stats)
