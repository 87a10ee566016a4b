"""Runs the checks, every one of them, and ends with how many passed and how many failed.

    check.py [lint] [types] [utest] [package] [parallel] [atest] [external]     all if none is named

`package` builds what is released and calls with it, once beside the newest and once beside the
lowest versions of what it needs. `parallel` runs some of the acceptance suites under pabot.
`atest` are all of them on the embedded backend, `external` the same ones on the external backend,
where tests that need what the installed baresip lacks are skipped: why, stands below the counts.
The linter, the type checker, and what `package` does count as one check each, tests count one by
one. The exit code is 0 when something passed and nothing failed.

`external` takes the baresip on PATH. With BARESIPS=/path/one:/path/two in the environment it runs
once on each of these programs instead, and each has its own row.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import package as distribution
from robot.api import ExecutionResult
from robot.errors import DataError

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results"
#: Whose suites run side by side, too: quick ones that call, talk, and keep recordings.
IN_PARALLEL = ["atest/calls", "atest/phone"]
#: In this order; those that stand together run at the same time. They never meet: what a suite
#: leaves to another run is a bug. What `external` stands for runs one after the other.
STAGES = (("lint",), ("types",), ("utest", "package"), ("parallel",), ("atest", "external"))


class Count(NamedTuple):
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    #: Why, for each test that was skipped.
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"


Counts = dict[str, Count]


def run(
    tool: str, *arguments: str, console: Path | None = None, env: dict[str, str] | None = None
) -> int:
    """Runs a tool of this Python; what it says goes to the console, or first into a file."""
    command, title = [sys.executable, "-m", tool, *arguments], f"\n== {tool} {' '.join(arguments)}"
    if console is None:
        print(title, flush=True)
        return subprocess.run(command, cwd=ROOT).returncode
    with console.open("wb") as file:
        code = subprocess.run(command, cwd=ROOT, stdout=file, stderr=file, env=env).returncode
    print(f"{title}\n{console.read_text(errors='replace')}", flush=True)
    return code


def lint() -> Count:
    return as_one(run("ruff", "check"), run("ruff", "format", "--check"))


def types() -> Count:
    return as_one(run("mypy"))


def utest() -> Count:
    directory = emptied("utest")
    output = directory / "junit.xml"
    code = run("pytest", f"--junitxml={output}", console=directory / "console.txt")
    return complete(code, count_junit(output))


def package() -> Count:
    with tempfile.TemporaryDirectory(prefix="baresip-package-") as folder:
        home = Path(folder)
        wheel = distribution.build(home / "dist")
        if wheel is None:
            return Count(failed=1)
        newest = distribution.call(wheel, home / "newest", lowest=False)
        lowest = distribution.call(wheel, home / "lowest", lowest=True)
        return Count(1 + newest + lowest, (not newest) + (not lowest))


def parallel() -> Count:
    directory = emptied("parallel")
    engine = ["--command", sys.executable, "-m", "robot", "--end-command", "--processes", "2"]
    quiet = ["--pabotconsole", "quiet", "--pabotlibport", "0", "--outputdir", str(directory)]
    suites = ["--variable", "BACKEND:embedded", *IN_PARALLEL]
    code = run("pabot.pabot", *engine, *quiet, *suites)
    return complete(code, count_robot(directory / "output.xml"))


def atest() -> Count:
    return acceptance("atest", "embedded")


def external() -> Counts:
    """One run on the baresip on PATH, or one on each of BARESIPS."""
    named = baresips()
    if not named:
        return {"external": acceptance("external", "external")}
    return {
        f"external {program}": on_program(program, f"external-{number}")
        for number, program in enumerate(named, start=1)
    }


def baresips() -> list[str]:
    """The programs that BARESIPS names, each once."""
    paths = os.environ.get("BARESIPS", "").split(os.pathsep)
    named = list(dict.fromkeys(str(Path(path).resolve()) for path in paths if path))
    if lacking := [path for path in named if not shutil.which(path)]:
        sys.exit(f"BARESIPS: no program to run is {', '.join(lacking)}.")
    return named


def on_program(program: str, name: str) -> Count:
    """The acceptance suites with this program as the first baresip on PATH."""
    with tempfile.TemporaryDirectory(prefix="baresip-program-") as folder:
        (Path(folder) / "baresip").symlink_to(program)
        path = os.pathsep.join([folder, os.environ.get("PATH", os.defpath)])
        return acceptance(name, "external", {**os.environ, "PATH": path})


def acceptance(name: str, backend: str, env: dict[str, str] | None = None) -> Count:
    directory = emptied(name)
    options = ["--outputdir", str(directory), "--variable", f"BACKEND:{backend}"]
    code = run("robot", *options, "atest", console=directory / "console.txt", env=env)
    return complete(code, count_robot(directory / "output.xml"))


def emptied(name: str) -> Path:
    """The directory of these results, without those of an earlier run."""
    directory = RESULTS / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def as_one(*codes: int) -> Count:
    return Count(failed=1) if any(codes) else Count(passed=1)


def complete(code: int, count: Count) -> Count:
    """A run that failed otherwise than in a test, or ran no test, is one more failure."""
    unexplained = code != 0 and not count.failed
    nothing_ran = not count.passed and not count.failed
    return count._replace(failed=1) if unexplained or nothing_ran else count


def count_junit(path: Path) -> Count:
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return Count()
    # A test that fails and whose teardown fails too is there twice.
    outcomes: dict[tuple[str | None, str | None], set[str]] = {}
    for case in cases:
        outcome = outcomes.setdefault((case.get("classname"), case.get("name")), set())
        outcome.update(child.tag for child in case)
    failed = sum(bool(tags & {"failure", "error"}) for tags in outcomes.values())
    skipped = sum(
        "skipped" in tags for tags in outcomes.values() if not tags & {"failure", "error"}
    )
    return Count(len(outcomes) - failed - skipped, failed, skipped)


def count_robot(path: Path) -> Count:
    try:
        result = ExecutionResult(str(path), include_keywords=False)
    except DataError:
        return Count()
    total = result.statistics.total
    reasons = tuple(test.message for test in result.suite.all_tests if test.skipped)
    return Count(total.passed, total.failed, total.skipped, reasons)


CHECKS: dict[str, Callable[[], Count | Counts]] = {
    check.__name__: check for check in (lint, types, utest, package, parallel, atest, external)
}


def checked(name: str) -> Counts:
    """The counts of a check: most are one row."""
    count = CHECKS[name]()
    return count if isinstance(count, dict) else {name: count}


def summary(counts: Counts) -> Iterable[str]:
    """A line for each check, with why tests were skipped, and one for all."""
    width = max(map(len, counts))
    for name, count in counts.items():
        yield f"{name:{width}} {count}" + (f", {count.skipped} skipped" if count.skipped else "")
        for reason, number in Counter(count.reasons).most_common():
            yield f"{number:7} skipped: {reason}"
    yield str(Count(*(sum(column) for column in list(zip(*counts.values(), strict=True))[:2])))


def main(names: list[str]) -> int:
    if unknown := set(names) - set(CHECKS):
        sys.exit(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}.")
    baresips()  # said now, not after all the rest has run
    counts: Counts = {}
    with ThreadPoolExecutor() as pool:
        for stage in STAGES:
            wanted = [name for name in stage if name in (names or CHECKS)]
            for found in pool.map(checked, wanted):
                counts |= found
    print("", *summary(counts), sep="\n")
    failed = sum(count.failed for count in counts.values())
    return 0 if not failed and any(count.passed for count in counts.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
