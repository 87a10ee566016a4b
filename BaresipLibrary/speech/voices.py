"""Voices: engines that say a text behind one small protocol, and what they have said already."""

import re
import tempfile
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import SpeechError, UsageError

#: How much slower and faster than normal a voice can speak.
SLOWEST, FASTEST = 0.5, 2.0
#: A sample that is quieter (-60 dB) makes no sound that a listener hears.
_AUDIBLE = 0.001
_NAME = re.compile(r"[a-z][a-z0-9-]*")


class Speech(NamedTuple):
    """A text that was said: mono samples in [-1, 1], shape (n,), `rate` of them a second."""

    samples: NDArray[np.float32]
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.samples.size / self.rate


class VoiceEngine(ABC):
    """Has one or more voices that say a text."""

    @abstractmethod
    def find(self, voice: str, language: str | None) -> str:
        """The full name of a voice that speaks a language (BCP 47, such as ``en-US``).

        An empty `voice` is the engine's own choice, and so is the language when it is None.

        Raises:
            UsageError: there is no such voice or language; the message says which there are.
        """

    @abstractmethod
    def render(self, text: str, voice: str, speed: float) -> Speech:
        """Says a text with a voice that `find` has returned; `speed` 1.0 is its normal one.

        The text may be secret: it must appear in no log, file or process list.

        Raises:
            SpeechError: the engine did not do its work; the message says why.
        """


@dataclass(frozen=True)
class Voice:
    """A voice of an engine, at a speed."""

    engine: str
    name: str
    speed: float

    def __str__(self) -> str:
        return f"{self.engine}:{self.name}"


class _Kept(NamedTuple):
    """Where a text that was said lies in the file."""

    start: int
    size: int
    rate: int


class Voices:
    """The voices of a run. A text is rendered once for each voice and speed.

    What was rendered is kept until `close` in a file that has no name: no other run can meet it,
    and nothing is left however the process ends.
    """

    def __init__(self, engines: dict[str, VoiceEngine]) -> None:
        """The first engine is the one that speaks when no voice is named."""
        self._engines = dict(engines)
        self._kept: dict[tuple[Voice, str], _Kept] = {}
        self._file: IO[bytes] | None = None

    def register(self, name: str, engine: VoiceEngine) -> None:
        """Adds an engine, for ``voice=NAME`` and ``voice=NAME:VOICE``.

        Raises:
            UsageError: the name is taken or cannot be one, or it is no engine.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' cannot be the name of a voice engine: use lower-case letters, digits"
                " and hyphens, a letter first."
            )
        if name in self._engines:
            raise UsageError(f"There is a voice engine '{name}' already: give it another name.")
        if not isinstance(engine, VoiceEngine):
            raise UsageError(
                f"The voice engine '{name}' does not derive from BaresipLibrary.VoiceEngine."
            )
        self._engines[name] = engine

    def find(self, voice: str | None, language: str | None, speed: float) -> Voice:
        """The voice that a suite names as ENGINE, ENGINE:VOICE or the path of a piper voice.

        Raises:
            UsageError: there is no such voice or language, or no such speed.
        """
        if not SLOWEST <= speed <= FASTEST:
            raise UsageError(
                f"A voice cannot speak at {speed:g} times its normal speed: use {SLOWEST:g} to"
                f" {FASTEST:g}."
            )
        engine, _, name = (voice or next(iter(self._engines))).partition(":")
        if voice and engine not in self._engines and voice.endswith(".onnx"):
            engine, name = "piper", voice
        if engine not in self._engines:
            raise UsageError(f"There is no voice '{voice}'. {self._known()}")
        return Voice(engine, self._engines[engine].find(name, language), speed)

    def _known(self) -> str:
        engines = ", ".join(self._engines)
        return f"Use ENGINE, ENGINE:VOICE or the path of a piper voice. The engines: {engines}."

    def say(self, text: str, voice: Voice) -> Speech:
        """What a voice says for a text, rendered at the first time.

        Raises:
            UsageError: the text is blank or not text, or the voice says nothing for it.
            SpeechError: the engine did not do its work.
        """
        if not text.strip():
            raise UsageError("There is nothing to say: the text is empty.")
        _require_characters(text)
        key = (voice, text)
        if key not in self._kept:
            engine = self._engines[voice.engine]
            speech = engine.render(text, voice.name, voice.speed)
            self._kept[key] = self._keep(_checked(speech, voice.engine))
        return self._read(self._kept[key])

    def _keep(self, speech: Speech) -> _Kept:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="BaresipLibrary-")  # noqa: SIM115
        try:
            start = self._file.seek(0, 2)
            self._file.write(np.asarray(speech.samples, dtype=np.float32).tobytes())
            self._file.flush()
        except OSError as error:
            raise SpeechError(f"What is to be said cannot be kept: {error.strerror}.") from error
        return _Kept(start, speech.samples.size, speech.rate)

    def _read(self, kept: _Kept) -> Speech:
        assert self._file is not None
        self._file.seek(kept.start)
        samples = np.frombuffer(self._file.read(4 * kept.size), dtype=np.float32)
        return Speech(samples, kept.rate)

    def close(self) -> None:
        """Forgets all that was said. Idempotent."""
        self._kept.clear()
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close()


def _require_characters(text: str) -> None:
    """Refuses half a character, which Python has for what it could not read."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        code = f"U+{ord(text[error.start]):04X}"
        raise UsageError(
            f"The text cannot be said: {code} at place {error.start + 1} is no character."
        ) from None


def _checked(speech: Speech, engine: str) -> Speech:
    """Speech that can be heard.

    Raises:
        SpeechError: the engine gave something else than its protocol says.
        UsageError: there is no sound in it.
    """
    shape = np.shape(speech.samples)
    if len(shape) != 1 or speech.rate <= 0:
        raise SpeechError(
            f"The voice engine '{engine}' gave samples of the shape {shape} at {speech.rate} Hz:"
            " they must have the shape (n,) and a rate above 0."
        )
    if not np.any(np.abs(speech.samples) > _AUDIBLE):
        raise UsageError("The voice says nothing for this text: it has no sound.")
    return speech


def language_code(language: str) -> str:
    """A language as engines write it, such as ``en-us``."""
    return language.strip().lower().replace("_", "-")
