"""Interrupts the other side of a call, and checks that it falls silent, or that it speaks on."""

import time
from collections.abc import Callable
from typing import TypeVar

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.utterances import Utterance
from ..backends.base import ToneSource
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..errors import UsageError
from ..speech.voices import Speech
from ..types import AudioDirection
from ..wording import counted
from .barge_in_scene import LEAST_SILENCE, TURN_ENDS, Scene, turn_since
from .following import following_recording
from .late_audio import UnreadPackets, describe_unheard, heard_until, nothing_came, watching_packets
from .results import BargeIn
from .saying import (
    cut_short,
    is_playing,
    obstacle,
    quoted,
    require_sending,
    said_no_further,
    say,
)
from .sending import describe_hold
from .voice_track import EDGE, VoiceTrack

T = TypeVar("T")

#: How long (s) the other side must have spoken before it is interrupted.
_LEAST_TURN = 0.3
#: After its own sounds an agent is silent for so long (s) before it interrupts.
_QUIET = 0.2
#: Who was heard at most so long (s) ago speaks.
_SPEAKS = 0.1
#: For how long (s) after the time that was allowed the other side is followed.
_FOLLOWED = 1.5
#: Audio that has not come this long (s) after its time does not exist: the other side sends no
#: packets while it is silent.
_ARRIVES = 0.6
#: The shortest time (s) without audio that is worth a word.
_WORTH_TELLING = 0.1
#: How long (s) after an answer that is not sure another one is looked for.
_AGAIN = 0.2
#: How much longer (s) than its sounds last an interruption may take, also on a busy machine.
_PATIENCE = 10.0
_ALREADY_SILENT = "it had been silent for {:.2f} s by then"


class Interruption:
    """Says something in a call while the other side speaks, and follows what that does."""

    def __init__(self, agent: Agent, call: Call, speech: Speech, words: str) -> None:
        """`words`: what is said, as it may be shown.

        Raises:
            UsageError: the agent's backend cannot record what it sends, or cannot time audio.
        """
        self.agent, self.call = agent, call
        self._speech, self._words = speech, words
        self._ours = VoiceTrack(agent, call, AudioDirection.tx, noise=True, edge=EDGE)
        self._theirs = VoiceTrack(agent, call, AudioDirection.rx, edge=EDGE, own=self._ours)
        #: The time after which the other side's turn began, and when the agent was told to say the
        #: words.
        self._turn_since = self._told = 0.0
        self._silence, self._to_its_end = LEAST_SILENCE, True
        #: At the end of what was followed, for how long (s) no audio of the other side was read.
        self.unheard = 0.0
        self._packets: UnreadPackets | None = None
        #: Whether packets had come that were not read, when they were counted last, up to when that
        #: was so (monotonic s), and how many of them were dropped.
        self._are_unread: bool | None = None
        self._unknown_until, self._dropped = 0.0, 0

    def warning(self) -> str:
        """That the silence at the end is one without audio, as a sentence; else empty."""
        if self.unheard < _WORTH_TELLING:
            return ""
        can = self.agent.backend.capabilities
        is_seen = Capability.SEE_RTP in can and self.call.rtp
        is_counted = Capability.COUNT_PACKETS in can and self._are_unread is False
        return describe_unheard(self.unheard, bool(is_seen), is_counted)

    def verify_stop(self, allowed: float, patience: float, silence: float) -> BargeIn:
        """Checks that the other side falls silent within `allowed` s of the first sound.

        It may take up to `patience` s until it speaks, and must be silent for `silence` s, and
        until the words have been said.

        Raises:
            CallFailure: it does not speak, or does not fall silent in time, or the call ends.
        """
        self._silence, self._to_its_end = silence, True
        scene = self._follow(patience, allowed + _FOLLOWED)
        result, pause = scene.barge_in(), scene.pause_clause
        if result is None:
            later = scene.last_sound - scene.began
            raise self._failure(f"it still spoke {later:.1f} s later{pause}")
        if result.seconds > allowed:
            raise self._failure(f"it fell silent after {result}, not within {allowed:g} s{pause}")
        return result

    def verify_no_stop(self, watched: float, patience: float, silence: float) -> float:
        """Checks that the other side speaks on for `watched` s from the first sound on.

        Returns the longest pause (s) that it made meanwhile, which is shorter than `silence`, or
        than one that it made before. Raises what `verify_stop` raises.
        """
        self._silence, self._to_its_end = silence, False
        scene = self._follow(patience, watched)
        result = scene.barge_in()
        if result is not None and result.seconds <= watched:
            raise self._failure(f"it fell silent after {result}, {scene.length_of_silence}")
        return scene.longest_pause_after

    def _follow(self, patience: float, followed: float) -> Scene:
        """Interrupts the other side, and follows it for so many seconds or until it is silent."""
        require_sending(self.agent, self.call, self._words)
        with following_recording(self.agent, self.call), watching_packets(self.agent, self.call):
            self._packets = UnreadPackets(self.agent, self.call)
            for track in (self._ours, self._theirs):
                track.read_ahead()
            self._await_their_turn(patience)
            self._told = time.monotonic()
            longest = self._speech.seconds + followed + self._silence + TURN_ENDS + _PATIENCE
            say(self.agent, self.call, self._speech, self._words, wait=False)
            with said_no_further(self.agent, self.call):
                scene = self._wait(lambda: self._followed(followed), longest)
        if scene is None:
            left = any(sound.begin > self._told for sound in self._ours.sounds)
            what = (
                "what it did then was not clear" if left else "no sound of that has left the agent"
            )
            raise self._failure(f"{what} within {longest:.0f} s{self._unread_clause()}")
        if not scene.was_speaking:
            raise self._failure(_ALREADY_SILENT.format(scene.began - scene.last_sound_before))
        return scene

    def _unread_clause(self) -> str:
        if not self._are_unread:
            return ""
        if self._dropped:
            whose = f"{self.agent.name}'s baresip"
            return f", and {counted(self._dropped, 'RTP packet')} arrived that {whose} dropped"
        return ", and not all that arrived has been recorded"

    def _await_their_turn(self, patience: float) -> None:
        source, words = self.agent.sources.of(self.call)
        if isinstance(source, ToneSource):
            raise UsageError(
                f"{self.agent.name} cannot interrupt the other side while it sends {words}; have it"
                " send silence before."
            )
        if self._wait(self._is_their_turn, patience):
            return
        heard, ours = self._theirs.sounds, self._ours.sounds
        playing = is_playing(self.agent, self.call)
        if playing or (ours and self._ours.until - ours[-1].end < _QUIET):
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
        quiet = not ours or time.monotonic() - ours[-1].end >= _QUIET
        if not quiet or is_playing(self.agent, self.call):
            return None  # what the agent sent before is not over
        self._turn_since = turn_since(theirs, ours, self._theirs.until)
        turn = [sound for sound in theirs if sound.end > self._turn_since]
        if not turn or self._theirs.until - turn[-1].end > _SPEAKS or nothing_came(turn[-1].end):
            return None
        return True if turn[-1].end - turn[0].begin >= _LEAST_TURN else None

    def _followed(self, seconds: float) -> Scene | None:
        """What both said, once that is known and the words have been said; None before."""
        theirs = [sound for sound in self._theirs.sounds if sound.end > self._turn_since]
        ours = [sound for sound in self._ours.sounds if sound.begin > self._told]
        utterance = self.call.utterances[-1]
        if utterance.ended is None and (why := self._unsaid(utterance)):
            raise self._failure(f"it could not say that to its end: {why}")
        if not ours or utterance.ended is None:
            return None
        until = heard_until(self.agent, self.call, self._theirs.until, _ARRIVES)
        scene = Scene(theirs, ours, until, self._silence, self._to_its_end)
        self.unheard = max(0.0, until - self._theirs.until)
        return scene if scene.is_over(seconds) else None

    def _unsaid(self, utterance: Utterance) -> str | None:
        """Why the words are not said to their end in a call that is up; None while they are."""
        agent, call = self.agent, self.call
        if not call.is_live:
            return None
        return obstacle(agent, call) or cut_short(agent, call, utterance)

    def _wait(self, check: Callable[[], T | None], within: float) -> T | None:
        """Waits as `wait_until` does, also where nothing arrives any more, or is late."""

        def checked() -> T | None:
            self.agent.require_alive()
            for track in (self._ours, self._theirs):
                track.read()
            answer = check()
            if not self.call.is_live and answer is None:
                raise self._failure(self.call.describe())
            if self.call.is_live and (hold := describe_hold(self.call)):
                raise self._failure(hold)  # a silence would be that of the hold
            return answer

        deadline = time.monotonic() + within
        while True:
            left = max(0.0, deadline - time.monotonic())
            answer = wait_until(self.agent.changes, checked, min(_ARRIVES, left))
            if answer is not None and self._is_known():
                return answer
            if not left:
                return None
            if answer is not None:
                wait_until(
                    self.agent.changes, lambda: not self.call.is_live or None, min(_AGAIN, left)
                )

    def _is_known(self) -> bool:
        """Whether all that arrived was read, as far as that can be told.

        After packets that were not, it is once what came by then is read, or the silence has lasted
        anew. It asks the agent's baresip, which `changes` must not be held for.
        """
        if self._packets is None or self.unheard < _WORTH_TELLING:
            self._are_unread = None
            return True
        are_unread, now = self._packets.exist(self._theirs.until), time.monotonic()
        if are_unread:
            self._unknown_until = now
            self._dropped += self._packets.dropped
            self._packets.restart()
        elif self._theirs.until < self._unknown_until > now - self._silence:
            are_unread = True
        self._are_unread = are_unread
        return not are_unread

    def _failure(self, what: str) -> CallFailure:
        did = "interrupted" if self._told else "could not interrupt"
        return CallFailure(
            f"{self.agent.name} {did} the other side with {quoted(self._words)}: {what}.",
            self.agent,
        )
