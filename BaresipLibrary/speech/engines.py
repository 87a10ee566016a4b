"""Engines that understand speech. They run in the process of `worker.py`.

An engine is a class with the methods of `SpeechEngine`. It is made once, and then understands one
piece of audio after the other.
"""

from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .heard import Word

#: What engines are given (Hz).
RATE = 16000


class SpeechEngine(Protocol):
    """Understands speech. Its class is made with the model's name or folder, or None.

    It may have `languages`, the name of its model and the codes that it understands (`Languages`):
    another language is then refused before anybody speaks.
    """

    def transcribe(self, samples: NDArray[np.float32], language: str | None) -> list[Word]:
        """Returns the words in mono samples in [-1, 1], shape (n,), 16,000 a second.

        `language` is a code such as ``en``; None leaves it to the engine.

        Raises:
            LookupError: it cannot; the message is a sentence that says what to do instead.
        """


def make_engine(path: str, model: str | None) -> SpeechEngine:
    """The engine with that import path, ``module.Class``, which loads its model.

    A path that begins with a dot lies in this package.

    Raises:
        LookupError: the engine or its model is missing; says how to get it.
    """
    module, _, name = path.rpartition(".")
    engine: SpeechEngine = getattr(import_module(module, __package__), name)(model)
    return engine
