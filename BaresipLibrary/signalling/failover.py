"""Failover: the next outbound proxy of an account is used when one is dead (RFC 3263, section 4.3).

A proxy is dead when it cannot be reached, when it answers 503, and when it is silent for the
account's `outbound_timeout`. The stack itself uses one proxy only, so the agent is told to use the
next one, and the request is made again.
"""

import time
from collections.abc import Callable
from functools import partial

from ..agents.agent import PROMPTLY, Agent
from ..agents.call import Call
from ..agents.info import other_proxies, proxy_of
from ..backends.base import Headers
from ..concurrency import wait_until
from ..events import (
    CallAnswered,
    CallEvent,
    CallProgress,
    CallRinging,
    ClosedBy,
    OutboundChanged,
    Registered,
    RegistrationFailed,
    SipMessage,
    Unregistered,
)
from ..sip.challenges import CHALLENGE_STATUSES
from ..sip.messages import Message, parsed
from ..sip.uris import address_part

#: What ends a request to register or to unregister.
Outcome = Registered | RegistrationFailed | Unregistered

_UNAVAILABLE = 503
#: Nothing is wrong with the proxy.
_ALIVE = ""


def dial(agent: Agent, uri: str, headers: Headers = ()) -> str:
    """Sends an INVITE through the first proxy that is not dead; returns the Call-ID.

    With one proxy, or none, it does not wait. With several it returns once the proxy has passed the
    INVITE on, or after the account's `outbound_timeout` when that only said that it would (100).
    """
    for proxy in other_proxies(agent):
        position = len(agent.journal)
        call_id = agent.dial(uri, headers)
        call = agent.require_call("that was dialled", call_id)
        why = _why_dead(agent, "INVITE", position, partial(_sign_of_call, agent, call, position))
        if why is None:
            return call_id
        _end(agent, call)
        was_registered = agent.registered
        use(agent, proxy, why)
        if was_registered:
            _register_there(agent)
    return agent.dial(uri, headers)


def begin_registration(agent: Agent) -> list[str]:
    """Prepares for a REGISTER to the first proxy; returns those that follow it.

    A registration that there is ends first, by the proxy that has it; a proxy that is dead then is
    left out. During a call the agent stays with the proxy in use.
    """
    every = list(agent.account.outbound_uris)
    in_use = proxy_of(agent)
    why = _why_not_left(agent) if agent.registered else None
    if why:
        every.remove(in_use or "")
    if why or not agent.live_calls:
        if every[0] != in_use:
            use(agent, every[0], why)
        return every[1:]
    return other_proxies(agent)


def _why_not_left(agent: Agent) -> str | None:
    """Ends the registration; why the proxy is dead that was to do so, else None."""
    agent.registration.begin_request(len(agent.journal))
    with agent.commanding("unregister"):
        agent.backend.unregister()
    return why_registrar_dead(agent, agent.account.outbound_timeout)


def use(agent: Agent, proxy: str, why: str | None) -> None:
    """Has an agent send its requests through another proxy, as the one before is dead (`why`)."""
    with agent.commanding(f"use the proxy {proxy}"):
        agent.backend.use_outbound(proxy)
    agent.note(OutboundChanged(time.monotonic(), proxy, why))
    agent.mark_seen()


def why_registrar_dead(agent: Agent, timeout: float) -> str | None:
    """Why the proxy in use is dead for the newest REGISTER; None when it is alive.

    Waits at most `timeout` seconds, and without a sign until then says None.
    """
    position = agent.registration.since
    sign = partial(_sign_of_registrar, agent, position)
    return _why_dead(agent, "REGISTER", position, sign, timeout)


def _why_dead(
    agent: Agent,
    method: str,
    position: int,
    sign: Callable[[], str | None],
    timeout: float | None = None,
) -> str | None:
    """Why the proxy in use is dead, a clause; None when it is alive, or may be after `timeout`.

    The request was sent from that position of the journal on. `sign` tells what was seen of the
    proxy: why it is dead, empty for nothing wrong, None for nothing yet.
    """
    patience = agent.account.outbound_timeout
    name = address_part(proxy_of(agent) or "")
    seen = wait_until(agent.changes, sign, patience if timeout is None else min(timeout, patience))
    if seen is not None:
        return f"{name} {seen}" if seen else None
    gave_up_early = timeout is not None and timeout < patience
    if gave_up_early or _answers(agent, method, position):
        return None
    return f"{name} did not answer the {method} in {patience:g} s"


def _answers(agent: Agent, method: str, since: int, call_id: str | None = None) -> list[Message]:
    """The answers to a method that came from a position of the journal on."""
    came = [parsed(e.text) for e in agent.journal.of_kind(SipMessage, since) if not e.sent]
    return [
        answer
        for answer in came
        if answer.status is not None
        and answer.transaction_method == method
        and call_id in (None, answer.call_id)
    ]


def _sign_of_call(agent: Agent, call: Call, position: int) -> str | None:
    agent.require_alive()
    closed = call.closed
    if closed is not None and closed.status == _UNAVAILABLE:
        return f"answered the INVITE with {_UNAVAILABLE} {closed.words}".rstrip()
    if closed is not None and closed.by is ClosedBy.FAILURE:
        return f"was not reached: {closed.words}"
    passed_on = any(
        event.call_id == call.call_id
        for event in agent.journal.of_kind(CallEvent, position)
        if isinstance(event, CallRinging | CallProgress | CallAnswered)
    ) or any(
        answer.status not in (100, _UNAVAILABLE, *CHALLENGE_STATUSES)
        for answer in _answers(agent, "INVITE", position, call.call_id)
    )
    return _ALIVE if closed is not None or passed_on else None


def _sign_of_registrar(agent: Agent, position: int) -> str | None:
    agent.require_alive()
    outcomes = [event for event in agent.journal.since(position) if isinstance(event, Outcome)]
    if not outcomes:
        return None
    newest = outcomes[-1]
    if not isinstance(newest, RegistrationFailed):
        return _ALIVE
    if newest.status == _UNAVAILABLE:
        return f"answered the REGISTER with {_UNAVAILABLE} {newest.words}".rstrip()
    is_answer = newest.status is not None or _answers(agent, "REGISTER", position)
    return _ALIVE if is_answer else f"was not reached: {newest.words}"


def _end(agent: Agent, call: Call) -> None:
    """Ends a call that its proxy never passed on."""
    if call.is_live:
        agent.hang_up(call)
    wait_until(agent.changes, lambda: None if call.is_live else True, PROMPTLY)


def _register_there(agent: Agent) -> None:
    """Registers through the proxy that is in use now; whether that works, its next call shows."""
    agent.registration.begin_request(len(agent.journal))
    with agent.commanding("register"):
        agent.backend.register()
    why_registrar_dead(agent, agent.account.outbound_timeout)
