"""Waiting for an agent's state, for calls that come in, and for calls that must stay up.

A wait ends early, with the reason, as soon as what it waits for can no longer come.
"""

import time
from collections.abc import Iterable, Sequence

from ..agents.agent import PROMPTLY, Agent
from ..agents.call import Call, CallState, Direction
from ..concurrency import wait_until
from ..diagnosis.call_setup import explain_setup
from ..diagnosis.failure import CallFailure, Explain
from ..diagnosis.incoming_calls import (
    describe_missing_call,
    describe_refusal,
    explain_missing_call,
    nobody_called_since,
    refused_since_last_call,
)
from ..diagnosis.observations import wait_for_trace
from ..diagnosis.unusable_messages import explain_refused_end
from ..errors import UsageError
from ..events import (
    CallClosed,
    CallDialled,
    CallEstablished,
    CallIncoming,
    ClosedBy,
    TransferFailed,
)
from ..types import AgentState
from ..wording import duration_words

#: The events that lead to a state.
_LEADING_EVENTS = {
    AgentState.IDLE: (CallClosed,),
    AgentState.RINGING: (CallDialled, CallIncoming),
    AgentState.ESTABLISHED: (CallEstablished,),
}


def wait_for_state(
    agent: Agent, wanted: AgentState, timeout: float, agents: Iterable[Agent] = ()
) -> None:
    """Waits until the agent is in a state, `timeout` in seconds.

    `agents` are those of the suite: a call of one of them may still be on its way.

    Raises:
        PhoneFailure: it is not in time, or at once when it cannot be any more.
        AgentGone: the agent's process died.
    """

    everybody = list(agents)

    def reached() -> bool | None:
        agent.require_alive()
        if agent.state is wanted or _new_call_is_up(agent, wanted):
            agent.mark_seen()
            return True
        _require_possible(agent, wanted, everybody)
        return None

    if not wait_until(agent.changes, reached, timeout):
        agent.mark_seen()
        raise CallFailure(
            f"{agent.name} is not {wanted.name} after {timeout:g} s: it is {agent.state.name}"
            f"{_describe_situation(agent)}.",
            agent,
            _explanation_of(agent, wanted),
            awaited=lambda event: isinstance(event, _LEADING_EVENTS[wanted]),
        )


def _require_possible(agent: Agent, wanted: AgentState, agents: Sequence[Agent]) -> None:
    """Raises `CallFailure` when the state cannot come without another keyword."""
    obstacle = _obstacle(agent, wanted, agents)
    if not obstacle or _is_answered_by_itself(agent, agent.active_call):
        return
    agent.wait_for_ending()
    obstacle = _obstacle(agent, wanted, agents) or obstacle
    agent.mark_seen()
    raise CallFailure(
        f"{agent.name} is not {wanted.name}: {obstacle}.", agent, _explanation_of(agent, wanted)
    )


def _new_call_is_up(agent: Agent, wanted: AgentState) -> bool:
    """Whether a call was established since the suite last acted, and still is.

    It is not the active call when the agent, being transferred, has begun another one since.
    """
    if wanted is not AgentState.ESTABLISHED:
        return False
    news = {event.call_id for event in agent.journal.of_kind(CallEstablished, agent.news_since)}
    return any(call.call_id in news and call.state is CallState.ESTABLISHED for call in agent.calls)


def _explanation_of(agent: Agent, wanted: AgentState) -> Explain:
    if wanted is AgentState.ESTABLISHED:
        call = agent.active_or_last_call
        return lambda agents: explain_setup(agent, call, agents)
    if wanted is AgentState.RINGING:
        return lambda agents: explain_missing_call(agent, agents)
    ending = agent.active_call
    return lambda _: explain_refused_end(agent, ending)


def _obstacle(agent: Agent, wanted: AgentState, agents: Sequence[Agent]) -> str | None:
    """Why the state cannot come without another keyword; None while it can."""
    call = agent.active_call
    if wanted is AgentState.IDLE:
        return _news_of_failed_transfer(agent)
    if call is None:
        return None if may_be_called(agent, agents) else _describe_no_call(agent, wanted)
    if wanted is AgentState.ESTABLISHED and call.is_waiting and not agent.backend.may_answer:
        if agent.reactions.will_answer(call.call_id):
            to_come = f"{agent.name} is to {agent.reactions.chosen} (When Called)"
            return f"{call.describe()} and {to_come}"
        return f"{call.describe()} and nobody has accepted it; use Accept"
    return None


def _is_answered_by_itself(agent: Agent, call: Call | None) -> bool:
    """Whether nobody has to accept a ringing call: `When Called` does, or it replaces another.

    The latter is what its INVITE says, once it shows in the trace.
    """
    if call is None or not call.is_waiting:
        return False
    if agent.reactions.will_accept(call.call_id):
        return True
    wait_for_trace(agent, lambda: call.invited or None)
    return call.replaces


def _describe_no_call(agent: Agent, wanted: AgentState) -> str | None:
    if wanted is AgentState.RINGING:
        return news_of_missed_call(agent)
    refused = refused_since_last_call(agent)
    if refused:
        return describe_refusal(agent, refused)
    last = agent.last_call
    return last.describe() if last else "it has no call; use Dial or Accept"


def may_be_called(agent: Agent, agents: Sequence[Agent]) -> bool:
    """Whether a call of one of `agents` may be on its way to the agent.

    Not when the agent was the last to call.
    """
    last = agent.last_call
    if last is not None and last.direction is Direction.OUTGOING:
        return False
    known = {call.call_id for call in agent.calls}
    others = [other for other in agents if other is not agent]
    elsewhere = {other.uri for other in others} - {agent.uri}
    return any(
        call.direction is Direction.OUTGOING
        and (call.state is CallState.RINGING or (agent.backend.may_answer and call.is_live))
        and call.call_id not in known
        and call.peer_uri not in elsewhere
        for other in others
        for call in other.calls
    )


def _news_of_failed_transfer(agent: Agent) -> str | None:
    """What is new of a failed transfer: the call will not end by it.

    Nothing where the suite has told somebody to hang up since: then the call ends anyway.
    """
    return None if agent.end_expected else _describe_failed_transfer(agent, agent.news_since)


def _describe_failed_transfer(agent: Agent, since: int) -> str | None:
    """How a transfer of a call that is still live has failed."""
    for failed in agent.journal.of_kind(TransferFailed, since):
        if any(call.call_id == failed.call_id and call.is_live for call in agent.calls):
            return failed.describe()
    return None


def news_of_missed_call(agent: Agent) -> str | None:
    """What is new of a call that rang and is over; nothing of a call that was answered."""
    last = agent.last_call
    if last is None or last.established_at is not None:
        return None
    news = agent.journal.of_kind(CallClosed, agent.news_since)
    missed = any(event.call_id == last.call_id and event.by is not ClosedBy.US for event in news)
    return last.describe() if missed else None


def _describe_situation(agent: Agent) -> str:
    call = agent.active_call
    if call is not None:
        transfer = _describe_failed_transfer(agent, 0)
        return f", {call.describe()}" + (f"; {transfer}" if transfer else "")
    refused = refused_since_last_call(agent)
    if refused:
        return f", and {describe_refusal(agent, refused)}"
    last = agent.last_closed_call
    if last:
        return f"; before that, {last.describe()}"
    return f", and {nobody_called_since(agent)}"


def require_established(agent: Agent, call: Call, to_do: str, *, is_chosen: bool = True) -> None:
    """Waits a moment for a call that is just being answered to become established.

    `Accept` returns when the 200 is sent; it may still be on its way to the other side.
    `is_chosen`: whether the suite can name another call with `call=`.

    Raises:
        UsageError: it is not established then.
    """

    by_itself = _is_answered_by_itself(agent, call)

    def settled() -> bool | None:
        agent.require_alive()
        waits = call.is_waiting and not by_itself
        return call.state is not CallState.RINGING or waits or None

    wait_until(agent.changes, settled, PROMPTLY)
    if call.state is not CallState.ESTABLISHED:
        other = _other_call(agent) if is_chosen else ""
        way = other or _what_comes_first(call, by_itself)
        raise UsageError(f"{agent.name} cannot {to_do} now: {call.describe()}.{way}")


def _what_comes_first(call: Call, by_itself: bool) -> str:
    """The keyword that a suite needs before it acts on a call that rings; else empty."""
    if call.state is not CallState.RINGING or call.answered:
        return ""
    way = "Accept" if call.is_waiting and not by_itself else "Wait Until State Is"
    return f" Use {way} first."


def _other_call(agent: Agent) -> str:
    """How to name the call that is up, where the active one is not."""
    up = [call for call in agent.live_calls if call.state is CallState.ESTABLISHED]
    if not up:
        return ""
    return f" To act on its other call, which is up, write call={up[-1].call_id}."


def stay_established(agent: Agent, duration: float) -> None:
    """Watches a call for `duration` seconds.

    Raises:
        PhoneFailure: it is not established, or drops meanwhile: then at once.
        AgentGone: the agent's process died.
    """
    began = time.monotonic()
    call = agent.require_call("that could stay established")

    def dropped() -> bool | None:
        agent.require_alive()
        return None if call.state is CallState.ESTABLISHED else True

    if wait_until(agent.changes, dropped, duration):
        elapsed = (call.closed.at if call.closed else time.monotonic()) - began
        when = f"{duration_words(elapsed)} after" if elapsed > 0 else "before"
        raise CallFailure(
            f"{agent.name} did not stay ESTABLISHED for {duration:g} s: {call.describe()},"
            f" {when} the check began.",
            agent,
            lambda agents: explain_setup(agent, call, agents),
        )


def wait_for_incoming(agent: Agent, timeout: float, call_id: str | None = None) -> Call:
    """The call that rings at the agent; waits for one, `timeout` in seconds.

    Of several it is the newest; with a Call-ID, only that call counts.

    Raises:
        PhoneFailure: none came.
        AgentGone: the agent's process died.
    """

    began = time.monotonic()

    def ringing() -> Call | None:
        agent.require_alive()
        waiting = [
            call
            for call in agent.calls
            if call.is_waiting
            and call_id in (None, call.call_id)
            and not agent.reactions.is_acting(call.call_id)
        ]
        return waiting[-1] if waiting else None

    call = wait_until(agent.changes, ringing, timeout)
    if call is None:
        why = (
            describe_missing_call(agent, began, timeout)
            if call_id is None
            else _describe_named_call(agent, call_id, timeout)
        )
        raise CallFailure(
            f"{agent.name} has no call to accept: {why}.",
            agent,
            lambda agents: explain_missing_call(agent, agents),
            awaited=lambda event: (
                isinstance(event, CallIncoming) and call_id in (None, event.call_id)
            ),
        )
    return call


def _describe_named_call(agent: Agent, call_id: str, timeout: float) -> str:
    known = next((call for call in agent.calls if call.call_id == call_id), None)
    if known is not None:
        return known.describe()
    return f"no call with the Call-ID '{call_id}' came within {timeout:g} s"
