"""An installed baresip: its path, its version, its modules, and what follows from these."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from ...errors import BackendError
from ...frozen import frozen
from ...wording import pip_install
from ..capabilities import SINCE, Capability

EXECUTABLE = "baresip"
_FOLDERS = ("lib/baresip/modules", "lib64/baresip/modules")
#: How long a program may take to print its banner (s).
_BANNER = 5.0
_MISSING = (
    "There is no program '{0}'. Install baresip, for instance: apt-get install baresip-core;"
    " or name it with executable=; or use the embedded backend:"
    f" {pip_install('embedded')}"
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
_ESCAPE = r"\x1b\[[0-9;]*m"
_NUMBER = r"baresip v?(\d+)\.(\d+)(?:\.(\d+))?"
#: What no version can do over ctrl_tcp.
_NEVER = frozenset({
    Capability.ANONYMOUS_CALLS,
    Capability.SUBSCRIBE,
    Capability.UNSOLICITED_SUMMARIES,
    Capability.REDIRECT,
    Capability.REFUSAL_HEADERS,
    Capability.ANSWER_HEADERS,
    Capability.SEND_PROGRESS,
    Capability.REINVITE_WITHOUT_OFFER,
    Capability.INVITE_WITHOUT_OFFER,
    Capability.DTMF_MODE,
    Capability.REQUEST_HEADERS,
    Capability.ANSWER_NEW_CHALLENGES,
    Capability.END_FORKS,
    Capability.MEDIA_AFTER_RINGING,
    Capability.SEE_RTP,
    Capability.RECORD_ONE_WAY,
    Capability.UNDO_HOLD,
    Capability.NO_RINGING,
})  # fmt: skip
#: The version that lost a capability. (h) is read in baresip's history.
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
        match = re.search(_NUMBER, re.sub(_ESCAPE, "", text))
        return cls(*(int(part or 0) for part in match.groups())) if match else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def names_calls(self) -> bool:
        """Whether accept, hangup, hold and resume take a Call-ID, not the current call."""
        return self >= (2, 0)

    @property
    def toggles_mute(self) -> bool:
        """Whether `mute` toggles; else it takes yes or no (h; seen on 3.18)."""
        return self < (3, 19)

    @property
    def stops_when_held(self) -> bool:
        """Whether the source of a call stops when the peer holds the call, and starts on resume."""
        return self >= (3, 12)

    @property
    def takes_any_key(self) -> bool:
        """Whether it encrypts with SRTP keys of a wrong length, which it only warns of."""
        return self < (3, 12)

    @property
    def tells_recordings(self) -> bool:
        """Whether an event names each recording."""
        return self >= (3, 0)

    @property
    def names_peer_of_recordings(self) -> bool:
        """Whether the name of a recording has the URI of the peer."""
        return self >= (2, 9)

    @property
    def opens_recordings_late(self) -> bool:
        """Whether a recording is opened with its first packet; else when audio is set up."""
        return self >= (3, 11)

    @property
    def announces_recordings(self) -> bool:
        """Whether baresip prints a recording's name when it is due, and again when it is opened."""
        return self >= (3, 16)

    @property
    def registers_by_command(self) -> bool:
        """Whether `uareg` registers; else only a new user agent does.

        The command exists since 2.0, but before 2.5 its request is never sent (seen on 2.3).
        """
        return self >= (2, 5)

    @property
    def repeats_parameters(self) -> bool:
        """Whether a dialled URI gets the account's parameters a second time (seen on 3.18)."""
        return self < (4, 1)

    @property
    def loses_call_of_failed_transfer(self) -> bool:
        """Whether a failed transfer ends the transferred call, without an event."""
        return self < (2, 0)


def capabilities(version: Version, modules: Collection[str]) -> frozenset[Capability]:
    """The capabilities of a version with these modules."""
    able = {
        what
        for what in Capability
        if what not in _NEVER and SINCE.get(what, (0,)) <= version < _UNTIL.get(what, (99,))
    }
    if version < (1, 1):
        able.add(Capability.OWN_CALLS_ONLY)
    if "mwi" not in modules:
        able.discard(Capability.MESSAGE_WAITING)
    if "contact" not in modules:
        able.discard(Capability.SEND_MESSAGE)
    return frozenset(able)


def caveats(version: Version) -> tuple[str, ...]:
    """What surprises testers, a sentence each."""
    sentences = []
    if version < (3, 0):
        sentences.append(
            f"A peer can crash baresip {version} with a % in a reason phrase or a From URI:"
            " use it in a trusted network only."
        )
    if (2, 0) <= version < (3, 21):  # by history; seen on 3.18
        sentences.append(
            f"A peer can crash baresip {version} with a Replaces header that names none of its"
            " calls: use it in a trusted network only."
        )
    if version < (2, 0):
        sentences.append(
            f"baresip {version} records nothing of a call after a hold, loses a call whose"
            " transfer fails, sends digits as RTP events only, and checks no TLS certificate."
        )
    if version < SINCE[Capability.CATCH_ALL_REGISTERED]:
        sentences.append(_own_calls_only(version))
    return tuple(sentences)


def _own_calls_only(version: Version) -> str:
    subject = "an agent that registers" if version >= SINCE[Capability.CATCH_ALL] else "an agent"
    at_loopback = (1, 1) <= version < SINCE[Capability.OWN_CALLS_ONLY]
    unless = ", unless it is at 127.0.0.1 and does not register" if at_loopback else ""
    return f"With baresip {version} {subject} takes calls for its own user part only{unless}."


@frozen
class InstalledBaresip:
    """An installed program that can be started."""

    path: str
    version: Version
    module_folder: str
    modules: frozenset[str]


def codecs_of(modules: frozenset[str]) -> dict[str, str]:
    """The codecs of these modules: lower-case names, each with its name in an account."""
    return {name: _FORMS[name] for name, module in _CODECS.items() if module in modules}


def codec_module(name: str) -> str:
    """The module of a codec, given by its lower-case name."""
    return _CODECS[name]


def encryptions_of(modules: frozenset[str]) -> frozenset[str]:
    """The values of media_enc that these modules support."""
    return frozenset(value for name in modules for value in _ENCRYPTIONS.get(name, ()))


def encryption_module(value: str, modules: frozenset[str]) -> str:
    """The module that supports a value of media_enc."""
    return next(name for name in modules if value in _ENCRYPTIONS.get(name, ()))


def find_program(executable: str | None, module_path: str | None) -> InstalledBaresip:
    """Finds a program by its name or path; without one, baresip on PATH.

    `module_path` is the folder of its modules; without one, the usual folders are searched.

    Raises:
        BackendError: there is no such program, it is not baresip, or its modules were not found;
            says what to do.
    """
    path = shutil.which(executable or EXECUTABLE)
    if path is None:
        raise BackendError(_MISSING.format(executable or EXECUTABLE))
    return _examine(path, os.stat(path).st_mtime_ns, module_path)  # noqa: PTH116


def is_on_path() -> bool:
    """Whether a baresip is on PATH."""
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
        raise BackendError(f"{path} is not baresip: it prints no version of baresip.")
    return version
