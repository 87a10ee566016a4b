"""Waits until the other side of a call has been silent for some time, by the machine's clock."""

import math
import time

from ..agents.agent import Agent
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..errors import UsageError
from ..frozen import frozen
from ..types import AudioDirection
from ..wording import counted
from .conversation import Conversation
from .following import following_recording
from .late_audio import UnreadPackets, watching_packets
from .sample_listener import ON_ITS_WAY

#: Audio that was not recorded so long (s) after it has arrived is worth a word.
_LATE = 1.0


@frozen
class Silence:
    """A silence of so many `seconds`, and whether the call was on hold at some time in it."""

    seconds: float
    on_hold: bool


def wait_until_silence(
    agent: Agent, lasting: float, within: float, call_id: str | None = None
) -> Silence:
    """Waits until nothing is heard for `lasting` s; returns the silence so far.

    The silence counts from the end of what was heard last. If nothing was heard since the agent
    spoke for the last time, it counts from now on.

    Raises:
        CallFailure: it is not silent for so long `within` seconds, or the call ends before.
    """
    call = agent.require_live_call("to listen to", call_id)
    if lasting > within:
        raise UsageError(
            f"{lasting:g} s of silence take longer than timeout={within:g} s; give more time."
        )
    conversation = Conversation(agent, call)
    silence = _Silence(conversation, lasting)
    until = time.monotonic() + within
    with following_recording(agent, call), watching_packets(agent, call):
        conversation.read_ahead()
        while True:
            # Where no packets arrive, no event says that time has passed.
            step = max(0.0, min(silence.due, until) - time.monotonic())
            found = wait_until(agent.changes, silence.check, step)
            if found is not None and silence.is_known():
                return found
            if time.monotonic() >= until:
                raise silence.failure(within)


class _Silence:
    """Whether nothing has been heard for some time."""

    def __init__(self, conversation: Conversation, lasting: float) -> None:
        self._began = time.monotonic()
        #: Up to when it is not known what arrived.
        self._unknown_until = -math.inf
        self.due = self._began + lasting + ON_ITS_WAY
        self._conversation = conversation
        self._lasting = lasting
        self._packets = self._newest_packets = self._count_packets()

    def _count_packets(self) -> UnreadPackets:
        return UnreadPackets(self._conversation.agent, self._conversation.call)

    def check(self) -> Silence | None:
        """The silence, if it is long enough; else sets `due`."""
        conversation = self._conversation
        conversation.agent.require_alive()
        conversation.read()
        since, until = self._since(), conversation.heard_until()
        silent = until - since
        if silent >= self._lasting:
            return Silence(silent, conversation.call.offers.was_held(since, until))
        if not conversation.call.is_live:
            raise self._failure(f"before {conversation.call.describe()}")
        self.due = time.monotonic() + self._lasting - silent
        return None

    def is_known(self) -> bool:
        """Whether all was read that arrived in the silence; if not, silence counts from now on.

        It asks the agent's baresip, which `check` must not.
        """
        if self._newest_packets.exist(self._conversation.read_until) is False:
            return True
        self._unknown_until = time.monotonic()
        self._newest_packets = self._count_packets()
        return False

    def _since(self) -> float:
        """Since when it is silent."""
        said, heard = (
            self._conversation.speech(direction)
            for direction in (AudioDirection.tx, AudioDirection.rx)
        )
        last = heard[-1].end if heard else -math.inf
        spoke = said[-1].end if said else -math.inf
        since = last if last > spoke else max(last, self._began)
        return max(since, self._unknown_until)

    def failure(self, within: float) -> CallFailure:
        """That it was not silent for so long within that time (s)."""
        return self._failure(f"within {within:g} s", self._unread())

    def _failure(self, when: str, unread: str = "") -> CallFailure:
        agent, heard = self._conversation.agent, self._conversation.speech(AudioDirection.rx)
        ago = f"{max(0.0, time.monotonic() - heard[-1].end):.1f} s ago" if heard else ""
        last = f"the last sound that it heard ended {ago}" if heard else "it heard no sound"
        return CallFailure(
            f"{agent.name} did not hear {self._lasting:g} s of silence {when}; {last}{unread}.",
            agent,
        )

    def _unread(self) -> str:
        """That packets may have arrived whose audio is not known, as a clause; else empty."""
        conversation, now = self._conversation, time.monotonic()
        late, are_unread = now - conversation.heard_until(), "what arrived in the last {} has not"
        exist = self._packets.exist(conversation.read_until)
        if exist is None:
            return ", and it cannot be told whether RTP packets arrived"
        if dropped := self._packets.dropped:
            whose = f"{conversation.agent.name}'s baresip"
            return f", and {counted(dropped, 'RTP packet')} arrived that {whose} dropped"
        if unknown := self._packets.unoffered:
            came = f"{counted(unknown, 'RTP packet')} arrived of payload types that"
            return f", and {came} {conversation.agent.name}'s SDP lacks"
        if exist:
            late, are_unread = now - self._began, "not all that arrived in the last {} has"
        if not conversation.call.is_live or late < _LATE:
            return ""
        late = min(late, now - conversation.call.began_at)
        return f", and {are_unread.format(f'{late:.1f} s')} been recorded"
