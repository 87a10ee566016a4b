"""Entry of a child: `fork FD` serves forks, `agent FD FOLDER` is one agent."""

import importlib
import socket
import sys

from .forkserver import ForkServer, ServeAgent, log_to


def _agent_server() -> ServeAgent:
    from .session import serve_agent

    return serve_agent


def _load(wheel: str) -> None:
    """Imports the wheel from the folder where the parent has found it, and from no other.

    What it needs itself may be in that folder only, too.
    """
    sys.path.insert(0, wheel)
    importlib.import_module("baresip")
    sys.path.append(sys.path.pop(0))


def main(arguments: list[str], wheel: str | None) -> None:
    """Runs in the role that the arguments name; without the wheel, programs can be started."""
    if wheel is not None:
        _load(wheel)
    match arguments:
        case ["fork", descriptor]:
            server = _agent_server() if wheel else None
            ForkServer(socket.socket(fileno=int(descriptor)), server).run()
        case ["agent", descriptor, folder]:
            log_to(folder)
            _agent_server()(socket.socket(fileno=int(descriptor)), folder)
        case _:
            raise SystemExit(f"unknown arguments: {arguments}")
