"""How much later an agent plays and records what has arrived than it arrived."""

from ..agents.agent import Agent
from .quality import Duration


def playout_delay(agent: Agent) -> Duration | None:
    """How long audio waits in the jitter buffer of an agent; None when that is not known.

    It follows from the version of its baresip and from its configuration.
    """
    delay = agent.backend.playout_delay
    return Duration(*delay) if delay else None
