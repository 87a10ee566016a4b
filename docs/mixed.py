"""Prints the matrix of docs/tested-baresips.md: whose agents get on with whose, from real calls.

    mixed.py embedded /path/to/baresip …     runs atest/external/mixed.robot with each ordered pair

A cell says how many of the suite's tests passed and were skipped, and names those that failed.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from robot.api import ExecutionResult

from BaresipLibrary.backends.external.installation import find_program

SUITE = Path(__file__).parent.parent / "atest" / "external" / "mixed.robot"


def name_of(kind: str) -> str:
    """A kind of agent as the table names it."""
    if kind == "embedded":
        return kind
    version = find_program(kind, None).version
    return f"{version.major}.{version.minor}"


def cell(first: str, second: str) -> str:
    """What became of the suite with this pair."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--variable", f"FIRST:{first}", "--variable", f"SECOND:{second}"]
        command = [sys.executable, "-m", "robot", *options, "--outputdir", folder]
        subprocess.run([*command, str(SUITE)], stdout=subprocess.DEVNULL)
        result = ExecutionResult(f"{folder}/output.xml", include_keywords=False)
    failed = [test for test in result.suite.all_tests if test.failed]
    for test in failed:
        print(f"{name_of(first)} {name_of(second)} {test.name}: {test.message}", file=sys.stderr)
    total = result.statistics.total
    ran = f"{total.passed} of {total.passed + total.failed}"
    without = [f"{total.skipped} skipped"] if total.skipped else []
    return ", ".join([ran, *without, *(test.name for test in failed)])


def table(kinds: list[str]) -> Iterator[str]:
    """The matrix in Markdown, a line at a time."""
    yield f"| alice and carol \\ bob | {' | '.join(map(name_of, kinds))} |"
    yield "| --- " * (len(kinds) + 1) + "|"
    for first in kinds:
        yield f"| {name_of(first)} | {' | '.join(cell(first, second) for second in kinds)} |"


if __name__ == "__main__":
    for line in table(sys.argv[1:]):
        print(line, flush=True)
