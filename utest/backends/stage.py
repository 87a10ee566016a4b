"""Agents on programs of a test's own, for scenarios."""

import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from BaresipLibrary.account import Account
from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.backends.external.configuration import ExternalSettings
from BaresipLibrary.backends.external.started import ExternalBackend
from BaresipLibrary.backends.launchers import Forker
from BaresipLibrary.concurrency import Changes

HERE = Path(__file__).parent


def script(path: Path, module: str, *arguments: str) -> Path:
    """A program that runs `main` of a module of this folder, which needs Python's library only."""
    path.write_text(
        f"#!{sys.executable} -IS\nimport sys\nsys.path[:0] = [{str(HERE)!r}]\n"
        f"from {module} import main\nmain{arguments!r}\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


class Stage:
    """Where agents of several scenarios start, one scenario after the other."""

    def __init__(self) -> None:
        self.changes = Changes()
        self.launcher = Forker(self.changes)

    def close(self) -> None:
        self.launcher.close()


@contextmanager
def agents_on(
    stage: Stage, folder: Path, program: Callable[[str], Path], modules: Path, registrar: str
) -> Iterator[Callable[..., Agent]]:
    """A function that starts an agent by its letter, on the program for that letter."""
    agents: list[Agent] = []

    def start(letter: str, **account: Any) -> Agent:
        who = Account(
            **{
                "username": letter,
                **{
                    name: registrar if value == "REGISTRAR" else value
                    for name, value in account.items()
                },
            }
        )
        settings = ExternalSettings(
            executable=str(program(letter)), config=(f"module_path {modules}",)
        )
        backend = ExternalBackend(
            who, folder / "rec" / letter, stage.changes, stage.launcher, settings
        )
        agents.append(Agent(letter, who, backend, stage.changes))
        agents[-1].start()
        return agents[-1]

    try:
        yield start
    finally:
        for agent in agents:
            agent.stop()
