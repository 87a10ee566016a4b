"""Listening for tones in what agents hear, several at the same time."""

import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from ..audio.levels import SILENCE_DBFS
from ..audio.recordings import RecordingReader
from ..audio.tones import Tone, ToneDetector
from ..errors import BackendError, PhoneFailure, UsageError
from ..events import MediaStarted
from ..waits import wait_until
from .agent import Agent
from .call import Call

#: Below this level (dBFS) nobody hears anything. A G.722 decoder may hum at -60 when all is silent.
_INAUDIBLE = -55.0


@dataclass(frozen=True)
class Heard:
    """A tone an agent is sure to have heard, `after` seconds from the start of the wait."""

    agent: Agent
    tone: Tone
    after: float

    def __str__(self) -> str:
        tone = self.tone
        return (
            f"{self.agent.name} heard {tone.frequency:.1f} Hz at {tone.level:.1f} dBFS"
            f" ({tone.share:.0%} of the signal), sure after {self.after * 1000:.0f} ms."
        )


class Ear:
    """Follows the recording of one call, from now on, in search of one tone."""

    def __init__(self, agent: Agent, frequency: float, call_id: str | None = None) -> None:
        self.agent = agent
        self.frequency = frequency
        self.call: Call = agent.require_call("to listen to", "Dial or Accept one first.", call_id)
        self.heard: Heard | None = None
        self._began = time.monotonic()
        self._media: MediaStarted | None = None
        self._reader: RecordingReader | None = None
        self._detector: ToneDetector | None = None
        if self.call.media is not None:
            self._check_frequency(self.call.media.rate)

    def begin(self) -> None:
        """From now on: what has been recorded before does not count."""
        self._began = time.monotonic()
        if self.call.media is not None:
            self._follow(self.call.media).skip_to_end()

    def _follow(self, media: MediaStarted) -> RecordingReader:
        self._check_frequency(media.rate)
        self.close()
        self._media = media
        self._reader = RecordingReader(media.rx)
        self._detector = ToneDetector(self.frequency, media.rate)
        return self._reader

    def _check_frequency(self, rate: int) -> None:
        if self.frequency >= rate / 2:
            raise UsageError(
                f"{self.agent.name} cannot hear {self.frequency:g} Hz: its call runs at {rate} Hz,"
                f" so a tone must lie below {rate // 2} Hz."
            )

    def listen(self) -> bool:
        """Takes in what has arrived; tells whether the tone was heard, now or before.

        Raises:
            PhoneFailure: the call has ended without it.
            AgentGone: the agent's process died.
        """
        if self.heard is None:
            self.agent.require_alive()
            self._take_in()
            if self.heard is None and self.call.unrecorded and self.call.is_live:
                raise BackendError(
                    f"{self.agent.name} cannot listen any more: {self.call.unrecorded}."
                )
            if self.heard is None and not self.call.is_live:
                raise PhoneFailure(
                    f"{self.agent.name} heard no {self.frequency:g} Hz tone: {self.call.story()}."
                )
        return self.heard is not None

    def _take_in(self) -> None:
        media = self.call.media
        if media is None:
            return
        if media is not self._media:
            self._follow(media)
        assert self._reader is not None and self._detector is not None
        tone = self._detector.feed(self._reader.read_new())
        if tone is not None:
            self.heard = Heard(self.agent, tone, time.monotonic() - self._began)

    def failure(self, within: float) -> str:
        """Says what was heard instead of the tone, `within` in seconds."""
        name, wanted = self.agent.name, f"{self.frequency:g} Hz"
        detector = self._detector
        if detector is None or detector.seconds == 0:
            return f"{name} heard nothing within {within:g} s: {self._silence()}."
        arrived = f"{detector.seconds:.1f} s of audio arrived"
        loudest = detector.loudest_tone
        if detector.level <= _INAUDIBLE or loudest is None:
            digital = detector.level <= SILENCE_DBFS
            silence = "digital silence" if digital else f"silence ({detector.level:.0f} dBFS)"
            return f"{name} heard no {wanted} tone within {within:g} s: {arrived}, all {silence}."
        return (
            f"{name} heard no {wanted} tone within {within:g} s: {arrived}, its loudest tone was"
            f" {loudest.frequency:.0f} Hz at {loudest.level:.0f} dBFS."
        )

    def _silence(self) -> str:
        if self.call.media is None:
            return f"{self.call.story()} without audio so far"
        packets = self.agent.count_packets(self.call)
        if packets is None:
            return "the call is up, but no audio arrived"
        counted = f"({packets.received} received, {packets.sent} sent)"
        if packets.received == 0:
            return f"the call is up, but no RTP packet arrived {counted}"
        return f"the call is up, but no more RTP packets arrived {counted}"

    def close(self) -> None:
        """Lets go of the recording."""
        if self._reader is not None:
            self._reader.close()


def hear_tones(expected: Sequence[tuple[Agent, float, str | None]], within: float) -> list[Heard]:
    """Waits until every agent has heard its tone (Hz), all in the same `within` seconds.

    Each entry is an agent, a frequency, and the Call-ID of the call to listen to, None for the
    active one.

    Raises:
        PhoneFailure: at least one has not; says what each of those heard instead.
        UsageError: an agent has no call, or a call that cannot carry the tone.
    """
    with ExitStack() as stack:
        ears = [Ear(*one) for one in expected]
        for ear in ears:
            stack.callback(ear.close)
            stack.enter_context(_Reports(ear))
            ear.begin()

        def all_heard() -> bool | None:
            heard = [ear.listen() for ear in ears]  # every one of them, however the first fares
            return all(heard) or None

        if not wait_until(ears[0].agent.changes, all_heard, within):
            deaf = [ear.failure(within) for ear in ears if ear.heard is None]
            raise PhoneFailure(" ".join(deaf))
        return [ear.heard for ear in ears if ear.heard]


class _Reports:
    """Has the backend report every piece of audio while the block runs."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear

    def __enter__(self) -> None:
        self._ear.agent.listen(self._ear.call, on=True)

    def __exit__(self, *_: object) -> None:
        with suppress(BackendError):  # what there is to say about the agent has been said
            self._ear.agent.listen(self._ear.call, on=False)
