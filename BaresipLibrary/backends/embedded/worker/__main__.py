"""Entry of a child: `fork FD` serves forks, `agent FD FOLDER` is one agent."""

import importlib
import os
import socket
import sys
from functools import partial

from .forkserver import ForkServer, ServeAgent, log_to, take_short_turns


def _agent_server(wheel: str | None) -> ServeAgent:
    if wheel is not None:
        _load(wheel)
    from .session import serve_agent

    return serve_agent


def _load(wheel: str) -> None:
    """Imports the wheel from the folder where the parent has found it, and from no other.

    What it needs itself may be in that folder only, too.
    """
    sys.path.insert(0, wheel)
    try:
        importlib.import_module("baresip")
    finally:
        sys.path.append(sys.path.pop(0))


def main(arguments: list[str], wheel: str | None) -> None:
    """Runs in the role that the arguments name; without the wheel, programs can be started."""
    match arguments:
        case ["fork", descriptor]:
            control = socket.socket(fileno=int(descriptor))
            ForkServer(control, partial(_agent_server, wheel)).run()
            os._exit(0)  # the parent waits for that, and there is nothing to finish
        case ["agent", descriptor, folder]:
            log_to(folder)
            take_short_turns()
            _agent_server(wheel)(socket.socket(fileno=int(descriptor)), folder)
        case _:
            raise SystemExit(f"unknown arguments: {arguments}")
