"""Keywords about the CPU time and the memory of this process and its children."""

import json
from pathlib import Path

import psutil


def _processes() -> list[psutil.Process]:
    me = psutil.Process()
    return [me, *me.children(recursive=True)]


def _cpu_seconds() -> float:
    times = [one.cpu_times() for one in _processes()]
    return sum(one.user + one.system for one in times)


_began = [0.0, 0.0]


def begin_usage() -> None:
    """Counts CPU time from now on."""
    own = psutil.Process().cpu_times()
    _began[:] = [_cpu_seconds(), own.user + own.system]


def save_usage(path: Path) -> None:
    """Writes the seconds of CPU time, all and of this process alone, and the memory (MiB)."""
    own = psutil.Process().cpu_times()
    usage = {
        "all": _cpu_seconds() - _began[0],
        "robot": own.user + own.system - _began[1],
        "memory": sum(one.memory_full_info().pss for one in _processes()) / 2**20,
    }
    path.write_text(json.dumps(usage))
