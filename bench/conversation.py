"""Turns of a conversation beside the truth: ``python bench/conversation.py``.

An agent of the library talks with the reference machine of the tests, which keeps to the sample
when it spoke and when the agent's speech arrived (atest/resources/peer_machine.py). Every turn of
the agent is one `Verify Barge In`: the machine falls silent after 150 to 600 ms, and answers 1.0 to
1.5 s after the agent's end. For each codec, share of lost packets and jitter there is a row: what
`Get Response Time` and `Verify Barge In` tell of each turn, and `Get Talk Ratio` of the call up to
then, beside what the machine knows. Errors are what was told minus what was true: the median of
them, and of their absolute values the 95th percentile and the most. *claim* is the median of how
right the library says it is, *out* counts the values whose error is larger than their own claim,
and *missed* those that were not told: the keyword failed, or found no such turn.

Losses and jitter are made by the machine, at random with a seed, in both directions: what it sends
is true when it leaves its mouth, before them. Both sides say something like speech, with sharp
edges, at -18 dBFS. G.722 and Opus need PyAV (``pip install av``), and are left out without it.
``--turns`` sets the turns of a row, 25 in a call; ``--calls`` how many calls run at a time, each
with a machine in a process of its own; the last line says how busy the processors were.
"""

import argparse
import math
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("", "bench", "utest/audio", "atest/resources", "atest/speech")
sys.path[:0] = [str(ROOT / folder) for folder in FOLDERS]

import machine_scenarios  # noqa: E402
import signals  # noqa: E402
from _table import percentile  # noqa: E402
from peer import Peer  # noqa: E402
from peer_codecs import HAS_AV  # noqa: E402

from BaresipLibrary import Phone, Phones  # noqa: E402
from BaresipLibrary.agents.agent import Agent  # noqa: E402
from BaresipLibrary.agents.call import Call  # noqa: E402
from BaresipLibrary.agents.rtp import look_at_rtp  # noqa: E402
from BaresipLibrary.audio.line_state import TimedSpan  # noqa: E402
from BaresipLibrary.diagnosis.failure import CallFailure  # noqa: E402
from BaresipLibrary.media.barge_in import LEAST_SILENCE, BargeIn, Interruption  # noqa: E402
from BaresipLibrary.media.conversation import Conversation, Share  # noqa: E402
from BaresipLibrary.speech.voices import Speech  # noqa: E402
from BaresipLibrary.types import AudioDirection  # noqa: E402

CODECS = {"PCMU": "PCMU", "PCMA": "PCMA", "G722": "G722/16000/1", "opus": "opus/48000/2"}
LOSSES, JITTERS = (0.0, 0.02, 0.05), (0.0, 0.040)
SAID = 0.7
"""Seconds that a turn of the agent lasts at most."""
ANSWERS = (1.0, 1.33, 1.11, 1.5, 1.22, 1.45, 1.06)
STOPS = (0.15, 0.6, 0.33, 0.47, 0.25)
RATE = 16000
TURNS = 25
"""Turns in a call."""
ALLOWED, PATIENCE = 2.0, 10.0
"""Seconds in which the machine must have stopped, and until it must have begun to speak."""
NEAR = 0.3
"""Seconds by which a turn that was told may be off before it counts as missed."""

Span = tuple[float, float]


class Line(NamedTuple):
    """What a row is about."""

    codec: str
    loss: float
    jitter: float

    def __str__(self) -> str:
        return f"{self.codec:5} {self.loss:5.0%} {self.jitter * 1000:4.0f} ms"


class Truth(NamedTuple):
    """When the machine spoke, and when the agent's speech arrived there."""

    spoken: list[Span]
    arrived: list[Span]


@dataclass
class Errors:
    """Of one figure: what was told minus what was true, and what was claimed."""

    off: list[float] = field(default_factory=list)
    claims: list[float] = field(default_factory=list)
    missed: int = 0

    def add(self, told: float | None, true: float, claim: float) -> None:
        if told is None:
            self.missed += 1
            return
        self.off.append(told - true)
        self.claims.append(claim)

    def cells(self, scale: float) -> str:
        if not self.off:
            return f"{0:4} {'':32}"
        sizes = [abs(off) * scale for off in self.off]
        outside = sum(abs(off) > claim for off, claim in zip(self.off, self.claims, strict=True))
        figures = (
            statistics.median(self.off) * scale, percentile(sizes, 0.95), max(sizes),
            statistics.median(self.claims) * scale,
        )  # fmt: skip
        return f"{len(self.off):4}" + "".join(f"{one:7.1f}" for one in figures) + f"{outside:4}"


@dataclass
class Row:
    """A line of the table."""

    line: Line
    response: Errors = field(default_factory=Errors)
    stop: Errors = field(default_factory=Errors)
    share: Errors = field(default_factory=Errors)

    def __str__(self) -> str:
        figures = self.response.cells(1000), self.stop.cells(1000), self.share.cells(100)
        missed = self.response.missed + self.stop.missed
        return f"{self.line}  {'  '.join(figures)}  {missed:3}"


def be_machine(channel: Connection, line: Line, seed: int) -> None:
    """The process of a machine: tells its URI, and the truth when the call is over."""
    peer = Peer("machine")
    peer.run(
        machine_scenarios.talks, line.codec, loss=line.loss, jitter=line.jitter, seed=seed,
        greets=0.5, answers=ANSWERS, stops=STOPS,
    )  # fmt: skip
    channel.send(peer.uri)
    channel.recv()
    machine = peer.result["machine"]
    channel.send(Truth([(one.begin, one.end) for one in machine.spoken], machine.arrived.spans))
    peer.close()


def phrase(seed: int) -> Speech:
    """What the agent says: something like speech, with short pauses."""
    samples = signals.speech(SAID + 0.3, RATE, np.random.default_rng(100 + seed), -18.0, 200.0)
    short = machine_scenarios.without_long_pauses(samples, RATE)[: round(SAID * RATE)]
    return Speech(short.astype(np.float32), RATE)


class Told(NamedTuple):
    """What the keywords told of a turn, which was between two moments."""

    since: float
    until: float
    stop: BargeIn | None
    share: Share
    share_until: float


def measure(row: Row, phone: Phone, turns: int, seed: int) -> None:
    """One call: the turns of the agent, and what is told of them beside the truth."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=be_machine, args=(theirs, row.line, seed), daemon=True)
    process.start()
    phone.dial(ours.recv())
    phone.wait_until_state_is("ESTABLISHED")
    agent = phone.agent
    call = agent.active_call
    conversation = Conversation(agent, call)
    told = [take_turn(agent, call, conversation, number) for number in range(turns)]
    phone.hang_up()
    ours.send("over")
    truth = ours.recv()
    process.join(10)
    compare_responses(row, conversation, truth)
    for one in told:
        compare_stop(row, one, truth)
        compare_share(row, one, call.established_at or 0.0, truth)


def take_turn(agent: Agent, call: Call, conversation: Conversation, number: int) -> Told:
    since = time.monotonic()
    try:
        interruption = Interruption(agent, call, phrase(number % 10), "a phrase")
        stop = interruption.verify_stop(ALLOWED, PATIENCE, LEAST_SILENCE)
    except CallFailure as failure:
        print(f"# {failure}", file=sys.stderr)
        stop = None
    until = time.monotonic()
    look_at_rtp(agent, call)
    conversation.read()
    spoken = [one.end for side in AudioDirection for one in conversation.speech(side)]
    return Told(since, until, stop, conversation.talk_ratio(AudioDirection.rx), max(spoken))


def compare_responses(row: Row, conversation: Conversation, truth: Truth) -> None:
    conversation.read()
    asked = conversation.questions()
    for _, end in truth.arrived[:-1]:
        answer = next((one for one, _ in truth.spoken if one > end), None)
        told = near([one.asked for one in asked], end, "end")
        match = next((one for one in asked if one.asked is told), None)
        if answer is None:
            continue
        if match is None or match.answer is None:
            row.response.add(None, 0, 0)
        else:
            row.response.add(match.response_time, answer - end, match.error)


def near(spans: Sequence[TimedSpan], moment: float, edge: str) -> TimedSpan | None:
    best = min(spans, key=lambda span: abs(getattr(span, edge) - moment), default=None)
    return best if best is not None and abs(getattr(best, edge) - moment) < NEAR else None


def compare_stop(row: Row, told: Told, truth: Truth) -> None:
    begin = next((one for one, _ in truth.arrived if told.since < one < told.until), None)
    stop = next((end for one, end in truth.spoken if begin and one < begin < end), None)
    if told.stop is None or begin is None or stop is None:
        row.stop.add(None, 0, 0)
    else:
        row.stop.add(told.stop.seconds, stop - begin, told.stop.error)


def compare_share(row: Row, told: Told, begin: float, truth: Truth) -> None:
    """The share up to the last sound that was told, and up to what it really was."""
    near_end = told.share_until + 0.15
    ended = [end for one, end in (*truth.spoken, *truth.arrived) if one < told.share_until]
    end = min(told.share_until if max(ended) > near_end else max(ended), near_end)
    true = within(truth.spoken, begin, end) / (end - begin)
    row.share.add(told.share.percent / 100, true, told.share.error / 100)


def within(spans: Sequence[Span], begin: float, end: float) -> float:
    return sum(max(0.0, min(last, end) - max(first, begin)) for first, last in spans)


def run_row(row: Row, phone: Phone, turns: int) -> Row:
    """The calls of a row, one after the other."""
    for seed, first in enumerate(range(0, turns, TURNS), 1):
        measure(row, phone, min(TURNS, turns - first), seed)
        phone.wait_until_state_is("IDLE")
    return row


def run_batch(lines: Sequence[Line], turns: int, backend: str, folder: Path) -> Iterator[Row]:
    """Runs the rows of several lines at the same time."""
    with Phones(backend=backend, output=folder) as phones, ThreadPoolExecutor(len(lines)) as pool:
        started = [
            phones.start(f"a{number}", audio_codecs=[CODECS[line.codec]])
            for number, line in enumerate(lines)
        ]
        yield from pool.map(run_row, [Row(line) for line in lines], started, [turns] * len(lines))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--turns", type=int, default=200)
    options.add_argument("--calls", type=int, default=8)
    options.add_argument("--backend", default="embedded")
    options.add_argument("--only", default="", help="rows whose codec it is")
    chosen: Any = options.parse_args()
    codecs = [name for name in CODECS if HAS_AV or name.startswith("PCM")]
    lines = [Line(*one) for one in product(codecs, LOSSES, JITTERS) if chosen.only in one[0]]
    head = f"  {'n':>4}{'median':>7}{'p95':>7}{'most':>7}{'claim':>7}{'out':>4}"
    print(f"{'':19}  {'response time, ms':36}  {'barge-in stop, ms':36}  {'share, %':36}")
    print(f"codec  lost  jitter{3 * head}  missed")
    psutil.cpu_percent()
    began = time.monotonic()
    for first in range(0, len(lines), chosen.calls):
        with tempfile.TemporaryDirectory() as folder:
            batch = lines[first : first + chosen.calls]
            for row in run_batch(batch, chosen.turns, chosen.backend, Path(folder)):
                print(row, flush=True)
    left_out = "" if HAS_AV else "G722 and opus left out: no PyAV; "
    busy = f"{psutil.cpu_percent():.0f} % of {os.cpu_count()} CPUs busy"
    print(
        f"{left_out}{chosen.calls} calls at a time; {busy}, {math.ceil(time.monotonic() - began)} s"
    )


if __name__ == "__main__":
    main()
