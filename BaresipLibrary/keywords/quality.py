"""Call quality."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..agents.quality import CallQuality, quality_of
from ..types import QualityField
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
    call = agent.active_call or agent.last_call
    if call is None:
        return f"{agent.name} has no quality report: it has had no call."
    if call.is_live:
        return f"{agent.name} has no quality report yet: no RTCP arrived."
    return f"{agent.name} has no quality report: no RTCP arrived, and {call.story()}."


def _read(agent: Agent, field: QualityField | None) -> CallQuality | float | None:
    call = agent.active_call or agent.last_call
    quality = quality_of(call.quality) if call else None
    if quality is None or field is None:
        return quality
    return float(getattr(quality, field.name))
