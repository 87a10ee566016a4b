"""Holding a call and taking it back."""

from ..events import SipMessage
from ..sip.messages import Message
from ..waits import wait_until
from .agent import Agent
from .call import Call
from .failures import CallFailure
from .observations import silence_of
from .states import require_established

#: Answers after which the stack itself tries again: a challenge, and a collision.
_TRIED_AGAIN = (401, 407, 491)


def hold(agent: Agent, call: Call, on: bool, timeout: float) -> None:
    """Holds (`on`) or resumes a call and waits until the peer has agreed, `timeout` in seconds.

    Raises:
        UsageError: the call is not established.
        PhoneFailure: the peer refused or did not answer, or the call ended.
    """
    require_established(agent, call, "hold its call" if on else "resume its call")
    if call.on_hold is on:
        return
    verb = "hold" if on else "resume"
    position = len(agent.journal)
    with agent.commanding(f"{verb} its call"):
        agent.backend.hold(call.call_id, on)

    def agreed() -> bool | None:
        agent.require_alive()
        if call.on_hold is on:
            return True
        refusal = _refusal(agent, call, position)
        if refusal or not call.is_live:
            why = f"the peer answered {refusal}" if refusal else call.story()
            raise CallFailure(f"{agent.name} could not {verb} its call: {why}.", agent)
        return None

    if not wait_until(agent.changes, agreed, timeout):
        raise CallFailure(
            f"{agent.name} could not {verb} its call: the peer did not answer the re-INVITE"
            f" within {timeout:g} s.",
            agent,
            lambda _: silence_of(agent, "INVITE", position, call.call_id),
            awaited=lambda _: call.on_hold is on,
        )


def _refusal(agent: Agent, call: Call, position: int) -> str | None:
    for event in agent.journal.since(position):
        if not isinstance(event, SipMessage) or event.sent:
            continue
        message = Message(event.text)
        if message.call_id != call.call_id:
            continue
        status = message.status or 0
        is_answer = (message.first("CSeq") or "").endswith("INVITE")
        if is_answer and status >= 300 and status not in _TRIED_AGAIN:
            return f"{status} {message.reason_phrase}"
    return None
