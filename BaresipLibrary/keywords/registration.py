"""Registration with a registrar, and voice mailboxes."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..errors import UsageError
from ..signalling import registration
from ..signalling.subscriptions import why_no_summary
from ..types import Mailbox, MailboxField
from .assertions import Assertion, Value, number
from .base import AgentName, Component, field_of


class RegistrationKeywords(Component):
    """Registers agents, and reads whether they are registered."""

    @keyword(tags=("Registration",))
    def register(
        self, agent: AgentName, wait: bool = True, *, timeout: timedelta | None = None
    ) -> None:
        """Registers the agent with its domain and, unless ``wait`` is false, waits for the answer.

        When the agent is registered already, its old registration is removed first, as baresip
        begins a new one with another Call-ID; in between, calls do not reach the agent.

        With a list of proxies in ``outbound``, it begins with the first one, and uses the next one
        when one is dead, as `Start Agent` describes; all within ``timeout``. With ``wait=False``, and
        during a call, an agent that is registered stays with the proxy in use.

        Fails at once when the registrar (or the last proxy) cannot be reached or refuses, with its
        status and reason phrase; and when no answer comes within ``timeout`` (default: the library's).

        Example:
        | Register | alice |
        | Register | alice | wait=False |
        """
        acting_agent = self._sending(agent)
        registration.register(acting_agent, self._seconds(timeout) if wait else None)
        if wait:
            _log_routes(acting_agent)

    @keyword(tags=("Registration",))
    def unregister(
        self, agent: AgentName, wait: bool = True, *, timeout: timedelta | None = None
    ) -> None:
        """Removes the registration and, unless ``wait`` is false, waits for the answer.

        Fails when the agent has not registered, and when `Register` would. An agent whose registration
        has expired, or that the registrar does not list, stops refreshing it.

        Example:
        | Unregister | alice |
        """
        acting_agent = self._sending(agent)
        registration.unregister(acting_agent, self._seconds(timeout) if wait else None)

    @keyword(tags=("Registration", "Wait"))
    def wait_until_registered(self, agent: AgentName, *, timeout: timedelta | None = None) -> None:
        """Waits until the registrar has accepted the agent.

        After `Register` with ``wait=False``, the agent uses its next proxy when one is dead. An agent
        that was not asked to register is not registered by the wait.

        Fails when `Register` would.

        Example:
        | Register | alice | wait=False |
        | Wait Until Registered | alice |
        """
        waiting_agent = self._agents.get(agent)
        registration.wait_until_registered(waiting_agent, self._seconds(timeout))
        _log_routes(waiting_agent)

    @keyword(tags=("Registration", "Getter", "Assertion"))
    def get_registered(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: bool | str | None = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> bool:
        """Returns whether the agent is registered, according to the registrar's last answer.

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.

        Example:
        | Get Registered | alice | == | True |
        | Get Registered | alice | == | False | timeout=30s |
        """
        acting_agent = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        registered = Value(
            f"The registered state of {acting_agent.name}",
            lambda: acting_agent.registered,
            next_change=lambda: acting_agent.registration.expires_in,
        )
        return self._checked(acting_agent, registered, wanted, timeout)


class MailboxKeywords(Component):
    """Reads what the voice mailbox reports."""

    @keyword(tags=("Registration", "Getter", "Assertion"))
    def get_message_waiting(
        self,
        agent: AgentName,
        field: MailboxField | None = None,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> Mailbox | bool | int | None:
        """Returns what the agent's voice mailbox has reported last (RFC 3842).

        Without ``field`` it is an object with ``waiting``, ``new`` and ``old``. It is ``None`` until
        the first notification; an agent gets one after it has registered, when it was started with
        ``mwi=True``.

        Fails when the agent was started without ``mwi=True``, and when the assertion does not hold;
        with ``timeout``, when it does not hold in that time.

        | =Argument= | =Meaning= |
        | ``field`` | ``waiting`` (whether there are messages), ``new`` and ``old`` (how many voice messages). |

        Example:
        | Get Message Waiting | alice | new | == | 2 | timeout=5s |
        | Get Message Waiting | alice | waiting | == | False |
        """
        acting_agent = self._agents.get(agent)
        _require_mailbox(acting_agent)
        unit = number if field in (MailboxField.new, MailboxField.old) else None
        wanted = Assertion(assertion_operator, assertion_expected, message, unit)
        name = f"{field.name} of the mailbox" if field else "mailbox"
        reported: Value[Mailbox | bool | int | None] = Value(
            f"The {name} of {acting_agent.name}",
            lambda: field_of(acting_agent.mailbox, field),
            lambda: why_no_summary(acting_agent),
        )
        return self._checked(acting_agent, reported, wanted, timeout)


def _log_routes(agent: Agent) -> None:
    """Logs what the registrar says of routes: of this the stack takes no notice."""
    from ..diagnosis.routes import describe_registrar_routes

    for sentence in describe_registrar_routes(agent):
        logger.info(sentence)


def _require_mailbox(agent: Agent) -> None:
    if not agent.account.mwi:
        raise UsageError(
            f"{agent.name} was not started with mwi=True, which Get Message Waiting needs; what"
            " Subscribe brings, Get Notification returns."
        )
