"""Message waiting."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..agents.mailbox import Mailbox, mailbox_of, require_mailbox
from ..types import MailboxField
from .assertions import Assertion, number
from .base import AgentName, Component


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
        require_mailbox(who)
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


def _read(agent: Agent, field: MailboxField | None) -> Mailbox | bool | int | None:
    mailbox = mailbox_of(agent)
    if mailbox is None or field is None:
        return mailbox
    value: bool | int = getattr(mailbox, field.name)
    return value
