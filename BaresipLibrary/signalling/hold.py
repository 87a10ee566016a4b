"""Holding a call and resuming it, and how the peer answered the re-INVITEs."""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from ..agents.agent import Agent
from ..agents.call import Call
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.observations import explain_no_answer
from ..events import HoldChanged, SipMessage
from ..sip.challenges import (
    CHALLENGE_HEADERS,
    CHALLENGE_STATUSES,
    challenges,
    credentials,
    unanswerable,
)
from ..sip.messages import Message
from ..sip.owed_requests import Collisions
from ..sip.sdp import audio_in
from .states import require_established

#: How a peer answers a re-INVITE that crosses its own (RFC 3261, section 14.2).
_PENDING = 491
_SERVER_ERROR = 500
#: How long to wait before a re-INVITE that gave way to the peer's is sent again (s): the second
#: time, and each time after that, twice as long.
_BACK_OFF = 0.5


@dataclass
class Reinvites:
    """The re-INVITEs of a call that hold it (`on`) or resume it.

    `sent` is the last of them, `answer` the newest answer to that one, and `last` the newest answer
    to any of them, all provisional or final. `believed` is what a backend without a trace has
    reported of the hold.
    """

    on: bool
    numbers: set[str] = field(default_factory=set)
    sent: Message | None = None
    answer: Message | None = None
    last: Message | None = None
    believed: bool | None = None
    _offered: set[str] = field(default_factory=set)
    _yielded: bool = False

    def take(self, message: Message, *, sent: bool) -> None:
        """Takes in a message of the call. The INVITE that began it, traced late, is left out."""
        number = message.cseq_number
        if message.method in ("INVITE", "UPDATE") and message.to_tag:
            if not sent:
                self._offered.add(number)
            elif message.method == "INVITE" and self._asks_for_it(message):
                self._begin(message, number)
        elif message.status is not None and sent:
            if number in self._offered and 200 <= message.status < 300:
                self._yielded = True
        elif message.status is not None and number in self.numbers:
            self.last = message
            self.answer = message if number == self.number else self.answer

    def _asks_for_it(self, reinvite: Message) -> bool:
        audio = audio_in(reinvite)
        return audio is not None and audio.is_hold is self.on

    def _begin(self, reinvite: Message, number: str) -> None:
        if number not in self.numbers:  # else it is repeated
            self.sent, self.answer, self._yielded = reinvite, None, False
        self.numbers.add(number)

    @property
    def number(self) -> str:
        """The CSeq number of the last one; empty when none was sent."""
        return self.sent.cseq_number if self.sent else ""

    @property
    def words(self) -> str | None:
        """The newest answer, such as ``407 Proxy Authentication Required``; None without one."""
        return f"{self.last.status} {self.last.reason_phrase}".strip() if self.last else None

    @property
    def accepted(self) -> bool:
        """Whether the last one was accepted."""
        return 200 <= self._status < 300

    @property
    def gave_way(self) -> bool:
        """Whether this agent has accepted an offer of the peer since, and has no open one itself.

        The stack then considers its own offer outdated.
        """
        return self._yielded and (self.sent is None or self._status >= 300)

    @property
    def refused(self) -> bool:
        """Whether the last one was refused, and the stack does not try again by itself."""
        return self._status >= 300 and not self._stack_tries_again()

    @property
    def challenged_anew(self) -> bool:
        """Whether it was challenged with a nonce other than that of its credentials."""
        if self.sent is None or self.answer is None or self._status not in CHALLENGE_STATUSES:
            return False
        given = {(challenge.realm, challenge.nonce) for challenge in credentials(self.sent)}
        asked = {(challenge.realm, challenge.nonce) for challenge in challenges(self.answer)}
        return bool(given) and not asked & given

    def describe(self) -> str:
        """How many were sent and what the last answer was, as a clause before "within 5 s"."""
        if not self.numbers:
            return "no re-INVITE was seen"
        if self.words is None:
            return "the peer did not answer the re-INVITE"
        if len(self.numbers) == 1:
            return f"the peer answered the re-INVITE only with {self.words}"
        count = len(self.numbers)
        return f"the peer accepted none of {count} re-INVITEs (the last answer was {self.words})"

    @property
    def _status(self) -> int:
        return (self.answer.status or 0) if self.answer else 0

    def _stack_tries_again(self) -> bool:
        """Whether the stack sends it again: after a pause, or at once with credentials."""
        assert self.sent is not None and self.answer is not None
        if self._status in CHALLENGE_STATUSES:
            return _is_answered(self.answer, self.sent)
        retry_after = self.answer.first("Retry-After") is not None
        return self._status == _PENDING or (self._status == _SERVER_ERROR and retry_after)


def reinvites_since(agent: Agent, call: Call, on: bool, position: int) -> Reinvites:
    """What became of the re-INVITEs that hold or resume, since that position of the journal."""
    reinvites = Reinvites(on)
    for event in agent.journal.since(position):
        if isinstance(event, HoldChanged) and event.call_id == call.call_id and event.ours:
            reinvites.believed = event.on
        elif isinstance(event, SipMessage):
            message = Message(event.text)
            if message.call_id == call.call_id:
                reinvites.take(message, sent=event.sent)
    return reinvites


def _is_answered(challenge: Message, request: Message) -> bool:
    """Whether the stack answers a challenge by itself.

    It does not answer a realm twice, unless the nonce is marked as stale. It does answer a
    challenge with another qop, though wrongly, and repeats the request when a 401 or 407 holds no
    challenge at all.
    """
    asked = challenges(challenge)
    if not asked:
        return not any(challenge.first(name) for name in CHALLENGE_HEADERS)
    first = asked[0]
    if unanswerable(challenge) and not (first.qops and "auth" not in first.qops):
        return False
    return first.stale or first.realm.lower() not in {
        credential.realm.lower() for credential in credentials(request)
    }


class _Outcome(Enum):
    """What became of a re-INVITE that was not refused for good."""

    AGREED = auto()
    GAVE_WAY = auto()
    CHALLENGED = auto()


def hold(agent: Agent, call: Call, on: bool, timeout: float) -> str:
    """Holds (`on`) or resumes a call and waits until the peer has agreed, `timeout` in seconds.

    A re-INVITE that collides with one of the peer's is tried again (RFC 3261, section 14.1), and
    one that is challenged with a new nonce is tried once more. Returns what was agreed, in a
    sentence.

    Raises:
        UsageError: the call is not established, or the backend cannot hold calls.
        PhoneFailure: the peer refused or did not answer, or the call ended.
    """
    agent.require(Capability.HOLD)
    require_established(agent, call, f"{_verb(on)} its call")
    if call.on_hold is on and call.hold_requested is on:
        return f"{agent.name}'s call is {'on hold' if on else 'not on hold'} already."
    attempts = _Attempts(agent, call, on, time.monotonic() + timeout)
    for delay in itertools.chain([0.0], (_BACK_OFF * 2**n for n in itertools.count())):
        match attempts.send():
            case _Outcome.AGREED:
                return _describe_agreement(agent, call, on)
            case None:
                raise attempts.timeout_failure(timeout)
            case _Outcome.GAVE_WAY:
                attempts.pause(delay)
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

    def send(self) -> _Outcome | None:
        """Sends a re-INVITE; returns its outcome, or None when time is over without an answer.

        Raises:
            CallFailure: the peer refused it, or the call ended.
        """
        position = len(self._agent.journal)
        with self._agent.commanding(f"{_verb(self._on)} its call"):
            self._agent.backend.hold(self._call.call_id, self._on)
        with self._agent.changes:
            self._call.request_hold(self._on)
        return self._wait_for(lambda: self._outcome(position))

    def pause(self, seconds: float) -> None:
        """Waits before the next re-INVITE; the end of the call ends the wait."""
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
            raise self._failure(self._call.describe())
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
        """Has a challenge answered that baresip gave up on: one with a new nonce, not marked as
        stale. baresip answers it when it is asked to hold again."""
        if seen.challenged_anew and not self._challenged:
            self._challenged = True
            return _Outcome.CHALLENGED
        raise self._failure(f"the peer answered {seen.words}{self._undo()}")

    def _undo(self) -> str:
        """Undoes what the peer refused; returns a clause that says so where that is impossible."""
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

    def timeout_failure(self, timeout: float) -> CallFailure:
        """A failure that says how many re-INVITEs were sent, and what the last answer was."""
        agent, call, began = self._agent, self._call, self._began
        clause = reinvites_since(agent, call, self._on, began).describe()
        if not agent.journal.messages(call.call_id):
            clause = "its baresip, which has no trace, did not report that the peer agreed"
        return CallFailure(
            f"{agent.name} could not {_verb(self._on)} its call: {clause} within {timeout:g} s"
            f"{self._describe_blocked_stack()}.",
            agent,
            lambda _: explain_no_answer(agent, "INVITE", began, call.call_id),
            awaited=lambda _: call.on_hold is self._on,
        )

    def _describe_blocked_stack(self) -> str:
        """A clause that says that baresip will not try again by itself; empty where it may."""
        agent, again = self._agent, Capability.REINVITE_AFTER_COLLISION
        if again in agent.backend.capabilities:
            return ""
        collisions = Collisions()
        for message in agent.journal.messages(self._call.call_id):
            collisions.take(message)
        if collisions.message_of(self._call.call_id) is None:
            return ""
        return f"; {agent.backend.description} cannot {again.value}"


def _describe_agreement(agent: Agent, call: Call, on: bool) -> str:
    done = f"{agent.name} {'holds its call' if on else 'has resumed its call'}"
    exchange = call.offers.exchange
    if exchange is None:
        return f"{done}, as its baresip reports."
    offer, answer = exchange.offer.words, exchange.answer.words
    if not exchange.ours:
        return f"{done}: the peer offered {offer}, and {agent.name} answered {answer}."
    if exchange.contradiction:
        return (
            f"{done} on its own side only: it offered {offer}, and the peer's answer"
            f" contradicts that: {answer}."
        )
    return f"{done}: it offered {offer}, and the peer answered {answer}."
