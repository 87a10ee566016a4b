"""Runs the checks, every one of them, and ends with how many passed and how many failed.

    check.py [lint] [types] [utest] [package] [atest] [external]     all if none is named
    check.py [quick] [parallel]              some of the acceptance suites, which `atest` has, too

`package` builds what is released and calls with it, once beside the newest and once beside the
lowest versions of what it needs. `atest` are all acceptance suites on the embedded backend, some of
them under pabot: `parallel` is those alone. `external` are the same ones on the external backend,
where tests that need what the installed baresip lacks are skipped: why, stands below the counts.
A test with a tag that starts with `once on` proves on one backend what holds on both, and the other
one skips it. With TWICE=1 in the environment both run it (docs/adr/0044-once-on-one-backend.md).
Each folder of suites is a run of its own, with its log below results/atest or results/external;
what takes long is two runs.
What failed is printed with its message above the closing line. When no more than six tests fail,
they are run once more at the end, alone: one that passes then is counted as passed and printed as
UNSTEADY, which is a bug all the same (docs/adr/0027-unsteady-tests.md). With STRICT=1 in the
environment none is run again.
The linter, the type checker, and what `package` does count as one check each, tests count one by
one. The exit code is 0 when something passed and nothing failed.

STREAMS=4 in the environment has four runs go on at the same time, in place of five for two cores.
When no check is named, unit tests that try many cases of one kind try them all (THOROUGH=1).
`external` takes the baresip on PATH. With BARESIPS=/path/one:/path/two in the environment it runs
once on each of these programs instead, and each has its own row.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import package as distribution
from counts import (
    Count,
    Failure,
    added,
    complete,
    count_junit,
    count_robot,
    ending,
    run_again,
    summary,
)
from parts import LONGEST, Part, all_parts, parts_with_pabot, side_by_side
from streams import Streams, Turn

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results"
#: What breaks first when something breaks: calls and their audio, refusals, what the log shows.
QUICK = ["atest/demo", "atest/calls/calling.robot", "atest/phone/refusals.robot"]
#: In this order; those that stand together run at the same time. They never meet: what a suite
#: leaves to another run is a bug. What `external` stands for runs one after the other.
STAGES = (
    ("lint", "types", "utest"),
    ("package", "quick", "atest", "external", "parallel"),
)
#: Those whose runs take turns.
IN_STREAMS = {"package", "atest", "external", "parallel"}
#: So many acceptance runs go on at the same time, on all backends: five on two cores, as they wait
#: most of the time; with six, agents lost audio. What understands speech takes two of these, and
#: so does what has two processes.
STREAMS = Streams(os.environ.get("STREAMS") or 5 * (os.cpu_count() or 1) // 2)
#: Tests that prove on one backend what holds on both: the other one skips them. Their tag says why.
ELSEWHERE = {"embedded": "once on external:*", "external": "once on embedded:*"}


def run(
    console: Path,
    tool: str,
    *arguments: str,
    env: dict[str, str] | None = None,
    folder: Path = ROOT,
    nice: bool = False,
) -> tuple[int, str]:
    """Runs a tool of this Python; its output goes into a file, and then to the console.

    With `nice` it takes what of the machine nobody else needs.
    """
    first = ["nice", "-n", "19"] if nice else []
    command = [*first, sys.executable, "-m", tool, *arguments]
    with console.open("wb") as file:
        code = subprocess.run(command, cwd=folder, stdout=file, stderr=file, env=env).returncode
    output = console.read_text(errors="replace")
    print(f"\n== {tool} {' '.join(arguments)}\n{output}", flush=True)
    return code, output


def lint() -> Count:
    directory = emptied("lint")
    checked = as_one("ruff check", *run(directory / "check.txt", "ruff", "check"))
    formatted = as_one("ruff format", *run(directory / "format.txt", "ruff", "format", "--check"))
    return added([checked, formatted])


def types() -> Count:
    directory, scripts = emptied("types"), ROOT / "bench"
    package = as_one("mypy", *run(directory / "package.txt", "mypy", nice=True))
    bench = as_one(
        "mypy bench", *run(directory / "bench.txt", "mypy", ".", folder=scripts, nice=True)
    )
    return added([package, bench])


def as_one(tool: str, code: int, output: str) -> Count:
    """What a tool found, as one check."""
    return Count(failures=(Failure(tool, ending(output)),)) if code else Count(passed=1)


def utest() -> Count:
    directory = emptied("utest")
    output = directory / "junit.xml"
    workers = ["-n", "auto", "--dist", "worksteal"]
    ran = run(directory / "console.txt", "pytest", *workers, f"--junitxml={output}")
    count = count_junit(output).repeatable(utest_again)
    return complete(count, "pytest", *ran, failing=range(1, 2))


def utest_again() -> Count:
    """The unit tests that failed, once more."""
    directory = emptied("utest-again")
    output = directory / "junit.xml"
    failed_only = ["--last-failed", "--last-failed-no-failures", "none"]
    run(directory / "console.txt", "pytest", *failed_only, f"--junitxml={output}")
    return count_junit(output)


def package() -> Count:
    turn = STREAMS.turn(len(LONGEST))
    STREAMS.complete("package")
    with STREAMS.taken(turn), tempfile.TemporaryDirectory(prefix="baresip-package-") as folder:
        home = Path(folder)
        try:
            wheel = distribution.build(home / "dist")
        except distribution.StepFailed as fault:
            return Count(failures=(Failure("build", ending(str(fault))),))
        newest = call("newest", wheel, home, lowest=False)
        lowest = call("lowest", wheel, home, lowest=True)
        return added([Count(passed=1), newest, lowest])


def call(name: str, wheel: Path, home: Path, *, lowest: bool) -> Count:
    """One check: the wheel calls beside the newest, or the lowest, versions of what it needs."""
    try:
        distribution.call(wheel, home / name, lowest=lowest)
    except distribution.StepFailed as fault:
        return Count(failures=(Failure(f"call, {name} versions", ending(str(fault))),))
    return Count(passed=1)


def parallel() -> Count:
    return acceptance("parallel", "embedded", [side_by_side()])


def quick() -> Count:
    return robot(emptied("quick"), "embedded", Part("quick", 0, QUICK))


def atest() -> Count:
    return acceptance("atest", "embedded", parts_with_pabot())


def external() -> dict[str, Count]:
    """One run on the baresip on PATH, or one on each of BARESIPS."""
    named = baresips()
    if not named:
        return {"external": acceptance("external", "external", all_parts())}
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
    folder = emptied(f"{name}-program")
    (folder / "baresip").symlink_to(program)
    path = os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
    return acceptance(name, "external", all_parts(), {**os.environ, "PATH": path})


def acceptance(
    name: str, backend: str, wanted: list[Part], env: dict[str, str] | None = None
) -> Count:
    """Some runs of acceptance suites, several of them at the same time."""
    directory = emptied(name)
    turns = [STREAMS.turn(part.rank, part.width) for part in wanted]
    STREAMS.complete(name.partition("-")[0])  # a run of "external-1" belongs to "external"

    def run_part(part: Part, turn: Turn) -> Count:
        output = directory / part.name
        with STREAMS.taken(turn):
            output.mkdir()
            return robot(output, backend, part, env)

    with ThreadPoolExecutor(len(turns)) as pool:
        return added(pool.map(run_part, wanted, turns))


def robot(output: Path, backend: str, part: Part, env: dict[str, str] | None = None) -> Count:
    """One run of acceptance suites."""
    options = [*part.options, "--variable", f"BACKEND:{backend}"]
    if not os.environ.get("TWICE"):
        options += ["--skip", ELSEWHERE[backend]]
    suites = ["--outputdir", str(output), *options, *part.suites]
    ran = run(output / "console.txt", *part.engine, *suites, env=env)

    def again() -> Count:
        second = output / "again"
        second.mkdir()
        failed_only = ["--rerunfailed", str(output / "output.xml"), "--outputdir", str(second)]
        run(second / "console.txt", "robot", *failed_only, *options, *part.suites, env=env)
        return count_robot(second / "output.xml")

    count = count_robot(output / "output.xml").repeatable(again)
    return complete(count, f"{part.engine[0]} {' '.join(part.suites)}", *ran)


def emptied(name: str) -> Path:
    """The directory of these results, without those of an earlier run."""
    directory = RESULTS / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


CHECKS: dict[str, Callable[[], Count | dict[str, Count]]] = {
    check.__name__: check
    for check in (lint, types, utest, package, quick, parallel, atest, external)
}
#: What runs when no check is named.
ALL = [name for name in CHECKS if name not in ("quick", "parallel")]


def checked(name: str) -> dict[str, Count]:
    """The counts of a check: most are one row. A check that breaks is one that failed."""
    started = time.monotonic()
    try:
        count = CHECKS[name]()
    except Exception:
        count = Count(failures=(Failure("check.py", ending(traceback.format_exc())),))
    counts = count if isinstance(count, dict) else {name: count}
    STREAMS.complete(name)  # also when it broke off before it had runs
    print(f"\n== {name} took {time.monotonic() - started:.0f} s", flush=True)
    return {row: count.of_stage(row) for row, count in counts.items()}


def main(names: list[str]) -> int:
    # Hundreds of short processes import the same modules: they need not compile them every time.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if unknown := set(names) - set(CHECKS):
        sys.exit(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}.")
    if not names:  # all checks, and unit tests that try many cases of one kind try them all
        os.environ.setdefault("THOROUGH", "1")
    baresips()  # said now, not after all the rest has run
    counts: dict[str, Count] = {}
    with ThreadPoolExecutor() as pool:
        for stage in STAGES:
            wanted = [name for name in stage if name in (names or ALL)]
            STREAMS.expect(IN_STREAMS.intersection(wanted))
            for found in pool.map(checked, wanted):
                counts |= found
    if not os.environ.get("STRICT"):
        counts = run_again(counts)
    print("", *summary(counts), sep="\n", flush=True)
    total = added(counts.values())
    return 0 if total.passed and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
