"""How long the phases of a call took."""

from datetime import timedelta
from functools import partial
from typing import Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..agents.call import Call, CallState
from ..errors import NothingYet, UsageError
from ..media.results import Duration
from ..signalling.shared_calls import calls_between
from ..types import CallTiming
from .assertions import Assertion, Value, seconds
from .base import AgentName, Component


class TimingKeywords(Component):
    """Times messages and audio."""

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
        """Returns how long a phase of the active call, or else of the last call, took, in seconds.

        A message counts when this agent has sent or received it; in an incoming call, timings begin
        when the INVITE arrives. Audio counts when the agent has it ready to play, after the jitter
        buffer, and is audible from -50 dBFS on. Such times are right to about 8 ms, and to 28 ms
        (one packet more) just after audio has begun or paused. The log has each time with its error.
        Audio can be timed at agents that the library starts, and at an attached agent with
        ``recordings_folder``.

        | =Timing= | =Seconds from ... to ...= |
        | ``post_dial_delay`` | From the INVITE to the first 18x, or to the 200 when that comes first. |
        | ``setup_time`` | From the INVITE to its 200. |
        | ``ring_time`` | From the first 180 to the final response that answers or refuses the call, or that ends it after a CANCEL. |
        | ``answer_to_audio`` | From the 200 to the first audible sample after it; 0 when audio was audible before the 200. |
        | ``first_audio`` | From the INVITE to the first audible sample, which may be early media. |
        | ``hold_gap`` | The longest time without audible sound that began before the end of the call's last hold. With a steady tone, this is how long the tone was gone; with music on hold in between, it is the longest pause. |
        | ``transfer_gap`` | At the transferred agent: from the last audible sample of the old call to the first of the new call. |
        | ``one_way_delay`` | From the moment a chirp leaves this agent as RTP to the moment the agent ``to`` has it ready to play: network and jitter buffer, as the mean over the packets of the chirp, without the sender's packet time. It is measured on request, in half a second when the chirp is heard at once; a chirp that is not heard is sent again after 5 s. Afterwards the agent sends again what it sent before. It is right to about 2 ms, as each packet is looked for every 1 ms at both ends. On a busy machine, and when the delay changes meanwhile, up to 4 chirps are measured, and the log has the best one with its error. Within a call the delay may change by a packet: a baresip that sends falls behind by one when its machine is busy, and the jitter buffer then holds what arrives that much less. |
        | ``teardown`` | From the BYE to its final response; when the BYE is challenged, to that of the BYE with credentials. |

        An assertion compares the time with seconds or with a Robot time, such as ``500ms``.

        Fails when an event that the timing needs has not happened; with ``timeout``, when it does
        not happen in that time. The message says what is missing. Fails too when the assertion does
        not hold.

        | =Argument= | =Meaning= |
        | ``to`` | Only for ``one_way_delay``: the agent that hears the chirp, in a call with this one. |
        | ``timeout`` | How long to wait for a missing event, or for a call. A chirp is waited for as long as the library's timeout when left out. |

        Example:
        | Get Call Timing | alice | post_dial_delay | < | 500ms |
        | Get Call Timing | alice | answer_to_audio | < | 0.5 | timeout=3s |
        | Get Call Timing | alice | one_way_delay | < | 0.15 | to=bob |
        """
        from ..media.following import following_recording
        from ..media.timings import Timings

        acting_agent = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message, seconds)
        subject = f"The {timing.name} of {acting_agent.name}"
        if timing is CallTiming.one_way_delay:
            delay = self._one_way_delay(acting_agent, to, call, timeout)
            return self._checked(acting_agent, Value(subject, lambda: delay), wanted, None)
        if to is not None:
            raise UsageError(f"{timing.name} takes no other agent; leave out to={to}.")
        which, left = self._awaited(
            acting_agent, lambda: acting_agent.require_call("to time", call), timeout
        )
        timings = Timings(acting_agent, which)
        with following_recording(acting_agent, which):
            timed = Value(subject, lambda: timings.read(timing).seconds)
            value = self._checked(acting_agent, timed, wanted, left, timeout)
        logger.info(f"{subject}: {timings.read(timing)}")
        return value

    def _one_way_delay(
        self, speaker: Agent, to: AgentName | None, call: str | None, timeout: timedelta | None
    ) -> float:
        from ..media.one_way_delay import one_way_delay

        if to is None:
            raise UsageError("one_way_delay needs to=, the agent that hears the chirp.")
        listener = self._agents.get(to)
        if listener is speaker:
            raise UsageError(f"{speaker.name} has no delay to itself; name another agent.")
        theirs, left = self._awaited(
            speaker, lambda: speaker.require_live_call("to speak in", call), timeout
        )
        heard_in, left = self._awaited(
            listener, lambda: listener.require_live_call("to listen to"), left
        )
        for party, its in ((speaker, theirs), (listener, heard_in)):
            if left is not None:
                _, left = self._awaited(party, partial(_require_answered, party, its), left)
        theirs, heard_in = calls_between(speaker, listener, "measure a delay", call)
        delay: Duration = one_way_delay(speaker, theirs, listener, heard_in, self._seconds(timeout))
        logger.info(f"The one_way_delay of {speaker.name} to {listener.name}: {delay}")
        return delay.seconds


def _require_answered(agent: Agent, call: Call) -> None:
    """Raises `NothingYet` while a call rings that may still be answered in time."""
    if call.state is CallState.RINGING:
        raise NothingYet(f"{agent.name} cannot measure a delay now: {call.describe()}.")
