"""Which way an agent's requests take: the proxy that it uses, and the routes of its registrar."""

from ..agents.agent import Agent
from ..agents.call import Call, Direction
from ..events import OutboundChanged
from ..sip.messages import Message, split_address, split_values
from ..sip.uris import address_part
from .observations import invites_of


def describe_proxy(agent: Agent) -> str | None:
    """Which proxy an agent uses instead of one that is dead; None when none was."""
    *_, newest = (None, *agent.journal.of_kind(OutboundChanged))
    if newest is None or newest.why is None:
        return None
    return f"{agent.name} used {address_part(newest.proxy)}, as {newest.why}."


def describe_path(agent: Agent, call: Call) -> str | None:
    """What is special about the way that a call's INVITE took; None when nothing is."""
    if call.direction is Direction.INCOMING:
        return None
    sentences = (describe_proxy(agent), _describe_ignored_route(agent, call))
    return " ".join(filter(None, sentences)) or None


def _describe_ignored_route(agent: Agent, call: Call) -> str | None:
    """That an INVITE did not take the way that the registrar asked for (RFC 3608)."""
    asked = agent.registration.service_route
    sent = [invite.request for invite in invites_of(agent, call) if invite.sent]
    if not asked or not sent or _addresses(asked) <= _addresses(sent[-1].all("Route")):
        return None
    return (
        f"The registrar asked for Service-Route: {', '.join(asked)}; the INVITE has no such Route,"
        " as baresip does not use it."
    )


def _addresses(routes: list[str]) -> set[str]:
    return {
        address_part(split_address(route)[1]) for value in routes for route in split_values(value)
    }


def describe_registrar_routes(agent: Agent) -> list[str]:
    """What the registrar's last answer says of routes, a sentence each."""
    answer: Message | None = agent.registration.accepted
    if answer is None:
        return []
    service, path = answer.all("Service-Route"), answer.all("Path")
    sentences = []
    if service:
        asked = ", ".join(service)
        sentences.append(
            f"The registrar asked for Service-Route: {asked}; baresip does not use it."
        )
    if path:
        sentences.append(f"The registrar answered with Path: {', '.join(path)}.")
    return sentences
