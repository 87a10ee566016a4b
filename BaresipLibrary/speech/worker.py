"""The process that understands speech.

It reads a `Setup`, then jobs from its standard input, and writes a `Greeting`, then answers to its
standard output, each a pickle of a plain tuple. It ends when its standard input closes, even while
it works. It is started as a package of its own: what Robot's process needs of the library stays
out of it.
"""

import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Collection, Sequence
from queue import SimpleQueue
from typing import Any, BinaryIO

from .engines import SpeechEngine, make_engine

#: How much lower (see ``nice``) its priority is than that of agents, whose audio must be on time.
_NICE = 10


def main() -> None:
    """Answers jobs until the standard input closes. Never returns."""
    try:
        _serve()
    except BaseException:
        traceback.print_exc()  # tells Robot's process, too
    finally:
        sys.stderr.flush()
        os._exit(1)  # the end of the interpreter would wait for who reads the standard input


def _serve() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    # What the engine prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    engine_path, model, sys.path[:] = pickle.load(sys.stdin.buffer)
    jobs: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_read_jobs, args=(sys.stdin.buffer, jobs), daemon=True).start()
    engine, refusal = _make(engine_path, model)
    _write(answers, (refusal, _languages(engine)))
    while engine is not None:
        _write(answers, _answer(engine, *jobs.get()))


def _make(path: str, model: str | None) -> tuple[SpeechEngine | None, str | None]:
    """The engine, or a sentence that says why there is none."""
    try:
        return make_engine(path, model), None
    except Exception as error:
        if type(error) is LookupError:
            return None, str(error)
        return None, f"The speech engine {path.lstrip('.')} cannot be made: {_words(error)}"


def _languages(engine: object) -> tuple[object, ...]:
    """What an engine tells of its languages; nothing where the name stands for something else."""
    told = getattr(engine, "languages", None)
    if not isinstance(told, tuple) or len(told) != 2 or not isinstance(told[0], str):
        return ()
    codes = told[1] if isinstance(told[1], Collection) and not isinstance(told[1], str) else ()
    return told[0], tuple(str(code) for code in codes)


def _read_jobs(jobs_in: BinaryIO, jobs: "SimpleQueue[Any]") -> None:
    try:
        while True:
            jobs.put(pickle.load(jobs_in))
    finally:
        os._exit(0)  # Robot's process closed it, or is gone


def _answer(engine: SpeechEngine, samples: Any, language: str | None) -> Sequence[object]:
    """The words, and why there are none or None."""
    try:
        words = engine.transcribe(samples, language)
        return [(word.text, word.begin, word.end, word.confidence) for word in words], None
    except Exception as error:
        if type(error) is LookupError:  # others, such as KeyError, are bugs of the engine
            return [], str(error)
        # Between quotation marks, as it may tell a secret that was heard.
        return [], f'The speech engine failed: "{_words(error)}"'


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _write(answers: BinaryIO, answer: Sequence[object]) -> None:
    pickle.dump(answer, answers)
    answers.flush()
