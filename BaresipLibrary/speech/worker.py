"""The process that understands speech.

It reads jobs from its standard input and writes answers to its standard output, each a pickle, one
after the other. It ends when its standard input closes, even while it works.
"""

import os
import pickle
import signal
import sys
import threading
from queue import SimpleQueue
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .engines import SpeechEngine, make_engine
from .heard import Word


class Job(NamedTuple):
    """Audio to be understood."""

    number: int
    samples: NDArray[np.float32]
    language: str | None


class Answer(NamedTuple):
    """The words of a job, or in words why there are none."""

    number: int
    words: list[Word]
    error: str | None = None


def main() -> None:
    """Answers jobs until the standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What the engine prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    engine_path, model = pickle.load(sys.stdin.buffer)
    jobs: SimpleQueue[Job] = SimpleQueue()
    threading.Thread(target=_read_jobs, args=(sys.stdin.buffer, jobs), daemon=True).start()
    engine: SpeechEngine | str
    try:
        engine = make_engine(engine_path, model)
    except Exception as error:
        engine = str(error)
    while True:
        _write(answers, _answer(engine, jobs.get()))


def _read_jobs(jobs_in: BinaryIO, jobs: "SimpleQueue[Job]") -> None:
    try:
        while True:
            jobs.put(pickle.load(jobs_in))
    finally:
        os._exit(0)


def _answer(engine: SpeechEngine | str, job: Job) -> Answer:
    if isinstance(engine, str):
        return Answer(job.number, [], engine)
    try:
        return Answer(job.number, engine.transcribe(job.samples, job.language))
    except Exception as error:
        return Answer(job.number, [], f"{type(error).__name__}: {error}")


def _write(answers: BinaryIO, answer: Answer) -> None:
    pickle.dump(answer, answers)
    answers.flush()
