"""Where the time of agents goes: ``python bench/threads.py [--agents N] [--rounds N]``.

CPU time of the threads of agents, from the scheduler's own counts (Linux): while half of the agents
call the other half at the same time, and while all of them are in a call and nobody listens. The
medians of several rounds, for one agent; a busy machine makes them larger, not smaller. The first
call of an agent stands for itself, for it takes more: that is what `many_agents.py` measures.

- *main*: what carries out commands, writes events, and moves audio.
- *stack*: what receives SIP and RTP. *sending*: what encodes and sends RTP. *source, player*: the
  wheel's clocks of both directions.
- *parent*: Robot's process, for one agent.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psutil
from _subjects import BareChild, Suite
from _table import median

from BaresipLibrary.types import AgentState

SETTLED, WATCHED = 1.0, 4.0
KINDS = ("main", "stack", "sending", "source, player", "all", "parent")
Times = defaultdict[str, float]
#: Of each round of calls, and of a second of talking.
Measured = tuple[list[Times], Times]


def used(pids: list[int]) -> Times:
    """Milliseconds of CPU time so far, by kinds of threads."""
    times = Times(float, {"parent": time.process_time() * 1000})
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            spent = int((task / "schedstat").read_text().split()[0]) / 1e6
            times[_kind((task / "comm").read_text(), task.name == str(pid))] += spent
            times["all"] += spent
    return times


def _kind(name: str, is_main: bool) -> str:
    if is_main:
        return "main"
    if name.startswith("Audio TX"):
        return "sending"
    return "source, player" if name.startswith("aumem") else "stack"


def measure_ours(folder: Path, agents: int, rounds: int) -> Measured:
    """What each round of calls took, and what a second of talking takes."""
    suite = Suite(folder)
    suite.warm_up()
    callers = suite.run("start_agents", "caller", agents // 2)
    callees = suite.run("start_agents", "callee", agents // 2)
    pids, taken = [suite.pid(agent.name) for agent in (*callers, *callees)], list[Times]()
    for round_ in range(rounds):
        before = used(pids)
        suite.run("establish_calls", callers, callees)
        taken.append(_difference(used(pids), before))
        if round_ == rounds - 1:
            talking = _watch(pids)
        suite.run("hang_up_all", callers)
        for callee in callees:
            suite.run("wait_until_state_is", callee, AgentState.IDLE)
    suite.close()
    return taken, talking


def measure_bare(agents: int, rounds: int) -> Measured:
    """The same of processes of the bare wheel."""
    children = [BareChild() for _ in range(agents)]
    pids, half = [child.pid for child in children], agents // 2
    callers, taken, talking = children[:half], [], Times()
    for round_ in range(rounds):
        before = used(pids)
        for caller, callee in zip(callers, children[half:], strict=True):
            caller.do("dial", callee.uri)
        for child in children:
            child.expect("CALL_ESTABLISHED")
        taken.append(_difference(used(pids), before))
        if round_ == rounds - 1:
            talking = _watch(pids)
        for caller in callers:
            caller.do("hang_up")
        for child in children:
            child.expect("CALL_CLOSED")
    for child in children:
        child.close()
    return taken, talking


def _difference(after: Times, before: Times) -> Times:
    return Times(float, {kind: after[kind] - before[kind] for kind in KINDS})


def _watch(pids: list[int]) -> Times:
    time.sleep(SETTLED)
    before, began = used(pids), time.monotonic()
    time.sleep(WATCHED)
    spent, passed = _difference(used(pids), before), time.monotonic() - began
    return Times(float, {kind: spent[kind] / passed for kind in KINDS})


def main() -> None:
    """Measures, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-threads-") as folder:
        ours = measure_ours(Path(folder), options.agents, options.rounds)
    bare = measure_bare(options.agents, options.rounds)
    print("CPU of one agent          library     bare")
    for title, unit, read in (
        ("first", "ms", _first),
        ("call", "ms", _later),
        ("talk", "ms/s", _talk),
    ):
        for kind in KINDS:
            shown = [read(measured, kind) / options.agents for measured in (ours, bare)]
            print(f"{title + ':':7}{kind:15}{unit:6}{shown[0]:6.2f}{shown[1]:9.2f}")
    print(f"{psutil.cpu_count()} CPUs, load {psutil.getloadavg()[0]:.1f} at the end")


def _first(measured: Measured, kind: str) -> float:
    return measured[0][0][kind]


def _later(measured: Measured, kind: str) -> float:
    return median([times[kind] for times in measured[0][1:] or measured[0]])


def _talk(measured: Measured, kind: str) -> float:
    return measured[1][kind]


if __name__ == "__main__":
    main()
