"""The same keywords on the external backend: an installed baresip in place of the wheel."""

import time
from pathlib import Path

import psutil
from _subjects import Suite, since

from BaresipLibrary.backends.external.installation import is_on_path
from BaresipLibrary.types import AgentState, AudioSource, BackendName, Frequency

_TONE = 440.0
#: The figures of the table, and the samples that stand beside them.
BESIDE = {
    "Start Agent, warm": "start",
    "Stop Agent": "stop",
    "Dial to both ESTABLISHED": "set up",
    "  of which Dial": "dial",
    "  of which Accept": "accept",
    "Hang Up to the peer seen IDLE": "hang up",
    "tone to Verify Audio's return": "tone sure",
    "Verify Audio of a running tone": "running",
    "Verify Audio Connection": "connection",
    "two-agent test": "test",
    "USS of an agent, forked, idle": "idle USS",
    "USS of an agent, forked, call": "call USS",
    "CPU of an agent, forked, call": "call CPU",
}


def measure_external(
    folder: Path, repeat: int, seconds: float, found: dict[str, list[float]]
) -> str | None:
    """Measures; returns what was measured, None when no baresip is installed."""
    if not is_on_path():
        return None
    suite = Suite(folder / "external", backend=BackendName.external)
    suite.warm_up()
    description = _measure_starts(suite, repeat, found)
    for _ in range(repeat):
        _measure_test(suite, found)
    _measure_call(suite, repeat, seconds, found)
    suite.close()
    return description


def _measure_starts(suite: Suite, repeat: int, found: dict[str, list[float]]) -> str:
    description = ""
    for _ in range(repeat):
        found["start"].append(suite.timed("start_agent", "alice"))
        description = suite.agent("alice").backend.description
        found["stop"].append(suite.timed("stop_agent", "alice"))
    return description


def _measure_test(suite: Suite, found: dict[str, list[float]]) -> None:
    began = time.monotonic()
    for name in ("alice", "bob"):
        suite.run("start_agent", name)
    dialled = time.monotonic()
    found["dial"].append(suite.timed("dial", "alice", "bob"))
    found["accept"].append(suite.timed("accept", "bob"))
    for name in ("alice", "bob"):
        suite.run("wait_until_state_is", name, AgentState.ESTABLISHED)
    found["set up"].append(since(dialled))
    found["connection"].append(suite.timed("verify_audio_connection", "alice", "bob"))
    hung_up = time.monotonic()
    suite.run("hang_up", "bob")
    suite.run("wait_until_state_is", "alice", AgentState.IDLE)
    found["hang up"].append(since(hung_up))
    suite.run("stop_all_agents")
    found["test"].append(since(began))


def _measure_call(suite: Suite, repeat: int, seconds: float, found: dict[str, list[float]]) -> None:
    """Tones that begin, tones that run, and what a process costs, idle and in a call."""
    for name in ("alice", "bob"):
        suite.run("start_agent", name)
    processes = [psutil.Process(suite.pid(name)) for name in ("alice", "bob")]
    found["idle USS"] += [one.memory_full_info().uss / 2**20 for one in processes]
    suite.establish()
    for _ in range(repeat):
        began = time.monotonic()
        suite.run("send_audio", "alice", AudioSource(frequency=Frequency(_TONE)))
        suite.run("verify_audio", "bob", Frequency(_TONE))
        found["tone sure"].append(since(began))
        found["running"].append(suite.timed("verify_audio", "bob", Frequency(_TONE)))
        suite.run("send_audio", "alice", AudioSource())
        time.sleep(0.6)  # until only silence arrives again
    for name in ("alice", "bob"):
        suite.run("send_audio", name, AudioSource(frequency=Frequency(_TONE)))
    before, began = [sum(one.cpu_times()[:2]) for one in processes], time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - began
    for one, used in zip(processes, before, strict=True):
        found["call CPU"].append(100 * (sum(one.cpu_times()[:2]) - used) / elapsed)
        found["call USS"].append(one.memory_full_info().uss / 2**20)
