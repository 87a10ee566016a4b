"""What offer and answer agreed on for the media of a call, and why nothing was agreed."""

from ..agents.agent import Agent
from ..agents.call import Call, Direction
from ..agents.rtp import agreed_in
from ..errors import NothingYet
from ..events import UnfittingAnswer
from ..sip.agreed_media import AgreedMedia
from ..sip.messages import masked
from .sip_messages import require_messages


def require_agreed(agent: Agent, call_id: str | None = None) -> AgreedMedia:
    """What was agreed last in the call with that Call-ID, else in the active or the last call.

    Raises:
        NothingYet: there is no such call, or nothing is agreed in it; says how far it has come.
        UsageError: the agent's backend shows no messages.
    """
    call = _readable_call(agent, "with media", call_id)
    media = agreed_in(agent, call)
    if media is None:
        raise NothingYet(
            f"{agent.name} and {call.peer_uri} have not agreed on media: "
            f"{_why_not_agreed(agent, call)}."
        )
    return media


def require_description(agent: Agent, *, local: bool, call_id: str | None = None) -> str:
    """The session description that the agent (`local`) or its peer has sent last in a call.

    The secrets in it are masked.

    Raises:
        NothingYet: there is no such call, or none was sent in it.
        UsageError: the agent's backend shows no messages.
    """
    call = _readable_call(agent, "with a session description", call_id)
    description = call.offers.described.get(local)
    if description is None:
        who = agent.name if local else call.peer_uri
        raise NothingYet(f"{who} has sent no SDP so far: {call.describe()}.")
    return masked(description.text)


def describe_no_encryption(agent: Agent, call_id: str | None = None) -> str:
    """That the media of a call is not encrypted, and why not where both sides have keys."""
    call = agent.require_call("with media", call_id)
    exchange = call.exchange
    sides = [side.audio for side in exchange.sides()] if exchange else []
    if sides and all(media and "crypto" in dict(media.attributes) for media in sides):
        return (
            f"{agent.name} and {call.peer_uri} agreed on no encryption: both have keys (a=crypto),"
            " but the answer has none of a suite, and of its length, that baresip takes."
        )
    return f"{agent.name}'s media is not encrypted."


def _readable_call(agent: Agent, purpose: str, call_id: str | None) -> Call:
    """A call whose messages the library reads."""
    agent.require_alive()
    call = agent.require_call(purpose, call_id)
    require_messages(agent)
    return call


def _why_not_agreed(agent: Agent, call: Call) -> str:
    ours, theirs = call.offers.described.get(True), call.offers.described.get(False)
    exchange = call.exchange
    if exchange is not None:
        who, other = (agent.name, "the other side")[:: 1 if exchange.ours else -1]
        return (
            f"{who} offered {exchange.offer.description};"
            f" {other} answered {exchange.answer.description}"
        )
    if not call.is_live:
        return call.describe()
    offerer = call.direction is Direction.OUTGOING
    if ours is not None and (offerer or theirs is None):
        unfitting = agent.journal.of_kind(UnfittingAnswer)
        came = [one.words for one in unfitting if one.call_id == call.call_id]
        answer = came[-1] if came else "no answer has come"
        return f"{agent.name} offered {ours.description}, and {answer}"
    if theirs is not None:
        return f"the other side offered {theirs.description}, and {agent.name} has not answered"
    return "no offer has been seen"
