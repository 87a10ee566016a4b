"""Where keywords send calls and requests, and how they refuse calls: read from their arguments."""

import re

from ..agents.agent import Agent
from ..agents.registry import Registry
from ..backends.base import Headers
from ..errors import UsageError
from ..sip.messages import canonical_name
from ..sip.reasons import reason_phrase
from ..sip.uris import (
    escaped_user,
    is_extension,
    is_number,
    is_uri,
    looks_like_uri,
    number_of,
    with_escaped_user,
)
from .base import AgentName


def dialled_uri(agents: Registry, caller: Agent, target: AgentName) -> str:
    """The SIP URI of a target that a caller is about to send an INVITE to.

    Raises:
        UsageError: as `target_uri`, or it is a ``sips:`` URI.
    """
    uri = target_uri(agents, caller, target)
    if caller.account.domain is None and uri == caller.uri:
        raise UsageError(
            f"{caller.name} cannot call itself: start another agent, which it can call."
        )
    if uri.lower().startswith("sips:"):
        raise UsageError(
            f"{caller.name} cannot dial {uri}: baresip sends no requests to sips: URIs; to call"
            f" over TLS, dial {_over_tls(uri)}."
        )
    return uri


def target_uri(agents: Registry, caller: Agent, target: AgentName) -> str:
    """The SIP URI of a target, as its caller understands it.

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
        f"'{target}' is neither an agent, a SIP URI (sip:user@host) nor a number."
        f" {_meant(target) or agents.known(target)}"
    )


def _meant(target: str) -> str | None:
    """What a URI without its scheme, or a number with what people write in one, is to be."""
    uri, number = f"sip:{target}", number_of(target) or target
    plain = re.sub(r"[\s()./-]", "", number)
    meant = uri if "@" in target and is_uri(uri) else plain if is_number(plain) else None
    return f"Did you mean '{meant}'?" if meant else None


def _uri_in_domain(caller: Agent, user: str) -> str:
    if caller.account.domain is None:
        what = "was attached" if caller.backend.is_attached else "is a local agent"
        raise UsageError(
            f"{caller.name} {what} without a domain, so the bare number {user}"
            " leads nowhere; dial an agent or a SIP URI."
        )
    return caller.account.uri_of(escaped_user(user))


def _over_tls(uri: str) -> str:
    plain = f"sip:{uri.partition(':')[2]}"
    return plain if ";transport=" in plain.lower() else f"{plain};transport=tls"


def contact_of(agents: Registry, callee: Agent, target: AgentName) -> tuple[str, str]:
    """The header that redirects a call of an agent to a target; raises as `target_uri`."""
    return "Contact", f"<{target_uri(agents, callee, target)}>"


def missing_target(code: int, headers: Headers) -> str | None:
    """That a redirection names nobody to call instead, in a sentence; None of any other answer."""
    names_target = any(canonical_name(name) == "Contact" for name, _ in headers)
    if code >= 400 or names_target:
        return None
    return f"A {code} without a Contact names nobody to call instead; use Deflect to name a target."


def refusal_phrase(code: int, reason: str | None) -> str:
    """The reason phrase of a refusal: the one that is given, else the usual one for the code.

    Raises:
        UsageError: the code is not a refusal, or the phrase cannot travel.
    """
    if not 300 <= code <= 699:
        raise UsageError(f"A call is refused with a status from 300 to 699, not {code}.")
    words = reason_phrase(code) if reason is None else reason
    if not words.isprintable() or "%" in words:
        raise UsageError(
            f"The reason {words!r} must be printable and contain no '%', which baresip would expand."
        )
    return words
