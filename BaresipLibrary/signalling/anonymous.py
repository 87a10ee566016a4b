"""Calls whose caller stays anonymous (RFC 3323, RFC 3325)."""

from ..agents.agent import Agent
from ..backends.base import Headers
from ..backends.capabilities import Capability
from ..errors import UsageError


def dial_anonymously(agent: Agent, uri: str, headers: Headers = ()) -> str:
    """Sends an INVITE from nobody, with Privacy: id; returns the Call-ID.

    In a domain it also has P-Preferred-Identity, by which the network knows the caller. A local
    agent has none: it would tell the callee. Such headers of the suite's take their place.

    Raises:
        UsageError: the backend cannot, or the account has several outbound proxies.
    """
    agent.require(Capability.ANONYMOUS_CALLS)
    account = agent.account
    if account.next_outbounds:
        raise UsageError(
            f"{agent.name} cannot call anonymously with several outbound proxies: give it one."
        )
    own = [("Privacy", "id")]
    if account.domain is not None:
        own.append(("P-Preferred-Identity", f"<sip:{account.username}@{account.domain}>"))
    given = [*account.headers, *headers]
    names = {name.lower() for name, _ in given}
    all_headers = [*(pair for pair in own if pair[0].lower() not in names), *given]
    with agent.commanding(f"dial {uri}"):
        return agent.backend.dial_anonymously(uri, all_headers)
