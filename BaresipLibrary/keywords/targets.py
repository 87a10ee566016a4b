"""What can be dialled, from the words of a suite."""

from ..agents.agent import Agent
from ..agents.registry import Registry
from ..errors import UsageError
from ..sip.uris import (
    escaped_user,
    is_extension,
    is_number,
    is_uri,
    looks_like_uri,
    with_escaped_user,
)
from .base import AgentName


def dialled_uri(agents: Registry, caller: Agent, target: AgentName) -> str:
    """The SIP URI that a target means to a caller who is to send an INVITE to it.

    Raises:
        UsageError: as `target_uri`, or it is a ``sips:`` URI.
    """
    uri = target_uri(agents, caller, target)
    if uri.lower().startswith("sips:"):
        raise UsageError(
            f"{caller.name} cannot dial {uri}: baresip sends no requests to sips: URIs; to call"
            f" over TLS, dial {_over_tls(uri)}."
        )
    return uri


def target_uri(agents: Registry, caller: Agent, target: AgentName) -> str:
    """The SIP URI that a target means to a caller.

    Raises:
        UsageError: it is neither an agent, a SIP URI nor a number or name in the caller's domain.
    """
    if isinstance(target, Agent):
        return agents.get(target).uri
    known = agents.find(target)
    if known is not None:
        return known.uri
    if is_uri(target):
        return with_escaped_user(target)
    if is_number(target) or (caller.account.domain is not None and is_extension(target)):
        return _uri_in_domain(caller, target)
    if looks_like_uri(target):
        raise UsageError(f"{target!r} is not a SIP URI that can be dialled.")
    raise UsageError(
        f"'{target}' is neither an agent, a SIP URI (sip:user@host) nor a number. {agents.known()}"
    )


def _uri_in_domain(caller: Agent, user: str) -> str:
    if caller.account.domain is None:
        raise UsageError(
            f"{caller.name} is a local agent without a domain, so the bare number {user}"
            " leads nowhere; dial an agent or a SIP URI."
        )
    return caller.account.uri_of(escaped_user(user))


def _over_tls(uri: str) -> str:
    plain = f"sip:{uri.partition(':')[2]}"
    return plain if ";transport=" in plain.lower() else f"{plain};transport=tls"
