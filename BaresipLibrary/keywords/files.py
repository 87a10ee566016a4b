"""Paths as suites write them."""

from pathlib import Path

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError
from robot.running.context import EXECUTION_CONTEXTS

from ..errors import UsageError


def robot_variable(name: str) -> str | None:
    """A variable of the run; None when it is not set or Robot is not running."""
    try:
        value = BuiltIn().get_variable_value(name)
    except RobotNotRunningError:
        return None
    return None if value is None else str(value)


def output_directory() -> Path:
    """Robot's output directory; the working directory when Robot is not running."""
    return Path(robot_variable("${OUTPUT DIR}") or ".").absolute()


def is_dry_run() -> bool:
    """Whether Robot only checks the suites."""
    context = EXECUTION_CONTEXTS.current
    return bool(context and context.dry_run)


def find_file(path: Path) -> Path:
    """An existing file: beside the running suite, else in the working directory.

    Raises:
        UsageError: it is at neither place; names both.
    """
    suite = robot_variable("${SUITE SOURCE}")
    homes = [Path(suite).parent] if suite else []
    candidates = [home / path for home in [*homes, Path.cwd()]]
    for candidate in candidates:
        if candidate.exists():
            return candidate
    places = " nor ".join(dict.fromkeys(str(candidate) for candidate in candidates))
    raise UsageError(f"There is no audio file {places}.")
