"""Blind and attended transfer."""

from datetime import timedelta

from robot.api.deco import keyword

from ..signalling import transfers
from .base import AgentName, Component
from .targets import dialled_uri, target_uri


class TransferKeywords(Component):
    """Transfers calls, with or without a consultation."""

    @keyword(tags=("Transfer",))
    def transfer(
        self,
        agent: AgentName,
        target: AgentName,
        *,
        call: str | None = None,
        timeout: timedelta | None = None,
    ) -> None:
        """Transfers the peer of the active call to a target (REFER) and waits for the outcome.

        A transfer that works ends the agent's own call. A peer that is an agent calls the target by
        itself. When the target is an agent too, the keyword returns as soon as the peer has accepted
        the REFER and the target rings, so that the suite can `Accept`. A call that another agent
        makes to the target meanwhile does not count.

        Fails when the transfer is refused or fails, with the reported status; the call then goes on
        as it was. Fails too when no outcome is reported within ``timeout`` (default: the library's).

        Example:
        | Transfer | alice | carol |
        | Accept | carol |
        | Wait Until State Is | alice | IDLE |
        """
        acting_agent = self._acting(agent, call)
        which = acting_agent.require_live_call("to transfer", call)
        uri = target_uri(self._agents, acting_agent, target)
        callee = self._agents.find(target) if isinstance(target, str) else target
        everybody = list(self._agents)
        transfers.transfer(acting_agent, which, uri, self._seconds(timeout), callee, everybody)

    @keyword(tags=("Transfer",))
    def attended_transfer(
        self,
        agent: AgentName,
        target: AgentName,
        *,
        call: str | None = None,
        timeout: timedelta | None = None,
    ) -> str:
        """Holds the active call and calls a target for a consultation; returns the new Call-ID.

        `Complete Transfer` then connects peer and target; `Abort Transfer` goes back to the held
        call.

        Fails when the call cannot be held or the target cannot be dialled.

        Example:
        | Attended Transfer | alice | carol |
        | Accept | carol |
        | Complete Transfer | alice |
        """
        acting_agent = self._acting(agent, call)
        which = acting_agent.require_live_call("to transfer", call)
        uri = dialled_uri(self._agents, acting_agent, target)
        return transfers.consult(acting_agent, which, uri, self._seconds(timeout))

    @keyword(tags=("Transfer",))
    def complete_transfer(self, agent: AgentName, *, timeout: timedelta | None = None) -> None:
        """Connects the held peer with the target of the consultation (REFER with Replaces).

        A transfer that works ends both calls of the agent. Agents that are transferred, or whose
        call is replaced, do their part by themselves.

        Fails when no `Attended Transfer` is under way, when the target does not answer, and when
        the transfer fails, with the reported status; both calls then go on.

        Example:
        | Complete Transfer | alice |
        """
        transfers.complete(self._acting(agent), self._seconds(timeout))

    @keyword(tags=("Transfer",))
    def abort_transfer(self, agent: AgentName, *, timeout: timedelta | None = None) -> None:
        """Ends the consultation and resumes the held call.

        Fails when no `Attended Transfer` is under way, and when the held call has ended.

        Example:
        | Abort Transfer | alice |
        """
        transfers.abort(self._acting(agent), self._seconds(timeout))
