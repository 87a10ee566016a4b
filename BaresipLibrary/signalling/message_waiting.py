"""Voice mailboxes."""

from dataclasses import dataclass

from ..agents.agent import Agent
from ..errors import UsageError


@dataclass(frozen=True)
class Mailbox:
    """What is in a voice mailbox.

    ``waiting``: whether there are messages; ``new`` and ``old``: how many voice messages.
    """

    waiting: bool
    new: int
    old: int


def mailbox_of(agent: Agent) -> Mailbox | None:
    """What the mailbox told last; None when it has told nothing."""
    told = agent.mailbox
    return Mailbox(told.waiting, told.new, told.old) if told else None


def require_mailbox(agent: Agent) -> None:
    """Raises `UsageError` when nobody has asked for the agent's mailbox."""
    if not agent.account.mwi:
        raise UsageError(f"{agent.name} has not subscribed to a mailbox: start it with mwi=True.")
