"""An installed baresip: where it is, its version and the modules it has."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ...errors import BackendError
from ..base import SINCE, Capability

_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_NUMBER = re.compile(r"baresip v?(\d+)\.(\d+)(?:\.(\d+))?")
#: What no version offers over ctrl_tcp.
_NEVER = frozenset({
    Capability.REDIRECT,
    Capability.REFUSAL_HEADERS,
    Capability.DTMF_MODE,
    Capability.ANSWER_NEW_CHALLENGES,
    Capability.END_FORKS,
    Capability.MEDIA_AFTER_RINGING,
    Capability.RECORD_ONE_WAY,
    Capability.UNDO_HOLD,
})  # fmt: skip


#: What later versions lost again.
_UNTIL: dict[Capability, tuple[int, ...]] = {
    Capability.HEAR_ONE_WAY_EARLY: (3, 0),  # seen on 2.3, no longer on 3.18
    Capability.OTHER_ADDRESSES: (2, 0),  # seen on 1.0, no longer on 2.3
    Capability.REPEAT_ACK: (2, 1),  # h; seen on 1.0, no longer on 2.3, 3.18 and 4.10
    Capability.TRANSFER_WITHOUT_HOLD: (2, 0),  # h; seen on 1.0, no longer on 2.3
    Capability.REINVITE_AFTER_COLLISION: (4, 5),  # h; seen on 3.18, no longer on 4.10
}


class Version(NamedTuple):
    """A version of baresip; compares as versions do."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def find(cls, text: str) -> "Version | None":
        """The version in a banner such as ``baresip v4.10.0 Copyright``; None without one."""
        match = _NUMBER.search(_ESCAPE.sub("", text))
        return cls(*(int(part or 0) for part in match.groups())) if match else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def names_calls(self) -> bool:
        """Whether accept, hangup, hold and resume take the Call-ID; else the current call's."""
        return self >= (2, 0)

    @property
    def toggles_mute(self) -> bool:
        """Whether `mute` knows no yes and no (history; seen on 3.18)."""
        return self < (3, 19)

    @property
    def stops_when_held(self) -> bool:
        """Whether the source of a call stops when the peer holds it, and starts on resume."""
        return self >= (3, 12)

    @property
    def tells_recordings(self) -> bool:
        """Whether there is an event that names a recording."""
        return self >= (3, 0)

    @property
    def opens_recordings_late(self) -> bool:
        """Whether a recording is opened with its first packet, else when audio is set up."""
        return self >= (3, 11)

    @property
    def announces_recordings(self) -> bool:
        """Whether a recording is named when it is due, and again when its file is opened."""
        return self >= (3, 16)

    @property
    def registers_by_command(self) -> bool:
        """Whether `uareg` registers; else that takes a new user agent.

        It is there since 2.0, but what it sends never leaves before 2.5 (seen on 2.3).
        """
        return self >= (2, 5)

    @property
    def repeats_parameters(self) -> bool:
        """Whether a dialled URI gets the account's parameters although it has them (on 3.18)."""
        return self < (4, 1)

    @property
    def loses_call_of_failed_transfer(self) -> bool:
        """Whether a transfer that fails ends the transferred call, without an event."""
        return self < (2, 0)


def capabilities(version: Version, modules: Collection[str]) -> frozenset[Capability]:
    """What a version can do with the modules it has."""
    able = {
        what
        for what in Capability
        if what not in _NEVER and SINCE.get(what, (0,)) <= version < _UNTIL.get(what, (99,))
    }
    if version < (1, 1):
        able.add(Capability.OWN_CALLS_ONLY)
    if "mwi" not in modules:
        able.discard(Capability.MESSAGE_WAITING)
    return frozenset(able)


def caveats(version: Version) -> tuple[str, ...]:
    """What a tester should know before it happens, a sentence each."""
    found = []
    if version < (3, 0):
        found.append(
            f"A peer can crash baresip {version} with a % in a reason phrase or a From URI:"
            " use it in a trusted network only."
        )
    if (2, 0) <= version < (3, 21):  # by history; seen on 3.18
        found.append(
            f"A peer can crash baresip {version} with a Replaces header that names no call of its:"
            " use it in a trusted network only."
        )
    if version < (2, 0):
        found.append(
            f"baresip {version} records nothing of a call after a hold, loses a call whose"
            " transfer fails, sends digits as RTP events only, and checks no TLS certificate."
        )
    if version < SINCE[Capability.CATCH_ALL_REGISTERED]:
        found.append(_own_calls_only(version))
    return tuple(found)


def _own_calls_only(version: Version) -> str:
    who = "an agent that registers" if version >= SINCE[Capability.CATCH_ALL] else "an agent"
    at_loopback = (1, 1) <= version < SINCE[Capability.OWN_CALLS_ONLY]
    others = ", and at 127.0.0.1 for others if it does not register" if at_loopback else ""
    return f"With baresip {version} {who} takes calls for its own user part only{others}."


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
