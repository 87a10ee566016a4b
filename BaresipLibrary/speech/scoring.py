"""Scores speech in a process of its own, which ends with the score.

Scoring takes a third of a second of a processor for each second of speech. In Robot's process it
would delay what the agents report.
"""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import BackendError, UsageError

Samples = NDArray[np.float64]

HOW_TO_INSTALL = "pip install 'robotframework-baresip[quality]'"
_HOME = str(Path(__file__).parents[2])
_ENTRY = (
    f"import sys; sys.path.insert(0, {_HOME!r});"
    " from BaresipLibrary.speech.scoring import main; main()"
)
#: Seconds that a score may take: to load the models, and for each second of speech.
_START, _EACH = 60.0, 20.0


def score(task: str, *samples: Samples) -> Any:
    """What the function `task` of `scores` returns for samples at 16 kHz, shape (n,) each.

    Raises:
        UsageError: a package that the extra ``quality`` brings is not installed.
        BackendError: the process failed, or took too long.
    """
    seconds = max(piece.size for piece in samples) / 16000
    try:
        done = subprocess.run(
            [sys.executable, "-c", _ENTRY],
            input=pickle.dumps((task, samples)),
            capture_output=True,
            timeout=_START + _EACH * seconds,
        )
    except subprocess.TimeoutExpired as late:
        raise BackendError(f"Speech was not scored within {late.timeout:.0f} s.") from None
    return _answer(done)


def _answer(done: "subprocess.CompletedProcess[bytes]") -> Any:
    if not done.stdout:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        why = f": {last[0]}" if last else ""
        raise BackendError(
            f"Speech was not scored, as the process for it ended with {done.returncode}{why}."
        )
    missing, error, value = pickle.loads(done.stdout)
    if missing:
        raise UsageError(f"Speech quality needs the package {missing}: {HOW_TO_INSTALL}.")
    if error:
        raise BackendError(f"Speech was not scored: {error}")
    return value


def main() -> None:
    """Reads a task from the standard input, and writes the answer to the standard output."""
    import os

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a model prints must not get into the answer
    task, samples = pickle.load(sys.stdin.buffer)
    pickle.dump(_carried_out(task, samples), answers)
    answers.flush()


def _carried_out(task: str, samples: tuple[Samples, ...]) -> tuple[str | None, str | None, Any]:
    """The package that is missing, the error, and the value: one of the three."""
    from . import scores

    try:
        return None, None, getattr(scores, task)(*samples)
    except ImportError as error:
        return _package(error), None, None
    except Exception as error:
        return None, f"{type(error).__name__}: {error}", None


def _package(error: ImportError) -> str:
    """The package that brings what could not be imported."""
    text = f"{error.name} {error}"
    if "visqol" in text or "litert" in text:
        return "visqol-python[lattice]"
    return error.name or text
