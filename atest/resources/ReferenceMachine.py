"""Machines at the other end of a call that know when they really spoke, in a process of their own.

`Start Machine` takes the arguments of `talks` in machine_scenarios.py, and returns a machine to
call at its `uri`. It ends with its test, and the process with the suite.
"""

from typing import Any

from machine_process import MachineProcess, RemoteMachine
from robot.api import logger
from robot.api.deco import library


@library(scope="SUITE", auto_keywords=True)
class ReferenceMachine:
    """Starts machines, and waits for what they say."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._process: MachineProcess | None = None
        self._machines: list[RemoteMachine] = []

    def start_machine(self, codec: str = "PCMU", **manners: Any) -> RemoteMachine:
        """Starts a machine that answers one call."""
        if self._process is None:
            self._process = MachineProcess()
        machine = self._process.start(codec, **manners)
        self._machines.append(machine)
        return machine

    def wait_until_machine_has_spoken(
        self, machine: RemoteMachine, turns: int, within: float = 20.0
    ) -> None:
        """Waits until the machine has ended so many turns."""
        assert machine.wait_for(turns, within), "The machine did not speak."

    def wait_until_silence_is_broken(self, machine: RemoteMachine, within: float = 20.0) -> None:
        """Waits until the machine has begun to speak."""
        assert machine.wait_for_voice(within), "The machine did not speak."

    def end_test(self, data: Any, result: Any) -> None:
        """Listener: ends the machines, and shows their messages when the test failed."""
        machines, self._machines = self._machines, []
        for machine in machines:
            messages = machine.close()
            if result.failed:
                logger.info(messages)

    def close(self) -> None:
        """Listener: ends the process after the suite."""
        process, self._process = self._process, None
        if process is not None:
            process.close()
