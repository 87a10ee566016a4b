"""Has speech understood in one process for all agents: `docs/adr/0028-speech-process.md`."""

import threading
import time
from queue import SimpleQueue
from typing import NamedTuple

import numpy as np
import soxr
from numpy.typing import NDArray

from ..concurrency import Changes
from .engine_choice import EngineChoice, SpeechEngines, require_package
from .engines import RATE
from .heard import Word
from .languages import Languages
from .transcriber_process import DEATHS, TranscriberProcess

#: A job is sent once more when the process dies: the process may have died of something else.
_ATTEMPTS = 2
_CLOSED = "The run ended before it was understood."


class NotStarted(Exception):
    """The process could not be started; says why."""


class Transcription:
    """Audio that is being understood. It changes with `changes` held."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        #: A sentence that says why there are no words; None of audio that was understood.
        self.error: str | None = None
        self.is_done = False
        #: Without it, it is not begun any more: nobody waits for it.
        self.is_needed = True


class _Job(NamedTuple):
    """What the thread is to do; without a transcription, only to start the process."""

    transcription: Transcription | None = None
    samples: NDArray[np.float64] = np.empty(0)
    rate: int = RATE
    language: str | None = None

    @property
    def seconds(self) -> float:
        return self.samples.size / self.rate


_WARM_UP = _Job()


class Transcriber:
    """Has speech understood in a process that starts when it is first needed.

    One job is in the process at a time. Nothing is lost with the process.
    """

    def __init__(
        self,
        changes: Changes,
        model: str | None = None,
        engines: SpeechEngines | None = None,
    ) -> None:
        """`changes` is notified when something was understood; `model` as in ``speech_model=``.

        It chooses among `engines`; those that ship with the library when left out.
        """
        self.engines = engines or SpeechEngines()
        self._changes = changes
        self._model = model
        #: None ends the thread. A timeout of Robot's must not leave a lock of the queue held.
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process: TranscriberProcess | None = None
        self._is_closing = False
        self._refusal: str | None = None
        #: Those that its engine understands, once that is known.
        self.languages = Languages()
        #: Why the process was not there when it was started for what will be said, if it was not.
        self._start_error: str | None = None
        #: Whether it is known that there is an engine, or that there is none.
        self.is_known = False
        #: What the process works on, and since when.
        self._working: tuple[_Job, float] | None = None
        #: How many pieces were done with, understood or not.
        self.done = 0

    def check(self) -> EngineChoice:
        """The engine that the suite, or the environment, has chosen.

        Raises:
            UsageError: the choice makes no sense, or its package is missing; says what to do.
        """
        choice = self.engines.choose(self._model)
        require_package(choice)
        return choice

    def submit(
        self,
        samples: NDArray[np.float64],
        rate: int,
        language: str | None = None,
    ) -> Transcription:
        """Has mono samples in [-1, 1], shape (n,), `rate` a second, understood; does not wait.

        Waiting is `wait_until` on `changes`, for `Transcription.is_done`. `language` is a code such
        as ``en``.

        Raises:
            UsageError: the choice of the engine makes no sense.
        """
        self.check()
        transcription = Transcription()
        self._put(_Job(transcription, samples, rate, language))
        return transcription

    def warm_up(self) -> None:
        """Starts the process unless it runs: it loads its model, which takes a moment.

        Raises:
            UsageError: the choice of the engine makes no sense.
        """
        self.check()
        if self._process is None and self._refusal is None:
            self.is_known, self._start_error = False, None
            self._put(_WARM_UP)

    def _put(self, job: _Job) -> None:
        self._jobs.put(job)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="transcriber", daemon=True)
                self._thread.start()

    def refusal(self, language: str | None = None) -> str | None:
        """A sentence that says why no speech of a language can be understood; None if it may be.

        It is known once `is_known` says so, and may be told before.
        """
        return self._refusal or self._start_error or self.languages.refusal(language)

    def why_not_done(self) -> str:
        """A clause that says what the process does now, for a wait that was too short."""
        process, working = self._process, self._working
        if process is not None and process.is_stopped:
            return f"the process that understands speech ({process.pid}) is stopped"
        if process is None or not process.is_ready:
            return "the speech engine is still being loaded"
        if working is None:
            return f"the speech engine is about to do the next of {self._jobs.qsize() + 1} pieces"
        job, since = working
        return (
            f"the speech engine has worked for {time.monotonic() - since:.1f} s on"
            f" {job.seconds:.1f} s of audio, and {self._jobs.qsize()} more pieces wait"
        )

    def replace_process(self) -> None:
        """Ends a process that does not go on; what it works on is sent to another one."""
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """Ends the process, whatever it does. Idempotent; another job starts it again."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is None:
                return
            self._is_closing = True
            if self._process is not None:
                self._process.kill()
        self._jobs.put(None)
        thread.join()
        self._is_closing, self._refusal, self.is_known = False, None, False

    def _run(self) -> None:
        """Does one job after the other, in a thread of its own."""
        try:
            while (job := self._jobs.get()) is not None:
                self._do(job)
        finally:
            self._bury()

    def _do(self, job: _Job) -> None:
        if job.transcription is not None and not job.transcription.is_needed:
            return
        try:
            words, error = self._transcribe(job)
        except Exception as unexpected:
            words, error = (
                [],
                f"Speech was not understood: {type(unexpected).__name__}: {unexpected}",
            )
        self._working = None
        with self._changes:
            transcription = job.transcription
            if transcription is not None and (transcription.is_needed or error is None):
                transcription.words, transcription.error = words, error
                transcription.is_done = True
            self._start_error = error if transcription is None else None
            self.is_known = True
            self.done += 1
            self._changes.notify_all()

    def _transcribe(self, job: _Job) -> tuple[list[Word], str | None]:
        samples = job.samples.astype(np.float32)
        samples = soxr.resample(samples, job.rate, RATE) if job.rate != RATE else samples
        ends: list[str] = []
        while len(ends) < _ATTEMPTS and self._is_wanted(job):
            try:
                process = self._running()
                self._refusal = process.wait_until_ready()
                self.languages = process.languages
                if self._refusal is None and job.transcription is not None:
                    self._working = job, time.monotonic()
                    return process.transcribe(samples, job.language)
                if self._refusal is None:
                    return [], None
                self._bury()  # it has nothing to do without an engine
            except NotStarted as error:
                return [], f"The process that understands speech could not be started: {error}."
            except DEATHS as error:
                ends.append(self._bury() or str(error))
        if self._is_closing:
            return [], _CLOSED
        return [], self._refusal or _death(job, ends)

    def _is_wanted(self, job: _Job) -> bool:
        """Whether somebody waits for a job, and it may be done."""
        is_needed = job.transcription is None or job.transcription.is_needed
        return is_needed and not self._is_closing and self._refusal is None

    def _running(self) -> TranscriberProcess:
        if self._process is not None and self._process.is_dead:
            self._bury()  # it died while it had nothing to do
        with self._lock:
            if self._process is None and not self._is_closing:
                try:
                    self._process = TranscriberProcess(self.check())
                except OSError as error:
                    raise NotStarted(error.strerror) from error
        if self._process is None:
            raise EOFError
        return self._process

    def _bury(self) -> str | None:
        """Cleans up after the process; in words how it ended, None when there is none."""
        with self._lock:
            process, self._process = self._process, None
        return process.bury() if process else None


def _death(job: _Job, ends: list[str]) -> str:
    over = f"over {job.seconds:.1f} s of audio" if job.transcription else "before it was ready"
    return (
        f"The process that understands speech died {len(ends)} times {over}"
        f" ({', then '.join(dict.fromkeys(ends))})."
    )
