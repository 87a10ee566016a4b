"""Tones that agents hear: wait for them, and say in words what was heard instead.

What detects tones, and numpy with it, is loaded for the first audio that arrives.
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..agents.agent import Agent
from ..agents.call import Call
from ..concurrency import load_module
from ..diagnosis.failure import CallFailure
from ..diagnosis.lost_audio import explain_lost_audio
from ..diagnosis.media import (
    UNSTEADY,
    explain_separate_calls,
    explain_silence,
    explain_wrong_tone,
)
from ..errors import UsageError
from ..frozen import frozen
from .listener import Listener, await_heard, listening

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..audio.sines import Sine
    from ..audio.tones import ToneDetector

#: dBFS; what is fainter is silence to a person. A G.722 decoder may hum at -60 in silence.
_INAUDIBLE = -55.0
#: Seconds of audio, before a pause, that do not count: they were on their way before the wait.
_MOMENT = 0.1
#: dBFS; what is fainter is a codec's silence: G.711's smallest step is at -78.
_CODEC_NOISE = -76.0


@frozen
class HeardTone:
    """A tone that an agent has heard, certain `after` seconds from the start of the wait."""

    agent: Agent
    tone: "Sine"
    after: float

    def __str__(self) -> str:
        tone = self.tone
        return (
            f"{self.agent.name} heard {tone.frequency:.1f} Hz at {tone.level:.1f} dBFS"
            f" ({tone.share:.0%} of the signal), sure after {self.after * 1000:.0f} ms."
        )


class ToneListener(Listener):
    """Listens for one tone (Hz).

    `speaker`: the agent that sends it, and in which call, where that is known; `was_silent`: it was
    sending nothing before in that call, which is the listener's, too.
    """

    def __init__(
        self,
        agent: Agent,
        frequency: float,
        call_id: str | None = None,
        speaker: tuple[Agent, Call] | None = None,
        *,
        was_silent: bool = False,
    ) -> None:
        super().__init__(agent, call_id)
        self.speaker = speaker
        self._was_silent = was_silent
        self._is_first = False
        self.frequency = frequency
        self.heard: HeardTone | None = None
        self._rate = 0
        self._detector: ToneDetector | None = None
        self._has_paused = False
        if self.call.media is not None:
            self._check_frequency(self.call.media.rate)

    def begin(self) -> None:
        super().begin()
        nothing_arrived = self._reader is None or not self._reader.seconds
        self._is_first = self._was_silent and nothing_arrived

    def start(self, rate: int) -> None:
        self._check_frequency(rate)
        self._rate, self._detector = rate, None

    def _check_frequency(self, rate: int) -> None:
        if self.frequency >= rate / 2:
            raise UsageError(
                f"{self.agent.name} cannot hear {self.frequency:g} Hz: its call runs at {rate} Hz,"
                f" so a tone must lie below {rate // 2} Hz."
            )

    def feed(self, samples: "NDArray[np.float64]") -> None:
        if self._detector is None:
            from ..audio.tones import ToneDetector

            is_first = self._is_first and len(self.call.streams) == 1
            self._detector = ToneDetector(self.frequency, self._rate, nothing_before=is_first)
        tone = self._detector.feed(samples)
        if tone is not None and self.heard is None:
            self.heard = HeardTone(self.agent, tone, time.monotonic() - self.began)

    def is_sure(self) -> bool:
        """Whether the tone was heard.

        Raises:
            CallFailure: the call has ended without it.
        """
        if self.heard is None and not self.call.is_live:
            raise CallFailure(
                f"{self.agent.name} heard no {self.frequency:g} Hz tone: {self.call.describe()}.",
                self.agent,
            )
        return self.heard is not None

    def failure(self, within: float) -> str:
        """A sentence that says what was heard instead of the tone `within` seconds."""
        from ..audio.tones import HOP

        name, wanted = self.agent.name, f"{self.frequency:g} Hz"
        detector, pause = self._detector, self.pause()
        self._has_paused = pause is not None
        if detector is None or detector.seconds < (_MOMENT if pause else HOP):
            return f"{name} heard nothing within {within:g} s: {self.why_silent()}."
        then = f"; {pause}" if pause else ""
        return (
            f"{name} heard no {wanted} tone within {within:g} s: {detector.seconds:.1f} s of audio"
            f" arrived, {self._arrived(detector)}{then}."
        )

    def _arrived(self, detector: "ToneDetector") -> str:
        """What the audio that arrived was, as a clause."""
        loudest, beside = self._loudest(), detector.tone_beside
        if loudest is None:
            return f"all {_silence_at(detector.level)}"
        also = f", beside {_described(beside)}" if beside else ""
        return f"its loudest tone was {_described(loudest)}{also}"

    def _loudest(self) -> "Sine | None":
        """The loudest tone so far; None after silence only."""
        detector = self._detector
        if detector is None or detector.level <= _INAUDIBLE:
            return None
        return detector.loudest_tone

    def _second_tone(self, loudest: "Sine") -> "Sine | None":
        """The tone that came with the wanted one; None when that was absent, or alone."""
        from ..audio.tones import TOLERANCE

        beside = self._detector.tone_beside if self._detector else None
        if beside is None:
            return None
        for tone, other in ((loudest, beside), (beside, loudest)):
            if abs(tone.frequency / self.frequency - 1) < TOLERANCE:
                return other
        return None

    def explanation(self, agents: Sequence[Agent], at: float) -> str | None:
        """What most likely explains that the tone had not been heard by the moment `at`."""
        from ..audio.tones import LEAST_LEVEL

        if self.speaker:
            apart = explain_separate_calls(self.agent, self.call, *self.speaker, agents)
            if apart:
                return apart
        loudest = self._loudest()
        if loudest is None or self._has_paused:
            return explain_silence(self.agent, self.call, agents, at) or self._lost_audio()
        second = self._second_tone(loudest)
        if second is not None:
            return f"The tone was there, but not alone: {_described(second)} came with it."
        why = explain_wrong_tone(
            self.agent, self.call, agents, at, wanted=self.frequency, heard=loudest.frequency
        )
        if why not in (None, UNSTEADY):
            return why
        if why and loudest.level < LEAST_LEVEL:
            return (
                f"The tone was there, but too faint to be sure of it, below {LEAST_LEVEL:g} dBFS."
            )
        return " ".join(filter(None, (why, self._lost_audio()))) or None

    def _lost_audio(self) -> str | None:
        """That a part was not recorded; where nothing was at all, the failure itself says it."""
        if self._detector is None or not self._detector.seconds:
            return None
        return explain_lost_audio(self.agent, self.call, self.began)


def listen_for_tone(
    agent: Agent, frequency: float, within: float, call_id: str | None = None
) -> HeardTone:
    """Waits `within` seconds until the agent has heard a tone (Hz).

    In the call with that Call-ID, else in the active call.

    Raises:
        CallFailure: it has not; the message says what it heard instead.
        UsageError: the agent has no call, or a call that cannot carry the tone.
    """
    listener = ToneListener(agent, frequency, call_id)
    with listening([listener]):
        load_hearing()
        await_heard([listener], lambda: listener.is_sure() or None, within)
    if listener.heard is None:
        raise tones_not_heard([listener], within)
    return listener.heard


def load_hearing() -> None:
    """Loads what detects tones, where no timeout of a test can break that off."""
    load_module("BaresipLibrary.audio.tones")


def tones_not_heard(listeners: Sequence[ToneListener], within: float) -> CallFailure:
    """A failure for listeners that have not heard their tone `within` seconds: what each heard."""
    at = time.monotonic()

    def because(agents: Sequence[Agent]) -> str:
        explanations = (listener.explanation(agents, at) for listener in listeners)
        return " ".join(dict.fromkeys(why for why in explanations if why))

    sentences = " ".join(listener.failure(within) for listener in listeners)
    return CallFailure(sentences, listeners[0].agent, because)


def _described(tone: "Sine") -> str:
    return f"{tone.frequency:.0f} Hz at {tone.level:.0f} dBFS"


def _silence_at(level: float) -> str:
    """The name of a level (dBFS) that is not audible."""
    from ..audio.levels import SILENCE_DBFS

    if level <= SILENCE_DBFS:
        return "digital silence"
    kind = "silence" if level <= _CODEC_NOISE else "faint sound"
    return f"{kind} ({level:.0f} dBFS)"
