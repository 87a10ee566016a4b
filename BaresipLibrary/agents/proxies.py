"""Which outbound proxy an agent uses."""

from ..events import OutboundChanged
from .agent import Agent


def proxy_of(agent: Agent) -> str | None:
    """The SIP URI of the outbound proxy that requests go to now; None when there is none."""
    *_, newest = (None, *agent.journal.of_kind(OutboundChanged))
    return newest.proxy if newest else agent.account.outbound_uri


def other_proxies(agent: Agent) -> list[str]:
    """The proxies of the account that are not in use, in the order in which they would be."""
    every = list(agent.account.outbound_uris)
    if not every:
        return []
    place = every.index(proxy_of(agent) or every[0])
    return every[place + 1 :] + every[:place]
