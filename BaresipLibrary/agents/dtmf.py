"""DTMF digits, sent and received."""

import re
import time

from ..backends.base import Capability
from ..errors import UsageError
from ..events import DtmfReceived, DtmfSent
from ..waits import wait_until
from .agent import Agent
from .call import Call
from .failures import Awaited, CallFailure
from .observations import on_missing_digits
from .states import require_established

_DIGITS = re.compile(r"[0-9A-D*#]+")


def send(agent: Agent, call: Call, digits: str, gap: float, mode: str | None) -> None:
    """Sends digits, `gap` seconds apart; `mode` None is the account's.

    Raises:
        UsageError: not digits, or the call is not established.
    """
    upper = digits.upper()
    if not _DIGITS.fullmatch(upper):
        raise UsageError(f"'{digits}' is not DTMF: use 0-9, *, # and A-D.")
    require_established(agent, call, "send digits")
    if mode not in (None, agent.account.dtmf_mode):
        agent.require(Capability.DTMF_MODE)
    agent.note(DtmfSent(time.monotonic(), call.call_id, upper))
    with agent.commanding(f"send '{digits}'"):
        agent.backend.send_digits(call.call_id, upper, gap, mode)


def received(agent: Agent, call_id: str | None) -> str:
    """The digits that a call, by default the active or else the last one, has received."""
    call = _call(agent, call_id)
    return call.digits if call else ""


def wait_until_received(agent: Agent, digits: str, call_id: str | None, timeout: float) -> str:
    """Waits until a call has received digits in that order; returns all it has received.

    Raises:
        PhoneFailure: they did not come in `timeout` seconds, or cannot because the call is over.
    """
    wanted = digits.upper()
    if not _DIGITS.fullmatch(wanted):
        raise UsageError(f"'{digits}' is not DTMF: use 0-9, *, # and A-D.")
    if _call(agent, call_id) is None:
        agent.require_call("to receive digits in", "Dial or Accept one first.")

    def arrived() -> str | None:
        agent.require_alive()
        so_far = received(agent, call_id)
        if wanted in so_far:
            return so_far
        call = _call(agent, call_id)
        if call is not None and not call.is_live:
            raise _missing(agent, call, wanted, f"and {call.story()}")
        return None

    found = wait_until(agent.changes, arrived, timeout)
    if found is None:
        raise _missing(
            agent,
            _call(agent, call_id),
            wanted,
            f"within {timeout:g} s",
            awaited=lambda event: (
                isinstance(event, DtmfReceived) and wanted in received(agent, call_id)
            ),
        )
    return found


def _call(agent: Agent, call_id: str | None) -> Call | None:
    if call_id is None:
        return agent.active_call or agent.last_call
    known = {call.call_id: call for call in agent.calls}
    if call_id not in known:
        raise UsageError(f"{agent.name} has no call '{call_id}'.")
    return known[call_id]


def _missing(
    agent: Agent, call: Call | None, wanted: str, until: str, awaited: Awaited | None = None
) -> CallFailure:
    got = f"it received '{call.digits}'" if call and call.digits else "it received no digit"
    return CallFailure(
        f"{agent.name} did not receive '{wanted}': {got}, {until}.",
        agent,
        lambda agents: on_missing_digits(agent, call, agents),
        awaited,
    )
