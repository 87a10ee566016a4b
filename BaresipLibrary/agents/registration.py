"""Registering, and knowing why it did not work."""

import re

from ..errors import PhoneFailure, UsageError
from ..events import Registered, RegistrationFailed, StackLog, Unregistered
from ..waits import wait_until
from .agent import PROMPTLY, Agent

_CERTIFICATE_ERROR = re.compile(r"tls_verify_handler: error_string = (.+)")
#: All that the stack's event says when a TLS handshake fails; its log knows more.
_TLS_TROUBLE = "Protocol error"

Outcome = Registered | RegistrationFailed | Unregistered


def register(agent: Agent, timeout: float | None) -> None:
    """Sends a REGISTER and waits `timeout` seconds for the outcome; None does not wait.

    Raises:
        UsageError: the agent has no registrar.
        PhoneFailure: it was refused, or no answer came.
    """
    _require_registrar(agent)
    position = len(agent.journal)
    with agent.commanding("register"):
        agent.backend.register()
    if timeout is not None:
        _await(agent, Registered, position, timeout)


def unregister(agent: Agent, timeout: float | None) -> None:
    """Removes the registration and waits `timeout` seconds for that; None does not wait.

    Raises:
        UsageError: the agent has no registrar or is not registered.
        PhoneFailure: it was refused, or no answer came.
    """
    _require_registrar(agent)
    if not agent.registered:
        raise UsageError(f"{agent.name} is not registered; use Register first.")
    position = len(agent.journal)
    with agent.commanding("unregister"):
        agent.backend.unregister()
    if timeout is not None:
        _await(agent, Unregistered, position, timeout)


def wait_until_registered(agent: Agent, timeout: float) -> None:
    """Waits until the registrar has accepted the agent, `timeout` in seconds.

    Raises:
        UsageError: the agent has no registrar.
        PhoneFailure: it was refused, or no answer came.
    """
    _require_registrar(agent)
    if not agent.registered:
        _await(agent, Registered, agent.looked_at, timeout)


def _require_registrar(agent: Agent) -> None:
    agent.require_alive()
    account = agent.account
    if account.domain is None:
        raise UsageError(f"{agent.name} is a local agent: it has no domain to register with.")
    if account.regint == 0:
        raise UsageError(f"{agent.name} never registers: it was started with regint=0.")


def _await(agent: Agent, wanted: type[Outcome], position: int, timeout: float) -> None:
    where = f"at {agent.account.domain}"
    goal = "registered" if wanted is Registered else "unregistered"

    def outcome() -> Outcome | None:
        agent.require_alive()
        kinds = (wanted, RegistrationFailed)
        return next((e for e in agent.journal.since(position) if isinstance(e, kinds)), None)

    found = wait_until(agent.changes, outcome, timeout)
    if found is None:
        raise PhoneFailure(f"{agent.name} is not {goal} {where}: no answer within {timeout:g} s.")
    if isinstance(found, RegistrationFailed):
        why = _why(agent, found, position)
        raise PhoneFailure(f"{agent.name} is not {goal} {where}: {why}.")


def _why(agent: Agent, failed: RegistrationFailed, position: int) -> str:
    if agent.account.transport == "tls" and failed.words == _TLS_TROUBLE:
        distrust = wait_until(agent.changes, lambda: _distrust(agent, position), PROMPTLY)
        if distrust:
            return f"the server's TLS certificate is not trusted ({distrust}); see tls_ca_file"
    if failed.status is not None:
        return f"the registrar refused with {failed.status} {failed.words}".rstrip()
    return f"the registrar was not reached: {failed.words}"


def _distrust(agent: Agent, position: int) -> str | None:
    """What the stack logged about a certificate that it did not accept."""
    for line in agent.journal.of_kind(StackLog, position):
        match = _CERTIFICATE_ERROR.search(line.text)
        if match:
            return match[1].strip()
    return None
