"""What a version of baresip can do, and what surprises it holds."""

import re
from collections.abc import Collection
from typing import NamedTuple

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
