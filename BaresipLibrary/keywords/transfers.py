"""Transfers."""

from datetime import timedelta

from robot.api.deco import keyword

from ..signalling import transfers
from .base import AgentName, Component
from .calls import dialled_uri, target_uri


class TransferKeywords(Component):
    """Blind transfer, and transfer with consultation."""

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

        When it worked, the agent's own call is over. A peer that is an agent follows by itself.
        When the target is an agent of the suite too, the keyword returns as soon as that one
        rings, for the suite to `Accept`.

        Fails when the transfer was refused or failed, with the status that was reported: the call
        goes on as it was. Fails too when no outcome is reported within ``timeout``.

        Example:
        | Transfer | alice | carol |
        | Accept | carol |
        | Wait Until State Is | alice | IDLE |
        """
        who = self._acting(agent)
        which = who.require_live_call("to transfer", call)
        uri = target_uri(self._agents, who, target)
        callee = self._agents.find(target) if isinstance(target, str) else target
        transfers.transfer(who, which, uri, self._seconds(timeout), callee)

    @keyword(tags=("Transfer",))
    def attended_transfer(
        self,
        agent: AgentName,
        target: AgentName,
        *,
        call: str | None = None,
        timeout: timedelta | None = None,
    ) -> str:
        """Holds the active call and calls a target to ask first; returns the new Call-ID.

        `Complete Transfer` then connects the two, `Abort Transfer` goes back to the held call.

        Fails when the call cannot be held or the target cannot be dialled.

        Example:
        | Attended Transfer | alice | carol |
        | Accept | carol |
        | Complete Transfer | alice |
        """
        who = self._acting(agent)
        which = who.require_live_call("to transfer", call)
        uri = dialled_uri(self._agents, who, target)
        return transfers.consult(who, which, uri, self._seconds(timeout))

    @keyword(tags=("Transfer",))
    def complete_transfer(self, agent: AgentName, *, timeout: timedelta | None = None) -> None:
        """Connects the held peer with the one that was asked (REFER with Replaces).

        When it worked, both calls of the agent are over. A peer that is an agent follows by
        itself, and so does the agent that is called in its place.

        Fails when no `Attended Transfer` is under way, the target does not answer, or the
        transfer fails: with the status that was reported, and both calls go on.

        Example:
        | Complete Transfer | alice |
        """
        transfers.complete(self._acting(agent), self._seconds(timeout))

    @keyword(tags=("Transfer",))
    def abort_transfer(self, agent: AgentName, *, timeout: timedelta | None = None) -> None:
        """Ends the consultation and takes the held call back.

        Fails when no `Attended Transfer` is under way or the held call is gone.

        Example:
        | Abort Transfer | alice |
        """
        transfers.abort(self._acting(agent), self._seconds(timeout))
