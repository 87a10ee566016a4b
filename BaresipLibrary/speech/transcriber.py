"""The process that understands speech, as Robot's process sees it: one for all agents."""

import pickle
import subprocess
import sys
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..concurrency import Changes
from .heard import Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HOME = str(Path(__file__).parents[2])
_ENTRY = (
    f"import sys; sys.path.insert(0, {_HOME!r});"
    " from BaresipLibrary.speech.worker import main; main()"
)
_ENGINE = "BaresipLibrary.speech.engines:FasterWhisper"


class Transcription:
    """Audio that is being understood."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.error: str | None = None
        self.is_done = False


class Transcriber:
    """Has speech understood in a process that starts when it is first needed."""

    def __init__(self, changes: Changes, model: str | None = None) -> None:
        """`changes` is notified when something was understood."""
        self._changes = changes
        self._model = model
        self._numbers = count()
        self._pending: dict[int, Transcription] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def submit(
        self, samples: "NDArray[np.float64]", rate: int, language: str | None = None
    ) -> Transcription:
        """Has mono samples in [-1, 1], shape (n,), `rate` a second, understood; does not wait.

        Waiting is `wait_until` on `changes`, for `Transcription.is_done`.
        """
        import soxr

        from .engines import RATE
        from .worker import Job

        job = Job(
            next(self._numbers), soxr.resample(samples.astype("float32"), rate, RATE), language
        )
        transcription = Transcription()
        with self._changes:
            self._pending[job.number] = transcription
        self.warm_up()
        assert self._process is not None and self._process.stdin is not None
        pickle.dump(job, self._process.stdin)
        self._process.stdin.flush()
        return transcription

    def warm_up(self) -> None:
        """Starts the process unless it runs: it loads its model, which takes a moment."""
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-c", _ENTRY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        pickle.dump((_ENGINE, self._model), self._process.stdin)
        self._process.stdin.flush()
        answers = self._process.stdout
        threading.Thread(
            target=self._read, args=(answers,), name="transcriber", daemon=True
        ).start()

    def _read(self, answers: BinaryIO) -> None:
        with suppress(EOFError):
            while True:
                number, words, error = pickle.load(answers)
                with self._changes:
                    transcription = self._pending.pop(number)
                    transcription.words, transcription.error = words, error
                    transcription.is_done = True
                    self._changes.notify_all()
        with self._changes:
            for transcription in self._pending.values():
                transcription.error, transcription.is_done = "its process ended", True
            self._pending.clear()
            self._changes.notify_all()

    def close(self) -> None:
        """Ends the process. Idempotent."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
