"""Registering, and knowing why it did not work."""

from functools import partial

from ..errors import UsageError
from ..events import Registered, RegistrationFailed, StackLog, Unregistered
from ..waits import wait_until
from .agent import PROMPTLY, Agent
from .failures import CallFailure
from .observations import distrusted_certificate, on_credentials, silence_of

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
        raise CallFailure(
            f"{agent.name} is not {goal} {where}: no answer within {timeout:g} s.",
            agent,
            lambda _: silence_of(agent, "REGISTER", position),
            awaited=lambda event: isinstance(event, wanted),
        )
    if isinstance(found, RegistrationFailed):
        why, status = _why(agent, found, position), found.status or 0
        raise CallFailure(
            f"{agent.name} is not {goal} {where}: {why}.",
            agent,
            lambda _: on_credentials(agent, status),
        )


def _why(agent: Agent, failed: RegistrationFailed, position: int) -> str:
    if agent.account.transport == "tls" and failed.words == _TLS_TROUBLE:
        logged = partial(agent.journal.of_kind, StackLog, position)
        distrust = wait_until(agent.changes, lambda: distrusted_certificate(logged()), PROMPTLY)
        if distrust:
            return f"the server's TLS certificate is not trusted ({distrust}); see tls_ca_file"
    if failed.status is not None:
        return f"the registrar refused with {failed.status} {failed.words}".rstrip()
    return f"the registrar was not reached: {failed.words}"
