"""Verdicts of several parts about hold and transfer."""

from datetime import timedelta

from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..agents.hold_verdict import verify_hold
from ..agents.transfer_verdict import verify_transfer
from ..agents.verdicts import Verdict
from ..errors import PhoneFailure, UsageError
from ..report.text import visible
from ..report.verdicts import verdict_table
from .base import AgentName, Component

_LISTEN = timedelta(seconds=1)
_WITHIN = timedelta(seconds=5)


class VerdictKeywords(Component):
    """All parts are judged and shown, be they good or bad."""

    @keyword(tags=("Call", "Audio"))
    def verify_hold(
        self, agent: AgentName, other: AgentName, *, duration: timedelta = _LISTEN
    ) -> None:
        """Checks that the agent holds the other one: by SDP, and by what each of them hears.

        Each sends a tone of its own meanwhile, and neither may hear the other's; what was sent
        before is sent again. Music on hold is fine, and so is a server that plays it without
        telling the held side by SDP; the log says what was heard. An answer that contradicts the
        hold, such as ``sendrecv`` to ``sendonly``, is not.

        Fails when any part is not so. The message lists all parts, and the log has them as a
        table.

        | =Argument= | =Meaning= |
        | ``agent`` | Who holds, by `Hold`. |
        | ``other`` | Who is held. |
        | ``duration`` | How long to listen. |

        Example:
        | Hold | alice |
        | Verify Hold | alice | bob |
        """
        holder, held = self._different(agent, other)
        _judge(verify_hold(holder, held, self._seconds(duration)))

    @keyword(tags=("Transfer", "Audio"))
    def verify_transfer(
        self,
        agent: AgentName,
        transferee: AgentName,
        target: AgentName,
        *,
        within: timedelta = _WITHIN,
    ) -> None:
        """Checks that the agent has transferred one to the other, who now talk to each other.

        The REFER was accepted and its NOTIFY reports success, the agent is out of the call, and
        both that remain hear a tone of each other; what they sent before is sent again.

        Fails when any part is not so ``within`` that time. The message lists all parts, and the
        log has them as a table.

        | =Argument= | =Meaning= |
        | ``agent`` | Who has transferred, by `Transfer` or `Complete Transfer`. |
        | ``transferee`` | Who was transferred. |
        | ``target`` | To whom. |

        Example:
        | Transfer | alice | carol |
        | Accept | carol |
        | Verify Transfer | alice | bob | carol |
        """
        transferor, one, other = self._different(agent, transferee, target)
        _judge(verify_transfer(transferor, one, other, self._seconds(within)))

    def _different(self, *names: AgentName) -> list[Agent]:
        agents = [self._agents.get(name) for name in names]
        if len(set(agents)) < len(agents):
            raise UsageError("Name different agents; each has its part.")
        return agents


def _judge(verdict: Verdict) -> None:
    logger.info(verdict_table(verdict), html=True)
    if not verdict.passed:
        raise PhoneFailure(visible(str(verdict)))
