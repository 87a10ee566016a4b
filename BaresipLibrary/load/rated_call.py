"""One call of a run at an arrival rate: from its arrival until both ends are idle again."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from enum import Enum, auto
from functools import partial

from ..agents.agent import Agent
from ..agents.byes import bye_status, has_hung_up, has_unanswered_bye
from ..agents.call import TRACE_LAG, Call
from ..agents.info import other_proxies
from ..concurrency import wait_until
from ..errors import BaresipLibraryError, PhoneFailure
from ..events import CallClosed, ClosedBy
from ..media.connections import Connection
from ..signalling.calls import hang_up_unless_over
from .call_attempt import CallAttempt
from .failure_reason import DEAD, Cause, FailureReason, agent_at_fault
from .measured import Measured, measure
from .plan import Plan

#: A step of a call that talks to baresip. It may block, so a thread of the run's pool takes it.
Step = Callable[[], None]
#: The frequencies (Hz) that the two sides of a call send to be heard by.
Tones = tuple[float, float]
#: The answer that says that a phone was silent: here that may be a phone of this machine.
_TIMED_OUT = 408
#: What is wrong, by whether the caller and the callee have heard the other.
_NOT_HEARD = {
    (False, False): "neither side heard the other",
    (False, True): "the caller did not hear the callee",
    (True, False): "the callee did not hear the caller",
}
#: How long (s) a call may take to end at a side that was told to hang up itself.
_FORCED = 2.0


class Phase(Enum):
    """What a call is about to do."""

    SET_UP = auto()
    TALK = auto()
    END = auto()
    OVER = auto()


class RatedCall:
    """Goes through its phases as events and time allow.

    `next_step` is called with `changes` held, and never while a step is being done. `free_tones`
    are those that no other call of the run sends. `dialled` are the Call-IDs of all calls of the
    run, to which it adds its own.
    """

    def __init__(
        self,
        arrived_at: float,
        ends: tuple[Agent, Agent],
        target: str,
        plan: Plan,
        dialled: set[str],
    ) -> None:
        self.arrived_at = arrived_at
        self.agents = ends
        self.positions = {agent: len(agent.journal) for agent in ends}
        self.phase = Phase.SET_UP
        #: Whether it was given up before it dialled, as the machine was late.
        self.is_skipped = False
        self.is_begun = False
        self.reason: FailureReason | None = None
        self.is_established = self.is_verified = False
        self.is_checked = plan.within is None
        self.measured = Measured()
        self._looked_at = arrived_at
        self._plan = plan
        self._setup = CallAttempt(ends[0], target, ends[1], dialled=dialled)
        self._check: Connection | None = None
        self._tones: Tones | None = None
        self._due = arrived_at + plan.timeout
        self._check_until = 0.0
        self._is_news = False
        #: How many events its agents had when it was last looked at.
        self._seen = 0
        self._is_forced = False
        #: Whether neither side sends its tone any more.
        self._is_quiet = False
        self._stack = ExitStack()

    def __str__(self) -> str:
        return str(self._setup)

    @property
    def call(self) -> Call | None:
        """The caller's side of it; None before it has dialled."""
        return self._setup.call

    @property
    def went_up(self) -> float | None:
        """Since when it was up at both sides (monotonic); None when it never was."""
        return self._setup.up_since if self.is_established else None

    @property
    def went_down(self) -> float | None:
        """When the last of its sides ended (monotonic); None while one goes on, or has died."""
        closed = [call.closed for _, call in self.calls()]
        ends = [event.at for event in closed if event is not None]
        return max(ends) if ends and len(ends) == len(closed) else None

    def calls(self) -> list[tuple[Agent, Call]]:
        """Both sides of it, as far as there are any."""
        sides = zip(self.agents, (self.call, self._setup.callees_side), strict=True)
        return [(agent, call) for agent, call in sides if call is not None]

    def _sides(self, wanted: Callable[[Call], bool]) -> list[str]:
        """What each side says of the call, where that is wanted."""
        return [f"{agent}: {call.describe()}" for agent, call in self.calls() if wanted(call)]

    @property
    def due(self) -> float:
        """When it is to be looked at, whatever happens until then (monotonic)."""
        if self._check is not None:
            return self._check_until
        if self.phase is Phase.END and self.call and self.call.closed and self.call.awaits_trace:
            return min(self._due, self.call.closed.at + TRACE_LAG)
        return self._due

    def due_since(self, now: float) -> float:
        """When it should have been looked at, which is done now: then, or once it was possible."""
        since, self._looked_at = max(self.due, self._looked_at), now
        return min(since, now)

    def look_again(self) -> None:
        """Has it looked at: one of its steps has been done."""
        self._is_news, self._looked_at = True, time.monotonic()

    def has_news(self, now: float) -> bool:
        """Whether it is to be looked at: it is due, something happened, or audio is checked."""
        events = sum(len(agent.journal) for agent in self.agents)
        news, self._is_news = self._is_news or events != self._seen, False
        self._seen = events
        checking = self.phase is Phase.TALK and not self.is_checked
        return news or checking or now >= self.due

    def dial(self) -> None:
        """Its first step."""
        self.is_begun = True
        self._setup.dial()

    @property
    def only_commands(self) -> bool:
        """Whether its next step is a command that its agent carries out at once."""
        is_accepted_next = self.call is not None
        return self.phase is Phase.SET_UP and (
            is_accepted_next or not other_proxies(self.agents[0])
        )

    def skip(self) -> None:
        """Gives it up before it has dialled."""
        self.is_skipped, self.phase = True, Phase.OVER

    def abandon(self) -> None:
        """Leaves it as it is: no more is sent or listened to."""
        self._stack.close()

    def take_error(self, error: BaresipLibraryError) -> None:
        """Notes that a step has failed."""
        if self.phase is Phase.SET_UP:
            self._setup.trouble = str(error).rstrip(".")
        else:
            self._fail("an agent could not act", str(error), Cause.machine)

    def _fail(self, words: str, details: str, cause: Cause = Cause.either) -> None:
        """Notes why it has failed: what comes first counts."""
        if self.reason is not None:
            return
        at_fault = agent_at_fault(self.agents)
        if at_fault is not None and cause is not Cause.machine:
            words, why = at_fault
            details, cause = f"{details}; {why}", Cause.machine
        self.reason = FailureReason(words, details.rstrip("."), cause, time.monotonic())

    def next_step(self, now: float, free_tones: list[Tones]) -> Step | None:
        """What is to be done now, if anything."""
        if self._is_quiet and self._tones is not None:
            free_tones.append(self._tones)
            self._tones = None
        match self.phase:
            case Phase.SET_UP:
                return self._set_up(now)
            case Phase.TALK:
                return self._talk(now, free_tones)
            case Phase.END:
                return self._end(now)
        return None

    def _set_up(self, now: float) -> Step | None:
        self._setup.judge()
        if self._setup.up_since is not None:  # though it may be over by now
            self.phase, self.is_established, self._is_news = Phase.TALK, True, True
            self._due = now + self._plan.talk
            return None
        if self._setup.trouble is not None:
            return self._begin_end(now, self._note_why_not_established)
        if now >= self._due:
            return self._begin_end(now, self._note_timeout)
        return self._setup.accept if self._setup.waiting() else None

    def _note_why_not_established(self) -> None:
        """Notes how the call ended, once the trace shows it."""
        call = self.call
        if call is None or call.is_live:
            self._note_trouble()
            return
        changes = self.agents[0].changes
        wait_until(changes, lambda: None if call.awaits_trace else True, TRACE_LAG)
        was_up = call.established_at is not None
        # The callee may tell of it later than the caller of its end.
        if was_up and wait_until(
            changes, lambda: self._setup.up_since is not None or None, TRACE_LAG
        ):
            self.is_established = True
            self._note_early_end(call)
            return
        if call.closed is not None and call.closed.by is ClosedBy.REFUSAL:
            self._note_refusal(call, call.closed)
        else:
            self._fail(str(call.reason), call.describe())

    def _note_refusal(self, call: Call, closed: CallClosed) -> None:
        """Notes a refusal, and whether only the phone system can be at fault."""
        called = self._setup.callees_side
        if called is None:  # at once, the phone system did not wait for a phone that was late
            refused = closed.at - call.began_at <= self._plan.max_lag
        else:
            refused = called.closed is not None and called.closed.by is ClosedBy.US
        may_be_late = closed.status == _TIMED_OUT or not refused
        cause = Cause.either if may_be_late else Cause.phone_system
        self._fail(f"{closed.status} {closed.words}".strip(), call.describe(), cause)

    def _note_trouble(self) -> None:
        """Notes why a call that is not over, or was not dialled, cannot be established."""
        called = self._setup.callees_side
        if called is not None and called.closed and called.closed.by is not ClosedBy.US:
            self._fail(f"the call of the callee was {called.reason}", called.describe())
        elif not all(agent.alive for agent in self.agents):
            self._note_death()
        else:
            self._fail("an agent could not act", self._setup.trouble or "", Cause.machine)

    def _note_timeout(self) -> None:
        called = "" if self._setup.callees_side else ", and the callee was not called"
        words = f"not established within {self._plan.timeout:g} s{called}"
        self._fail(words, self._setup.describe())

    def _talk(self, now: float, free_tones: list[Tones]) -> Step | None:
        ended = next((call for _, call in self.calls() if not call.is_live), None)
        if ended is not None or not all(agent.alive for agent in self.agents):
            return self._begin_end(now, partial(self._note_early_end, ended))
        if self._check is not None:
            return self._listen(now, self._check)
        if not self.is_checked and free_tones and now < self._due:
            self._tones = free_tones.pop(0)
            return partial(self._begin_check, self._tones)
        return self._begin_end(now) if now >= self._due else None

    def _note_early_end(self, ended: Call | None) -> None:
        if ended is None:
            self._note_death()
        else:
            wait_until(
                self.agents[0].changes, lambda: None if ended.awaits_trace else True, TRACE_LAG
            )
            sides = self._sides(lambda call: call.closed is not None)
            self._fail(f"ended early: {ended.reason}", "; ".join(sides))

    def _note_death(self) -> None:
        dead = next(agent for agent in self.agents if not agent.alive)
        self._fail(DEAD, str(dead.death), Cause.machine)

    def _begin_check(self, tones: Tones) -> None:
        check = Connection(*self.agents, tones)
        check.attempt(partial(check.begin, self._stack))
        self._check_until = time.monotonic() + (self._plan.within or 0.0)
        self._check = check

    def _listen(self, now: float, check: Connection) -> Step | None:
        if not check.is_settled:
            check.attempt(check.read)
        if not check.is_settled and now < self._check_until:
            return None
        self._check, self.is_checked = None, True
        return partial(self._end_check, check)

    def _end_check(self, check: Connection) -> None:
        check.close(self._plan.within or 0.0)
        self._end_tones()
        self.is_verified = check.trouble is None
        if check.trouble is None:
            return
        if not isinstance(check.trouble, PhoneFailure):
            self._fail("the audio could not be checked", str(check.trouble), Cause.machine)
            return
        hearing = [tone.agent for tone in check.heard]
        caller, callee = (agent in hearing for agent in self.agents)
        self._fail(_NOT_HEARD[caller, callee], str(check.trouble))

    def _end_tones(self) -> None:
        try:
            self._stack.close()
        finally:
            self._is_quiet = True

    def _begin_end(self, now: float, note: Step | None = None) -> Step:
        """The step that notes something and then ends the call at the caller's side."""
        self.phase, self._due, self._check = Phase.END, now + self._plan.timeout, None

        def end() -> None:
            if note is not None:
                note()
            self._end_tones()
            self._hang_up(self.agents[:1])

        return end

    def _hang_up(self, agents: tuple[Agent, ...]) -> None:
        for agent, call in self.calls():
            if agent in agents and call.is_live and agent.alive:
                hang_up_unless_over(agent, call)

    @property
    def is_idle(self) -> bool:
        """Whether neither end is in this call any more; a stray call that rings is another one."""
        return not any(call.is_live and agent.alive for agent, call in self.calls())

    @property
    def _awaits_answer(self) -> bool:
        """Whether the caller has sent a BYE, or is just doing that, and no answer has come."""
        caller, call = self.agents[0], self.call
        if call is None or not has_hung_up(call) or not caller.backend.shows_messages:
            return False
        return caller.alive and (call.awaits_trace or has_unanswered_bye(caller, call))

    def _end(self, now: float) -> Step | None:
        if self.is_idle and not self._awaits_answer:
            self.phase = Phase.OVER
            return self._measure if self.is_established else None
        if now < self._due:
            return None
        if self.is_idle:
            self._note_no_end()
            self.phase = Phase.OVER
            return self._measure
        if self._is_forced:
            self.phase = Phase.OVER
            return None
        self._is_forced, self._due = True, now + _FORCED
        return self._force_end

    def _force_end(self) -> None:
        self._note_no_end()
        self._hang_up(self.agents)

    def _note_no_end(self) -> None:
        """Notes that the end has not come in time: what became of the BYE, and who has the call."""
        within, status = f"within {self._plan.timeout:g} s", self._bye_status()
        if status is not None:
            bye = [f"the BYE was answered with {status}"]
        else:
            bye = [f"the BYE was not answered {within}"] if self._awaits_answer else []
        is_theirs = bye and status not in range(200, 300)
        words = bye[0] if is_theirs else f"not over {within} after the hang-up"
        seen = [f"{self.agents[0]}: {story}" for story in bye]
        self._fail(words, "; ".join(seen + self._sides(lambda call: call.is_live)))

    def _bye_status(self) -> int | None:
        """The final status that the caller's BYE has got, as far as the trace shows."""
        caller, call = self.agents[0], self.call
        if call is None or not has_hung_up(call):
            return None
        with caller.changes:
            return bye_status(caller, call)

    def _note_refused_bye(self) -> None:
        status = self._bye_status() or 0
        if self.call is not None and status >= 300:
            words = f"the BYE was answered with {status}"
            self._fail(words, f"{self.call.describe()}; {words}")

    def _measure(self) -> None:
        self._note_refused_bye()
        self.measured = measure(self.agents[0], self.calls())
