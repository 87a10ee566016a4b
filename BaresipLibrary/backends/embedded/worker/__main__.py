"""Entry of a child: `fork FD` serves forks, `agent FD FOLDER` is one agent."""

import importlib.util
import socket
import sys

from .forkserver import ForkServer, ServeAgent, log_to


def _agent_server() -> ServeAgent | None:
    """What serves agents; None without the wheel: programs can be started then."""
    wheel = importlib.util.find_spec("baresip")
    if wheel is None or wheel.origin is None:
        return None
    from .session import serve_agent

    return serve_agent


def main(arguments: list[str]) -> None:
    """Runs in the role that the arguments name."""
    match arguments:
        case ["fork", descriptor]:
            ForkServer(socket.socket(fileno=int(descriptor)), _agent_server()).run()
        case ["agent", descriptor, folder]:
            from .session import serve_agent

            log_to(folder)
            serve_agent(socket.socket(fileno=int(descriptor)), folder)
        case _:
            raise SystemExit(f"unknown arguments: {arguments}")


if __name__ == "__main__":
    main(sys.argv[1:])
