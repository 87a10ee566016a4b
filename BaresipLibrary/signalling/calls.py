"""Commands about calls that are more than one command to the backend.

A phone knows of the end of a call before its event is here: a call that was chosen may have ended.
"""

from collections.abc import Callable

from ..agents.agent import Agent
from ..agents.call import Call
from ..agents.requirements import refuses_by_hanging_up
from ..backends.base import Headers
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.unsent import explain_loopback
from ..diagnosis.unusable_messages import unfitting_prack
from ..errors import AgentGone, BackendError, UsageError
from .states import wait_for_incoming

#: How long (s) the event may take by which a refused command is explained.
_ON_ITS_WAY = 0.5
#: How much of a refusal (bytes) fits into one datagram. baresip drops a longer one silently.
_LONGEST_REFUSAL = 60_000


def hang_up_current(agent: Agent, call_id: str | None = None) -> None:
    """Ends the active call, or the one with a Call-ID.

    Raises:
        NothingYet: there is no such call.
        UsageError: the call with that Call-ID has ended.
        BackendError: the phone refuses.
    """
    _act_on(agent, lambda: agent.require_live_call("to hang up", call_id), agent.hang_up)


def act_on_incoming(
    agent: Agent,
    timeout: float,
    call_id: str | None,
    act: Callable[[Call], None],
    *,
    final: bool = True,
) -> Call:
    """Acts on the call that rings, and returns it; waits for one, `timeout` in seconds.

    `final`: the action gives the call its final answer.

    Raises:
        PhoneFailure: none came.
        BackendError: the phone refuses.
    """
    return _act_on(agent, lambda: wait_for_incoming(agent, timeout, call_id), act, final=final)


def _act_on(
    agent: Agent, choose: Callable[[], Call], act: Callable[[Call], None], *, final: bool = True
) -> Call:
    """Acts on the call that is chosen, and on the next choice when that one had ended by then.

    The call is no news to later keywords.
    """
    while True:
        call = choose()
        try:
            act(call)
        except AgentGone:
            raise
        except BackendError as error:
            if not _has_ended(agent, call):
                why = unfitting_prack(agent, call.call_id)
                if why is None:
                    raise
                raise BackendError(f"{error}. {why}") from error
        else:
            with agent.changes:
                call.note_keyword(final=final)
            return call


def hang_up_unless_over(agent: Agent, call: Call) -> None:
    """Ends a call; one that has just ended is as it was wanted, and so is one of a dead phone.

    Raises:
        BackendError: the phone refuses.
    """
    try:
        agent.hang_up(call)
        with agent.changes:
            call.note_keyword(final=True)
    except BackendError:
        if agent.alive and not _has_ended(agent, call):
            raise


def _has_ended(agent: Agent, call: Call) -> bool:
    """Whether a call is over, about which a command was refused: its end may be on its way here."""
    over = wait_until(agent.changes, lambda: None if call.is_live else True, _ON_ITS_WAY)
    return bool(over)


def require_refusal(agent: Agent, status: int, phrase: str, headers: Headers = ()) -> None:
    """Raises `UsageError`, naming what can, when an agent's backend cannot refuse a call so."""
    size = len(phrase.encode()) + sum(len(f"{name}{value}".encode()) for name, value in headers)
    if size > _LONGEST_REFUSAL:
        raise UsageError(
            f"A refusal with {size} bytes of reason and headers is too long to be sent; at most"
            f" {_LONGEST_REFUSAL} are."
        )
    if headers and status >= 400:
        agent.require(Capability.REFUSAL_HEADERS)
    if not refuses_by_hanging_up(agent.backend, status, phrase):
        agent.require(Capability.REDIRECT if status < 400 else Capability.OWN_REFUSALS)


def refuse(agent: Agent, call: Call, status: int, phrase: str, headers: Headers = ()) -> None:
    """Refuses an incoming call.

    Raises:
        UsageError: the agent's backend cannot.
        BackendError: baresip did not do it.
    """
    require_refusal(agent, status, phrase, headers)
    if refuses_by_hanging_up(agent.backend, status, phrase):
        agent.hang_up(call)
        return
    with agent.commanding(f"answer with {status}"):
        agent.backend.refuse(call.call_id, status, phrase, headers)


def send_progress(agent: Agent, call: Call, headers: Headers = ()) -> None:
    """Sends a 183 with SDP for an incoming call that has not been answered.

    Raises:
        UsageError: the backend cannot.
        BackendError: the call has ended, or the peer did not acknowledge a response before (PRACK).
    """
    agent.require(Capability.SEND_PROGRESS)
    with agent.commanding("send a 183"):
        agent.backend.progress(call.call_id, headers)


def dial_once(agent: Agent, uri: str, headers: Headers = ()) -> str:
    """Sends an INVITE by the proxy in use; returns the Call-ID.

    Raises:
        BackendError: the phone refuses, and why, where the target is out of the agent's reach.
    """
    try:
        return agent.dial(uri, headers)
    except BackendError as error:
        why = explain_loopback(agent, uri)
        if why is None or isinstance(error, AgentGone):
            raise
        raise BackendError(f"{error}. {why}") from error


def dial_without_offer(agent: Agent, uri: str, headers: Headers = ()) -> str:
    """Sends an INVITE without SDP, as `Agent.dial` sends one with it; returns the Call-ID.

    Raises:
        UsageError: the backend cannot.
    """
    agent.require(Capability.INVITE_WITHOUT_OFFER)
    all_headers = [*agent.account.headers, *headers]
    if all_headers:
        agent.require(Capability.INVITE_HEADERS)
    with agent.commanding(f"dial {uri}"):
        return agent.backend.dial_without_offer(uri, all_headers)
