"""Silence, levels and gaps."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from ..agents.call import Call
from ..errors import PhoneFailure, UsageError
from ..types import Level
from ..wording import first_few
from .assertions import Assertion, Value
from .base import AgentName, Component

_SECOND = timedelta(seconds=1)
_TWO_SECONDS = timedelta(seconds=2)
_THREE_SECONDS = timedelta(seconds=3)
_GAP = timedelta(milliseconds=60)
_QUIET = Level(-50)
#: The shortest duration (s) that can be measured.
_SHORTEST = 0.2


class LoudnessKeywords(Component):
    """Checks silence, levels and gaps in what an agent hears."""

    @keyword(tags=("Audio", "Wait"))
    def verify_silence(
        self,
        agent: AgentName,
        duration: timedelta = _TWO_SECONDS,
        *,
        threshold: Level | None = None,
        call: str | None = None,
    ) -> str:
        """Checks that the agent hears silence for ``duration``.

        Returns the kind of silence: ``digital silence``, ``comfort noise``, ``faint sound`` below
        the threshold, or ``no RTP`` when not a single RTP packet arrived, or none with a payload
        (embedded backend). The log says how much silence there was. Comfort noise counts as silence
        even above the threshold. Where packets bring its level instead of audio (RFC 3389), the
        kind is ``comfort noise`` on the embedded backend; an external baresip does not tell them from audio that cannot be read. The first
        0.3 s do not count, as that audio was already on its way. When a sound begins just before the end,
        the check lasts until it is known what it is, up to 2.3 s longer; sounds that begin after
        ``duration`` do not count.

        Fails the moment anything else is heard, and says what it was. Fails too when the call ends,
        when nothing but digits arrives, and when packets arrived that could not be read, such as
        those of a call that the agent holds, or more than one a second of a payload type that the
        agent's SDP does not have (embedded backend): their content is unknown.

        | =Argument= | =Meaning= |
        | ``duration`` | How long the silence must last; at least 0.2 s. |
        | ``threshold`` | Sound below this level counts as silence; ``-50 dBFS`` when left out. |

        Example:
        | Verify Silence | bob | 2s |
        | ${kind} = | Verify Silence | bob | 500ms | threshold=-40 dBFS |
        """
        from ..media.silence import verify_silence

        acting_agent = self._agents.get(agent)
        limit = _possible(_QUIET if threshold is None else threshold)
        silence = verify_silence(acting_agent, self._duration(duration), limit, call)
        logger.info(silence.words)
        return silence.kind

    @keyword(tags=("Audio", "Wait"))
    def verify_audio_level(
        self,
        agent: AgentName,
        *,
        min: Level | None = None,
        max: Level | None = None,
        duration: timedelta = _SECOND,
        call: str | None = None,
    ) -> float:
        """Checks the level of what the agent hears; returns it in dBFS.

        It is the RMS level over ``duration``, where 0 dBFS is a full-scale sine. The first 0.3 s do
        not count, as that audio was already on its way.

        Fails when the level is below ``min`` or above ``max``, and when less audio than ``duration``
        arrives.

        | =Argument= | =Meaning= |
        | ``min``, ``max`` | Such as ``-30 dBFS``; at least one of them. |
        | ``duration`` | How much audio is measured; at least 0.2 s. |

        Example:
        | Verify Audio Level | bob | min=-30 dBFS | max=-6 dBFS |
        """
        from ..diagnosis.failure import CallFailure
        from ..media.loudness import measure_level

        if min is None and max is None:
            raise UsageError("A level is checked against min=, max= or both; neither is given.")
        for bound in (min, max):
            _possible(bound or _QUIET)
        if min is not None and max is not None and min > max:
            raise UsageError(f"min={min} is above max={max}; swap them.")
        acting_agent = self._agents.get(agent)
        heard = measure_level(acting_agent, self._duration(duration), call)
        words = f"{acting_agent.name} heard {heard}"
        if min is not None and heard.level < min:
            raise CallFailure(f"{words}, which is below min={min}.", acting_agent)
        if max is not None and heard.level > max:
            raise CallFailure(f"{words}, which is above max={max}.", acting_agent)
        logger.info(f"{words}.")
        return heard.level

    @keyword(tags=("Audio", "Getter", "Assertion"))
    def get_audio_level(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        duration: timedelta = _SECOND,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> float:
        """Returns the level of what the agent hears, in dBFS.

        It is measured as `Verify Audio Level` does. Digital silence is returned as -120 dBFS.

        Fails when less audio than ``duration`` arrives, and when the assertion does not hold. With
        ``timeout`` it waits for a call, and measures again until the assertion holds or the time is
        over.

        | =Argument= | =Meaning= |
        | ``duration`` | How much audio is measured; at least 0.2 s. |

        Example:
        | ${level} = | Get Audio Level | bob |
        | Get Audio Level | bob | > | -30 dBFS | duration=2s |
        """
        from ..media.clips import media_of
        from ..media.loudness import measure_level

        wanted = Assertion(assertion_operator, assertion_expected, message, _possible)
        acting_agent, seconds = self._agents.get(agent), self._duration(duration)

        def measure() -> float:
            heard = measure_level(acting_agent, seconds, call)
            logger.info(f"{acting_agent.name} heard {heard}.")
            return wanted.check(
                Value(f"The audio level of {acting_agent.name}", lambda: heard.level)
            )

        to_hear = partial(acting_agent.require_live_call, "to listen to", call)
        which, left = self._awaited(acting_agent, to_hear, timeout)
        if left is not None:
            _, left = self._awaited(
                acting_agent, partial(media_of, acting_agent, which, "level"), left
            )
        return measure() if left is None else _in_time(measure, which, self._seconds(left))

    @keyword(tags=("Audio", "Wait"))
    def verify_no_audio_gap(
        self,
        agent: AgentName,
        duration: timedelta = _THREE_SECONDS,
        *,
        longest: timedelta = _GAP,
        call: str | None = None,
    ) -> float:
        """Checks that what the agent hears has no long gap; returns the longest gap in seconds.

        The agent must hear sound all the time. In a tone, a gap is a stretch that is silent, that
        is replaced by other sound, or whose phase jumps; this is most exact at 1720 Hz. In a
        prompt, in two tones less than 80 Hz apart, as of a ringback tone, and in a tone too, a gap is a time in which no audio came, lost or not sent, measured
        to about 20 ms. The log lists all gaps.

        Fails when a gap is longer than ``longest``, when no sound arrives, and when less audio than
        ``duration`` arrives.

        | =Argument= | =Meaning= |
        | ``duration`` | How much audio is checked; at least 0.2 s. |
        | ``longest`` | The longest gap that is allowed. |

        Example:
        | Send Audio | alice | tone:1720 |
        | Verify No Audio Gap | bob | 3s | longest=60ms |
        """
        from ..diagnosis.failure import CallFailure
        from ..media.loudness import find_dropouts

        acting_agent, limit = self._agents.get(agent), self._seconds(longest)
        seconds = self._duration(duration)
        gaps = find_dropouts(acting_agent, seconds, call)
        heard = f"{acting_agent.name} heard {seconds:g} s of audio with"
        logger.info(f"{heard} {'; '.join(map(str, gaps)) or 'no gap'}.")
        worst = gaps[0].length if gaps else 0.0
        if worst > limit:
            longer = first_few([str(gap) for gap in gaps if gap.length > limit])
            raise CallFailure(
                f"{heard} {longer}; none may be longer than {limit * 1000:g} ms.", acting_agent
            )
        return worst

    def _duration(self, duration: timedelta) -> float:
        """A duration in seconds, long enough to be measured."""
        seconds = self._seconds(duration)
        if seconds < _SHORTEST:
            raise UsageError(f"The duration must be at least {_SHORTEST:g} s, not {seconds:g} s.")
        return seconds


def _in_time(measure: Callable[[], float], call: Call, within: float) -> float:
    """Measures again until it succeeds, for this many seconds while the call goes on."""
    deadline = time.monotonic() + within
    while True:
        try:
            return measure()
        except PhoneFailure:
            if time.monotonic() >= deadline or not call.is_live:
                raise


def _possible(level: Level | str) -> float:
    """A level in dBFS that audio can have.

    Raises:
        UsageError: audio cannot have it.
    """
    try:
        level = Level.parse(level)
        level.require_possible()
    except ValueError as error:
        raise UsageError(str(error)) from error
    return float(level)
