"""One process that understands speech, from start to end."""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
import psutil
from numpy.typing import NDArray

from ..wording import describe_exit
from .engine_choice import EngineChoice, search_path
from .heard import Word
from .languages import Languages

#: Loads this package under a name of its own: `BaresipLibrary` and what it imports stay out.
_ENTRY = (
    "import sys; from importlib.util import module_from_spec, spec_from_file_location;"
    " spec = spec_from_file_location('baresip_speech', sys.argv[1]);"
    " package = sys.modules[spec.name] = module_from_spec(spec); spec.loader.exec_module(package);"
    " from baresip_speech.worker import main; main()"
)
_PACKAGE = str(Path(__file__).with_name("__init__.py"))
#: How many of the last lines that the engine printed are told when it dies.
_LINES = 5
#: How long it may take to end, once it has closed its pipes, and the last lines to arrive (s).
_REST = 1.0
_STOPPED = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
#: What reading and writing raise when the process has died.
DEATHS = (EOFError, OSError, pickle.UnpicklingError)


class TranscriberProcess:
    """The process of `worker.py`. Its engine is loaded while nobody waits for it yet."""

    def __init__(self, choice: EngineChoice) -> None:
        """Raises `OSError` when no process can be started."""
        self.is_ready = False
        #: Those that its engine understands, once that is loaded.
        self.languages = Languages()
        self._printed: deque[str] = deque(maxlen=_LINES)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _ENTRY, _PACKAGE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for Robot, which then ends it
        )
        assert self._process.stderr is not None
        self._collector = threading.Thread(
            target=self._collect, args=(self._process.stderr,), name="speech-output", daemon=True
        )
        self._collector.start()
        self._setup = (*choice, search_path(choice))

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_dead(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    @property
    def is_stopped(self) -> bool:
        """Whether a signal or a debugger has stopped it."""
        try:
            return psutil.Process(self.pid).status() in _STOPPED
        except psutil.Error:
            return False

    def wait_until_ready(self) -> str | None:
        """Waits for the engine; returns a sentence when there is none. Raises one of `DEATHS`."""
        if self.is_ready:
            return None
        self._send(self._setup)
        refusal: str | None
        refusal, languages = self._receive()
        self.languages = Languages(*languages)
        self.is_ready = refusal is None
        return refusal

    def transcribe(
        self, samples: NDArray[np.float32], language: str | None
    ) -> tuple[list[Word], str | None]:
        """The words, or a sentence that says why there are none. Raises one of `DEATHS`."""
        self._send((samples, language))
        words, error = self._receive()
        return [Word(*word) for word in words], error

    def _send(self, message: tuple[object, ...]) -> None:
        assert self._process.stdin is not None
        pickle.dump(message, self._process.stdin)
        self._process.stdin.flush()

    def _receive(self) -> Any:
        assert self._process.stdout is not None
        return pickle.load(self._process.stdout)

    def _collect(self, output: IO[bytes]) -> None:
        with suppress(ValueError):  # it was closed meanwhile
            for line in output:
                text = line.decode(errors="replace").strip()
                if text.strip("~^ "):  # a traceback has lines that mark a place in the one above
                    self._printed.append(text)

    def kill(self) -> None:
        """Ends it and what it started, whatever they do: they have nothing to lose. Idempotent."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def bury(self) -> str:
        """Cleans up after a process that has died, or is about to; returns in words how."""
        try:
            status = self._process.wait(_REST)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self._process.wait()
        self.kill()  # what it has started may hold its pipes
        self._collector.join(_REST)
        pipes = [self._process.stdin, self._process.stdout]
        if not self._collector.is_alive():  # a pipe that is read cannot be closed
            pipes.append(self._process.stderr)
        for pipe in pipes:
            assert pipe is not None
            with suppress(OSError):  # what was not sent yet cannot be
                pipe.close()
        ended = describe_exit(status)
        printed = " | ".join(self._printed)
        return f'{ended}; it printed: "{printed}"' if printed else ended
