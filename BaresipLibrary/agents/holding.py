"""Holding a call and taking it back: each is judged by its own re-INVITE and the answer to that."""

import itertools
import threading
import time
from collections.abc import Callable
from enum import Enum, auto

from ..backends.base import Capability
from ..sip.collisions import Collisions
from ..waits import wait_until
from .agent import Agent
from .call import Call
from .failures import CallFailure
from .observations import silence_of
from .reinvites import Reinvites, reinvites_since
from .states import require_established

#: How long to wait before a re-INVITE is sent again that has given way to the peer's (s): the
#: second time and each time after that, twice as long.
_BACK_OFF = 0.5


class _Outcome(Enum):
    """What became of a re-INVITE that was not refused for good."""

    AGREED = auto()
    GAVE_WAY = auto()
    CHALLENGED = auto()


def hold(agent: Agent, call: Call, on: bool, timeout: float) -> str:
    """Holds (`on`) or resumes a call and waits until the peer has agreed, `timeout` in seconds.

    What collides with a re-INVITE of the peer is tried again (RFC 3261, section 14.1), and so is
    once what is challenged anew. Returns what was agreed, in a sentence.

    Raises:
        UsageError: the call is not established.
        PhoneFailure: the peer refused or did not answer, or the call ended.
    """
    require_established(agent, call, f"{_verb(on)} its call")
    if call.on_hold is on and call.hold_wanted is on:
        return f"{agent.name}'s call is {'on hold' if on else 'not on hold'} already."
    attempts = _Attempts(agent, call, on, time.monotonic() + timeout)
    for delay in itertools.chain([0.0], (_BACK_OFF * 2**n for n in itertools.count())):
        match attempts.make():
            case _Outcome.AGREED:
                return _story(agent, call, on)
            case None:
                raise attempts.not_in_time(timeout)
            case _Outcome.GAVE_WAY:
                attempts.wait(delay)
    raise AssertionError("the delays never end")


def _verb(on: bool) -> str:
    return "hold" if on else "resume"


class _Attempts:
    """The re-INVITEs of one `hold`."""

    def __init__(self, agent: Agent, call: Call, on: bool, deadline: float) -> None:
        self._agent, self._call, self._on = agent, call, on
        self._deadline = deadline
        self._began = len(agent.journal)
        self._challenged = False

    def make(self) -> _Outcome | None:
        """Sends a re-INVITE; what became of it, None when time is over without an answer.

        Raises:
            CallFailure: the peer refused it, or the call ended.
        """
        position = len(self._agent.journal)
        with self._agent.commanding(f"{_verb(self._on)} its call"):
            self._agent.backend.hold(self._call.call_id, self._on)
        self._call.hold_wanted = self._on
        return self._wait_for(lambda: self._outcome(position))

    def wait(self, seconds: float) -> None:
        """Lets some time pass before the next one; a call that ends ends it."""
        self._wait_for(lambda: None if self._call.is_live else _Outcome.GAVE_WAY, seconds)

    def _wait_for(
        self, check: Callable[[], _Outcome | None], limit: float = threading.TIMEOUT_MAX
    ) -> _Outcome | None:
        remaining = max(0.0, self._deadline - time.monotonic())
        return wait_until(self._agent.changes, check, min(limit, remaining))

    def _outcome(self, position: int) -> _Outcome | None:
        self._agent.require_alive()
        seen = reinvites_since(self._agent, self._call, self._on, position)
        if seen.believed is self._on:
            return _Outcome.AGREED
        if seen.accepted:
            self._require_answer(seen)
            return _Outcome.AGREED
        if not self._call.is_live:
            raise self._failure(self._call.story())
        if seen.gave_way:
            return _Outcome.AGREED if self._call.on_hold is self._on else _Outcome.GAVE_WAY
        if seen.refused:
            return self._try_with_new_nonce(seen)
        return None

    def _require_answer(self, seen: Reinvites) -> None:
        own = self._call.offers.own
        if own is None or not own.of_request or own.number != seen.number:
            raise self._failure(f"the peer's {seen.words} carries no answer to the offer")

    def _try_with_new_nonce(self, seen: Reinvites) -> _Outcome:
        """baresip gives up at a nonce that does not say that the old one was stale: asked again,
        it answers it."""
        if seen.challenged_anew and not self._challenged:
            self._challenged = True
            return _Outcome.CHALLENGED
        raise self._failure(f"the peer answered {seen.words}{self._goes_on()}")

    def _goes_on(self) -> str:
        """Undoes what the peer refused; where that cannot be done, says so as a clause."""
        agent, call = self._agent, self._call
        if not call.is_live:
            return ""
        if Capability.UNDO_HOLD not in agent.backend.capabilities:
            state = "held" if self._on else "still held"
            return f"; {agent.backend.description} leaves the media as if the call were {state}"
        with agent.commanding("go on as before"):
            agent.backend.undo_hold(call.call_id, self._on)
        return ""

    def _failure(self, why: str) -> CallFailure:
        return CallFailure(
            f"{self._agent.name} could not {_verb(self._on)} its call: {why}.", self._agent
        )

    def not_in_time(self, timeout: float) -> CallFailure:
        """That time is over: how many re-INVITEs were sent, and what was answered last."""
        agent, call, began = self._agent, self._call, self._began
        told = reinvites_since(agent, call, self._on, began).told()
        if not agent.journal.messages(call.call_id):
            told = "its baresip, which has no trace, did not report that the peer agreed"
        return CallFailure(
            f"{agent.name} could not {_verb(self._on)} its call: {told} within {timeout:g} s"
            f"{self._kept_back()}.",
            agent,
            lambda _: silence_of(agent, "INVITE", began, call.call_id),
            awaited=lambda _: call.on_hold is self._on,
        )

    def _kept_back(self) -> str:
        """That baresip will send no re-INVITE by itself, as a clause; nothing where it may."""
        agent, again = self._agent, Capability.REINVITE_AFTER_COLLISION
        if again in agent.backend.capabilities:
            return ""
        collisions = Collisions()
        for message in agent.journal.messages(self._call.call_id):
            collisions.take(message)
        if collisions.message_of(self._call.call_id) is None:
            return ""
        return f"; {agent.backend.description} cannot {again.value}"


def _story(agent: Agent, call: Call, on: bool) -> str:
    done = f"{agent.name} {'holds its call' if on else 'has resumed its call'}"
    exchange = call.offers.exchange
    if exchange is None:
        return f"{done}, as its baresip reports."
    offer, answer = exchange.offer.words, exchange.answer.words
    if not exchange.ours:
        return f"{done}: the peer offered {offer}, and {agent.name} answered {answer}."
    if exchange.contradiction:
        return (
            f"{done} by its own account only: it offered {offer}, and the peer's answer"
            f" contradicts that: {answer}."
        )
    return f"{done}: it offered {offer}, and the peer answered {answer}."
