"""Memory and processor time of agents, idle and in a call, beside the bare wheel."""

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psutil
from _subjects import BareChild, Suite, bare_pair, bare_set_up
from _table import Row

from BaresipLibrary.backends.launchers import Spawner
from BaresipLibrary.types import AudioSource, Frequency

Samples = defaultdict[str, list[float]]
Subjects = dict[str, list[psutil.Process]]
_TONES = {"alice": 440.0, "bob": 620.0}
#: So many agents are started one after the other, to see what each adds to this process.
_MORE = 6


def measure_costs(folder: Path, seconds: float, ours: Samples, bare: Samples) -> None:
    """Memory and CPU, idle and in a call, of everything at the same time."""
    forked, spawned = Suite(folder / "f"), Suite(folder / "s", Spawner)
    forked.warm_up()
    ours["parent USS"].append(_memory_for_each_agent(forked))
    for suite in (forked, spawned):
        for name in _TONES:
            suite.run("start_agent", name)
    with bare_pair() as untouched, bare_pair() as recorded:
        subjects: Subjects = {
            "forked": [psutil.Process(forked.pid(name)) for name in _TONES],
            "spawned": [psutil.Process(spawned.pid(name)) for name in _TONES],
            "untouched": [psutil.Process(child.pid) for child in untouched],
            "recorded": [psutil.Process(child.pid) for child in recorded],
            "forkserver": [psutil.Process(forked.forkserver_pid())],
            "parent": [psutil.Process()],
        }
        _watch("idle", subjects, seconds, ours)
        for suite in (forked, spawned):
            _begin_call(suite)
        for pair in (untouched, recorded):
            bare_set_up(*pair)
        _record(recorded, folder)
        _watch("call", subjects, seconds, ours)
    forked.close()
    spawned.close()
    for name in list(ours):
        if name.startswith(("untouched", "recorded")):
            bare[name] = ours.pop(name)


def _memory_for_each_agent(suite: Suite) -> float:
    """How much the memory (MiB) of this process grows with each agent."""
    me, names = psutil.Process(), [f"agent{number}" for number in range(_MORE)]
    before = me.memory_full_info().uss
    for name in names:
        suite.run("start_agent", name)
    grown = me.memory_full_info().uss - before
    for name in names:
        suite.run("stop_agent", name)
    return float(grown) / _MORE / 2**20


def _begin_call(suite: Suite) -> None:
    suite.establish()
    for name, frequency in _TONES.items():
        suite.run("send_audio", name, AudioSource(frequency=Frequency(frequency)))


def _record(pair: tuple[BareChild, BareChild], folder: Path) -> None:
    """Has bare children feed and record their call, as the library does."""
    for index, child in enumerate(pair):
        place = folder / f"bare-{index}"
        place.mkdir()
        child.do("record", str(place), _TONES["alice"])
        child.expect("RECORDING")


def _watch(what: str, subjects: Subjects, seconds: float, found: Samples) -> None:
    """CPU (percent of a core) over that time, then memory (MiB), of every process."""
    time.sleep(0.5)
    processes = [process for group in subjects.values() for process in group]
    before = {process.pid: _used(process) for process in processes}
    began = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - began
    after = {process.pid: _used(process) for process in processes}
    for name, group in subjects.items():
        for process in group:
            used = after[process.pid] - before[process.pid]
            found[f"{name} {what} CPU"].append(100 * used / elapsed)
            memory = process.memory_full_info()
            found[f"{name} {what} USS"].append(memory.uss / 2**20)
            found[f"{name} {what} PSS"].append(getattr(memory, "pss", 0) / 2**20)


def _used(process: psutil.Process) -> float:
    """Seconds of CPU so far, of threads that have ended, too.

    On Linux from the process's own clock, in nanoseconds: psutil counts in steps of 10 ms, and the
    sum over the threads that live misses the others.
    """
    if sys.platform == "linux":
        return time.clock_gettime((~process.pid << 3) | 2)  # as clock_getcpuclockid(3) makes it
    times = process.cpu_times()
    return float(times.user + times.system)


def cost_rows(ours: Samples, bare: Samples) -> Iterator[Row]:
    """Memory and CPU; the bare wheel beside a call is the child that feeds and records it."""
    for unit, measure in (("MiB", "USS"), ("%", "CPU")):
        for what, wheel in (("idle", "untouched"), ("call", "recorded")):
            for kind in ("forked", "spawned"):
                name = f"{measure} of an agent, {kind}, {what}"
                mine, theirs = ours[f"{kind} {what} {measure}"], bare[f"{wheel} {what} {measure}"]
                yield Row(name, unit, mine, theirs)
        mine, theirs = ours[f"forked call {measure}"], bare[f"untouched call {measure}"]
        yield Row(f"{measure} of an agent, forked, call; bare: untouched", unit, mine, theirs)
        yield Row(f"{measure} of the fork server", unit, ours[f"forkserver call {measure}"])
    for what, wheel in (("idle", "untouched"), ("call", "recorded")):
        mine, theirs = ours[f"forked {what} PSS"], bare[f"{wheel} {what} PSS"]
        yield Row(f"PSS of an agent, forked, {what}", "MiB", mine, theirs)
    yield Row("PSS of the fork server", "MiB", ours["forkserver call PSS"])
    yield Row("USS of the parent, more for each agent", "MiB", ours["parent USS"])
    for what in ("idle", "call"):
        each = [value / 4 for value in ours[f"parent {what} CPU"]]  # two forked, two spawned
        yield Row(f"CPU of the parent for each agent, {what}", "%", each)
