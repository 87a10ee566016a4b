"""Scores speech in a process of its own, which ends with the score.

Scoring takes a third of a second of a processor for each second of speech. In Robot's process it
would delay what the agents report.
"""

import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import BackendError, UsageError
from ..wording import pip_install

Samples = NDArray[np.float64]

_HOME = str(Path(__file__).parents[2])
_ENTRY = (
    f"import sys; sys.path.insert(0, {_HOME!r});"
    " from BaresipLibrary.speech.scoring import main; main()"
)
#: What each task imports, and the packages of the extra ``quality`` that bring it.
_NEEDED = {
    "with_reference": dict.fromkeys(["visqol", "ai_edge_litert"], "visqol-python[lattice]"),
    "without_reference": {"onnxruntime": "onnxruntime", "speechmos": "speechmos"},
}
#: Seconds that a score may take: to load the models, and for each second of speech.
_START, _EACH = 60.0, 20.0


def require_packages(task: str) -> None:
    """Raises `UsageError` when a package that the task needs is not installed."""
    for module, package in _NEEDED[task].items():
        if find_spec(module) is None:
            raise UsageError(
                f"Speech quality needs the package {package}: {pip_install('quality')}."
            )


def score(task: str, *samples: Samples) -> Any:
    """What the function `task` of `scores` returns for samples at 16 kHz, shape (n,) each.

    Raises:
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
    error, value = pickle.loads(done.stdout)
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


def _carried_out(task: str, samples: tuple[Samples, ...]) -> tuple[str | None, Any]:
    """The error, or else the value."""
    from . import scores

    try:
        return None, getattr(scores, task)(*samples)
    except Exception as error:
        return f"{type(error).__name__}: {error}", None
