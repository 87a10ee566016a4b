"""Why a call of a run failed, and whose fault that may be."""

from collections.abc import Iterable
from enum import Enum, auto

from ..agents.agent import Agent
from ..frozen import frozen

DEAD, STOPPED = "the process of an agent has died", "the process of an agent is stopped"


class Cause(Enum):
    """Whose fault a failure is: ``either`` where a machine that was late may have caused it."""

    phone_system = auto()
    machine = auto()
    either = auto()


@frozen
class FailureReason:
    """Why a call failed: the words that failures are counted by, and what was seen of this one.

    `at`: when that was noticed (monotonic).
    """

    words: str
    details: str
    cause: Cause
    at: float


def agent_at_fault(agents: Iterable[Agent]) -> tuple[str, str] | None:
    """What is wrong with a process of these agents: the words for all such, and which it is."""
    for agent in agents:
        if not agent.alive:
            return DEAD, str(agent.death)
        if agent.backend.is_stopped:
            return STOPPED, f"the process of {agent} is stopped"
    return None
