"""Who spoke when in a call: turns and response times, pauses and overlaps, each with its error."""

import math
import time
from collections.abc import Sequence
from statistics import median

from ..agents.agent import Agent
from ..agents.call import Call
from ..audio.line_state import TimedSpan
from ..errors import NothingYet, PhoneFailure
from ..frozen import frozen
from ..speech.activity import FRAME, PAUSE
from ..speech.turns import (
    TURN_PAUSE,
    Question,
    joined,
    overlaps,
    pauses,
    questions,
    talk_time,
    turns,
)
from ..types import AudioDirection
from .echoes import describe_echo
from .late_audio import heard_until
from .results import Duration, ResponseTimeOf
from .sample_listener import ON_ITS_WAY
from .voice_track import VoiceTrack

_RX, _TX = AudioDirection.rx, AudioDirection.tx
#: What was not answered, of one turn and of several.
_WHAT = "what it said last", "all that it said"


@frozen
class Share:
    """A share in percent, and how far off it may be."""

    percent: float
    error: float

    def __str__(self) -> str:
        return f"{self.percent:.1f} %, right to {self.error:.1f} %"


class Conversation:
    """What an agent and its peer said in a call, and when, from the beginning of the call on.

    It works while the call goes on, and afterwards. Times are those of the network: when the
    agent's audio left, and when the peer's arrived.
    """

    def __init__(self, agent: Agent, call: Call) -> None:
        """Prepares to read.

        Raises:
            UsageError: the agent's backend does not record what it sends, or does not time audio.
        """
        self.agent = agent
        self.call = call
        sent = VoiceTrack(agent, call, _TX)
        #: What is sent is read first: it tells what comes back.
        self._sides = {_TX: sent, _RX: VoiceTrack(agent, call, _RX, own=sent)}

    def read(self) -> None:
        """Takes in what was recorded meanwhile. Call it with `changes` held.

        All values are those of the last time.

        Raises:
            BackendError: a part of the call was not recorded.
        """
        for side in self._sides.values():
            side.read()

    def read_ahead(self) -> None:
        """Reads most of what `read` would, without `changes` held: that may take a moment."""
        for side in self._sides.values():
            side.read_ahead()

    def speech(self, direction: AudioDirection) -> list[TimedSpan]:
        """When the agent (`tx`) or its peer (`rx`) spoke, by `time.monotonic`, in order.

        The last stretch may go on. Pauses up to `PAUSE` are part of a stretch.
        """
        return joined(self._sides[direction].sounds, PAUSE)

    def heard_until(self) -> float:
        """Up to when (`time.monotonic`) it is known what the agent heard.

        While packets arrive, that is as far as they were read. Without packets nothing is heard.
        """
        closed = self.call.closed
        if closed:
            return closed.at
        return heard_until(self.agent, self.call, self.read_until, ON_ITS_WAY)

    @property
    def read_until(self) -> float:
        """Up to when (`time.monotonic`) what the agent heard was read."""
        return self._sides[_RX].until

    def turns(self) -> tuple[list[TimedSpan], list[TimedSpan]]:
        """The turns of the agent, and those of its peer."""
        ours = turns(self.speech(_TX), [])
        return ours, turns(self.speech(_RX), ours)

    def questions(self) -> list[Question]:
        """Each turn of the agent that the peer could answer, with the answer.

        A turn that may go on has no answer yet: how long that takes, its end will tell.

        Raises:
            NothingYet: the agent has said nothing so far.
        """
        found = questions(*self.turns())
        if not found:
            raise NothingYet(f"{self.agent.name} has no response time: {self._nothing_asked()}.")
        if self._goes_on(found[-1].asked):
            found[-1] = Question(found[-1].asked, None)
        return found

    def _goes_on(self, turn: TimedSpan) -> bool:
        """Whether the agent may not have ended a turn."""
        said_until = max(self._sides[_TX].until, time.monotonic() - ON_ITS_WAY)
        return self.call.is_live and said_until - turn.end <= TURN_PAUSE

    def response_time(self, of: ResponseTimeOf) -> Duration:
        """The response time to the last turn of the agent, or that of several.

        Raises:
            NothingYet: there is none so far.
            PhoneFailure: there is none, and the call has ended.
        """
        found = self.questions()
        if of is ResponseTimeOf.last:
            found = found[-1:]
        times = sorted(self._answered(found))
        middle = (len(times) - 1) / 2
        places = {
            ResponseTimeOf.median: (math.floor(middle), math.ceil(middle)),
            ResponseTimeOf.p95: (math.ceil(0.95 * len(times)) - 1,),
            ResponseTimeOf.longest: (-1,),
        }.get(of, (0,))
        chosen = [times[place] for place in places]
        return Duration(median(time.seconds for time in chosen), max(t.error for t in chosen))

    def response_times(self) -> list[Duration]:
        """The response time to each turn of the agent that was answered, in order."""
        return self._answered(self.questions())

    def early_answers(self, of: ResponseTimeOf) -> list[Duration]:
        """The response times, of those that count, whose answer began before the agent's end."""
        found = self.questions()[-1 if of is ResponseTimeOf.last else 0 :]
        return [time for time in self._answered(found) if time.seconds < -time.error]

    def _answered(self, asked: Sequence[Question]) -> list[Duration]:
        times = [Duration(one.response_time, one.error) for one in asked if one.answer]
        if times:
            return times
        name, ended = self.agent.name, asked[-1].asked.end
        if not self.call.is_live:
            raise PhoneFailure(
                f"{name} has no response time: {_WHAT[len(asked) > 1]} was not answered, and"
                f" {self.call.describe()}."
            )
        ago = time.monotonic() - ended
        if self._goes_on(asked[-1].asked):
            raise NothingYet(
                f"{name} has no response time yet: it spoke until {max(0.0, ago):.1f} s ago,"
                " and may go on."
            )
        raise NothingYet(
            f"{name} has no response time yet: {_WHAT[len(asked) > 1]}, until"
            f" {max(0.0, ago):.1f} s ago, has not been answered."
        )

    def _nothing_asked(self) -> str:
        ours, theirs = self.turns()
        if ours:
            return f"it spoke only while the peer did, and {self.call.describe()}"
        heard = f"; the peer spoke {len(theirs)} times" if len(theirs) > 1 else ""
        return f"it has said nothing so far{heard}, and {self.call.describe()}"

    def talk_ratio(self, direction: AudioDirection) -> Share:
        """The share of the conversation in which the agent (`tx`) or its peer (`rx`) spoke."""
        begin, end = self._bounds("talk ratio")
        speech = self.speech(direction)
        error = sum(2 * span.error + FRAME for span in speech)
        return Share(100 * talk_time(speech) / (end - begin), 100 * error / (end - begin))

    def dead_air(self) -> Duration:
        """The longest stretch in which nobody spoke."""
        longest = self.longest_pause()
        return Duration(longest.end - longest.begin, 2 * longest.error + FRAME)

    def longest_pause(self) -> TimedSpan:
        """When nobody spoke for the longest time."""
        begin, end = self._bounds("dead air")
        spoken = [*self.speech(_TX), *self.speech(_RX)]
        return max(
            pauses(spoken, begin, end),
            key=lambda pause: pause.end - pause.begin,
            default=TimedSpan(begin, begin, 0.0),
        )

    def overlap(self) -> Duration:
        """How long both spoke at once, in all."""
        self._bounds("overlap")
        shared = overlaps(self.speech(_TX), self.speech(_RX))
        return Duration(talk_time(shared), sum(2 * span.error + FRAME for span in shared))

    def _bounds(self, what: str) -> tuple[float, float]:
        """When the conversation began and ended: with the answer, and with the last sound so far.

        A sound before the answer begins it earlier. How long a suite waits at the end is no matter.

        Raises:
            NothingYet: nobody has spoken.
        """
        spoken = sorted([*self.speech(_TX), *self.speech(_RX)])
        if not spoken:
            raise NothingYet(
                f"{self.agent.name} has no {what}{' yet' if self.call.is_live else ''}: nobody has"
                f" spoken, and {self.call.describe()}."
            )
        begin = min(spoken[0].begin, self.call.established_at or math.inf)
        return begin, max(span.end for span in spoken)

    def story(self) -> str:
        """Who spoke when, in words; seconds count from when the call was established."""
        since = self.call.established_at or self.call.began_at
        ours, theirs = self.turns()
        said = [(turn, self.agent.name) for turn in ours] + [(turn, "peer") for turn in theirs]
        lines = [
            f"{name} {turn.begin - since:.2f} to {turn.end - since:.2f} s"
            for turn, name in sorted(said)
        ]
        return f"Turns: {', '.join(lines) or 'none'}.{self._echo()}"

    def _echo(self) -> str:
        """That the agent hears itself, as a sentence; empty where it does not."""
        path = self._sides[_RX].echo
        if path is None:
            return ""
        returns = f"what it says comes back {describe_echo(path)}"
        return f" {self.agent.name} hears itself: {returns}, which is no speech of the peer."
