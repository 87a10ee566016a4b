"""The voices of espeak-ng, a program that speaks some 130 languages."""

import shutil
from collections.abc import Iterator

import numpy as np

from ..errors import SpeechError, UsageError
from .voices import Speech, VoiceEngine, language_code
from .voices_program import run_renderer

#: What speaks when neither a voice nor a language is named.
_DEFAULT = "en-us"
#: Words a minute at normal speed.
_PACE = 175
#: The WAV header in front of the samples, and where it has their rate.
_HEADER, _RATE = 44, slice(24, 28)
_MISSING = (
    "Say needs a voice, and there is no espeak-ng on PATH. Install it (Debian: apt-get install"
    " espeak-ng; macOS: brew install espeak-ng), or name a piper voice: voice=/path/to/voice.onnx."
)


class EspeakNg(VoiceEngine):
    """Voices are named by language, optionally with a variant: ``de``, ``en-us+f3``, ``+f3``."""

    def __init__(self) -> None:
        self._languages: dict[str, str] = {}
        self._variants: dict[str, str] = {}

    def find(self, voice: str, language: str | None) -> str:
        self._learn()
        name, plus, variant = voice.partition("+")
        spoken = self._language(language) if language else None
        chosen = self._language(name) if name else spoken or _DEFAULT
        if language and chosen != spoken and not chosen.startswith(f"{language_code(language)}-"):
            raise UsageError(
                f"The voice espeak-ng:{voice} does not speak '{language}': leave one of them out."
            )
        if plus and variant.lower() not in self._variants:
            known = ", ".join(sorted(self._variants.values()))
            raise UsageError(f"espeak-ng has no variant '{variant}'. Its variants: {known}.")
        return f"{chosen}+{self._variants[variant.lower()]}" if plus else chosen

    def render(self, text: str, voice: str, speed: float) -> Speech:
        words_a_minute = str(round(_PACE * speed))
        # The text goes to the standard input: a process list would show an argument.
        command = [_program(), "--stdin", "--stdout", "-z", "-b", "1"]
        wave = run_renderer([*command, "-v", voice, "-s", words_a_minute], text, "espeak-ng")
        rate = int.from_bytes(wave[_RATE], "little")
        if not rate:
            raise SpeechError("espeak-ng wrote no speech.")
        samples = np.frombuffer(wave[_HEADER:], dtype="<i2").astype(np.float32) / np.float32(32768)
        return Speech(samples, rate)

    def _language(self, name: str) -> str:
        """The language of espeak-ng for a name such as ``en_US`` or ``de-AT``."""
        wanted = language_code(name)
        if _DEFAULT.startswith(f"{wanted}-"):
            return _DEFAULT
        for candidate in (wanted, wanted.partition("-")[0]):
            if candidate in self._languages:
                return self._languages[candidate]
        known = ", ".join(sorted(set(self._languages.values())))
        raise UsageError(f"espeak-ng has no voice for '{name}'. Its languages: {known}.")

    def _learn(self) -> None:
        """Reads which voices there are, at the first time."""
        if self._languages:
            return
        program = _program()
        for columns in _listing(program, "--voices"):
            self._languages.setdefault(columns[1].lower(), columns[1])
            # Other languages that this voice speaks are listed as (en 2).
            others = [word[1:] for word in columns[5:] if word.startswith("(")]
            for other in others:
                self._languages.setdefault(other.lower(), columns[1])
        for columns in _listing(program, "--voices=variant"):
            variant = columns[4].removeprefix("!v/")
            self._variants[variant.lower()] = variant


def _program() -> str:
    program = shutil.which("espeak-ng")
    if program is None:
        raise UsageError(_MISSING)
    return program


def _listing(program: str, what: str) -> Iterator[list[str]]:
    """The rows of a list that espeak-ng prints, below its titles."""
    rows = run_renderer([program, what], "", "espeak-ng").decode("utf-8", "replace").splitlines()
    return (columns for columns in map(str.split, rows[1:]) if len(columns) > 4)
