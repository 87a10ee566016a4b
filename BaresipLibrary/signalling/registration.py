"""Registering, unregistering, and why that did not work."""

import time
from collections.abc import Sequence

from ..agents.agent import Agent
from ..agents.info import other_proxies
from ..concurrency import wait_until
from ..diagnosis.challenges import describe_unanswerable, explain_challenge, explain_forbidden
from ..diagnosis.failure import CallFailure
from ..diagnosis.observations import (
    UNREADABLE_STREAM,
    describe_details,
    explain_no_answer,
    explain_unreadable_stream,
)
from ..diagnosis.routes import describe_proxy
from ..diagnosis.unsent import explain_unsent
from ..errors import UsageError
from ..events import (
    Event,
    Registered,
    Registering,
    RegistrationFailed,
    SipMessage,
    Unregistered,
)
from .failover import (
    Outcome,
    begin_registration,
    untrusted_certificate,
    use,
    why_registrar_dead,
)


def register(agent: Agent, timeout: float | None) -> None:
    """Sends a REGISTER and waits `timeout` seconds for the outcome; None does not wait.

    Raises:
        UsageError: the agent has no registrar.
        PhoneFailure: it was refused, or no answer came.
    """
    _require_registrar(agent)
    began = time.monotonic()
    followers = begin_registration(agent, timeout) if agent.account.next_outbounds else []
    _send_register(agent)
    if timeout is not None:
        _wait_until_registered(agent, followers, timeout, began)


def _send_register(agent: Agent) -> None:
    agent.registration.begin_request(len(agent.journal), registers=True)
    with agent.commanding("register"):
        agent.backend.register()


def _wait_until_registered(
    agent: Agent, followers: Sequence[str], timeout: float, began: float
) -> None:
    """Waits for the outcome; while proxies are dead, registers through those that follow."""
    deadline = began + timeout
    for proxy in followers:
        why = why_registrar_dead(agent, max(0.0, deadline - time.monotonic()))
        if why is None:
            break
        use(agent, proxy, why)
        _send_register(agent)
    _wait_for(agent, Registered, timeout, max(0.0, deadline - time.monotonic()))


def unregister(agent: Agent, timeout: float | None) -> None:
    """Removes the registration and waits `timeout` seconds for that; None does not wait.

    Raises:
        UsageError: the agent has no registrar or is not registered.
        PhoneFailure: it was refused, or no answer came.
    """
    _require_registrar(agent)
    # Where the registrar has not listed it, or no longer does, its stack refreshes nevertheless.
    if not (isinstance(agent.registration.outcome, Registered) or agent.registered):
        raise UsageError(f"{agent.name} is not registered; use Register first.")
    agent.registration.begin_request(len(agent.journal), registers=False)
    with agent.commanding("unregister"):
        agent.backend.unregister()
    if timeout is not None:
        _wait_for(agent, Unregistered, timeout)


def wait_until_registered(agent: Agent, timeout: float) -> None:
    """Waits until the registrar has accepted the agent, `timeout` in seconds.

    Where the suite has asked to register, and the proxy is dead, the next one is used.

    Raises:
        UsageError: the agent has no registrar.
        PhoneFailure: it was refused, or no answer came.
    """
    _require_registrar(agent)
    followers = other_proxies(agent) if agent.registration.asked else []
    _wait_until_registered(agent, followers, timeout, time.monotonic())


def _require_registrar(agent: Agent) -> None:
    agent.require_alive()
    account = agent.account
    if account.domain is None and agent.backend.is_attached:
        raise UsageError(
            f"{agent.name} was attached without a username and a domain: give Start Agent those of"
            f" its account, {agent.uri}, to register it or to wait for that."
        )
    if account.domain is None:
        raise UsageError(f"{agent.name} is a local agent: it has no domain to register with.")
    if account.regint == 0:
        raise UsageError(f"{agent.name} never registers: it was started with regint=0.")


def _wait_for(
    agent: Agent, wanted: type[Outcome], timeout: float, remaining: float | None = None
) -> None:
    """Waits for an outcome; `remaining` is what is left of the timeout, where that has begun."""
    position = agent.registration.since
    goal = "registered" if wanted is Registered else "unregistered"
    goal += f" at {agent.account.domain}"

    def newest_outcome() -> Outcome | None:
        agent.require_alive()
        newest = _last_outcome(agent, position)[1]
        if isinstance(newest, Registered) and wanted is Registered and agent.registration.expired:
            return None
        return newest if isinstance(newest, wanted | RegistrationFailed) else None

    left = timeout if remaining is None else remaining
    outcome = wait_until(agent.changes, newest_outcome, left)
    state = agent.registration
    contradicts = state.missing if wanted is Registered else state.still_listed
    if outcome is None:
        raise CallFailure(
            f"{agent.name} is not {goal}: {_describe_silence(agent, position, timeout)}.",
            agent,
            lambda _: _join(_explain_silence(agent, position), describe_proxy(agent)),
            awaited=lambda event: isinstance(event, wanted),
        )
    if isinstance(outcome, RegistrationFailed):
        raise _refusal(agent, outcome, goal, position)
    if why := contradicts(outcome.at):
        raise CallFailure(f"{agent.name} is not {goal}: {why}.", agent)


def _refusal(agent: Agent, failed: RegistrationFailed, goal: str, position: int) -> CallFailure:
    """The failure of a request that was refused; the suite is told of it by that."""
    agent.registration.mark_told(len(agent.journal))
    status = failed.status or 0
    return CallFailure(
        f"{agent.name} is not {goal}: {_describe_failure(agent, failed, position)}.",
        agent,
        lambda _: _join(
            explain_challenge(agent, status),
            explain_forbidden(agent, status, "REGISTER"),
            describe_details(agent.registration.answer_to(failed.at)),
            _explain_unread(agent, failed),
            describe_proxy(agent),
        ),
    )


def _explain_unread(agent: Agent, failed: RegistrationFailed) -> str | None:
    """Why the stack could not read what came, where it shows no answer."""
    if agent.registration.answer_to(failed.at):
        return None
    sent = [event for event in agent.journal.of_method("REGISTER") if event.sent]
    return explain_unreadable_stream(failed.words, sent[-1].destination) if sent else None


def _join(*sentences: str | None) -> str | None:
    return " ".join(filter(None, sentences)) or None


def _last_outcome(agent: Agent, position: int) -> tuple[int, Outcome | None]:
    """The newest outcome from a position in the journal on, and the position after it."""
    for number, event in reversed(list(agent.journal.numbered(position))):
        if isinstance(event, Outcome):
            return number + 1, event
    return position, None


def _describe_silence(agent: Agent, position: int, timeout: float) -> str:
    """That no outcome came; and whether a REGISTER was sent at all."""
    if _has_begun(agent, position):
        over = agent.registration.expired
        return (f"{over}, and no answer came" if over else "no answer") + f" within {timeout:g} s"
    match agent.registration.outcome:
        case RegistrationFailed() as failed:
            return f"{_describe_report(agent, failed)}, and no REGISTER was seen since"
        case Unregistered():
            return "it has unregistered, and no REGISTER was seen since; use Register"
    return f"no REGISTER was seen within {timeout:g} s; use Register"


def _explain_silence(agent: Agent, position: int) -> str | None:
    """That no REGISTER was answered, or that the one which was due was not seen to leave."""
    unanswered = explain_no_answer(agent, "REGISTER", position)
    if unanswered is None and _has_begun(agent, position):
        return explain_unsent(agent, "REGISTER")
    return unanswered


def _has_begun(agent: Agent, position: int) -> bool:
    """Whether the agent has begun to register since its last outcome."""
    after, _ = _last_outcome(agent, position)
    return any(_is_register(event) for event in agent.journal.since(after))


def _is_register(event: Event) -> bool:
    by_trace = isinstance(event, SipMessage) and event.sent and event.text.startswith("REGISTER ")
    return by_trace or isinstance(event, Registering)


def _describe_failure(agent: Agent, failed: RegistrationFailed, position: int) -> str:
    if fault := untrusted_certificate(agent, position, failed.words):
        return fault
    return _describe_report(agent, failed)


def _describe_report(agent: Agent, failed: RegistrationFailed) -> str:
    if failed.status is not None:
        return f"the registrar refused with {failed.status} {failed.words}".rstrip()
    if answered := _describe_answer(agent, failed):
        return answered
    if failed.words == UNREADABLE_STREAM:
        return f"what came from the registrar could not be read: {failed.words}"
    return f"the registrar was not reached: {failed.words}"


def _describe_answer(agent: Agent, failed: RegistrationFailed) -> str | None:
    """What the registrar answered that the stack could not act on; None without an answer."""
    answer = agent.registration.answer_to(failed.at)
    if answer is None:
        return None
    clause = f"the registrar answered {answer.words}"
    asked = describe_unanswerable(agent, answer)
    return f"{clause} and asks for {asked}" if asked else clause
