"""What the library costs beside the bare wheel: ``python bench/agents.py``.

Each figure stands beside that of the bare wheel (`_bare.py`, a minimal script in a child process)
from the same run, the two measured in turns. Figures without one exist in the library only. All
times are milliseconds between stamps of `time.monotonic()`, which all processes share.

What the rows mean:

- *Start Agent*: the keyword, from its call to its return. *warm*: forked off a warm process;
  *spawned*: an interpreter of its own; *first*: the warm process has to start as well. Bare: from
  `Popen` until the child has said that its user agent exists.
- *Dial to ESTABLISHED*: Dial, Accept and both Wait Until State Is, one after the other. Bare: dial,
  answered at once by the callee, until the later of the two has seen CALL_ESTABLISHED.
- *to the wait's return*: one thread waits while another makes the peer act. *event*: from the stamp
  that the agent's process gave CallIncoming or CallClosed; *BYE traced*: from the stamp of the SIP
  trace's line. Bare: from that line to the listener's call. *Hang Up to IDLE*: from the peer's
  command to the keyword's return, or to the listener's call.
- *Verify Audio*: `tone` is the moment Send Audio is called; nothing of the tone is on the wire
  earlier. `heard` is when the first sample of the tone in the callee's recording (the first above
  -30 dBFS) arrived: the recording's length is noted at every AudioArrived, which is stamped
  when a piece has been written; the stamp of the piece that holds the sample, less the time
  that the samples behind it in that piece last. Bare: a reader that looks every millisecond.
  *running*: the tone has been there for long; the whole of the keyword.
- *CPU*: user and system time, in percent of one core, over `--seconds`; all processes at the
  same time. *call*: the bare child feeds and records its call every 40 ms, as the library does;
  *untouched*: it does not. *USS* is memory that no other process shares, *PSS* adds the
  fair part of what is shared, here among the forks and their server.
- *two-agent test*: start both, dial, accept, verify both ways, hang up, stop both. Bare: the same
  without being sure of a tone: it sends one each way and waits for the first sample.
"""

import argparse
import functools
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import many_agents
import numpy as np
import psutil
import soundfile
from _costs import cost_rows, measure_costs
from _external import BESIDE, measure_external
from _subjects import Arrivals, BareChild, Suite, bare_pair, bare_set_up, since
from _table import Row, table

from BaresipLibrary.backends.launchers import Spawner
from BaresipLibrary.events import CallClosed, CallEvent, CallIncoming, SipMessage
from BaresipLibrary.signalling import calls
from BaresipLibrary.types import AgentState, AudioSource, Frequency

Samples = defaultdict[str, list[float]]
AUDIBLE = 10 ** (-30 / 20)
TONE, OTHER_TONE = 440.0, 620.0
#: How often many agents at the same time are measured.
MANY_AGENTS_REPEAT = 3
#: Long enough for a thread to be surely waiting (s).
SETTLED = 0.03


def measure_starts(folder: Path, repeat: int, ours: Samples, bare: Samples) -> None:
    """Start Agent three ways and Stop Agent, and the same of a bare child."""
    warm, spawned = Suite(folder / "warm"), Suite(folder / "spawned", Spawner)
    warm.warm_up()
    for _ in range(repeat):
        ours["warm"].append(warm.timed("start_agent", "alice"))
        ours["stop"].append(warm.timed("stop_agent", "alice"))
        ours["spawned"].append(spawned.timed("start_agent", "alice"))
        spawned.run("stop_agent", "alice")
        first = Suite(folder / "first")
        ours["first"].append(first.timed("start_agent", "alice"))
        first.close()
        began = time.monotonic()
        child = BareChild()
        bare["start"].append(since(began))
        began = time.monotonic()
        child.close()
        bare["stop"].append(since(began))
    warm.close()
    spawned.close()


def measure_calls(suite: Suite, repeat: int, ours: Samples, bare: Samples) -> None:
    """Call set-up and hang-up, each noticed by a thread that waits."""
    for name in ("alice", "bob"):
        suite.run("start_agent", name)
    with bare_pair() as pair:
        for _ in range(repeat):
            _set_up(suite, ours)
            _wait_for_hang_up(suite, ours)
            bare["set up"].append(bare_set_up(*pair))
            _bare_hang_up(*pair, bare)
        _trace(*pair)
        for _ in range(repeat):
            _wait_for_incoming(suite, ours)
            suite.hang_up()
            bare_set_up(*pair)
            bare["BYE"].append(_bare_hang_up(*pair, Samples(list)))
    suite.run("stop_all_agents")


def _set_up(suite: Suite, ours: Samples) -> None:
    began = time.monotonic()
    ours["dial"].append(suite.timed("dial", "alice", "bob"))
    ours["accept"].append(suite.timed("accept", "bob"))
    waits = [
        suite.timed("wait_until_state_is", name, AgentState.ESTABLISHED)
        for name in ("alice", "bob")
    ]
    ours["set up"].append(since(began))
    ours["waits"].append(sum(waits))


def _wait_for_hang_up(suite: Suite, ours: Samples) -> None:
    bob = suite.agent("bob")
    call = bob.active_call
    assert call is not None
    began: list[float] = []

    def hang_up() -> None:
        began.append(time.monotonic())
        bob.hang_up(call)

    with _meanwhile(hang_up):
        suite.run("wait_until_state_is", "alice", AgentState.IDLE)
        returned = time.monotonic()
    journal = suite.agent("alice").journal
    closed = list(journal.of_kind(CallClosed))[-1]
    wire = [
        message.at
        for message in journal.of_kind(SipMessage)
        if not message.sent and message.text.startswith("BYE ") and call.call_id in message.text
    ]
    ours["closed"].append((returned - closed.at) * 1000)
    if wire:
        ours["BYE"].append((returned - wire[0]) * 1000)
    ours["hang up"].append((returned - began[0]) * 1000)
    suite.run("wait_until_state_is", "bob", AgentState.IDLE)


def _wait_for_incoming(suite: Suite, ours: Samples) -> None:
    alice, uri = suite.agent("alice"), suite.agent("bob").uri
    returned: list[float] = []
    original = calls.wait_for_incoming

    @functools.wraps(original)
    def stamped(*arguments: object, **options: object) -> object:
        call = original(*arguments, **options)  # type: ignore[arg-type]
        returned.append(time.monotonic())
        return call

    calls.wait_for_incoming = stamped  # type: ignore[assignment]
    try:
        with _meanwhile(lambda: alice.dial(uri)):
            suite.run("accept", "bob")
    finally:
        calls.wait_for_incoming = original
    event: CallEvent = list(suite.agent("bob").journal.of_kind(CallIncoming))[-1]
    ours["incoming"].append((returned[0] - event.at) * 1000)
    for name in ("alice", "bob"):
        suite.run("wait_until_state_is", name, AgentState.ESTABLISHED)


@contextmanager
def _meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Another thread acts once the block surely waits."""

    def later() -> None:
        time.sleep(SETTLED)
        act()

    thread = threading.Thread(target=later)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _trace(*pair: BareChild) -> None:
    for child in pair:
        child.do("trace")
        child.expect("TRACING")


def _bare_hang_up(caller: BareChild, callee: BareChild, bare: Samples) -> float:
    """Hangs up; returns the milliseconds from the trace's BYE to the listener, if traced."""
    time.sleep(SETTLED)
    callee.do("hang_up")
    began = callee.expect("HANG_UP")
    stamps = caller.until("CALL_CLOSED")
    bare["hang up"].append((stamps["CALL_CLOSED"] - began) * 1000)
    callee.expect("CALL_CLOSED")
    return (stamps["CALL_CLOSED"] - stamps.get("BYE", stamps["CALL_CLOSED"])) * 1000


def measure_audio(suite: Suite, repeat: int, ours: Samples, bare: Samples) -> None:
    """A tone that begins while the callee listens, and one that has long begun."""
    suite.establish()
    with bare_pair() as (caller, callee):
        bare_set_up(caller, callee)
        time.sleep(0.5)
        for _ in range(repeat):
            _verify_beginning(suite, ours)
            ours["running"].append(suite.timed("verify_audio", "bob", Frequency(TONE)))
            suite.run("send_audio", "alice", AudioSource())
            callee.do("hear_tone")
            callee.expect("LISTENING")
            caller.do("send_tone", TONE)
            began = caller.expect("TONE")
            bare["tone heard"].append((callee.expect("HEARD") - began) * 1000)
            time.sleep(0.6)  # until both have only silence again
    suite.hang_up()
    suite.run("stop_all_agents")


def _verify_beginning(suite: Suite, ours: Samples) -> None:
    media, arrivals = suite.media("bob"), Arrivals()
    length = media.rx.stat().st_size
    with arrivals.of(suite.agent("bob")):
        began = time.monotonic()
        suite.run("send_audio", "alice", AudioSource(frequency=Frequency(TONE)))
        suite.run("verify_audio", "bob", Frequency(TONE))
        returned = time.monotonic()
    samples, rate = soundfile.read(media.rx, always_2d=True)
    frame = 2 * samples.shape[1]
    header = media.rx.stat().st_size - len(samples) * frame
    start = max(0, (length - header) // frame)
    first = start + int(np.argmax(np.abs(samples[start:, 0]) > AUDIBLE))
    at, frames = next(
        (at, (size - header) // frame)
        for at, size in arrivals.sizes
        if (size - header) // frame > first
    )
    heard = at - (frames - first) / rate
    ours["tone sure"].append((returned - began) * 1000)
    ours["tone heard"].append((heard - began) * 1000)
    ours["heard sure"].append((returned - heard) * 1000)
    ours["piece sure"].append((returned - at) * 1000)


def measure_tests(suite: Suite, repeat: int, ours: Samples, bare: Samples) -> None:
    """The whole test, repeated."""
    for _ in range(repeat):
        began = time.monotonic()
        suite.run("start_agent", "alice")
        suite.run("start_agent", "bob")
        suite.run("dial", "alice", "bob")
        suite.run("accept", "bob")
        for name in ("alice", "bob"):
            suite.run("wait_until_state_is", name, AgentState.ESTABLISHED)
        ours["connection"].append(suite.timed("verify_audio_connection", "alice", "bob"))
        suite.run("hang_up", "bob")
        suite.run("wait_until_state_is", "alice", AgentState.IDLE)
        suite.run("stop_all_agents")
        ours["test"].append(since(began))
        began = time.monotonic()
        with bare_pair() as pair:
            bare_set_up(*pair)
            for child in pair:
                child.do("hear_tone")
                child.expect("LISTENING")
            for child, frequency in zip(pair, (TONE, OTHER_TONE), strict=True):
                child.do("send_tone", frequency)
            for child in pair:
                child.expect("HEARD")
            pair[1].do("hang_up")
            for child in pair:
                child.expect("CALL_CLOSED")
        bare["test"].append(since(began))


def rows(ours: Samples, bare: Samples) -> list[Row]:
    """The table, top to bottom."""
    start, set_up = bare["start"], bare["set up"]
    return [
        Row("Start Agent, warm", "ms", ours["warm"], start, "< 30", lambda o, _: o < 30),
        Row(
            "Start Agent, spawned", "ms", ours["spawned"], start, "< 1.10 x bare",
            lambda o, b: o < 1.1 * b,
        ),
        Row("Start Agent, first of a run", "ms", ours["first"], start),
        Row("Stop Agent", "ms", ours["stop"], bare["stop"]),
        Row(
            "Dial to both ESTABLISHED", "ms", ours["set up"], set_up, "< bare + 5",
            lambda o, b: o < b + 5,
        ),
        Row("  of which Dial", "ms", ours["dial"]),
        Row("  of which Accept", "ms", ours["accept"]),
        Row("  of which both waits", "ms", ours["waits"]),
        Row(
            "CallIncoming event to the wait's return", "ms", ours["incoming"],
            aim="< 2", holds=lambda o, _: o < 2,
        ),
        Row(
            "CallClosed event to the wait's return", "ms", ours["closed"],
            aim="< 2", holds=lambda o, _: o < 2,
        ),
        Row("BYE traced to the wait's return", "ms", ours["BYE"], bare["BYE"]),
        Row("Hang Up to the peer seen IDLE", "ms", ours["hang up"], bare["hang up"]),
        Row("tone to Verify Audio's return", "ms", ours["tone sure"], bare["tone heard"]),
        Row("  tone to its first sample heard", "ms", ours["tone heard"], bare["tone heard"]),
        Row(
            "  first sample heard to the return", "ms", ours["heard sure"],
            aim="< 250", holds=lambda o, _: o < 250,
        ),
        Row("  its piece recorded to the return", "ms", ours["piece sure"]),
        Row("Verify Audio of a running tone", "ms", ours["running"]),
        *cost_rows(ours, bare),
        Row("Verify Audio Connection", "ms", ours["connection"]),
        Row(
            "two-agent test", "ms", ours["test"], bare["test"], "< 1500", lambda o, _: o < 1500
        ),
    ]  # fmt: skip


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--repeat", type=int, default=15, help="of every measurement (15)")
    parser.add_argument("--many-agents", type=int, default=100, help="agents at once (100)")
    parser.add_argument("--seconds", type=float, default=5, help="of CPU that are watched (5)")
    options = parser.parse_args()
    ours, bare = Samples(list), Samples(list)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-agents-") as place:
        folder = Path(place)
        measure_costs(folder, options.seconds, ours, bare)  # while this process is fresh
        measure_starts(folder, options.repeat, ours, bare)
        suite = Suite(folder / "calls")
        suite.warm_up()
        for measure in (measure_calls, measure_audio, measure_tests):
            measure(suite, options.repeat, ours, bare)
        suite.close()
        external = Samples(list)
        described = measure_external(folder, options.repeat, options.seconds, external)
    load = psutil.getloadavg()[0]
    found = [replace(row, external=external[BESIDE.get(row.name, "")]) for row in rows(ours, bare)]
    found += many_agents.rows(
        [options.many_agents], *many_agents.measure([options.many_agents], MANY_AGENTS_REPEAT)
    )
    print(table(found))
    print(f"ext.: {described or 'no baresip is installed'}")
    print(
        f"{psutil.cpu_count()} CPUs, load {load:.1f} at the end; {time.monotonic() - began:.0f} s"
    )


if __name__ == "__main__":
    main()
