"""Many calls in one pair, and what they leave behind in memory, descriptors, threads and files."""

import gc
import html
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from robot.api import logger
from robot.api.deco import library
from robot.libraries.BuiltIn import BuiltIn

from BaresipLibrary.agents.agent import Agent
from BaresipLibrary.agents.call import Call
from BaresipLibrary.events import Event
from BaresipLibrary.types import AgentState

#: How often it looks, and every how many calls both sides must hear each other.
_LOOKS, _HEARD_EVERY = 50, 10
#: Memory may grow by this much for each call (KiB). Robot's process keeps what a test saw, two
#: journals with the SIP messages of 1,000 calls, to be read and drawn; a stack keeps transactions
#: for 32 s (RFC 3261).
_KEPT = {"Robot": 60.0, "fork server": 1.0}
_KEPT_BY_AGENT = 6.0
#: And by this much in steps that allocators take, however few calls there are (KiB).
_STEPS = 4096.0
#: Each of two agents records what it hears and what it says.
_FILES_PER_CALL = 4


@dataclass
class Look:
    """What is there after so many calls: memory of a process's own in KiB, the rest counted."""

    calls: int
    memory: dict[str, float]
    descriptors: dict[str, int]
    threads: dict[str, int]
    recordings: int
    temporary: int


@library(scope="SUITE", auto_keywords=True)
class Footprint:
    """Keywords that make calls and watch what grows."""

    def __init__(self) -> None:
        self._looks: list[Look] = []
        self._table: list[list[str]] = []
        self._took = 0.0

    def make_calls(self, count: int) -> None:
        """Makes calls from alice to bob, one after the other; either side hangs up in turn."""
        began = time.monotonic()
        for number in range(1, count + 1):
            _call(number)
            if number % max(1, count // _LOOKS) == 0:
                self._looks.append(_look(number))
        self._took = time.monotonic() - began

    def nothing_should_have_grown(self) -> str:
        """Compares the second half of the calls with the first; returns the table of all."""
        half = len(self._looks) // 2
        begin, end = self._looks[:half], self._looks[half:]
        calls = end[-1].calls
        table = [["process", "memory, MiB", "KiB a call, 2nd half", "descriptors", "threads"]]
        problems = []
        for name in end[-1].memory:
            slope = _slope([look.calls for look in end], [look.memory[name] for look in end])
            allowed = _KEPT.get(name, _KEPT_BY_AGENT) + _STEPS / (calls / 2)
            if slope > allowed:
                problems.append(f"{name}: {slope:.1f} KiB a call, and {allowed:.1f} are allowed")
            memory = [look.memory[name] / 1024 for look in self._looks]
            row = [name, f"{memory[0]:.1f} to {memory[-1]:.1f}", f"{slope:.1f}"]
            for what in ("descriptors", "threads"):
                counts = [[getattr(look, what)[name] for look in part] for part in (begin, end)]
                # The least, because a call that is just over may not have given back everything.
                if min(counts[1]) > min(counts[0]):
                    problems.append(f"{name}: {what} grew from {counts[0]} to {counts[1]}")
                row.append(_range(counts[0] + counts[1]))
            table.append(row)
        recordings = [look.recordings / look.calls for look in self._looks]
        # Since baresip 3.11 a file is there with its first packet: a short call may have none.
        if max(recordings) > _FILES_PER_CALL or not recordings[-1]:
            problems.append(f"There were {recordings} recordings a call.")
        if min(look.temporary for look in end) > min(look.temporary for look in begin):
            problems.append(f"{end[-1].temporary} temporary files, and {begin[0].temporary} before")
        text = _as_text(table) + (
            f"\n{calls} calls in {self._took:.1f} s, {self._took / calls * 1000:.0f} ms each;"
            f" {end[-1].recordings} recordings, {end[-1].temporary} temporary files."
        )
        logger.info(f"<pre>{html.escape(text)}</pre>", html=True)
        if problems:
            raise AssertionError("\n".join([*problems, text]))
        return text

    def nothing_should_be_remembered(self) -> None:
        """Of agents that have ended, Robot's process keeps no object, and there is no file."""
        gc.collect()
        kept = [one for one in gc.get_objects() if isinstance(one, (Agent, Call, Event))]
        if kept:
            raise AssertionError(f"{len(kept)} objects are left, such as {kept[0]}.")
        left = [str(path) for path in _recordings()] + [str(path) for path in _temporary()]
        if left:
            raise AssertionError(f"Files are left: {', '.join(left)}")


def _call(number: int) -> None:
    do = BuiltIn().get_library_instance("BaresipLibrary").run_keyword
    do("dial", ("alice", "bob"), {})
    do("accept", ("bob",), {})
    for agent in ("alice", "bob"):
        do("wait_until_state_is", (agent, AgentState.ESTABLISHED), {})
    if number % _HEARD_EVERY == 1:
        do("verify_audio_connection", ("alice", "bob"), {})
    do("hang_up", (("alice", "bob")[number % 2],), {})
    for agent in ("alice", "bob"):
        do("wait_until_state_is", (agent, AgentState.IDLE), {})


def _look(calls: int) -> Look:
    watched = _processes()
    return Look(
        calls,
        {name: one.memory_full_info().uss / 1024 for name, one in watched.items()},
        {name: one.num_fds() for name, one in watched.items()},
        {name: one.num_threads() for name, one in watched.items()},
        len(_recordings()),
        len(_temporary()),
    )


def _processes() -> dict[str, psutil.Process]:
    library = BuiltIn().get_library_instance("BaresipLibrary")
    found = {"Robot": psutil.Process()}
    agents = {agent.backend.pid: agent.name for agent in library.agents}
    for child in found["Robot"].children(recursive=True):
        found[agents.get(child.pid, "fork server")] = child
    return found


def _recordings() -> list[Path]:
    return list(Path(BuiltIn().get_variable_value("${OUTPUT DIR}")).rglob("*.wav"))


def _temporary() -> list[Path]:
    """Files in the temporary directory, which is this run's own."""
    found = Path(BuiltIn().get_variable_value("${TEMPDIR}")).rglob("*")
    return [path for path in found if not path.is_dir()]


def _slope(calls: list[int], values: list[float]) -> float:
    return float(np.polyfit(calls, values, 1)[0])


def _range(counts: list[int]) -> str:
    least, most = min(counts), max(counts)
    return str(least) if least == most else f"{least} to {most}"


def _as_text(table: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in table
    )
    return "\n".join(line.rstrip() for line in lines)
