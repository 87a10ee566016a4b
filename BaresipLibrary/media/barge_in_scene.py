"""What both sides of a call said around an interruption, and whether the other side fell silent.

A pause in speech looks like the beginning of a silence: the other side has stopped once it has been
silent for so long as it may never pause, and for longer than in any pause of the same turn before.
docs/adr/0032-barge-in.md says more.
"""

from collections.abc import Sequence
from itertools import pairwise

from ..audio.line_state import TimedSpan
from ..frozen import frozen
from ..speech.turns import TURN_PAUSE, joined
from .results import BargeIn

#: Seconds; a shorter silence may be a pause in speech, whatever the pauses before were.
LEAST_SILENCE = 1.0
#: A pause that is longer than this (s) may as well be the end of what the other side says.
_WITHIN_SENTENCE = 0.3
#: A silence must last so much longer (s) than the pauses before.
_LONGER = 0.1
#: What follows a longer silence (s) is another turn, and no pause came before it.
TURN_ENDS = 2.0


@frozen
class Scene:
    """What both sides said around an interruption, as far as it was heard, in monotonic seconds.

    `theirs`: the sounds of the other side since its turn began; `ours`: those of the interruption;
    `until`: up to when the other side was heard; `silence`: how many seconds of it are more than a
    pause, at least; `to_its_end`: whether it is a pause, too, when the other side goes on before
    the interruption has ended.
    """

    theirs: Sequence[TimedSpan]
    ours: Sequence[TimedSpan]
    until: float
    silence: float = LEAST_SILENCE
    to_its_end: bool = True

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
        return max(self.silence, self.longest_pause + _LONGER)

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
        return self._longest_pause_until(self.until)

    def _longest_pause_until(self, end: float) -> float:
        later = [sound for sound in self.theirs if sound.end > self.began and sound.begin < end]
        return max((after.begin - before.end for before, after in pairwise(later)), default=0.0)

    def is_over(self, seconds: float) -> bool:
        """Whether the other side has fallen silent, or still speaks after so many seconds."""
        return self.stop() is not None or self.last_sound > self.began + seconds

    def stop(self) -> TimedSpan | None:
        """The last sound before the other side fell silent; None while it has not."""
        near = [sound for sound in self.theirs if sound.end >= self.last_sound_before]
        nexts = [*(sound.begin for sound in near[1:]), self.until]
        for sound, following in zip(near, nexts, strict=True):
            heard_to_its_end = following >= self.ours[-1].end or not self.to_its_end
            if following - sound.end >= self.least_silence and heard_to_its_end:
                return sound
        return None

    def _silence_after(self, sound: TimedSpan) -> float:
        later = [other.begin for other in self.theirs if other.begin > sound.end]
        return min([*later, self.until]) - sound.end

    @property
    def length_of_silence(self) -> str:
        """For how long the other side was silent after it had stopped, as a clause."""
        stopped = self.stop()
        assert stopped is not None
        goes_on = self.last_sound <= stopped.end
        return f"for {self._silence_after(stopped):.1f} s" + (" and more" if goes_on else "")

    @property
    def pause_clause(self) -> str:
        """A clause about the longest pause before it stopped; empty if there was none."""
        stopped = self.stop()
        pause = self._longest_pause_until(stopped.end if stopped else self.until)
        return f", after a pause of {pause:.1f} s" if pause > _WITHIN_SENTENCE else ""

    def barge_in(self) -> BargeIn | None:
        """How the other side has stopped; None while it has not."""
        sound = self.stop()
        if sound is None:
            return None
        error = sound.error + self.ours[0].error
        stopped = sound.end - self.began
        after_end = sound.end - self.ours[-1].end
        return BargeIn(stopped, error, after_end, self.longest_pause, self._silence_after(sound))


def turn_since(theirs: Sequence[TimedSpan], ours: Sequence[TimedSpan], until: float) -> float:
    """The time after which the other side's turn began: the pauses since then are its pauses.

    What the agent says ends the turn of the other side, unless that is speaking and speaks on. A
    silence of more than `TURN_ENDS` ends it, too.
    """
    since = 0.0
    for turn in joined(ours, TURN_PAUSE):
        if _ends_turn([sound for sound in theirs if sound.end > since], turn, until):
            since = turn.end
    silent = [a.end for a, b in pairwise(theirs) if b.begin - a.end > TURN_ENDS]
    return max([since, *silent])


def _ends_turn(theirs: Sequence[TimedSpan], ours: TimedSpan, until: float) -> bool:
    """Whether what the agent said ended the turn of the other side."""
    following = min((sound.begin for sound in theirs if sound.begin >= ours.end), default=until)
    before = [sound for sound in theirs if sound.begin < following]
    scene = Scene(before, [ours], following, to_its_end=False)
    return not scene.was_speaking or scene.stop() is not None
