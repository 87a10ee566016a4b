"""The calls that agents have finished, and what was measured of each."""

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from enum import Enum

from ..agents.agent import Agent
from ..agents.byes import has_hung_up, has_unanswered_bye
from ..agents.call import Call, Direction
from ..agents.registry import Registry
from ..errors import NothingYet, PhoneFailure
from ..events import CallClosed, ClosedBy
from ..frozen import frozen
from ..types import CallTiming

#: How long (s) a BYE may take to be answered: timer F of RFC 3261.
_ANSWERED_WITHIN = 32.0


class CallOutcome(Enum):
    """What became of a call."""

    established = "established"
    #: A final answer refused it: the peer's, or this agent's when it was called.
    refused = "refused"
    #: Its caller gave up before it was answered.
    cancelled = "cancelled"
    #: No answer came, it broke off before one, or this agent's answer was never acknowledged.
    failed = "failed"
    #: It still rang when its agent was stopped.
    unfinished = "unfinished"


@frozen
class FinishedCall:
    """A call that is over. Times are monotonic, durations in seconds, None where not known."""

    agent: str
    call_id: str
    direction: str
    outcome: CallOutcome
    #: The status that answered its INVITE for good.
    code: int | None
    began_at: float
    established_at: float | None
    ended_at: float | None
    #: RFC 6076, 4.3: from the INVITE to the first answer from 180 on; what a caller waits for.
    session_request_delay: float | None
    #: From the INVITE to its 200, as its caller saw it.
    setup: float | None
    #: RFC 6076, 4.4: from the BYE to its answer.
    session_disconnect_delay: float | None
    mos: float | None

    @property
    def session_duration(self) -> float | None:
        """RFC 6076, 4.5: how long it was up."""
        if self.established_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.established_at


class FinishedCalls:
    """Collects the finished calls of all agents, each call once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._registries: list[Registry] = []
        self._read: dict[Agent, list[Call]] = defaultdict(list)
        self._untaken: list[FinishedCall] = []
        #: Is called when a call has been read that its agent forgets, as `Run Calls` has it do.
        self.on_forget: Callable[[], None] = lambda: None

    def follow(self, agents: Registry) -> None:
        """Follows the agents of a library from now on."""
        if not any(known is agents for known in self._registries):
            self._registries.append(agents)
            agents.watchers.append(self)

    def agent_starts(self, agent: Agent) -> None:
        """Its calls must be read before they are forgotten."""

        def read(call_id: str) -> None:
            with self._lock:
                self._read_calls(agent, stopped=False, whole=call_id)
                kept = [call for call in self._read[agent] if call.call_id != call_id]
                self._read[agent] = kept
            self.on_forget()

        agent.journal.last_readers.append(read)

    def agent_stopped(self, agent: Agent) -> None:
        """All its calls are over."""
        with self._lock:
            self._read_calls(agent, stopped=True)
            self._read.pop(agent, None)

    def take(self) -> list[FinishedCall]:
        """The calls that have finished since this was called last."""
        with self._lock:
            for agents in self._registries:
                for agent in agents:
                    self._read_calls(agent, stopped=False)
        return self.take_read()

    def take_read(self) -> list[FinishedCall]:
        """Those of them that have been read by now, without a look at the agents."""
        with self._lock:
            taken, self._untaken = self._untaken, []
            return taken

    def _read_calls(self, agent: Agent, *, stopped: bool, whole: str | None = None) -> None:
        """Reads the calls that are over: all of a stopped agent, and the `whole` one, at once."""
        known = {id(call) for call in self._read[agent]}
        with agent.changes:
            over = [
                call
                for call in [*agent.replaced_calls, *agent.calls]
                if id(call) not in known
                and (stopped or call.call_id == whole or _is_over(agent, call))
            ]
        for call in over:
            self._read[agent].append(call)
            self._untaken.append(finished_call(agent, call))


def _is_over(agent: Agent, call: Call) -> bool:
    """Whether a call has ended, and all that may still show in the trace of its end does so."""
    closed = call.closed
    if closed is None:
        return False
    if time.monotonic() - closed.at > _ANSWERED_WITHIN:
        return True
    waits = agent.backend.shows_messages and call.awaits_trace
    return not waits and not has_unanswered_bye(agent, call)


def finished_call(agent: Agent, call: Call) -> FinishedCall:
    """What is known of a call that is over."""
    from ..media.quality import quality_of

    with agent.changes:
        closed, quality = call.closed, quality_of(call)
        code = _final_status(agent, call)
    calls_out = call.direction is Direction.OUTGOING
    return FinishedCall(
        agent=agent.name,
        call_id=call.call_id,
        direction=call.direction.name.lower(),
        outcome=_outcome(call, closed),
        code=code,
        began_at=call.began_at,
        established_at=call.established_at,
        ended_at=closed.at if closed else None,
        session_request_delay=_timing(agent, call, CallTiming.post_dial_delay, calls_out),
        setup=_timing(agent, call, CallTiming.setup_time, calls_out),
        session_disconnect_delay=_timing(agent, call, CallTiming.teardown, has_hung_up(call)),
        mos=quality.mos if quality else None,
    )


def _outcome(call: Call, closed: CallClosed | None) -> CallOutcome:
    if call.established_at is not None:
        return CallOutcome.established
    if call.direction is Direction.INCOMING and call.answered:
        return CallOutcome.failed  # its 200 was never acknowledged
    if closed is None:
        return CallOutcome.unfinished
    match closed.by, call.direction:
        case (ClosedBy.REFUSAL, _) | (ClosedBy.US, Direction.INCOMING):
            return CallOutcome.refused
        case (ClosedBy.US, _) | (ClosedBy.PEER, Direction.INCOMING) | (ClosedBy.TRANSFER, _):
            return CallOutcome.cancelled
    return CallOutcome.failed


def _final_status(agent: Agent, call: Call) -> int | None:
    """The status of the 2xx of a call that came up, else the last that refused its INVITE."""
    found: int | None = None
    until = _replaced_at(agent, call)
    finals = [
        (place, seen)
        for place, seen in agent.journal.outlines()
        if seen.call_id == call.call_id and seen.method == "INVITE" and (seen.status or 0) >= 200
    ]
    for event, seen in agent.journal.kept(finals):
        if call.established_at is not None and seen.status in range(200, 300):
            return seen.status
        if event.at < until:
            found = seen.status
    return found if call.established_at is None else None


def _replaced_at(agent: Agent, call: Call) -> float:
    """When another call with the same Call-ID began, as where a proxy tries a phone again."""
    calls = [*agent.replaced_calls, *agent.calls]
    begun = [one.began_at for one in calls if one.call_id == call.call_id]
    return min((at for at in begun if at > call.began_at), default=math.inf)


def _timing(agent: Agent, call: Call, timing: CallTiming, applies: bool) -> float | None:
    """A timing of a call that is over; None where it has none."""
    from ..media.timings import Timings

    if not applies or not agent.backend.shows_messages:
        return None
    try:
        return Timings(agent, call, lag=0.0).read(timing).seconds
    except (PhoneFailure, NothingYet):
        return None
