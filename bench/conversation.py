"""Turns of a conversation beside the truth: ``python bench/conversation.py``.

An agent of the library talks with the reference machine of the tests, which keeps to the sample
when it spoke and when the agent's speech arrived (atest/resources/peer_machine.py). Every turn of
the agent interrupts the machine, which falls silent after 150 to 600 ms, and which answers 400 to
900 ms after its end. For each codec, share of lost packets and jitter there is a row: what the
library says of response times, barge-in stops and the machine's share of the time, from one turn of
the agent to the next, beside what the machine knows. Errors are what was told minus what was true:
the median of them, and of their absolute values the 95th percentile and the most. *claim* is the
median of how right the library says it is, *outside* counts the turns whose error is larger than
its own claim.

Losses and jitter are made by the machine, at random with a seed, in both directions: what it sends
is true when it leaves its mouth, before them. Both sides say something like speech, with sharp
edges, at -18 dBFS. G.722 and Opus need PyAV (``pip install av``), and are left out without it.
``--turns`` sets the turns of a row, ``--calls`` how many calls run at a time, each with a machine
in a process of its own; the last line says how busy the processors were.
"""

import argparse
import math
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise, product
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil
import soundfile

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("", "bench", "utest/audio", "atest/resources", "atest/speech")
sys.path[:0] = [str(ROOT / folder) for folder in FOLDERS]

import machine_scenarios  # noqa: E402
import signals  # noqa: E402
from _table import percentile  # noqa: E402
from peer import Peer  # noqa: E402
from peer_codecs import HAS_AV  # noqa: E402

from BaresipLibrary import Phones  # noqa: E402
from BaresipLibrary.agents.agent import Agent  # noqa: E402
from BaresipLibrary.agents.call import Call  # noqa: E402
from BaresipLibrary.audio.line_state import TimedSpan  # noqa: E402
from BaresipLibrary.media.barge_in import Scene  # noqa: E402
from BaresipLibrary.media.conversation import Conversation  # noqa: E402
from BaresipLibrary.media.voice_track import EDGE, VoiceTrack  # noqa: E402
from BaresipLibrary.types import AudioDirection  # noqa: E402

CODECS = {"PCMU": "PCMU", "PCMA": "PCMA", "G722": "G722/16000/1", "opus": "opus/48000/2"}
LOSSES, JITTERS = (0.0, 0.02, 0.05), (0.0, 0.040)
PERIOD, SAID = 2.3, 0.7
"""Seconds from one turn of the agent to the next, and what a turn lasts at most."""
ANSWERS = (0.4, 0.73, 0.51, 0.9, 0.62, 0.85, 0.46)
STOPS = (0.15, 0.6, 0.33, 0.47, 0.25)
RATE = 16000
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
        answers=ANSWERS, stops=STOPS,
    )  # fmt: skip
    channel.send(peer.uri)
    channel.recv()
    machine = peer.result["machine"]
    channel.send(Truth([(one.begin, one.end) for one in machine.spoken], machine.arrived.spans))
    peer.close()


def write_turns(path: Path, turns: int) -> None:
    """A file in which the agent's turns lie at their times."""
    samples = np.zeros(round((turns * PERIOD + 1.0) * RATE))
    phrases = [phrase(seed) for seed in range(10)]
    for number in range(turns):
        said = phrases[number % len(phrases)]
        start = round((0.5 + number * PERIOD) * RATE)
        samples[start : start + said.size] = said
    soundfile.write(path, samples, RATE)


def phrase(seed: int) -> signals.Samples:
    samples = signals.speech(SAID + 0.3, RATE, np.random.default_rng(100 + seed), -18.0, 200.0)
    return machine_scenarios.without_long_pauses(samples, RATE)[: round(SAID * RATE)]


def run_batch(lines: Sequence[Line], turns: int, backend: str, folder: Path) -> Iterator[Row]:
    """Runs a call for each line at the same time."""
    path = folder / "turns.wav"
    write_turns(path, turns)
    spawn = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        phones = stack.enter_context(Phones(backend=backend, output=folder))
        channels, agents = [], []
        for number, line in enumerate(lines):
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=be_machine, args=(theirs, line, number + 1), daemon=True)
            process.start()
            stack.callback(process.join, 10)
            channels.append(ours)
            phone = phones.start(f"a{number}", audio_codecs=[CODECS[line.codec]])
            phone.dial(ours.recv())
            phone.wait_until_state_is("ESTABLISHED")
            phone.send_audio(f"file:{path}")
            agents.append(phone)
        threading.Event().wait(turns * PERIOD + 2.0)
        for line, phone, channel in zip(lines, agents, channels, strict=True):
            agent = phone.agent
            call = agent.active_call
            phone.hang_up()
            channel.send("over")
            yield compared(line, agent, call, channel.recv())


def compared(line: Line, agent: Agent, call: Call, truth: Truth) -> Row:
    """What the library tells of a call beside the truth."""
    row = Row(line)
    conversation = Conversation(agent, call)
    conversation.read()
    asked = conversation.questions()
    for _, end in truth.arrived:
        answer = next((one for one, _ in truth.spoken if one > end), None)
        if answer is None or answer - end > 1.2:
            continue
        told = near([one.asked for one in asked], end, "end")
        match = next((one for one in asked if one.asked is told), None)
        if match is None or match.answer is None:
            row.response.add(None, 0, 0)
        else:
            row.response.add(match.response_time, answer - end, match.error)
    compare_stops(row, agent, call, truth)
    compare_shares(row, conversation, truth)
    return row


def near(spans: Sequence[TimedSpan], moment: float, edge: str) -> TimedSpan | None:
    best = min(spans, key=lambda span: abs(getattr(span, edge) - moment), default=None)
    return best if best is not None and abs(getattr(best, edge) - moment) < NEAR else None


def compare_stops(row: Row, agent: Agent, call: Call, truth: Truth) -> None:
    theirs, ours = VoiceTrack(agent, call, AudioDirection.rx, edge=EDGE), Conversation(agent, call)
    theirs.read()
    ours.read()
    said = ours.speech(AudioDirection.tx)
    for (before, (begin, _)), (following, _) in zip(
        pairwise(truth.arrived), truth.arrived[2:], strict=False
    ):
        stop = next((end for first, end in truth.spoken if first < begin < end), None)
        told = near(said, begin, "begin")
        if stop is None:
            continue
        if told is None:
            row.stop.add(None, 0, 0)
            continue
        heard = [one for one in theirs.sounds if before[1] < one.end and one.begin < following]
        result = Scene(heard, [told], following).barge_in()
        if result is None:
            row.stop.add(None, 0, 0)
        else:
            row.stop.add(result.seconds, stop - begin, result.error)


def compare_shares(row: Row, conversation: Conversation, truth: Truth) -> None:
    heard = conversation.speech(AudioDirection.rx)
    for (begin, _), (end, _) in pairwise(truth.arrived):
        told = within([(one.begin, one.end) for one in heard], begin, end)
        claim = sum(2 * one.error for one in heard if begin < one.end and one.begin < end)
        true = within(truth.spoken, begin, end)
        row.share.add(told / (end - begin), true / (end - begin), claim / (end - begin))


def within(spans: Sequence[Span], begin: float, end: float) -> float:
    return sum(max(0.0, min(last, end) - max(first, begin)) for first, last in spans)


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
