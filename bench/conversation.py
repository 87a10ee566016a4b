"""Turns of a conversation beside the truth: ``python bench/conversation.py``.

An agent of the library talks with the reference machine of the tests, which keeps to the sample
when it spoke and when the agent's speech arrived (atest/resources/peer_machine.py). Every turn of
the agent is one `Verify Barge In`: the machine falls silent after 150 to 450 ms, and answers 0.85
to 1.15 s after the agent's end. For each codec, share of lost packets and jitter there is a row:
what `Get Response Time` and `Verify Barge In` tell of each turn, and `Get Talk Ratio` of the call
up to then, beside what the machine knows. Errors are what was told minus what was true: the median
of them, and of their absolute values the 95th percentile and the most. *claim* is the median of how
right the library says it is, *out* counts the values whose error is larger than their own claim,
*late* those whose truth is not known to 5 ms, as the machine itself sent that packet late, and
*missed* those that were not told: the keyword failed, or found no such turn. What is out or missed
is also told one by one, on standard error.

Losses and jitter are made by the machine, at random with a seed, in both directions: what it sends
is true when it leaves its mouth, before them. Both sides say something like speech, with sharp
edges, at -18 dBFS. G.722 and Opus need PyAV (``pip install av``), and are left out without it.
``--turns`` sets the turns of a row, 10 in a call; ``--calls`` how many calls run at a time, of one
row or of several, each with its agent, its machine and its keywords in processes of their own. The
last lines say how busy the processors were, and how much of that was this script.
"""

import argparse
import math
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, product
from multiprocessing.util import Finalize
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
from machine_process import MachineProcess, Span, Truth  # noqa: E402
from peer_codecs import HAS_AV  # noqa: E402

from BaresipLibrary import Phone, Phones  # noqa: E402
from BaresipLibrary.agents.agent import Agent  # noqa: E402
from BaresipLibrary.agents.call import Call  # noqa: E402
from BaresipLibrary.agents.rtp import look_at_rtp  # noqa: E402
from BaresipLibrary.audio.line_state import TimedSpan  # noqa: E402
from BaresipLibrary.concurrency import wait_until  # noqa: E402
from BaresipLibrary.diagnosis.failure import CallFailure  # noqa: E402
from BaresipLibrary.media.barge_in import BargeIn, Interruption  # noqa: E402
from BaresipLibrary.media.conversation import Conversation, Share  # noqa: E402
from BaresipLibrary.media.following import following_recording  # noqa: E402
from BaresipLibrary.speech.voices import Speech  # noqa: E402
from BaresipLibrary.types import AudioDirection  # noqa: E402

CODECS = {"PCMU": "PCMU", "PCMA": "PCMA", "G722": "G722/16000/1", "opus": "opus/48000/2"}
LOSSES, JITTERS = (0.0, 0.02, 0.05), (0.0, 0.040)
#: Seconds that a turn of the agent lasts at most.
SAID = 0.7
ANSWERS = (0.85, 1.08, 0.96, 1.15, 1.02, 1.12, 0.91)
#: Between a stop and the answer lies more than a second: less might be a pause.
STOPS = (0.15, 0.45, 0.33, 0.4, 0.25)
#: Seconds; the machine pauses for 0.15 s at most.
SILENCE = 0.5
RATE = 16000
#: Turns in a call: each turn is read from the beginning of its call.
TURNS = 10
#: Seconds in which the machine must have stopped, and until it must have begun to speak.
ALLOWED, PATIENCE = 2.0, 10.0
#: Seconds by which a turn that was told may be off before it counts as missed.
NEAR = 0.3
#: Seconds by which a packet of the machine may leave late and be true.
LATE = 0.005


class Line(NamedTuple):
    """What a row is about."""

    codec: str
    loss: float
    jitter: float

    def __str__(self) -> str:
        return f"{self.codec:5} {self.loss:5.0%} {self.jitter * 1000:4.0f} ms"


@dataclass
class Errors:
    """Of one figure: what was told minus what was true, and what was claimed."""

    name: str
    off: list[float] = field(default_factory=list)
    claims: list[float] = field(default_factory=list)
    missed: int = 0
    late: int = 0

    def add(self, told: float, true: float, claim: float, late: float = 0.0) -> None:
        if late > LATE:
            self.late += 1
            return
        self.off.append(told - true)
        self.claims.append(claim)
        if abs(told - true) > claim:
            print(
                f"# {self.name}: told {told:.3f}, true {true:.3f}, right to {claim:.3f}",
                file=sys.stderr,
            )

    def miss(self, why: str) -> None:
        self.missed += 1
        print(f"# {self.name}: {why}", file=sys.stderr)

    def take(self, other: "Errors") -> None:
        """Takes in those of another call."""
        self.off += other.off
        self.claims += other.claims
        self.missed += other.missed
        self.late += other.late

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


class Row:
    """A line of the table, or what one call gives to it."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.response, self.stop, self.share = (
            Errors(f"{line} {name}") for name in ("response time", "barge-in stop", "share")
        )

    def take(self, other: "Row") -> None:
        """Takes in another call."""
        self.response.take(other.response)
        self.stop.take(other.stop)
        self.share.take(other.share)

    def __str__(self) -> str:
        figures = self.response.cells(1000), self.stop.cells(1000), self.share.cells(100)
        late = self.response.late + self.stop.late
        missed = self.response.missed + self.stop.missed
        return f"{self.line}  {'  '.join(figures)} {late:5} {missed:7}"


@cache
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


class Part(NamedTuple):
    """One call: what it is about, how many turns it has, and how its agent runs."""

    line: Line
    turns: int
    seed: int
    backend: str


def measure(part: Part) -> Row:
    """One call: the turns of the agent, and what is told of them beside the truth."""
    row = Row(part.line)
    machine = machines().start(
        part.line.codec, loss=part.line.loss, jitter=part.line.jitter, seed=part.seed,
        greets=0.5, answers=ANSWERS, stops=STOPS,
    )  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as folder,
        Phones(backend=part.backend, output=Path(folder)) as phones,
    ):
        phone = phones.start("a", audio_codecs=[CODECS[part.line.codec]])
        phone.dial(machine.uri)
        phone.wait_until_state_is("ESTABLISHED")
        talk(row, phone, part.turns, machine.truth)
    machine.close()
    return row


@cache
def machines() -> MachineProcess:
    """The machines that this process calls, one after the other."""
    process = MachineProcess()
    Finalize(None, process.close, exitpriority=1)
    return process


def talk(row: Row, phone: Phone, turns: int, truth_now: Callable[[], Truth]) -> None:
    agent = phone.agent
    call = agent.require_live_call("to measure")
    conversation = Conversation(agent, call)
    told = [take_turn(row, agent, call, conversation, number) for number in range(turns)]
    hear_answer(agent, call, conversation)
    phone.hang_up()
    phone.wait_until_state_is("IDLE")
    truth = truth_now()
    compare_responses(row.response, conversation, truth)
    for one in told:
        compare_stop(row.stop, one, truth)
        compare_share(row.share, one, call.established_at or 0.0, truth)


def take_turn(row: Row, agent: Agent, call: Call, conversation: Conversation, number: int) -> Told:
    since = time.monotonic()
    try:
        interruption = Interruption(agent, call, phrase(number % 10), "a phrase")
        stop = interruption.verify_stop(ALLOWED, PATIENCE, SILENCE)
    except CallFailure as failure:
        row.stop.miss(str(failure))
        stop = None
    until = time.monotonic()
    look_at_rtp(agent, call)
    with agent.changes:
        conversation.read()
    spoken = [one.end for side in AudioDirection for one in conversation.speech(side)]
    return Told(since, until, stop, conversation.talk_ratio(AudioDirection.rx), max(spoken))


def hear_answer(agent: Agent, call: Call, conversation: Conversation) -> None:
    """Waits until the machine has answered the last turn."""

    def answered() -> bool | None:
        conversation.read()
        return bool(conversation.questions()[-1].answer) or None

    with following_recording(agent, call):
        wait_until(agent.changes, answered, PATIENCE)


def compare_responses(errors: Errors, conversation: Conversation, truth: Truth) -> None:
    conversation.read()
    asked = conversation.questions()
    for _, end in truth.arrived:
        answer = next((turn for turn in truth.turns if turn.begin > end), None)
        told = near([one.asked for one in asked], end, "end")
        match = next((one for one in asked if one.asked is told), None)
        if answer is None:
            continue
        if match is None or match.answer is None:
            errors.miss("no such turn was found" if match is None else "no answer was found")
        else:
            errors.add(match.response_time, answer.begin - end, match.error, answer.late[0])


def near(spans: Sequence[TimedSpan], moment: float, edge: str) -> TimedSpan | None:
    best = min(spans, key=lambda span: abs(getattr(span, edge) - moment), default=None)
    return best if best is not None and abs(getattr(best, edge) - moment) < NEAR else None


def compare_stop(errors: Errors, told: Told, truth: Truth) -> None:
    if told.stop is None:
        return
    begin = next((one for one, _ in truth.arrived if told.since < one < told.until), None)
    stopped = next((one for one in truth.turns if begin and one.begin < begin < one.end), None)
    if begin is None or stopped is None:
        errors.miss("the machine knows of no such stop")
    else:
        errors.add(told.stop.seconds, stopped.end - begin, told.stop.error, stopped.late[1])


def compare_share(errors: Errors, told: Told, begin: float, truth: Truth) -> None:
    """The share up to the last sound that was told, and up to what it really was."""
    near_end = told.share_until + 0.15
    ended = [end for one, end in (*truth.spoken, *truth.arrived) if one < told.share_until]
    end = min(told.share_until if max(ended) > near_end else max(ended), near_end)
    true = within(truth.spoken, begin, end) / (end - begin)
    errors.add(told.share.percent / 100, true, told.share.error / 100)


def within(spans: Sequence[Span], begin: float, end: float) -> float:
    return sum(max(0.0, min(last, end) - max(first, begin)) for first, last in spans)


def parts(line: Line, turns: int, backend: str) -> Iterator[Part]:
    """The calls of a row."""
    for seed, first in enumerate(range(0, turns, TURNS), 1):
        yield Part(line, min(TURNS, turns - first), seed, backend)


def rows(pool: Executor, lines: Sequence[Line], turns: int, backend: str) -> Iterator[Row]:
    """Measures all rows; yields each when it is complete."""
    wanted = [part for line in lines for part in parts(line, turns, backend)]
    for line, found in groupby(pool.map(measure, wanted), lambda row: row.line):
        whole = Row(line)
        for row in found:
            whole.take(row)
        yield whole


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--turns", type=int, default=200)
    options.add_argument("--calls", type=int, default=16)
    options.add_argument("--backend", default="embedded")
    options.add_argument("--only", default="", help="rows whose codec it is")
    chosen: Any = options.parse_args()
    codecs = [name for name in CODECS if HAS_AV or name.startswith("PCM")]
    lines = [Line(*one) for one in product(codecs, LOSSES, JITTERS) if chosen.only in one[0]]
    head = f"  {'n':>4}{'median':>7}{'p95':>7}{'most':>7}{'claim':>7}{'out':>4}"
    print(f"{'':19}  {'response time, ms':36}  {'barge-in stop, ms':36}  {'share, %':36}")
    print(f"codec  lost  jitter{3 * head}  late  missed", flush=True)
    psutil.cpu_percent()
    began, spawn = time.monotonic(), multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(chosen.calls, spawn) as pool:
        for row in rows(pool, lines, chosen.turns, chosen.backend):
            print(row, flush=True)
        print_usage(time.monotonic() - began, chosen.calls)


def print_usage(seconds: float, calls: int) -> None:
    left_out = "" if HAS_AV else "G722 and opus left out: no PyAV; "
    count = os.cpu_count() or 1
    own = sum(sum(one.cpu_times()[:4]) for one in psutil.Process().children(recursive=True))
    busy = f"{psutil.cpu_percent():.0f} % of {count} CPUs busy, {own / seconds / count:.0%} by it"
    print(f"{left_out}{calls} calls at a time; {busy}; {math.ceil(seconds)} s")


if __name__ == "__main__":
    main()
