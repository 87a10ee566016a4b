"""Which engine understands speech: what the suite, the environment or a plugin says."""

import os
import re
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError

#: Names the engine or its model when the suite does not.
VARIABLE = "BARESIP_SPEECH_MODEL"
_WHISPER = ".engines_whisper.FasterWhisper"
_ENDPOINT = ".engines_http.TranscriptionEndpoint"
_URLS = ("http", "https")
_NAME = r"[a-z][a-z0-9_-]*"
_IMPORT_PATH = r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+"


class EngineChoice(NamedTuple):
    """An engine's import path (``module.Class``), and what its class is made with."""

    path: str
    model: str | None = None


class SpeechEngines:
    """The engines that ship with the library, and those that plugins register."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}

    def register(self, name: str, path: str) -> None:
        """Adds an engine, for the import setting ``speech_model``: ``name`` or ``name:model``.

        Raises:
            UsageError: the name is taken or cannot be one, or the path is not an import path.
        """
        if not re.fullmatch(_NAME, name):
            raise UsageError(
                f"{name!r} cannot be the name of a speech engine: it begins with a lower-case"
                " letter, and only lower-case letters, digits, - and _ follow."
            )
        if name in (*_URLS, "download", *self._paths):
            raise UsageError(f"There is a speech engine '{name}' already; choose another name.")
        if not re.fullmatch(_IMPORT_PATH, path):
            raise UsageError(
                f"{path!r} is not the import path of a speech engine: write module.Class."
            )
        self._paths[name] = path

    def choose(
        self, setting: str | None, environment: Mapping[str, str] = os.environ
    ) -> EngineChoice:
        """The engine for an import setting; without one, for the environment variable.

        Raises:
            UsageError: it names an engine that there is not, or a folder without a model.
        """
        if setting is not None:
            return self._parse(setting, f"speech_model={setting}")
        setting = environment.get(VARIABLE) or None
        if setting is None:
            return EngineChoice(_WHISPER)
        return self._parse(setting, f"the environment variable {VARIABLE}={setting}")

    def _parse(self, setting: str, source: str) -> EngineChoice:
        if not setting.strip():
            raise UsageError("speech_model is empty: name a model, or leave it out.")
        if setting.startswith(("/", "./", "../")):
            return EngineChoice(_WHISPER, _folder(setting, source))
        engine, colon, model = setting.partition(":")
        if colon and engine in _URLS:
            return EngineChoice(_ENDPOINT, setting)
        if engine in self._paths:
            return EngineChoice(self._paths[engine], model or None)
        if colon and engine != "download":
            known = ", ".join(["download", *_URLS, *self._paths])
            raise UsageError(
                f"There is no speech engine '{engine}', which {source} names."
                f" What may stand before a colon: {known}."
            )
        if colon and not model:
            raise UsageError("Name the model to download, such as speech_model=download:tiny.en.")
        return EngineChoice(_WHISPER, setting)


def _folder(setting: str, source: str) -> str:
    folder = Path(setting).absolute()
    if not (folder / "model.bin").is_file():
        raise UsageError(
            f"There is no speech model in {folder}, which {source} names: a model for"
            " faster-whisper is a folder with a file model.bin."
        )
    return str(folder)


def require_package(choice: EngineChoice) -> None:
    """Raises `UsageError` when the package of an engine that ships with the library is missing.

    The engine's process would say so only when it has something to understand.
    """
    if choice.path == _WHISPER and find_spec("faster_whisper") is None:
        from .engines_whisper import MISSING

        raise UsageError(MISSING)


def search_path(choice: EngineChoice) -> list[str]:
    """Where another process finds the modules that this one finds, and the engine's among them.

    Robot imports a plugin that is given as a file from a folder that is not on ``sys.path``.
    """
    module = sys.modules.get(choice.path.partition(".")[0])
    file = getattr(module, "__file__", None)
    return [*sys.path, str(Path(file).parent)] if file else list(sys.path)
