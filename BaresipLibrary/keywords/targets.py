"""What can be dialled, from the words of a suite."""

from ..agents.agent import Agent
from ..agents.registry import Registry
from ..errors import UsageError
from ..sip.uris import is_number, is_uri, looks_like_uri
from .base import AgentName


def target_uri(agents: Registry, caller: Agent, target: AgentName) -> str:
    """The SIP URI that a target means to a caller.

    Raises:
        UsageError: it is neither an agent, a SIP URI nor a number in the caller's domain.
    """
    if isinstance(target, Agent):
        return agents.get(target).uri
    known = agents.find(target)
    if known is not None:
        return known.uri
    if is_uri(target):
        return target
    if is_number(target):
        return _number_uri(caller, target)
    if looks_like_uri(target):
        raise UsageError(f"{target!r} is not a SIP URI that can be dialled.")
    raise UsageError(
        f"'{target}' is neither an agent, a SIP URI (sip:user@host) nor a number. {agents.known()}"
    )


def _number_uri(caller: Agent, number: str) -> str:
    if caller.account.domain is None:
        raise UsageError(
            f"{caller.name} is a local agent without a domain, so the bare number {number}"
            " leads nowhere; dial an agent or a SIP URI."
        )
    return caller.account.uri_of(number)
