"""Audio that arrives and is not played, noticed while a listener waits.

Its content is not known: baresip cannot read it, or its recording is late.
"""

import time

from ..backends.base import USUAL_PACKET, Packets
from .late_audio import is_audio, unoffered_in
from .sample_listener import ON_ITS_WAY, SampleListener

STEP = 0.3
"""How often to look (s)."""


class UnplayedAudio:
    """For how long a listener gets packets of audio of which nothing is recorded."""

    def __init__(self, listener: SampleListener) -> None:
        """Watches from now on, as the listener counts packets from now on."""
        self._listener = listener
        self._began = self._at = time.monotonic()
        self._packets, self._recorded = 0, listener.recorded
        self._audio_came = False
        #: For how long (s) nothing was recorded, and how much more audio than time came since (s).
        self._missing = self._caught_up = 0.0

    def look(self) -> None:
        """Takes in what came since the last look, unless that is too short to tell.

        Audio that came since the one before should be recorded by now. It asks the agent's baresip:
        do not use it while you hold `changes`.
        """
        now, packets = time.monotonic(), self._listener.audio_packets()
        passed, grew = now - self._at, self._listener.recorded - self._recorded
        if packets is None or passed < STEP / 2:
            return
        audio_came = is_audio(packets - self._packets, passed)
        if audio_came and self._audio_came and not grew:
            self._missing += passed - max(0.0, self._caught_up)
            self._caught_up = 0.0
        else:
            self._caught_up += grew - (passed if audio_came else 0.0)
            if self._missing - self._caught_up <= ON_ITS_WAY:
                self._missing = self._caught_up = 0.0
        self._at, self._packets, self._audio_came = now, packets, audio_came
        self._recorded = self._listener.recorded

    def is_missing(self) -> bool:
        """Whether it was not recorded later either."""
        later = self._caught_up + self._listener.recorded - self._recorded
        return self._missing - max(0.0, later) > ON_ITS_WAY or self._is_mostly_missing()

    def _is_mostly_missing(self) -> bool:
        """Whether less than half of what came was recorded, which tells in a short time, too."""
        passed = self._at - self._began
        came = min(passed, self._packets * USUAL_PACKET)
        return is_audio(self._packets, passed) and self._listener.recorded < came / 2


def is_too_little(listener: SampleListener, packets: Packets) -> bool:
    """Whether audio was recorded, and not enough of it to count."""
    is_recorded = listener.recorded > 0 and not packets.untaken
    arrived = listener.audio_in(packets) * listener.least_packet
    return is_recorded and not listener.seconds and 0 < arrived <= listener.recorded


def are_unread(listener: SampleListener, packets: Packets) -> bool:
    """Whether less audio was heard than arrived, even if every packet is a short one.

    Or packets of a payload type came that the agent's SDP does not have, more than a phone sends to
    keep a NAT open.
    """
    arrived = listener.audio_in(packets)
    if packets.untaken or not listener.seconds:
        return arrived > 0
    if unoffered_in(listener.call, packets) > 1 + listener.seconds:
        return True
    return arrived * listener.least_packet > listener.seconds + ON_ITS_WAY
