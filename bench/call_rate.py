"""Calls at a rate through Kamailio: ``python bench/call_rate.py [--duration 120] [--rates 5 8 …]``.

The first rate is kept for the whole duration, with 10 s of talk and the audio of each call checked
both ways. The others follow, a quarter of the duration each, until one breaks: a call failed, is
undecided, was not attempted, or its audio was not checked. Each rate is a Robot run of its own
(`_call_rate.robot`), with agents for half as many calls again as are up on average.
Kamailio and all agents run on this machine. By default the script takes about five minutes, and
seven when no rate breaks. Prints a Markdown table for `docs/measurements.md`, and what broke first.

- *late*: how late an event, an arrival or what was due next came at most. *CPU*: of the whole
  machine, mean and most.
- *CPU s*: user and system time of Robot and all agents for each call; *Robot*: of Robot alone.
- *memory*: PSS of Robot and all agents at the end.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from BaresipLibrary.load.call_run import CallRun, Spread, listed
from BaresipLibrary.load.saved_runs import read_run

HERE = Path(__file__).parent
RATES = (5.0, 7.0, 9.0, 12.0, 16.0)
#: How long a call needs its agents beside the talk (s), and how many more random arrivals need.
BESIDE, MORE = 1.0, 1.5


def run(rate: float, duration: float, talk: float, folder: Path) -> tuple[CallRun, dict[str, Any]]:
    """One rate (calls a second) for a duration (s), with a talk of `talk` seconds."""
    agents = math.ceil(rate * (talk + BESIDE) * MORE)
    values = {"RATE": rate, "DURATION": duration, "TALK": talk, "AGENTS": agents}
    command = [sys.executable, "-m", "robot", "--outputdir", str(folder), "--console", "none"]
    for name, value in values.items():
        command += ["--variable", f"{name}:{value:g}"]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    subprocess.run(
        [*command, str(HERE / "_call_rate.robot")],
        env=environment,
        check=False,
        stderr=subprocess.DEVNULL,  # the run says itself what was not attempted
    )
    try:
        usage: dict[str, Any] = json.loads((folder / "usage.json").read_text())
        return read_run(folder / "run.json"), {**usage, "agents": 2 * agents}
    except OSError:
        raise SystemExit(f"Nothing was measured; see {folder}/log.html.") from None


def broken(result: CallRun) -> str:
    """What did not go well, in words, with when it began; empty when all went well."""
    troubles = []
    if result.failed:
        first = result.failed_calls[0]
        troubles.append(f"{result.failed} failed, the first at {first.at:.1f} s: {first.details}")
    if result.undecided:
        troubles.append(f"{result.undecided} undecided: {listed(result.undecided_because)}")
    if result.not_attempted:
        reasons = listed(result.not_attempted_because)
        since = min(result.not_attempted_at)
        troubles.append(f"{result.not_attempted} not attempted, from {since:.0f} s on: {reasons}")
    if result.unchecked:
        troubles.append(f"{result.unchecked} ended before their audio could be checked")
    return "; ".join(troubles)


def rows() -> list[tuple[str, Callable[..., str]]]:
    """The figures of the table, each with how it is read from a run and its usage."""

    def spread(name: str) -> Callable[[CallRun, dict[str, Any]], str]:
        def read(result: CallRun, _: dict[str, Any]) -> str:
            value: Spread = getattr(result, name)
            if not value.count:
                return "-"
            return " ".join(f"{getattr(value, each):.3f}" for each in ("p50", "p95", "p99", "max"))

        return read

    return [
        ("calls a second", lambda run, _: f"{run.rate:g}"),
        ("seconds", lambda run, _: f"{run.seconds:.1f}"),
        ("agents", lambda _, usage: str(usage["agents"])),
        ("calls that arrived", lambda run, _: str(run.offered)),
        ("attempted", lambda run, _: str(run.attempted)),
        ("established", lambda run, _: str(run.established)),
        ("verified both ways", lambda run, _: str(run.verified)),
        ("failed", lambda run, _: str(run.failed)),
        ("undecided", lambda run, _: str(run.undecided)),
        ("not attempted", lambda run, _: str(run.not_attempted)),
        ("audio not checked", lambda run, _: str(run.unchecked)),
        ("most at the same time", lambda run, _: str(run.peak)),
        ("post-dial delay (s): p50 p95 p99 max", spread("post_dial_delay")),
        ("setup time (s): p50 p95 p99 max", spread("setup_time")),
        ("teardown (s): p50 p95 p99 max", spread("teardown")),
        ("MOS: p5", lambda run, _: f"{run.mos.p5:.2f}" if run.mos.count else "-"),
        ("late at most (s)", lambda run, _: f"{run.worst_delay:.3f}"),
        ("CPU (%): mean, most", lambda run, _: _cpu(run.cpu)),
        ("CPU s a call: all, Robot", _each_call),
        ("memory (MiB)", lambda _, usage: f"{usage['memory']:.0f}"),
    ]


def _cpu(samples: Sequence[float]) -> str:
    return f"{sum(samples) / len(samples):.0f}, {max(samples):.0f}"


def _each_call(result: CallRun, usage: dict[str, Any]) -> str:
    calls = max(1, result.attempted)
    return f"{usage['all'] / calls:.3f}, {usage['robot'] / calls:.3f}"


def table(results: Sequence[tuple[CallRun, dict[str, Any]]]) -> str:
    """A line for each figure, a column for each rate, in Markdown."""
    lines = [[name, *(read(*result) for result in results)] for name, read in rows()]
    lines.insert(1, ["---", *("---:" for _ in results)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Measures, and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--duration", type=float, default=120.0, help="of the first rate (s)")
    parser.add_argument("--talk", type=float, default=10.0, help="of each call (s)")
    parser.add_argument("--rates", type=float, nargs="+", default=list(RATES))
    options = parser.parse_args()
    results: list[tuple[CallRun, dict[str, Any]]] = []
    load = os.getloadavg()[0]
    trouble = ""
    for number, rate in enumerate(options.rates):
        duration = options.duration / (4 if number else 1)
        with tempfile.TemporaryDirectory(prefix="bench-call-rate-") as folder:
            results.append(run(rate, duration, options.talk, Path(folder)))
        trouble = broken(results[-1][0])
        if trouble:
            break
    print(table(results))
    broke = f"What broke first, at {results[-1][0].rate:g}/s: {trouble}"
    print(f"\n{broke if trouble else 'Nothing broke'}.")
    print(f"{os.cpu_count()} CPUs; load {load:.1f} before, {os.getloadavg()[0]:.1f} at the end.")


if __name__ == "__main__":
    main()
