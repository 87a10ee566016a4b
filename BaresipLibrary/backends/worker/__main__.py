"""Entry of a child: `fork FD` serves forks, `agent FD FOLDER` is one agent."""

import socket
import sys

from .forkserver import ForkServer, log_to
from .session import serve_agent


def main(arguments: list[str]) -> None:
    """Runs in the role that the arguments name."""
    match arguments:
        case ["fork", descriptor]:
            ForkServer(socket.socket(fileno=int(descriptor)), serve_agent).run()
        case ["agent", descriptor, folder]:
            log_to(folder)
            serve_agent(socket.socket(fileno=int(descriptor)), folder)
        case _:
            raise SystemExit(f"unknown arguments: {arguments}")


if __name__ == "__main__":
    main(sys.argv[1:])
