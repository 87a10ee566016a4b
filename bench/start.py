"""What the library costs before it does anything, beside bare Robot: `python bench/start.py`.

Each subject runs in turn, so that a load of the machine meets all of them. Printed are medians, and
the least: the time, the processor time (user and system) of the process and of those that it has
waited for, and the memory of the largest of them. `--beside DIR` also runs another checkout with a
`.venv` of its own, such as a release. The medians of this one are compared with its aims.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BARE = """\
*** Test Cases ***
Nothing
    No Operation
"""
UNUSED = "*** Settings ***\nLibrary    BaresipLibrary    backend=embedded\n\n" + BARE
CALL = """\
*** Settings ***
Library    BaresipLibrary    backend=embedded

*** Test Cases ***
Two Agents Hear Each Other
    ${before} =    Evaluate    time.monotonic()
    Start Agent    alice
    ${first} =    Evaluate    time.monotonic()
    Start Agent    bob
    ${second} =    Evaluate    time.monotonic()
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Stop All Agents
    ${end} =    Evaluate    time.monotonic()
    ${times} =    Evaluate    [$first - $before, $second - $first, $end - $before]
    Evaluate    print('TIMES', *$times, file=sys.__stdout__)
"""
IMPORT = "import robot.run"
LIBRARY = "import robot.run, BaresipLibrary; BaresipLibrary.BaresipLibrary()"


class Cost(NamedTuple):
    """What one process cost: seconds, seconds of the processor, and MiB."""

    wall: float
    cpu: float
    memory: float


class Inside(NamedTuple):
    """How long keywords of the test with two agents took (s)."""

    first_start: float
    second_start: float
    test: float


class Results(NamedTuple):
    """What was measured, by the names of the subjects."""

    costs: dict[str, list[Cost]]
    inside: dict[str, list[Inside]]


def run(command: list[str], folder: Path) -> tuple[Cost, str]:
    """Runs a command in a folder; returns its cost and what it printed.

    Raises:
        SystemExit: it failed; says what it printed.
    """
    environment = {**os.environ, "PYTHONPATH": ""}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile("w+") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=output, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{text}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), text


def subjects(checkouts: dict[str, Path], folder: Path) -> dict[str, list[str]]:
    """The commands to compare, by their names."""
    suites = {"bare": BARE, "unused": UNUSED, "call": CALL}
    for name, text in suites.items():
        (folder / f"{name}.robot").write_text(text)
    commands: dict[str, list[str]] = {}
    python = interpreter(ROOT)
    commands["import robot.run"] = [python, "-c", IMPORT]
    commands["robot, no library"] = robot(python, folder, "bare")
    for name, checkout in checkouts.items():
        python = interpreter(checkout)
        commands[f"{name}: import, BaresipLibrary()"] = [python, "-c", LIBRARY]
        commands[f"{name}: robot, no keyword of it"] = robot(python, folder, "unused")
        commands[f"{name}: robot, two agents"] = robot(python, folder, "call")
    return commands


def interpreter(checkout: Path) -> str:
    """The interpreter of a checkout."""
    found = checkout / ".venv" / "bin" / "python"
    return str(found) if found.exists() else sys.executable


def robot(python: str, folder: Path, suite: str) -> list[str]:
    """The command that runs one of the suites."""
    return [
        python,
        "-m",
        "robot",
        "--outputdir",
        str(folder / "out"),
        str(folder / f"{suite}.robot"),
    ]


def measure(commands: dict[str, list[str]], rounds: int, folder: Path) -> Results:
    """Runs all commands in turn, the first time without measuring."""
    results = Results({name: [] for name in commands}, {})
    for number in range(rounds + 1):
        for name, command in commands.items():
            cost, text = run(command, folder)
            if not number:
                continue  # it compiles modules, and brings files into memory
            results.costs[name].append(cost)
            _, told, times = text.partition("TIMES ")
            if told:
                words = times.splitlines()[0].split()
                results.inside.setdefault(name, []).append(Inside(*map(float, words)))
    return results


def median_cost(costs: list[Cost]) -> Cost:
    """The medians of what a subject cost."""
    return Cost(*(statistics.median(values) for values in zip(*costs, strict=True)))


def show_costs(costs: dict[str, list[Cost]]) -> None:
    """Prints the costs of processes."""
    print("| process | time (s) | least | processor (s) | least | memory (MiB) |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, found in costs.items():
        wall, cpu, memory = median_cost(found)
        least = Cost(*map(min, zip(*found, strict=True)))
        print(
            f"| {name} | {wall:.2f} | {least.wall:.2f} | {cpu:.2f} | {least.cpu:.2f}"
            f" | {memory:.0f} |"
        )


def median_inside(inside: list[Inside]) -> Inside:
    """The medians of how long keywords took."""
    return Inside(*(statistics.median(values) for values in zip(*inside, strict=True)))


def show_inside(inside: dict[str, list[Inside]]) -> None:
    """Prints how long keywords took."""
    print(
        "\n| within the test (ms) | first Start Agent | second Start Agent | whole test | least |"
    )
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, found in inside.items():
        first, second, whole = (1000 * seconds for seconds in median_inside(found))
        least = 1000 * min(times.test for times in found)
        print(f"| {name} | {first:.0f} | {second:.0f} | {whole:.0f} | {least:.0f} |")


def show_aims(results: Results) -> None:
    """Prints what this checkout is to reach, and whether it does."""
    costs = {name: median_cost(found) for name, found in results.costs.items()}
    more = costs["this: import, BaresipLibrary()"].wall - costs["import robot.run"].wall
    inside = median_inside(results.inside["this: robot, two agents"]).test
    aims = [
        ("import, more than robot.run (ms)", more * 1000, 90),
        ("robot, no keyword of it (MiB)", costs["this: robot, no keyword of it"].memory, 45),
        ("robot, two agents (ms)", costs["this: robot, two agents"].wall * 1000, 650),
        ("within the test of two agents (ms)", inside * 1000, 300),
    ]
    print("\n| this | median | aim | |")
    print("| --- | ---: | ---: | --- |")
    for name, value, aim in aims:
        print(f"| {name} | {value:.0f} | < {aim} | {'yes' if value < aim else 'NO'} |")


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how often each is measured")
    parser.add_argument("--beside", type=Path, action="append", default=[], metavar="DIR")
    options = parser.parse_args()
    checkouts = {"this": ROOT, **{path.resolve().name: path.resolve() for path in options.beside}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = measure(subjects(checkouts, folder), options.rounds, folder)
    show_costs(results.costs)
    show_inside(results.inside)
    show_aims(results)
    print(f"\n{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
