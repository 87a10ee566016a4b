"""Registering with a registrar."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..errors import UsageError
from ..signalling import registration
from ..types import Mailbox, MailboxField
from .assertions import Assertion, number
from .base import AgentName, Component


class RegistrationKeywords(Component):
    """Register, unregister, and whether it worked."""

    @keyword(tags=("Registration",))
    def register(
        self, agent: AgentName, wait: bool = True, *, timeout: timedelta | None = None
    ) -> None:
        """Registers the agent with its domain and, unless ``wait`` is false, waits for the answer.

        Of an agent that is registered already the old registration is ended first (baresip begins
        a new one with another Call-ID), and calls do not find it until the new one is there.

        Fails at once when the registrar refuses, with the status and its words, or cannot be
        reached; and when no answer comes within ``timeout`` (default: the library's).

        Example:
        | Register | alice |
        | Register | alice | wait=False |
        """
        who = self._agents.get(agent)
        registration.register(who, self._seconds(timeout) if wait else None)

    @keyword(tags=("Registration",))
    def unregister(
        self, agent: AgentName, wait: bool = True, *, timeout: timedelta | None = None
    ) -> None:
        """Removes the registration and, unless ``wait`` is false, waits for the answer.

        Fails when the agent is not registered, and as `Register` does.

        Example:
        | Unregister | alice |
        """
        who = self._agents.get(agent)
        registration.unregister(who, self._seconds(timeout) if wait else None)

    @keyword(tags=("Registration", "Wait"))
    def wait_until_registered(self, agent: AgentName, *, timeout: timedelta | None = None) -> None:
        """Waits until the registrar has accepted the agent.

        Fails as `Register` does.

        Example:
        | Register | alice | wait=False |
        | Wait Until Registered | alice |
        """
        registration.wait_until_registered(self._agents.get(agent), self._seconds(timeout))

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
        """Returns whether the registrar knows the agent, as far as its last answer tells.

        Fails when an assertion is given and does not hold, with ``timeout`` not even in that time.

        Example:
        | Get Registered | alice | == | True |
        | Get Registered | alice | == | False | timeout=30s |
        """
        who = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._checked(who, lambda: who.registered, wanted, "Registered, of", timeout)


class MailboxKeywords(Component):
    """What the voice mailbox tells."""

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
        """Returns what the agent's voice mailbox told last (RFC 3842).

        Without ``field`` it is an object with ``waiting``, ``new`` and ``old``; ``None`` until the
        first notification, which an agent gets that registers and was started with ``mwi=True``.

        Fails when the agent has no ``mwi``, and when an assertion is given and does not hold, with
        ``timeout`` not even in that time.

        | =Argument= | =Meaning= |
        | ``field`` | ``waiting`` (whether there are messages), ``new`` and ``old`` (numbers of voice messages). |

        Example:
        | Get Message Waiting | alice | new | == | 2 | timeout=5s |
        | Get Message Waiting | alice | waiting | == | False |
        """
        who = self._agents.get(agent)
        _require_mailbox(who)
        unit = number if field in (MailboxField.new, MailboxField.old) else None
        wanted = Assertion(assertion_operator, assertion_expected, message, unit)
        name = f"{field.name} of the mailbox" if field else "mailbox"
        return self._checked(
            who,
            lambda: _read(who, field),
            wanted,
            f"The {name} of",
            timeout,
            lambda: f"{who.name}'s mailbox has told nothing yet: no NOTIFY of it arrived.",
        )


def _require_mailbox(agent: Agent) -> None:
    if not agent.account.mwi:
        raise UsageError(f"{agent.name} has not subscribed to a mailbox: start it with mwi=True.")


def _read(agent: Agent, field: MailboxField | None) -> Mailbox | bool | int | None:
    mailbox = agent.mailbox
    if mailbox is None or field is None:
        return mailbox
    value: bool | int = getattr(mailbox, field.name)
    return value
