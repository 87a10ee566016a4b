"""What grows with the number of agents: ``python bench/many_agents.py [--picture FILE]``.

From 2 to 100 agents, half of which call the other half at the same time, all with audio both ways.
Each figure stands beside that of as many processes of the bare wheel (`_bare.py`), in turns.

- *start*, *stop*: all of them, eight at a time, as the library does.
- *establish*: all callers dial, every callee accepts; until the last call is established at both
  sides. *p95 of a call*: the same for one call, from its dialling on.
- *hear*: every pair, six at a time, sends a tone each way and is heard. Bare: until the first
  sample of the tone; the library is sure of its frequency.
- *hang up*: all calls, until each is over.
- *memory*: PSS of all processes, the parent's growth included. *CPU*: of all processes, in percent
  of one core, while all are in a call and nobody listens.

``TMPDIR=/dev/shm`` before it keeps the recordings in memory: on a disk, what the runs before have
deleted makes new files slow (`docs/measurements.md`).
"""

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
from _subjects import BareChild, Suite
from _table import Row, median, table

Samples = dict[tuple[str, int], list[float]]
COUNTS = (2, 10, 20, 50, 100)
AT_ONCE, PAIRS_AT_ONCE = 8, 6
TONES = (440.0, 620.0)
#: How long CPU is counted (s), and how long after the last keyword that begins.
WATCHED, SETTLED = 3.0, 1.0
#: How many times what the bare wheel takes, at most, is wanted.
AIMS = {"establish": 2.5, "p95 of a call": 3.0}
FIGURES = {
    "start": "s",
    "establish": "s",
    "p95 of a call": "s",
    "hear": "s",
    "hang up": "s",
    "stop": "s",
    "memory": "MiB",
    "CPU": "%",
}


class Stopwatch:
    """Collects how long what takes with so many agents."""

    def __init__(self, samples: Samples, count: int) -> None:
        self._samples = samples
        self._count = count

    def note(self, what: str, value: float) -> None:
        """One more sample."""
        self._samples[what, self._count].append(value)

    @contextmanager
    def timing(self, what: str) -> Iterator[None]:
        """Notes how long the block takes, in seconds."""
        began = time.monotonic()
        yield
        self.note(what, time.monotonic() - began)

    def watch(self, processes: Sequence[psutil.Process], had: float = 0.0) -> None:
        """Notes what these processes need, beside the memory (MiB) that they had before."""
        time.sleep(SETTLED)
        memory = sum(one.memory_full_info().pss for one in processes) / 2**20
        self.note("memory", memory - had)
        before, began = _used(processes), time.monotonic()
        time.sleep(WATCHED)
        self.note("CPU", 100 * (_used(processes) - before) / (time.monotonic() - began))


def _used(processes: Sequence[psutil.Process]) -> float:
    times = [one.cpu_times() for one in processes]
    return sum(one.user + one.system for one in times)


def measure_ours(folder: Path, count: int, watch: Stopwatch) -> None:
    """The keywords of a suite, one after the other."""
    suite, half = Suite(folder), count // 2
    me = psutil.Process()
    suite.warm_up()
    own = me.memory_full_info().pss
    with watch.timing("start"):
        callers = suite.run("start_agents", "caller", half)
        callees = suite.run("start_agents", "callee", half)
    with watch.timing("establish"):
        calls = suite.run("establish_calls", callers, callees)
    watch.note("p95 of a call", calls.p95)
    with watch.timing("hear"):
        suite.run("verify_audio_connections", callers, callees)
    watch.watch([me, *me.children(recursive=True)], own / 2**20)
    with watch.timing("hang up"):
        suite.run("hang_up_all", callers)
    with watch.timing("stop"):
        suite.run("stop_all_agents")
    suite.close()


def measure_bare(count: int, watch: Stopwatch) -> None:
    """The same by processes of the bare wheel."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        with watch.timing("start"):
            children = list(pool.map(lambda _: BareChild(), range(count)))
        pairs = list(zip(children[: count // 2], children[count // 2 :], strict=True))
        with watch.timing("establish"):
            for caller, callee in pairs:
                caller.do("dial", callee.uri)
            began = [caller.expect("DIAL") for caller, _ in pairs]
            ended = [max(one.expect("CALL_ESTABLISHED") for one in pair) for pair in pairs]
        taken = sorted(end - begin for begin, end in zip(began, ended, strict=True))
        watch.note("p95 of a call", taken[max(0, round(0.95 * len(taken)) - 1)])
        time.sleep(SETTLED)  # until all are silent, and surely in their call
        with watch.timing("hear"):
            for start in range(0, len(pairs), PAIRS_AT_ONCE):
                _hear_bare(pairs[start : start + PAIRS_AT_ONCE])
        watch.watch([psutil.Process(child.pid) for child in children])
        with watch.timing("hang up"):
            for caller, _ in pairs:
                caller.do("hang_up")
            for child in children:
                child.expect("CALL_CLOSED")
        with watch.timing("stop"):
            list(pool.map(BareChild.close, children))


def _hear_bare(pairs: Sequence[tuple[BareChild, BareChild]]) -> None:
    for child in (child for pair in pairs for child in pair):
        child.do("hear_tone")
        child.expect("LISTENING")
    for pair in pairs:
        for child, tone in zip(pair, TONES, strict=True):
            child.do("send_tone", tone)
    for child in (child for pair in pairs for child in pair):
        child.expect("HEARD")


def measure(counts: Sequence[int], repeat: int) -> tuple[Samples, Samples]:
    """The samples of the library, and of the bare wheel."""
    ours: Samples = defaultdict(list)
    bare: Samples = defaultdict(list)
    for count in counts:
        for _ in range(repeat):
            with tempfile.TemporaryDirectory(prefix="bench-many-agents-") as folder:
                measure_ours(Path(folder), count, Stopwatch(ours, count))
            measure_bare(count, Stopwatch(bare, count))
    return ours, bare


def rows(counts: Sequence[int], ours: Samples, bare: Samples) -> list[Row]:
    """The table, top to bottom."""
    return [
        _row(what, unit, count, ours, bare) for what, unit in FIGURES.items() for count in counts
    ]


def _row(what: str, unit: str, count: int, ours: Samples, bare: Samples) -> Row:
    name, samples = f"{count} agents: {what}", (ours[what, count], bare[what, count])
    most = AIMS.get(what)
    if most is None:
        return Row(name, unit, *samples)
    return Row(name, unit, *samples, f"<= {most:g} x bare", lambda one, other: one <= most * other)


def draw(path: Path, counts: Sequence[int], ours: Samples, bare: Samples) -> None:
    """The growth as a picture."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 4, figsize=(12, 5), sharex=True, layout="constrained")
    for axis, (what, unit) in zip(axes.flat, FIGURES.items(), strict=True):
        for samples, label, style in ((ours, "library", "o-"), (bare, "bare wheel", "s--")):
            axis.plot(counts, [median(samples[what, one]) for one in counts], style, label=label)
        axis.set_title(f"{what} ({unit})", fontsize=10)
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    for axis in axes[-1]:
        axis.set_xlabel("agents")
    axes[0, 0].legend(fontsize=9)
    figure.savefig(path, dpi=110)
    print(path)


def main() -> None:
    """Measures, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Text)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--counts", type=int, nargs="+", default=list(COUNTS))
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    ours, bare = measure(options.counts, options.repeat)
    print(table(rows(options.counts, ours, bare)))
    print(f"{psutil.cpu_count()} CPUs, load {psutil.getloadavg()[0]:.1f} at the end")
    if options.picture:
        draw(options.picture, options.counts, ours, bare)


_Text: Callable[..., argparse.HelpFormatter] = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    main()
