"""What the offers and answers of an agent's call agreed on."""

from ..concurrency import wait_until
from ..sip.agreed_media import AgreedMedia, agreed_media
from .agent import Agent
from .call import TRACE_LAG, Call


def agreed_in(agent: Agent, call: Call) -> AgreedMedia | None:
    """What was agreed last in a call; None when nothing was, and where no messages are shown."""
    if agent.backend.shows_messages and call.established_at is not None:
        wait_until(agent.changes, lambda: None if call.awaits_agreement else True, TRACE_LAG)
    exchange = call.offers.exchange
    return agreed_media(exchange) if exchange else None
