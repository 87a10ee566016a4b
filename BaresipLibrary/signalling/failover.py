"""Failover: the next outbound proxy of an account is used when one is dead (RFC 3263, section 4.3).

A proxy is dead when it cannot be reached, when it answers 503, and when it is silent for the
account's `outbound_timeout`. The stack itself uses one proxy only, so the agent is told to use the
next one, and the request is made again.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial

from ..agents.agent import PROMPTLY, Agent
from ..agents.call import TRACE_LAG, Call
from ..agents.info import other_proxies, proxy_of
from ..backends.base import Headers
from ..concurrency import wait_until
from ..diagnosis.call_setup import certificate_error
from ..events import (
    CallAnswered,
    CallEvent,
    CallProgress,
    CallRinging,
    ClosedBy,
    OutboundChanged,
    Registered,
    Registering,
    RegistrationFailed,
    SipMessage,
    StackLog,
    Unregistered,
)
from ..frozen import frozen
from ..sip.challenges import CHALLENGE_STATUSES
from ..sip.messages import Message, parsed
from ..sip.uris import address_part
from .calls import dial_once, hang_up_unless_over

#: What ends a request to register or to unregister.
Outcome = Registered | RegistrationFailed | Unregistered

_UNAVAILABLE = 503
#: Nothing is wrong with the proxy.
_ALIVE = ""
#: All that the stack's event says when a TLS handshake fails; its log says more.
_TLS_TROUBLE = "Protocol error"


@frozen
class _Request:
    """A request that an agent was told to send, from a position of its journal on."""

    agent: Agent
    method: str
    since: int
    call: Call | None = None

    def answers(self) -> list[Message]:
        """The answers that have come."""
        came = [parsed(event.text) for event in self._messages() if not event.sent]
        return [
            message for message in came if message.status is not None and self._concerns(message)
        ]

    def sent_at(self) -> float | None:
        """When it was sent; None when it was not seen to leave."""
        if self.method == "REGISTER":
            for reported in self.agent.journal.of_kind(Registering, self.since):
                return reported.at
        sent = (event for event in self._messages() if event.sent)
        return next((e.at for e in sent if self._concerns(parsed(e.text))), None)

    def _messages(self) -> Iterator[SipMessage]:
        return self.agent.journal.of_kind(SipMessage, self.since)

    def _concerns(self, message: Message) -> bool:
        is_of_call = self.call is None or message.call_id == self.call.call_id
        return is_of_call and message.transaction_method == self.method

    def sign_of_failure(self, words: str) -> str:
        """What it says of the proxy that the request failed in the stack, with these words."""
        agent = self.agent
        lag = TRACE_LAG if agent.backend.shows_messages else 0.0
        if wait_until(agent.changes, lambda: self.answers() or None, lag):
            return _ALIVE
        return f"was not reached: {untrusted_certificate(agent, self.since, words) or words}"


def dial(agent: Agent, uri: str, headers: Headers = ()) -> str:
    """Sends an INVITE through the first proxy that is not dead; returns the Call-ID.

    With one proxy, or none, it does not wait. With several it returns once the proxy has passed the
    INVITE on, or after the account's `outbound_timeout` when that only said that it would (100), or
    when a STUN or TURN server has to answer before the INVITE can leave.
    """
    for proxy in other_proxies(agent):
        position = len(agent.journal)
        call_id = dial_once(agent, uri, headers)
        call = agent.require_call("that was dialled", call_id)
        why = _why_dead(_Request(agent, "INVITE", position, call), partial(_sign_of_call, call))
        if why is None:
            return call_id
        _end(agent, call)
        was_registered = agent.registered
        use(agent, proxy, why)
        if was_registered:
            _register_there(agent)
    return dial_once(agent, uri, headers)


def begin_registration(agent: Agent, timeout: float | None) -> list[str]:
    """Prepares for a REGISTER to the first proxy; returns those that follow it.

    A registration that there is ends first, by the proxy that has it; a proxy that is dead then is
    left out. That takes at most `timeout` seconds. With None, which does not wait, a registered
    agent stays with the proxy in use, and so does one with a call.
    """
    if agent.live_calls or (agent.registered and timeout is None):
        return other_proxies(agent)
    every = list(agent.account.outbound_uris)
    in_use = proxy_of(agent)
    why = _why_not_left(agent, timeout or 0.0) if agent.registered else None
    if why:
        every.remove(in_use or "")
    if every[0] != in_use:
        use(agent, every[0], why)
    return every[1:]


def _why_not_left(agent: Agent, timeout: float) -> str | None:
    """Ends the registration; why the proxy is dead that was to do so, else None."""
    agent.registration.begin_request(len(agent.journal), registers=False)
    with agent.commanding("unregister"):
        agent.backend.unregister()
    return why_registrar_dead(agent, timeout)


def use(agent: Agent, proxy: str, why: str | None) -> None:
    """Has an agent send its requests through another proxy, as the one before is dead (`why`)."""
    because = f", as {why}" if why else ""
    with agent.commanding(f"use the proxy {address_part(proxy)}{because}"):
        agent.backend.use_outbound(proxy)
    agent.note(OutboundChanged(time.monotonic(), proxy, why))
    agent.mark_seen()


def why_registrar_dead(agent: Agent, timeout: float) -> str | None:
    """Why the proxy in use is dead for the newest REGISTER; None when it is alive.

    Waits at most `timeout` seconds, and without a sign until then says None.
    """
    request = _Request(agent, "REGISTER", agent.registration.since)
    return _why_dead(request, _sign_of_registrar, timeout)


def _why_dead(
    request: _Request, sign: Callable[[_Request], str | None], timeout: float | None = None
) -> str | None:
    """Why the proxy in use is dead, a clause; None when it is alive, or may be after `timeout`.

    `sign` tells what was seen of the proxy: why it is dead, empty for nothing wrong, None for
    nothing yet. A proxy may be silent for a time that begins when the request has left.
    """
    agent, patience = request.agent, request.agent.account.outbound_timeout
    name = address_part(proxy_of(agent) or "")
    began = time.monotonic()
    look = partial(sign, request)
    allowed = patience if timeout is None else min(timeout, patience)
    seen = wait_until(agent.changes, look, allowed)
    sent_at = request.sent_at()
    if seen is None and sent_at is not None:
        over = sent_at + patience if timeout is None else min(sent_at + patience, began + timeout)
        seen = wait_until(agent.changes, look, max(0.0, over - time.monotonic()))
    if seen is not None:
        return f"{name} {seen}" if seen else None
    if time.monotonic() < (sent_at or began) + patience or request.answers():
        return None
    if sent_at is not None:
        return f"{name} did not answer the {request.method} in {patience:g} s"
    if request.call and request.call.needed:
        return None
    return f"no {request.method} to {name} was seen to leave in {patience:g} s"


def _sign_of_call(call: Call, request: _Request) -> str | None:
    request.agent.require_alive()
    if _is_passed_on(call, request):
        return _ALIVE
    closed = call.closed
    if closed is None:
        return None
    if closed.by is ClosedBy.FAILURE and not call.needed:
        return request.sign_of_failure(closed.words)
    if closed.status == _UNAVAILABLE:
        return f"answered the INVITE with {_UNAVAILABLE} {closed.words}".rstrip()
    return _ALIVE


def _is_passed_on(call: Call, request: _Request) -> bool:
    """Whether an INVITE has come further than the proxy: the callee's side has answered it."""
    return any(
        event.call_id == call.call_id
        for event in request.agent.journal.of_kind(CallEvent, request.since)
        if isinstance(event, CallRinging | CallProgress | CallAnswered)
    ) or any(
        answer.status not in (100, _UNAVAILABLE, *CHALLENGE_STATUSES)
        for answer in request.answers()
    )


def _sign_of_registrar(request: _Request) -> str | None:
    agent = request.agent
    agent.require_alive()
    outcomes = [event for event in agent.journal.since(request.since) if isinstance(event, Outcome)]
    if not outcomes:
        return None
    newest = outcomes[-1]
    if not isinstance(newest, RegistrationFailed):
        return _ALIVE
    if newest.status == _UNAVAILABLE:
        return f"answered the REGISTER with {_UNAVAILABLE} {newest.words}".rstrip()
    return _ALIVE if newest.status is not None else request.sign_of_failure(newest.words)


def untrusted_certificate(agent: Agent, since: int, words: str) -> str | None:
    """That a failure with these words is one of the server's certificate; None if it is not.

    Any agent may be told to use TLS, by the URI that it sends a request to.
    """
    if words != _TLS_TROUBLE:
        return None
    logged = partial(agent.journal.of_kind, StackLog, since)
    fault = wait_until(agent.changes, lambda: certificate_error(logged()), PROMPTLY)
    return describe_certificate(fault) if fault else None


def describe_certificate(fault: str) -> str:
    """What a stack logged about a certificate, as a clause."""
    return f"the server's TLS certificate is not trusted ({fault}); see tls_ca_file"


def _end(agent: Agent, call: Call) -> None:
    """Ends a call that its proxy never passed on."""
    if call.is_live:
        hang_up_unless_over(agent, call)
    wait_until(agent.changes, lambda: None if call.is_live else True, PROMPTLY)


def _register_there(agent: Agent) -> None:
    """Registers through the proxy that is in use now; whether that works, its next call shows."""
    agent.registration.begin_request(len(agent.journal), registers=True)
    with agent.commanding("register"):
        agent.backend.register()
    why_registrar_dead(agent, agent.account.outbound_timeout)
