"""The voices of piper, a neural engine; each is a file that the suite names."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import SpeechError, UsageError
from ..wording import pip_install
from .voices import Speech, VoiceEngine, language_code
from .voices_program import run_renderer

_MISSING = f"The voice {{}} needs piper: {pip_install('voices')} (it is the package piper-tts)."


class Piper(VoiceEngine):
    """Voices are paths of ``.onnx`` files that lie beside their ``.onnx.json``."""

    def find(self, voice: str, language: str | None) -> str:
        if not voice:
            raise UsageError(
                "piper has no voice of its own: name the file of one, voice=/path/to/voice.onnx."
            )
        path = Path(voice).absolute()
        if not path.is_file():
            raise UsageError(f"There is no piper voice at {path}.")
        if find_spec("piper") is None:
            raise UsageError(_MISSING.format(path))
        spoken = _spoken(_settings(path))
        if language and not f"{spoken}-".startswith(f"{language_code(language)}-"):
            known = f"speaks {spoken}, not" if spoken else "does not say that it speaks"
            raise UsageError(f"The piper voice {path.name} {known} '{language}'.")
        return str(path)

    def render(self, text: str, voice: str, speed: float) -> Speech:
        # A process of its own: it needs 200 MB only while it speaks, and its licence is the GPL.
        command = [sys.executable, "-P", "-m", "piper", "--output-raw", "-m", voice]
        command += ["--length-scale", f"{_length(voice) / speed:g}"]
        raw = run_renderer(command, " ".join(text.split()) + "\n", "piper")
        samples = np.frombuffer(raw, dtype="<i2").astype(np.float32) / np.float32(32768)
        return Speech(samples, int(_settings(Path(voice))["audio"]["sample_rate"]))


def _settings(voice: Path) -> dict[str, Any]:
    """What the file beside a voice says about it."""
    path = voice.with_name(f"{voice.name}.json")
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        int(settings["audio"]["sample_rate"])
    except FileNotFoundError:
        raise UsageError(f"The piper voice {voice} lacks its settings {path}.") from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise SpeechError(f"{path} has no settings of a piper voice: {error}.") from error
    return dict(settings)


def _length(voice: str) -> float:
    """How long the sounds of a voice are by its own settings, relative to what it has learnt."""
    inference = _settings(Path(voice)).get("inference") or {}
    return float(inference.get("length_scale", 1.0))


def _spoken(settings: dict[str, Any]) -> str:
    """The language of a voice, such as ``en-us``."""
    code = (settings.get("language") or {}).get("code")
    return language_code(str(code or (settings.get("espeak") or {}).get("voice") or ""))
