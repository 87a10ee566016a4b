"""Audio that has arrived and has not been recorded yet, and audio that does not exist.

A recording does not grow while no packets arrive, nor while the machine is too busy to write it.
The packets tell the two apart, where the backend sees each of them.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.rtp import newest_length, watching_rtp
from ..backends.capabilities import Capability

#: Packets wait so long (s) in a jitter buffer, and in the library.
_WAITS = 0.3


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
    if newest is not None and newest > read + _WAITS:
        return read
    return max(read, min(known, counted.at))


def _newest_audio(call: Call) -> float | None:
    """When the newest packet of audio arrived; None without one, or where it is not known."""
    exchange = call.offers.exchange
    local = exchange.sides()[0].audio if exchange else None
    newest = newest_length(call.rtp.received, local) if call.rtp else None
    return newest.until if newest else None
