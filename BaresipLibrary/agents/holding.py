"""Holding a call and taking it back."""

import time
from collections.abc import Iterator
from enum import Enum, auto

from ..events import SipMessage
from ..sip.messages import Message
from ..waits import wait_until
from .agent import Agent
from .call import Call
from .failures import CallFailure
from .observations import silence_of
from .states import require_established

#: How a peer answers a re-INVITE that crosses its own (RFC 3261, section 14.2).
_COLLISION = 491
#: Answers after which the stack itself tries again: a challenge, and a collision.
_TRIED_AGAIN = (401, 407, _COLLISION)


class _Answer(Enum):
    """What became of a re-INVITE that was not refused."""

    AGREED = auto()
    GAVE_WAY = auto()


def hold(agent: Agent, call: Call, on: bool, timeout: float) -> None:
    """Holds (`on`) or resumes a call and waits until the peer has agreed, `timeout` in seconds.

    What collides with a re-INVITE of the peer is tried again (RFC 3261, section 14.1).

    Raises:
        UsageError: the call is not established.
        PhoneFailure: the peer refused or did not answer, or the call ended.
    """
    require_established(agent, call, "hold its call" if on else "resume its call")
    if call.on_hold is on and call.hold_wanted is on:
        return
    began, deadline = len(agent.journal), time.monotonic() + timeout
    answer: _Answer | None = _Answer.GAVE_WAY
    while answer is _Answer.GAVE_WAY:
        position = len(agent.journal)
        _ask(agent, call, on)
        answer = _await_answer(agent, call, on, position, deadline)
    if answer is None:
        raise _not_in_time(agent, call, on, began, timeout)


def _verb(on: bool) -> str:
    return "hold" if on else "resume"


def _ask(agent: Agent, call: Call, on: bool) -> None:
    with agent.commanding(f"{_verb(on)} its call"):
        agent.backend.hold(call.call_id, on)
    call.hold_wanted = on


def _await_answer(
    agent: Agent, call: Call, on: bool, position: int, deadline: float
) -> _Answer | None:
    """What became of the re-INVITE that was sent at that position of the journal; None of nothing.

    Raises:
        CallFailure: the peer refused it, or the call ended.
    """

    def answered() -> _Answer | None:
        agent.require_alive()
        if call.on_hold is on and not call.offers.awaits_answer:
            return _Answer.AGREED
        refusal = _refusal(agent, call, position)
        if refusal or not call.is_live:
            why = f"the peer answered {refusal}" if refusal else call.story()
            raise CallFailure(f"{agent.name} could not {_verb(on)} its call: {why}.", agent)
        return _Answer.GAVE_WAY if _gave_way(agent, call, position) else None

    return wait_until(agent.changes, answered, max(0.0, deadline - time.monotonic()))


def _not_in_time(agent: Agent, call: Call, on: bool, began: int, timeout: float) -> CallFailure:
    what = "the peer did not answer the re-INVITE"
    if any(
        not sent and answer.status == _COLLISION for sent, answer in _answers(agent, call, began)
    ):
        what = f"re-INVITEs of both sides collided ({_COLLISION}), and it did not come to another"
    return CallFailure(
        f"{agent.name} could not {_verb(on)} its call: {what} within {timeout:g} s.",
        agent,
        lambda _: silence_of(agent, "INVITE", began, call.call_id),
        awaited=lambda _: call.on_hold is on,
    )


def _refusal(agent: Agent, call: Call, position: int) -> str | None:
    for sent, answer in _answers(agent, call, position):
        status = answer.status or 0
        if not sent and status >= 300 and status not in _TRIED_AGAIN:
            return f"{status} {answer.reason_phrase}"
    return None


def _gave_way(agent: Agent, call: Call, position: int) -> bool:
    """Whether a re-INVITE of the peer was accepted since then, and none of this agent is open.

    The stack tries again by itself what has collided or had to wait, but no longer when that has
    come in between: it takes it for outdated then.
    """
    accepted = any(
        sent and 200 <= (answer.status or 0) < 300
        for sent, answer in _answers(agent, call, position)
    )
    return accepted and not call.offers.awaits_answer


def _answers(agent: Agent, call: Call, position: int) -> Iterator[tuple[bool, Message]]:
    """The answers to re-INVITEs of a call since then, and whether this agent sent them."""
    for event in agent.journal.since(position):
        if isinstance(event, SipMessage):
            message = Message(event.text)
            to_invite = (message.first("CSeq") or "").endswith("INVITE")
            if to_invite and message.status and message.call_id == call.call_id:
                yield event.sent, message
