"""What Robot is running: whether it is, its variables, its folders, and files beside the suite."""

import sys
from pathlib import Path

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError

from ..errors import UsageError


def is_dry_run() -> bool:
    """Whether Robot only checks the suites."""
    return bool(BuiltIn().dry_run_active)


def is_suite_running() -> bool:
    """Whether Robot runs a suite: it does not when it only checks it, nor for libdoc."""
    return bool(BuiltIn().robot_running) and not is_dry_run()


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


def find_file(path: Path, kind: str = "audio file") -> Path:
    """An existing file of some kind: beside the running suite, else in the working directory.

    As Robot finds a resource file, a path such as ``BaresipLibrary/prompts/busy.wav`` is also found
    in an installed package.

    Raises:
        UsageError: it is in none of these places; names them.
    """
    path = Path(str(path).removeprefix("file:"))  # as `Send Audio` takes it
    suite = robot_variable("${SUITE SOURCE}")
    homes = [Path(suite).parent] if suite else []
    candidates = [home / path for home in [*homes, Path.cwd(), *_homes_of_package(path)]]
    for candidate in candidates:
        if candidate.exists():
            return candidate
    places = " or ".join(dict.fromkeys(str(candidate) for candidate in candidates))
    raise UsageError(f"There is no {kind} at {places}.")


def _homes_of_package(path: Path) -> list[Path]:
    """The folders of Python's module search path that have the package a path begins with."""
    if len(path.parts) < 2 or not path.parts[0].isidentifier():
        return []
    homes = [Path(home).absolute() for home in sys.path]
    return [home for home in homes if (home / path.parts[0] / "__init__.py").is_file()]
