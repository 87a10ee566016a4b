"""Who the remote party of a call is: as it called or was dialled, as asserted, and as of now."""

import re
from collections.abc import Iterator

from ..sip.messages import Message, parameter, parsed, split_address, split_values
from ..sip.uris import number_of
from ..types import Peer, PeerSource
from .agent import Agent
from .call import Call, Direction

#: The headers in which a network asserts who somebody is, the more trusted one first.
_ASSERTIONS = ("P-Asserted-Identity", "Remote-Party-ID")


def peer_of(agent: Agent, source: PeerSource = PeerSource.initial) -> Peer | None:
    """The remote party of the active call; None without a call, or when nobody was asserted."""
    call = agent.active_call
    if call is None:
        return None
    match source:
        case PeerSource.initial:
            return _initial(agent, call)
        case PeerSource.asserted:
            asserted = [_asserted(message) for message in _from_peer(agent, call)]
            return next((peer for peer in reversed(asserted) if peer), None)
    return _connected(agent, call)


def _initial(agent: Agent, call: Call) -> Peer:
    """Whom the From of the INVITE names, or the URI that was dialled."""
    if call.direction is Direction.OUTGOING:
        return _peer(call.peer_uri, "")
    invite = agent.invite_of(call)
    value = (invite and invite.first("From")) or call.peer_uri
    return _peer(value, "From", invite)


def _connected(agent: Agent, call: Call) -> Peer:
    """Who the peer is by the newest of its messages that names somebody else than before."""
    connected = _initial(agent, call)
    named = _named_by_us(agent, call) or connected.uri
    for message in _from_peer(agent, call):
        asserted, said = _asserted(message), _named_by_peer(message)
        if asserted is not None:
            connected = asserted
        elif said is not None and _tells_more(said, named, connected):
            connected = said
        named = said.uri if said else named
    return connected


def _tells_more(said: Peer, named: str, connected: Peer) -> bool:
    """Whether a From names another URI than before, or first gives a name or a new one.

    Many phones leave their name out in later requests, and a name alone undoes no assertion.
    """
    is_asserted = connected.header in _ASSERTIONS
    return said.uri != named or (not is_asserted and said.name not in ("", connected.name))


def _named_by_peer(message: Message) -> Peer | None:
    """Whom the From of a request names; None for nobody, and for a response: we wrote its From."""
    said = _peer(message.first("From") or "", "From", message)
    return said if message.method and said.uri else None


def _named_by_us(agent: Agent, call: Call) -> str | None:
    """The URI in the To of the INVITE of an outgoing call, which the peer repeats."""
    invite = agent.journal.invite(call.call_id)
    if invite is None or call.direction is Direction.INCOMING:
        return None
    return split_address(invite.first("To") or "")[1]


def _from_peer(agent: Agent, call: Call) -> Iterator[Message]:
    """The messages that the peer sent in a call, in order; none of other phones that rang."""
    seen = agent.journal.messages(call.call_id)
    received = [parsed(event.text) for event in seen if not event.sent]
    accepted = [_peer_tag(message) for message in received if message.accepts_invite]
    for message in received:
        if not accepted or _peer_tag(message) == accepted[0]:
            yield message


def _peer_tag(message: Message) -> str:
    """The tag of the side that sent a message to this agent."""
    return parameter(message.first("From") or "", "tag") if message.method else message.to_tag


def _asserted(message: Message) -> Peer | None:
    for header in _ASSERTIONS:
        values = [value for line in message.all(header) for value in split_values(line)]
        if values:
            return _peer(values[0], header, message)
    return None


def _peer(value: str, header: str, message: Message | None = None) -> Peer:
    name, uri = split_address(value)
    lines = message.all("Privacy") if message else []
    # Some write commas where RFC 3323 has semicolons.
    asked = [item.strip().lower() for line in lines for item in re.split("[;,]", line)]
    privacy = tuple(item for item in asked if item)
    return Peer(uri, number_of(uri), name, header, privacy)
