"""Audio that has arrived and has not been recorded yet, and audio that does not exist.

A recording does not grow while no packets arrive, nor while the machine is too busy to write it.
The packets tell the two apart, where the backend sees each of them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.rtp import format_at, newest_length, watching_rtp
from ..backends.base import Packets
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..errors import BackendError

#: Packets wait so long (s) in a jitter buffer, and in the library.
WAITS = 0.3
#: Seconds of audio in the shortest packets that phones send.
SHORTEST_PACKET = 0.010
#: A recording grows when what was read of it is at most so old (s), on a busy machine too.
_GROWS = 0.6
#: What was recorded is read so much (s) later at most, but on a machine that is very busy.
_READ = 0.1
#: For how long (s) packets are counted to see whether audio arrives, and how many of them a second
#: may be comfort noise: packets of 60 ms are 17 a second.
_WATCHED, _NOISE = 0.3, 14


@contextmanager
def watching_packets(agent: Agent, call: Call) -> Iterator[None]:
    """Has the packets of a call reported while the block runs, where each of them is seen."""
    if Capability.SEE_RTP not in agent.backend.capabilities:
        yield
        return
    with watching_rtp(agent, call):
        yield


def heard_until(agent: Agent, call: Call, read: float, late: float) -> float:
    """Up to when (`time.monotonic`) it is known what an agent heard.

    That is as far as its recording was read, `read`. Where no packets arrive, it heard nothing
    since; audio that was not recorded after `late` s does not exist then.
    """
    known = time.monotonic() - late
    counted = call.rtp
    if counted is None or Capability.SEE_RTP not in agent.backend.capabilities or call.on_hold:
        return max(read, known)
    newest = _newest_audio(call)
    if newest is not None and newest > read + WAITS:
        return read
    return max(read, min(known, counted.at))


def _newest_audio(call: Call) -> float | None:
    """When the newest packet of audio arrived; None without one, or where it is not known."""
    newest = newest_length(call.rtp.received, call.offers.local_audio) if call.rtp else None
    return newest.until if newest else None


def nothing_came(since: float) -> bool:
    """Whether audio that came after a moment would have been read by now, where none was.

    Who sends nothing while it is silent ends its recording with a sound.
    """
    return time.monotonic() - since > WAITS + _READ


def is_audio(packets: int, seconds: float) -> bool:
    """Whether so many packets in that time are more than comfort noise."""
    return packets > _NOISE * seconds


def audio_goes_on(agent: Agent, call: Call, count: Callable[[], int | None]) -> bool:
    """Whether audio arrives, by two counts of its packets, a moment apart.

    `count` may ask the agent's baresip: do not use it while you hold `changes`.
    """
    before, began = count(), time.monotonic()
    wait_until(agent.changes, lambda: None if call.is_live else True, _WATCHED)
    now = count()
    if before is None or now is None:
        return False
    return is_audio(now - before, time.monotonic() - began)


def describe_unheard(seconds: float, is_seen: bool, is_counted: bool) -> str:
    """What is known of seconds without audio, where packets are seen, or counted at their end."""
    what, end, why = "was recorded of", "", ", its packets were lost, or they are not recorded yet"
    if is_seen or is_counted:
        why = ", or its packets were lost"
    if is_seen:
        what = "came from"
    elif is_counted:
        end = ", and none came at the end of that"
    return (
        f"No audio {what} the other side for the last {seconds:.1f} s{end}: it sends nothing while"
        f" it is silent{why}."
    )


def unoffered_kinds(call: Call, packets: Packets) -> dict[int, int]:
    """Payload types of audio that this agent's SDP does not have, each with its packets."""
    local = call.offers.local_audio
    return {
        kind: count
        for kind, count in packets.kinds
        if local and not local.format_of(kind) and format_at(local, kind).is_codec
    }


def unoffered_in(call: Call, packets: Packets) -> int:
    """How many of these packets have a payload type that neither side's SDP has.

    The numbers of the other side are for what it receives, yet baresip takes them, too.
    """
    remote = call.offers.remote_audio
    unoffered = unoffered_kinds(call, packets).items()
    return sum(count for kind, count in unoffered if not (remote and remote.format_of(kind)))


class UnreadPackets:
    """Whether packets came that the stack dropped, as in a call that it holds, or did not record.

    Where each packet is seen only those count that it dropped, or that have a payload type of
    nobody's SDP: `heard_until` knows the others.

    It asks the agent's baresip, and may count for a moment: do not use it while you hold `changes`.
    """

    def __init__(self, agent: Agent, call: Call) -> None:
        """Counts from now on."""
        self._agent, self._call = agent, call
        #: How many of those that were counted last the stack dropped.
        self.dropped = 0
        #: How many have a payload type of nobody's SDP, more than keep a NAT open.
        self.unoffered = 0
        self.restart()

    def restart(self) -> None:
        """Counts from now on."""
        self._since = time.monotonic()
        self._before = self._count() or Packets(0, 0)

    def exist(self, read: float) -> bool | None:
        """Whether they do; the recording was read up to then, in monotonic s.

        None when that cannot be told: baresip does not know the count, and nothing is recorded.
        """
        is_seen = Capability.SEE_RTP in self._agent.backend.capabilities
        if Capability.COUNT_PACKETS not in self._agent.backend.capabilities:
            return False
        now = self._count()
        if now is None:
            grows = is_seen or read > time.monotonic() - _GROWS
            return False if grows or not self._call.is_live else None
        arrived = now.since(self._before)
        self.dropped, unoffered = arrived.untaken, unoffered_in(self._call, arrived)
        self.unoffered = unoffered if unoffered > 1 + time.monotonic() - self._since else 0
        if self.dropped or is_seen:
            return self.dropped > 0 or self.unoffered > 0
        came = (now.received - self._before.received) * SHORTEST_PACKET
        if came > max(0.0, read - self._since) + WAITS:
            return True
        is_late = read < time.monotonic() - WAITS
        return is_late and audio_goes_on(self._agent, self._call, self._received)

    def _received(self) -> int | None:
        packets = self._count()
        return packets.received if packets else None

    def _count(self) -> Packets | None:
        if not self._agent.backend.is_stopped:
            with suppress(BackendError):  # the call has ended meanwhile
                return self._agent.count_packets(self._call)
        return None
