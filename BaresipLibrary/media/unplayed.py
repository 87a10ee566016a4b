"""Audio that arrives and is not played, noticed while a listener waits.

Its content is not known: baresip cannot read it, or its recording is late.
"""

import time

from .late_audio import is_audio
from .sample_listener import ON_ITS_WAY, SampleListener

STEP = 0.3
"""How often to look (s)."""


class UnplayedAudio:
    """For how long a listener gets packets of audio of which nothing is recorded."""

    def __init__(self, listener: SampleListener) -> None:
        """Watches from now on, as the listener counts packets from now on."""
        self._listener = listener
        self._began = self._at = time.monotonic()
        self._packets, self._heard = 0, listener.seconds
        self._is_seen = False

    def look(self) -> None:
        """Takes in what came since the last look, unless that is too short to tell.

        It asks the agent's baresip: do not use it while you hold `changes`.
        """
        now, packets = time.monotonic(), self._listener.audio_packets()
        passed, heard = now - self._at, self._listener.seconds
        if packets is None or passed < STEP / 2:
            return
        if heard == self._heard and is_audio(packets - self._packets, passed):
            self._is_seen = True
        self._at, self._packets, self._heard = now, packets, heard

    def is_missing(self, seconds: float) -> bool:
        """Whether it was not recorded later either: so many seconds should have been."""
        return self._is_seen and seconds - self._listener.seconds > ON_ITS_WAY
