"""Whether the other side of a call falls silent when it is interrupted, and how soon.

`Interruption` says something while the other side speaks, and follows what it does. A pause
in speech looks like the beginning of a silence: the other side has stopped once it has been silent
for longer than in any pause of the same turn before. docs/adr/0032-barge-in.md says more.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.line_state import TimedSpan
from ..backends.base import ToneSource
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..errors import UsageError
from ..speech.voices import Speech
from ..types import AudioDirection
from .clips import following_recording
from .quality import Duration
from .saying import quoted, say
from .voice_track import EDGE, VoiceTrack

T = TypeVar("T")

#: Seconds; a silence that is not longer is a pause in speech, whatever the pauses before were.
LEAST_SILENCE = 0.5
#: How long (s) the other side must have spoken before it is interrupted.
LEAST_TURN = 0.3
#: After its own sounds an agent is silent for so long (s) before it interrupts.
_QUIET = 0.2
#: Who was heard at most so long (s) ago speaks.
_SPEAKS = 0.1
#: A pause that is longer than this (s) may as well be the end of what the other side says.
_WITHIN_SENTENCE = 0.3
#: A silence must last so much longer (s) than the pauses before.
_LONGER = 0.1
#: For how long (s) after the time that was allowed the other side is followed.
FOLLOWED = 1.5
#: Audio that has not come this long (s) after its time does not exist: the other side sends no
#: packets while it is silent.
_ARRIVES = 0.6
#: How much longer (s) than its sounds last an interruption may take, also on a busy machine.
_PATIENCE = 10.0
_ALREADY_SILENT = "it had stopped speaking {:.2f} s before"


@dataclass(frozen=True)
class BargeIn:
    """How the other side fell silent when it was interrupted.

    ``seconds``: from the first sound of the interruption to the last of the other side; it is
    right to ``error`` seconds. ``after_end``: the same from the end of the interruption, negative
    where the other side fell silent before it. ``longest_pause``: of the other side in its turn
    before, in seconds.
    """

    seconds: float
    error: float
    after_end: float
    longest_pause: float

    def __str__(self) -> str:
        return str(Duration(self.seconds, self.error))


@dataclass(frozen=True)
class Scene:
    """What both sides said around an interruption, as far as it was heard, in monotonic seconds.

    `theirs`: the sounds of the other side since its turn began; `ours`: those of the interruption;
    `until`: up to when the other side was heard.
    """

    theirs: Sequence[TimedSpan]
    ours: Sequence[TimedSpan]
    until: float

    @property
    def began(self) -> float:
        """When the interruption began."""
        return self.ours[0].begin

    @property
    def longest_pause(self) -> float:
        """The longest silence of the other side before it was interrupted, within its turn."""
        spoken = [sound for sound in self.theirs if sound.begin < self.began]
        return max((after.begin - before.end for before, after in pairwise(spoken)), default=0.0)

    @property
    def least_silence(self) -> float:
        """From how many seconds on a silence is not a pause."""
        return max(LEAST_SILENCE, self.longest_pause + _LONGER)

    @property
    def was_speaking(self) -> bool:
        """Whether the other side spoke when the interruption began, perhaps in a short pause."""
        return self.began - self.last_sound_before < _WITHIN_SENTENCE

    @property
    def last_sound(self) -> float:
        """The end of what was heard last of the other side."""
        return self.theirs[-1].end if self.theirs else 0.0

    @property
    def last_sound_before(self) -> float:
        """The end of what was heard of the other side before the interruption; 0 if nothing was."""
        return max((sound.end for sound in self.theirs if sound.begin < self.began), default=0.0)

    @property
    def longest_pause_after(self) -> float:
        """The longest silence of the other side between two sounds after the interruption."""
        later = [sound for sound in self.theirs if sound.end > self.began]
        return max((after.begin - before.end for before, after in pairwise(later)), default=0.0)

    def is_over(self, seconds: float) -> bool:
        """Whether the other side has fallen silent, or still spoke after so many seconds."""
        return self.stop() is not None or self.last_sound > self.began + seconds

    def stop(self) -> TimedSpan | None:
        """The last sound before the other side fell silent; None while it has not."""
        near = [sound for sound in self.theirs if sound.end >= self.last_sound_before]
        nexts = [*(sound.begin for sound in near[1:]), self.until]
        for sound, following in zip(near, nexts, strict=True):
            if following - sound.end >= self.least_silence:
                return sound
        return None

    @property
    def length_of_silence(self) -> str:
        """For how long the other side was silent after it had stopped, as a clause."""
        stopped = self.stop()
        assert stopped is not None
        later = [sound.begin for sound in self.theirs if sound.begin > stopped.end]
        seconds = min([*later, self.until]) - stopped.end
        return f"for {seconds:.1f} s" + ("" if later else " and more")

    def barge_in(self) -> BargeIn | None:
        """How the other side has stopped; None while it has not."""
        sound = self.stop()
        if sound is None:
            return None
        error = sound.error + self.ours[0].error
        stopped = sound.end - self.began
        return BargeIn(stopped, error, sound.end - self.ours[-1].end, self.longest_pause)


class Interruption:
    """Says something in a call while the other side speaks, and follows what that does."""

    def __init__(self, agent: Agent, call: Call, speech: Speech, words: str) -> None:
        """`words`: what is said, as it may be shown.

        Raises:
            UsageError: the agent's backend cannot record what it sends, or cannot time audio.
        """
        self.agent, self.call = agent, call
        self._speech, self._words = speech, words
        self._theirs = VoiceTrack(agent, call, AudioDirection.rx, edge=EDGE)
        self._ours = VoiceTrack(agent, call, AudioDirection.tx, noise=True, edge=EDGE)
        #: When the agent stopped speaking before the other side's turn, and when it was told to say
        #: the words.
        self._turn_since = self._told = 0.0

    def verify_stop(self, allowed: float, patience: float) -> BargeIn:
        """Checks that the other side falls silent within `allowed` s of the first sound.

        It may take up to `patience` s until it speaks.

        Raises:
            CallFailure: it does not speak, or does not fall silent in time, or the call ends.
        """
        scene = self._follow(patience, allowed + FOLLOWED)
        result = scene.barge_in()
        if result is None:
            raise self._failure(f"it still spoke {scene.last_sound - scene.began:.1f} s later")
        if result.seconds > allowed:
            raise self._failure(f"it fell silent after {result}, not within {allowed:g} s")
        return result

    def verify_no_stop(self, watched: float, patience: float) -> float:
        """Checks that the other side speaks on for `watched` s from the first sound on.

        Returns the longest pause (s) that it made meanwhile. Raises what `verify_stop` raises.
        """
        scene = self._follow(patience, watched)
        result = scene.barge_in()
        if result is not None and result.seconds <= watched:
            raise self._failure(f"it fell silent after {result}, {scene.length_of_silence}")
        return scene.longest_pause_after

    def _follow(self, patience: float, followed: float) -> Scene:
        """Interrupts the other side, and follows it for so many seconds or until it is silent."""
        with following_recording(self.agent, self.call):
            self._await_their_turn(patience)
            self._told = time.monotonic()
            say(self.agent, self.call, self._speech, self._words, wait=False)
            longest = self._speech.seconds + followed + _PATIENCE
            scene = self._wait(lambda: self._followed(followed), longest)
        if scene is None:
            left = any(sound.begin > self._told for sound in self._ours.sounds)
            what = (
                "what it did then was not clear" if left else "no sound of that has left the agent"
            )
            raise self._failure(f"{what} within {longest:.0f} s")
        if not scene.was_speaking:
            raise self._failure(_ALREADY_SILENT.format(scene.began - scene.last_sound_before))
        return scene

    def _await_their_turn(self, patience: float) -> None:
        source, words = self.agent.source_of(self.call)
        if isinstance(source, ToneSource):
            raise UsageError(
                f"{self.agent.name} cannot interrupt the other side while it sends {words}; have it"
                " send silence before."
            )
        if self._wait(self._is_their_turn, patience):
            return
        heard, ours = self._theirs.sounds, self._ours.sounds
        if ours and self._ours.until - ours[-1].end < _QUIET:
            raise UsageError(
                f"{self.agent.name} cannot interrupt the other side: it was still sending sound"
                f" itself after {patience:g} s; have it send silence before."
            )
        last = f"; it spoke last {time.monotonic() - heard[-1].end:.1f} s ago" if heard else ""
        raise CallFailure(
            f"{self.agent.name} cannot interrupt the other side: it did not speak within"
            f" {patience:g} s{last}.",
            self.agent,
        )

    def _is_their_turn(self) -> bool | None:
        """Whether the other side has spoken for a while, and speaks now."""
        ours, theirs = self._ours.sounds, self._theirs.sounds
        if ours and time.monotonic() - ours[-1].end < _QUIET:
            return None  # what the agent sent before is not over
        self._turn_since = ours[-1].end if ours else 0.0
        turn = [sound for sound in theirs if sound.end > self._turn_since]
        if not turn or self._theirs.until - turn[-1].end > _SPEAKS:
            return None
        return True if turn[-1].end - turn[0].begin >= LEAST_TURN else None

    def _followed(self, seconds: float) -> Scene | None:
        """What both said, once that is known and the words have been said; None before."""
        theirs = [sound for sound in self._theirs.sounds if sound.end > self._turn_since]
        ours = [sound for sound in self._ours.sounds if sound.begin > self._told]
        if not ours or self.call.utterances[-1].ended is None:
            return None
        scene = Scene(theirs, ours, max(self._theirs.until, time.monotonic() - _ARRIVES))
        return scene if scene.is_over(seconds) else None

    def _wait(self, check: Callable[[], T | None], within: float) -> T | None:
        """Waits as `wait_until` does, and also where nothing arrives any more."""

        def checked() -> T | None:
            self.agent.require_alive()
            for track in (self._theirs, self._ours):
                track.read()
            answer = check()
            if answer is None and not self.call.is_live:
                raise self._failure(self.call.describe())
            return answer

        deadline = time.monotonic() + within
        while (answer := wait_until(self.agent.changes, checked, _ARRIVES)) is None:
            if time.monotonic() >= deadline:
                break
        return answer

    def _failure(self, what: str) -> CallFailure:
        return CallFailure(
            f"{self.agent.name} interrupted the other side with {quoted(self._words)}: {what}.",
            self.agent,
        )
