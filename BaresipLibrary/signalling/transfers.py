"""Transfers: blind, and with consultation (RFC 3515, RFC 3891)."""

from collections.abc import Callable, Sequence

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Call, CallState, Consultation, Direction
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.call_setup import explain_setup
from ..diagnosis.failure import Awaited, CallFailure
from ..diagnosis.incoming_calls import explain_unregistered_target
from ..diagnosis.transfers import (
    awaits_outcome,
    explain_missing_outcome,
    explain_refused_refer,
    explain_reported_outcome,
    has_worked,
    notifies_about,
    sent_refer,
)
from ..errors import PhoneFailure, UsageError
from ..events import (
    CallClosed,
    CallEstablished,
    CallIncoming,
    ClosedBy,
    TransferFailed,
    TransferRequested,
)
from ..sip.bodies import ends_refer_without_outcome
from .calls import hang_up_unless_over
from .hold import hold
from .states import require_established


def transfer(
    agent: Agent,
    call: Call,
    uri: str,
    timeout: float,
    callee: Agent | None = None,
    agents: Sequence[Agent] = (),
) -> None:
    """Blind transfer: the peer is to call `uri`. Waits `timeout` seconds for the outcome.

    Where `uri` is that of `callee`, an agent of the suite, only the suite can accept the new call:
    then the wait is over as soon as the peer has accepted the REFER and that agent rings. A call
    that another one of `agents` makes to it does not count.

    Raises:
        PhoneFailure: it failed, with the reported status; the call goes on as it was.
    """
    agent.require(Capability.TRANSFER)
    require_established(agent, call, "transfer its call")
    position = len(agent.journal)
    rings = _rings_anew(callee, agent, call, agents) if callee else None
    with agent.changes:
        call.request_transfer()
    with agent.commanding(f"transfer its call to {uri}"):
        agent.backend.transfer(call.call_id, uri)
    _wait_for_outcome(agent, call, uri, position, timeout, rings)


def consult(agent: Agent, call: Call, uri: str, timeout: float) -> str:
    """Attended transfer, first half: holds the call and dials `uri`; returns the new Call-ID.

    Raises:
        UsageError: a consultation is under way already.
        PhoneFailure: the call could not be held.
    """
    agent.require(Capability.ATTENDED_TRANSFER)
    require_established(agent, call, "transfer its call")
    if agent.consultation and agent.consultation.asking.is_live:
        raise UsageError(
            f"{agent.name} is in a consultation already; use Complete Transfer or Abort Transfer."
        )
    hold(agent, call, True, timeout)
    return begin_consultation(agent, call, uri)


def begin_consultation(agent: Agent, held: Call, uri: str) -> str:
    """Dials the target of an attended transfer of a held call; returns the new Call-ID."""
    account = agent.account
    if account.headers:
        agent.require(Capability.INVITE_HEADERS)
    with agent.commanding(f"dial {uri}"):
        call_id = agent.backend.consult(held.call_id, uri, account.headers)
    with agent.changes:
        asking = agent.require_call("to the transfer target", call_id)
        agent.consultation = Consultation(held, asking)
    return call_id


def complete(agent: Agent, timeout: float) -> None:
    """Attended transfer, second half: connects the held peer with the one that was asked.

    Raises:
        UsageError: there is no consultation.
        PhoneFailure: it failed, or the consultation was not answered within `timeout` seconds.
    """
    held, asking = _require_consultation(agent)

    def unanswered(awaited: Awaited | None = None) -> CallFailure:
        return CallFailure(
            f"{agent.name} could not complete the transfer: {asking.describe()}.",
            agent,
            lambda agents: explain_setup(agent, asking, agents),
            awaited,
        )

    def answered() -> bool | None:
        agent.require_alive()
        if not held.is_live:
            agent.wait_for_ending(held)
            raise PhoneFailure(f"{agent.name} could not complete the transfer: {held.describe()}.")
        if not asking.is_live:
            raise unanswered()
        return asking.state is CallState.ESTABLISHED or None

    if not wait_until(agent.changes, answered, timeout):
        raise unanswered(
            lambda event: isinstance(event, CallEstablished) and event.call_id == asking.call_id
        )
    position = len(agent.journal)
    with agent.changes:
        held.request_transfer()
    with agent.commanding("complete the transfer"):
        agent.backend.attended_transfer(held.call_id, asking.call_id)
    _wait_for_outcome(agent, held, asking.peer_uri, position, timeout)
    _end_consultation(agent)


def abort(agent: Agent, timeout: float) -> None:
    """Ends the consultation and resumes the held call.

    Raises:
        UsageError: there is no consultation.
        PhoneFailure: the held call is gone or could not be resumed.
    """
    held, asking = _require_consultation(agent)
    _end_consultation(agent)
    if asking.is_live:
        hang_up_unless_over(agent, asking)
    if not held.is_live:
        raise PhoneFailure(f"{agent.name} has no call to resume: {held.describe()}.")
    hold(agent, held, False, timeout)


def _end_consultation(agent: Agent) -> None:
    """Notes that the consultation was completed or aborted."""
    with agent.changes:
        agent.consultation = None


def _require_consultation(agent: Agent) -> tuple[Call, Call]:
    agent.require_alive()
    if agent.consultation is None:
        raise UsageError(f"{agent.name} is not in a consultation; use Attended Transfer first.")
    return agent.consultation.held, agent.consultation.asking


def _rings_anew(
    callee: Agent, agent: Agent, transferred: Call, agents: Sequence[Agent]
) -> Callable[[], bool]:
    """Tells, as often as it is called, whether the peer that is transferred from now on has called.

    What is not known to be the call of somebody else counts: it may come from a server.
    """
    position, asked_since = len(callee.journal), len(agent.journal)
    others = [(one, len(one.journal)) for one in agents if one is not callee]
    waited_for: set[str] = set()

    def caller(call_id: str) -> tuple[Agent, int] | None:
        return next((one for one in others if _has_dialled(one[0], call_id)), None)

    def counts(call_id: str) -> bool:
        if call_id not in waited_for:  # that an agent has called may show later than its call
            waited_for.add(call_id)
            wait_until(agent.changes, lambda: caller(call_id), TRACE_LAG)
        found = caller(call_id)
        return found is None or _is_transferred(*found, agent, transferred)

    def rings() -> bool:
        new = {event.call_id for event in callee.journal.of_kind(CallIncoming, position)}
        return any(map(counts, new)) and _is_accepted(agent, transferred, asked_since)

    return rings


def _is_transferred(one: Agent, since: int, agent: Agent, transferred: Call) -> bool:
    """Whether an agent is the peer in a call, or was asked to call since that position."""
    is_peer = one is not agent and any(call.call_id == transferred.call_id for call in one.calls)
    return is_peer or any(one.journal.of_kind(TransferRequested, since))


def _has_dialled(agent: Agent, call_id: str) -> bool:
    ours = (call for call in agent.calls if call.direction is Direction.OUTGOING)
    return any(call.call_id == call_id for call in ours)


def _is_accepted(agent: Agent, call: Call, since: int) -> bool:
    """Whether the REFER in a call was accepted, as far as the agent's backend can tell."""
    if not agent.backend.shows_messages:
        return True
    return any(
        one.method == "REFER" and one.call_id == call.call_id and one.status in range(200, 300)
        for _, one in agent.journal.outlines(since)
    )


def _wait_for_outcome(
    agent: Agent,
    call: Call,
    uri: str,
    position: int,
    timeout: float,
    rings: Callable[[], bool] | None = None,
) -> None:
    """Waits for the outcome of a REFER that was sent at a position of the journal.

    `rings` tells that the target rings, which is enough.
    """
    what = f"{agent.name} could not transfer its call to {uri}"

    def failure(why: str, awaited: Awaited | None = None) -> CallFailure:
        def explain(_: Sequence[Agent]) -> str | None:
            return explain_missing_outcome(agent, call, position)

        return CallFailure(f"{what}: {why}.", agent, explain, awaited)

    def outcome() -> bool | None:
        agent.require_alive()
        for failed in agent.journal.of_kind(TransferFailed, position):
            if failed.call_id == call.call_id:
                raise _reported_failure(what, agent, call, uri, failed, position)
        if rings is not None and rings():
            return True
        if call.closed is not None:
            may_come = awaits_outcome(agent, call, position)
            if call.closed.by is ClosedBy.TRANSFER or has_worked(agent, call, position):
                return True
            if not may_come:
                raise failure(f"{call.describe()}, before the outcome was reported")
        elif _subscription_is_over(agent, call, position):
            agent.mark_seen()
            unknown = "no outcome was reported before the peer ended the subscription"
            raise failure(f"{unknown}; the call goes on")
        return None

    if not wait_until(agent.changes, outcome, timeout):
        ended = f"{call.describe()}, and " if call.closed is not None else ""
        raise failure(
            f"{ended}no outcome was reported within {timeout:g} s",
            lambda event: (
                isinstance(event, CallClosed | TransferFailed) and event.call_id == call.call_id
            ),
        )


def _reported_failure(
    what: str, agent: Agent, call: Call, uri: str, failed: TransferFailed, position: int
) -> CallFailure:
    agent.mark_seen()
    now = "the call goes on" if call.is_live else call.describe()
    return CallFailure(
        f"{what}: {failed.describe()}; {now}.",
        agent,
        lambda agents: (
            explain_refused_refer(agent, call, position)
            or explain_reported_outcome(agent, call, position)
            or explain_unregistered_target(uri, agent, agents)
        ),
    )


def _subscription_is_over(agent: Agent, call: Call, position: int) -> bool:
    """Whether a NOTIFY has ended the subscription of a REFER, and the stack learned no outcome."""
    recent = [one for _, one in agent.journal.outlines(position) if one.call_id == call.call_id]
    if not any(one.method == "NOTIFY" and not one.is_request for one in recent):
        return False
    refer = sent_refer(agent, call, position)
    return refer is not None and any(
        one.final and ends_refer_without_outcome(one.request, one.final.status)
        for one in notifies_about(agent, call, refer)
    )
