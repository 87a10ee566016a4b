"""An installed baresip: where it is, its version and the modules it has."""

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ...errors import BackendError
from .versions import Version

EXECUTABLE = "baresip"
_FOLDERS = ("lib/baresip/modules", "lib64/baresip/modules")
#: How long a program may take to print its banner (s).
_BANNER = 5.0
_MISSING = (
    "There is no program '{0}'. Install baresip, for instance by: apt-get install baresip-core;"
    " or name it with executable=; or use the embedded backend, by:"
    ' pip install "robotframework-baresip[embedded]"'
)
#: The audio codecs that are offered unless the suite names others, and the module of each.
COMMON = {"pcmu": "g711", "pcma": "g711", "g722": "g722", "opus": "opus"}
_CODECS = {
    **COMMON, "gsm": "gsm", "amr": "amr", "amr-wb": "amr", "ilbc": "ilbc", "aptx": "aptx",
    "codec2": "codec2", "l16": "l16", "aac": "aac",
}  # fmt: skip
_FORMS = {
    "pcmu": "PCMU/8000/1", "pcma": "PCMA/8000/1", "g722": "G722/16000/1", "opus": "opus/48000/2",
    "gsm": "GSM/8000/1", "amr": "AMR/8000/1", "amr-wb": "AMR-WB/16000/1", "ilbc": "iLBC/8000/1",
    "l16": "L16/48000/2", "codec2": "CODEC2/8000/1", "aptx": "aptx/48000/2",
    "aac": "MPEG4-GENERIC/48000/2",
}  # fmt: skip
_ENCRYPTIONS = {
    "srtp": ("srtp", "srtp-mand", "srtp-mandf"), "dtls_srtp": ("dtls_srtp",),
    "zrtp": ("zrtp",), "gzrtp": ("zrtp",),
}  # fmt: skip


@dataclass(frozen=True)
class InstalledBaresip:
    """A baresip that can be started."""

    path: str
    version: Version
    module_folder: str
    modules: frozenset[str]


def codecs_of(modules: frozenset[str]) -> dict[str, str]:
    """The codecs that these modules bring, by their lower-case names, as each is asked for."""
    return {name: _FORMS[name] for name, module in _CODECS.items() if module in modules}


def codec_module(name: str) -> str:
    """The module that brings a codec, by its lower-case name."""
    return _CODECS[name]


def encryptions_of(modules: frozenset[str]) -> frozenset[str]:
    """The values of media_enc that these modules bring."""
    return frozenset(value for name in modules for value in _ENCRYPTIONS.get(name, ()))


def encryption_module(value: str, modules: frozenset[str]) -> str:
    """The module that brings a media_enc."""
    return next(name for name in modules if value in _ENCRYPTIONS.get(name, ()))


def find_program(executable: str | None, module_path: str | None) -> InstalledBaresip:
    """The program of that name or path; without one, baresip on PATH.

    `module_path` is where its modules lie, when they are not where they usually do.

    Raises:
        BackendError: it is not there, is no baresip, or has no modules; says what to do.
    """
    path = shutil.which(executable or EXECUTABLE)
    if path is None:
        raise BackendError(_MISSING.format(executable or EXECUTABLE))
    return _examine(path, os.stat(path).st_mtime_ns, module_path)  # noqa: PTH116


def is_on_path() -> bool:
    """Whether there is a baresip on PATH."""
    return shutil.which(EXECUTABLE) is not None


@functools.lru_cache
def _examine(path: str, _changed: int, module_path: str | None) -> InstalledBaresip:
    version = _version(path)
    prefix = Path(path).resolve().parent.parent
    homes = [prefix, Path("/usr"), Path("/usr/local"), Path("/opt/homebrew")]
    usual = [home / folder for home in homes for folder in _FOLDERS]
    candidates = [Path(module_path)] if module_path else usual
    for folder in candidates:
        modules = frozenset(file.stem for file in folder.glob("*.so"))
        if "ctrl_tcp" in modules:
            return InstalledBaresip(path, version, str(folder), modules)
    raise BackendError(
        f"The modules of {path} were not found: no ctrl_tcp.so in"
        f" {', '.join(map(str, dict.fromkeys(candidates)))}. Name their folder by"
        " config=module_path FOLDER."
    )


def _version(path: str) -> Version:
    try:
        shown = subprocess.run(
            [path, "-h"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_BANNER
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BackendError(f"{path} cannot be run: {error}.") from error
    version = Version.find((shown.stdout + shown.stderr).decode(errors="replace"))
    if version is None:
        raise BackendError(f"{path} is no baresip: it does not tell its version.")
    return version
