"""Call quality."""

from datetime import timedelta
from functools import partial
from typing import Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..agents.call import Call, CallState
from ..errors import NothingYet, UsageError
from ..media.clips import following_recording
from ..media.one_way_delay import one_way_delay
from ..media.quality import CallQuality, quality_of
from ..media.timings import Duration, Timings
from ..signalling.shared_calls import calls_between
from ..types import CallTiming, QualityField
from .assertions import Assertion, number, percent, seconds
from .base import AgentName, Component


class QualityKeywords(Component):
    """What RTCP tells."""

    @keyword(tags=("Audio", "Getter", "Assertion"))
    def get_call_quality(
        self,
        agent: AgentName,
        field: QualityField | None = None,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> CallQuality | float | None:
        """Returns how good the active call, or else the last one, is, from its RTCP reports.

        Without ``field`` it is an object with ``mos``, ``rtt``, ``jitter`` and ``packet_loss``;
        ``None`` until the first report, which takes about 5 seconds. The last values survive the
        hang-up. ``mos`` is estimated by the E-model of ITU-T G.107 for G.711. ``rtt`` and ``jitter``
        compare with seconds and with Robot times, such as ``20ms``.

        Fails when an assertion is given and does not hold, with ``timeout`` not even in that time;
        the message says when no report came.

        | =Argument= | =Meaning= |
        | ``field`` | ``mos`` (1 to 4.5), ``rtt`` and ``jitter`` (s), ``packet_loss`` (percent). |

        Example:
        | Get Call Quality | alice | mos | >= | 4 | timeout=10s |
        | Get Call Quality | alice | jitter | < | 20ms |
        """
        who = self._agents.get(agent)
        unit = _UNITS.get(field) if field else None
        wanted = Assertion(assertion_operator, assertion_expected, message, unit)
        name = field.name if field else "call quality"
        return self._checked(
            who,
            lambda: _read(who, field),
            wanted,
            f"The {name} of",
            timeout,
            lambda: _why_none(who),
        )


_UNITS = {
    QualityField.mos: number,
    QualityField.rtt: seconds,
    QualityField.jitter: seconds,
    QualityField.packet_loss: percent,
}


def _why_none(agent: Agent) -> str:
    call = agent.active_or_last_call
    if call is None:
        return f"{agent.name} has no quality report: it has had no call."
    if call.is_live:
        return f"{agent.name} has no quality report yet: no RTCP arrived."
    return f"{agent.name} has no quality report: no RTCP arrived, and {call.describe()}."


def _read(agent: Agent, field: QualityField | None) -> CallQuality | float | None:
    call = agent.active_or_last_call
    quality = quality_of(call.quality) if call else None
    if quality is None or field is None:
        return quality
    return float(getattr(quality, field.name))


class TimingKeywords(Component):
    """What a stopwatch would say, if it could see the messages and hear the audio."""

    @keyword(tags=("Audio", "Getter", "Assertion"))
    def get_call_timing(
        self,
        agent: AgentName,
        timing: CallTiming,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        to: AgentName | None = None,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> float:
        """Returns how long a phase of the active call, or else the last one, took, in seconds.

        Messages count when this agent has sent or received them; of an incoming call it is the
        INVITE's arrival that timings begin with. Audio counts when the agent has it to play, after
        the jitter buffer, and is audible from -50 dBFS on: that is right to about 8 ms, and to 28
        ms (a packet more) just after audio has begun or paused. The log says how right. Agents that
        the library starts can time audio, and an attached one whose ``recordings_folder`` is given.

        | =Timing= | =Seconds from ... to ...= |
        | ``post_dial_delay`` | The INVITE, the first 18x; the 200 when that comes first. |
        | ``setup_time`` | The INVITE, its 200. |
        | ``answer_to_audio`` | The 200, the first audible sample after it; 0 when it could be heard before. |
        | ``first_audio`` | The INVITE, the first audible sample, be it early media. |
        | ``hold_gap`` | The longest time without anything audible, of those that began before the last hold of the call ended: with a steady tone how long it was gone. Of music on hold that is heard in between, the longest break. |
        | ``transfer_gap`` | For who was transferred: the last audible sample of the old call, the first of the new one. |
        | ``one_way_delay`` | A chirp leaves this agent as RTP, the agent ``to`` has it to play: network and jitter buffer, the mean over the packets of the chirp. The sender's packet time is not in it. It is measured when asked, in half a second; what was sent before is sent again. Right to about 2 ms: each packet is looked for every 1 ms at both ends. On a machine too busy for that up to 4 chirps are sent, and the log says how right the best one is. |
        | ``teardown`` | The BYE, its 200. |

        An assertion compares it with seconds or with a Robot time, such as ``500ms``.

        Fails when an event that the timing needs has not happened, with ``timeout`` not even in
        that time: the message says what is missing. Fails too when an assertion does not hold.

        | =Argument= | =Meaning= |
        | ``to`` | Only for ``one_way_delay``: who hears the chirp, an agent in a call with this one. |
        | ``timeout`` | How long to wait for what is missing, also for a call; a chirp is waited for as long as the library's timeout when left out. |

        Example:
        | Get Call Timing | alice | post_dial_delay | < | 500ms |
        | Get Call Timing | alice | answer_to_audio | < | 0.5 | timeout=3s |
        | Get Call Timing | alice | one_way_delay | < | 0.15 | to=bob |
        """
        who = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message, seconds)
        subject = f"The {timing.name} of"
        if timing is CallTiming.one_way_delay:
            delay = self._one_way_delay(who, to, call, timeout)
            return self._checked(who, lambda: delay, wanted, subject, None)
        if to is not None:
            raise UsageError(f"The {timing.name} has no other side; leave out to={to}.")
        which, left = self._awaited(who, lambda: who.require_call("to time", call), timeout)
        timings = Timings(who, which)
        with following_recording(who, which):
            value = self._checked(who, lambda: timings.read(timing).seconds, wanted, subject, left)
        logger.info(f"{subject} {who.name}: {timings.read(timing)}")
        return value

    def _one_way_delay(
        self, speaker: Agent, to: AgentName | None, call: str | None, timeout: timedelta | None
    ) -> float:
        if to is None:
            raise UsageError("The one_way_delay needs who hears: to=, an agent.")
        listener = self._agents.get(to)
        if listener is speaker:
            raise UsageError(f"{speaker.name} has no delay to itself; name another agent.")
        theirs, left = self._awaited(
            speaker, lambda: speaker.require_live_call("to speak in", call), timeout
        )
        heard_in, left = self._awaited(
            listener, lambda: listener.require_live_call("to listen to"), left
        )
        for one, its in ((speaker, theirs), (listener, heard_in)):
            if left is not None:
                _, left = self._awaited(one, partial(_answered, one, its), left)
        theirs, heard_in = calls_between(speaker, listener, "measure a delay", call)
        delay: Duration = one_way_delay(speaker, theirs, listener, heard_in, self._seconds(timeout))
        logger.info(f"The one_way_delay of {speaker.name} to {listener.name}: {delay}")
        return delay.seconds


def _answered(agent: Agent, call: Call) -> None:
    """Raises `NothingYet` while a call rings that may still be answered in time."""
    if call.state is CallState.RINGING:
        raise NothingYet(f"{agent.name} cannot measure a delay now: {call.describe()}.")
