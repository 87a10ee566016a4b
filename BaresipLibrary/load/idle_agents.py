"""Who can take the next call of a run, and what the others do when nobody can."""

from collections import deque
from collections.abc import Iterable, Sequence

from ..agents.agent import Agent
from ..types import AgentState
from .machine import Machine
from .rated_call import Phase, RatedCall

#: What a call does that keeps its agents for longer than the talk.
_KEPT_BY = {
    Phase.SET_UP: ", as most had a call that was not established yet",
    Phase.END: ", as most had a call that was not over after the hang-up",
}


class AgentPool:
    """Agents that wait for their turn; the one that has waited longest is next."""

    def __init__(self, agents: Sequence[Agent], none_idle: str) -> None:
        self._all = tuple(agents)
        self._waiting = deque(agents)
        self._none_idle = none_idle

    def take(self) -> Agent | None:
        """An agent that runs and has no call; it is not given to anybody else. None without one."""
        for _ in range(len(self._waiting)):
            agent = self._waiting.popleft()
            if agent.alive and agent.state is AgentState.IDLE:
                return agent
            self._waiting.append(agent)
        return None

    def give_back(self, agent: Agent) -> None:
        """Takes an agent back."""
        self._waiting.append(agent)

    def why_none(self, calls: Iterable[RatedCall], machine: Machine, now: float) -> str:
        """Why nobody can take a call `now`: what more than half of them do, unless they talk."""
        living = [agent for agent in self._all if agent.alive]
        if self._are_most(len(self._all) - len(living)):
            return f"{self._none_idle}, as most had died"
        calling = {agent: call for call in calls for agent in call.agents}
        for phase, kept_by in _KEPT_BY.items():
            kept = [
                calling[one] for one in living if one in calling and calling[one].phase is phase
            ]
            if self._are_most(len(kept)):
                began = min(call.arrived_at for call in kept)
                late = ", and this machine was late" if machine.was_late(began, now) else ""
                return f"{self._none_idle}{kept_by}{late}"
        return self._none_idle

    def _are_most(self, count: int) -> bool:
        return 2 * count > len(self._all)
