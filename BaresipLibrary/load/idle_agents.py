"""Who can take the next call of a run, and what the others do when nobody can."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence

from ..agents.agent import Agent
from ..types import AgentState
from .machine import Machine
from .rated_call import Phase, RatedCall

_DEAD = ", as most had died"
#: What a call does that keeps its agents for longer than the talk.
_KEPT_BY = {
    Phase.SET_UP: ", as most had a call that was not established yet",
    Phase.END: ", as most had a call that was not over after the hang-up",
}
_LATE = ", and this machine was late"


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
        calling = {agent: call for call in calls for agent in call.agents}
        doing = Counter(
            (calling[agent].phase if agent in calling else None) if agent.alive else _DEAD
            for agent in self._all
        )
        most, count = doing.most_common(1)[0]
        if 2 * count <= len(self._all):
            return self._none_idle
        if most is _DEAD:
            return f"{self._none_idle}{_DEAD}"
        if most not in _KEPT_BY:
            return self._none_idle
        began = min(call.arrived_at for call in calling.values() if call.phase is most)
        late = _LATE if machine.was_late(began, now) else ""
        return f"{self._none_idle}{_KEPT_BY[most]}{late}"
