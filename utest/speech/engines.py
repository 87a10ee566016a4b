"""Engines that do what a test wants; each runs in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from BaresipLibrary.speech.heard import Word

Samples = NDArray[np.float32]


class Scripted:
    """Understands how many samples there are, and what else its process can tell."""

    def __init__(self, model: str | None) -> None:
        self._model = model

    def transcribe(self, samples: Samples, language: str | None) -> list[Word]:
        print("an engine that prints")
        facts = [samples.size, language, self._model, os.nice(0), os.getpid(), os.getsid(0)]
        return [Word(str(fact), 0.0, 1.0, 0.5) for fact in facts]


class English(Scripted):
    """Tells that it understands English only."""

    languages = ("tiny", ("en",))


class Regional(Scripted):
    """Names regions with its languages."""

    languages = ("own", ["pt-BR", "EN_US"])


class Naming(Scripted):
    """Has something else of that name."""

    languages = ("en", "pt")


class Counting(Naming):
    def languages(self) -> int:  # type: ignore[override]
        return 2


class Appearing(Scripted):
    """Is killed while it is made, unless the file that is its model exists."""

    def __init__(self, model: str | None) -> None:
        if not Path(str(model)).exists():
            print("FileNotFoundError", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        super().__init__(model)


class Dying(Scripted):
    """Dies while it works, unless the file that is its model exists; makes that file."""

    def transcribe(self, samples: Samples, language: str | None) -> list[Word]:
        if self._model and Path(self._model).exists():
            return super().transcribe(samples, language)
        if self._model:
            Path(self._model).touch()
        print("last words", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        return []


class DyingEarly(Scripted):
    def __init__(self, model: str | None) -> None:
        sys.exit(3)


class Slow(Scripted):
    """Says by a byte in the FIFO that is its model that it works, and does not end."""

    def transcribe(self, samples: Samples, language: str | None) -> list[Word]:
        Path(str(self._model)).write_bytes(b"x")
        signal.pause()
        return []


class Sequential(Scripted):
    """Begins its first job when somebody reads the FIFO that is its model."""

    def transcribe(self, samples: Samples, language: str | None) -> list[Word]:
        if language == "first":
            Path(str(self._model)).write_bytes(b"x")
        return [Word(str(time.monotonic()), 0.0, 1.0, 0.5)]


class Wrong(Scripted):
    def transcribe(self, samples: Samples, language: str | None) -> list[Word]:
        raise KeyError("some key")


class Refusing(Scripted):
    def transcribe(self, samples: Samples, language: str | None) -> list[Word]:
        raise LookupError(f"There is no word of {language}.")


class Missing(Scripted):
    def __init__(self, model: str | None) -> None:
        raise LookupError("Install it.")


class Odd(Scripted):
    def __init__(self, model: Any) -> None:
        raise ValueError("odd")


class Parent(Scripted):
    """Has started a program, which holds the pipes of this process open."""

    def __init__(self, model: str | None) -> None:
        super().__init__(model)
        self._child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        Path(str(model)).write_text(str(self._child.pid))
