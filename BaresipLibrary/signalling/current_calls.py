"""Commands for the call that is there when they arrive at the phone.

A phone knows of the end of a call before its event is here: a call that was chosen may have ended.
"""

from collections.abc import Callable

from ..agents.agent import Agent
from ..agents.call import Call
from ..concurrency import wait_until
from ..errors import AgentGone, BackendError
from .states import wait_for_incoming

#: How long (s) the event may take by which a refused command is explained.
_ON_ITS_WAY = 0.5


def hang_up_current(agent: Agent, call_id: str | None = None) -> None:
    """Ends the active call, or the one with a Call-ID.

    Raises:
        NothingYet: there is no such call.
        UsageError: the call with that Call-ID has ended.
        BackendError: the phone refuses.
    """
    _act_on(agent, lambda: agent.require_live_call("to hang up", call_id), agent.hang_up)


def act_on_incoming(
    agent: Agent, timeout: float, call_id: str | None, act: Callable[[Call], None]
) -> Call:
    """Acts on the call that rings, and returns it; waits for one, `timeout` in seconds.

    Raises:
        PhoneFailure: none came.
        BackendError: the phone refuses.
    """
    return _act_on(agent, lambda: wait_for_incoming(agent, timeout, call_id), act)


def _act_on(agent: Agent, choose: Callable[[], Call], act: Callable[[Call], None]) -> Call:
    """Acts on the call that is chosen, and on the next choice when that one had ended by then."""
    while True:
        call = choose()
        try:
            act(call)
        except AgentGone:
            raise
        except BackendError:
            if not _has_ended(agent, call):
                raise
        else:
            return call


def hang_up_unless_over(agent: Agent, call: Call) -> None:
    """Ends a call; one that has just ended is as it was wanted, and so is one of a dead phone.

    Raises:
        BackendError: the phone refuses.
    """
    try:
        agent.hang_up(call)
    except BackendError:
        if agent.alive and not _has_ended(agent, call):
            raise


def _has_ended(agent: Agent, call: Call) -> bool:
    """Whether a call is over, about which a command was refused: its end may be on its way here."""
    over = wait_until(agent.changes, lambda: None if call.is_live else True, _ON_ITS_WAY)
    return bool(over)
