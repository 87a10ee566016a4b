"""Establishes one of many calls: dials, accepts, and says what has become of it."""

import time
from collections.abc import Sequence
from dataclasses import field

from ..agents.agent import Agent
from ..agents.call import Call, newest
from ..frozen import changeable
from ..signalling.failover import dial


@changeable
class CallAttempt:
    """One call that is to be established: who dials what, who accepts, what became of it.

    `callee` is None when the other side answers by itself.
    """

    caller: Agent
    target: str
    callee: Agent | None = None
    call: Call | None = None
    #: The Call-IDs of the calls that were accepted, though baresip may not have done so yet.
    accepted: set[str] = field(default_factory=set)
    trouble: str | None = None
    #: From the dialling until both sides were established.
    seconds: float | None = None
    #: The Call-IDs that were dialled in all calls of the same keyword.
    dialled: set[str] = field(default_factory=set)
    _made_at: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        return f"{self.caller.name} to {self.callee.name if self.callee else self.target}"

    @property
    def agents(self) -> list[Agent]:
        """The agents of the suite that take part."""
        return [self.caller, self.callee] if self.callee else [self.caller]

    @property
    def is_open(self) -> bool:
        """Whether its verdict is still to come."""
        return self.trouble is None and self.seconds is None

    def dial(self) -> None:
        """Has the caller dial."""
        call_id = dial(self.caller, self.target)
        with self.caller.changes:
            self.call = self.caller.require_call("that was dialled", call_id)
            self.dialled.add(call_id)

    def waiting(self) -> Call | None:
        """The call that rings at the callee, and that this is to accept: not `When Called`.

        Another one may ring there, too: a phone system that was dead delivers late what others
        have given up. Which it is shows where the phone system keeps the Call-ID.
        """
        if self.callee is None or not self.is_open:
            return None
        by_itself = self.callee.reactions.will_answer
        waiting = [
            call
            for call in self.callee.calls
            if call.is_waiting and call.call_id not in self.accepted and not by_itself(call.call_id)
        ]
        own = self.own_side(waiting)
        return own if own or self.accepted else next(iter(waiting), None)

    def own_side(self, calls: Sequence[Call]) -> Call | None:
        """The callee's side of the call, where the phone system keeps the Call-ID."""
        own = (call for call in calls if self.call and call.call_id == self.call.call_id)
        return next(own, None)

    @property
    def callees_side(self) -> Call | None:
        """The callee's side of it: the callee may tell of it before the caller does.

        What others have dialled is not it, nor what began before. Of several it is the one that
        came up.
        """
        callee = self.callee
        sides = [call for call in callee.calls if call.began_at >= self._made_at] if callee else []
        unknown = [call for call in sides if call.call_id not in self.dialled]
        came_up = newest(unknown, lambda call: call.established_at is not None)
        return self.own_side(sides) or came_up

    @property
    def up_since(self) -> float | None:
        """When it was established at both sides, whether it is over by now or not."""
        if self.call is None or self.call.established_at is None:
            return None
        theirs = self.callees_side if self.callee else self.call
        if theirs is None or theirs.established_at is None:
            return None
        return max(self.call.established_at, theirs.established_at)

    def accept(self) -> None:
        """Has the callee accept the call that rings, if it is still to do so."""
        with self.caller.changes:
            call = self.waiting()
            self.accepted |= {call.call_id} if call else set()
        if self.callee is not None and call is not None:
            self.callee.answer(call)
            with self.callee.changes:
                call.note_keyword(final=True)

    def judge(self) -> bool:
        """Reaches a verdict if there can be one by now; returns whether it has just done so."""
        if not self.is_open or self.call is None:
            return False
        dead = next((agent for agent in self.agents if not agent.alive), None)
        if dead is not None:
            self.trouble = f"the process of {dead.name} has died"
        elif not self.call.is_live:
            self.trouble = self.call.describe()
        elif (since := self.up_since) is not None and not self._is_over_at_callee:
            self.seconds = since - self.call.began_at
        return not self.is_open

    @property
    def _is_over_at_callee(self) -> bool:
        """Whether the callee's side has ended, so that the end of the caller's is on its way."""
        theirs = self.callees_side
        return theirs is not None and not theirs.is_live

    def describe(self) -> str:
        """What it is doing, and what its callee does meanwhile."""
        state = self.call.describe() if self.call else "it was not dialled"
        calls = self.callee.live_calls if self.callee else []
        return "; ".join([state, *(f"{self.callee}: {call.describe()}" for call in calls)])
