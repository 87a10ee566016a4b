"""How good a call is, by its RTCP reports."""

import time
from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..events import QualityReported
from ..media.results import CallQuality
from ..types import QualityField
from .assertions import Assertion, Value, number, percent, seconds
from .base import AgentName, Component, field_of

#: When the first report of a call comes (s).
_FIRST_REPORT = 5
#: How a suite writes the values of a field.
_UNITS = {
    QualityField.mos: number,
    QualityField.rtt: seconds,
    QualityField.jitter: seconds,
    QualityField.packet_loss: percent,
}


class QualityKeywords(Component):
    """Reads RTCP reports."""

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
        """Returns the quality of the active call, or else of the last call, from its RTCP reports.

        Without ``field`` it is an object with ``mos``, ``rtt``, ``jitter`` and ``packet_loss``. It
        is ``None`` until the first report, which takes about 5 seconds. The last values stay after
        the call has ended. ``mos`` is estimated by the E-model of ITU-T G.107 for G.711. ``rtt``
        and ``jitter`` can be compared with seconds and with Robot times, such as ``20ms``. ``rtt``
        is 0 as long as no report of the peer has told it, which takes the second one, and with some
        peers always, also where a report tells of a round trip longer than the call has lasted;
        ``mos`` then counts no delay of the network.

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.
        The message says when no report came.

        | =Argument= | =Meaning= |
        | ``field`` | ``mos`` (1 to 4.5), ``rtt`` and ``jitter`` (s), ``packet_loss`` (percent). |

        Example:
        | Get Call Quality | alice | mos | >= | 4 | timeout=10s |
        | Get Call Quality | alice | jitter | < | 20ms |
        """
        acting_agent = self._agents.get(agent)
        unit = _UNITS.get(field) if field else None
        wanted = Assertion(assertion_operator, assertion_expected, message, unit)
        name = field.name if field else "call quality"
        quality: Value[CallQuality | float | None] = Value(
            f"The {name} of {acting_agent.name}",
            lambda: field_of(_quality(acting_agent), field),
            lambda: _why_no_report(acting_agent),
        )
        return self._checked(acting_agent, quality, wanted, timeout)


def _quality(agent: Agent) -> CallQuality | None:
    from ..media.quality import quality_of

    call = agent.active_or_last_call
    return quality_of(call) if call else None


def _why_no_report(agent: Agent) -> str:
    call = agent.active_or_last_call
    if call is None:
        return f"{agent.name} has no quality report: it has had no call."
    reports = agent.journal.of_kind(QualityReported)
    is_empty = any(report.call_id == call.call_id for report in reports)
    told = "RTCP arrived, but no RTP that it reports on"
    why = told if is_empty else "its baresip has told of no sender report (RTCP)"
    if call.is_live:
        since = call.established_at
        is_young = since is not None and time.monotonic() - since < _FIRST_REPORT
        soon = f" The first takes about {_FIRST_REPORT} s: give a timeout." if is_young else ""
        return f"{agent.name} has no quality report yet: {why}.{soon}"
    return f"{agent.name} has no quality report: {why}, and {call.describe()}."
