"""The re-INVITEs that one keyword sends, and what becomes of each: of a hold or a refresh."""

import itertools
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import field
from enum import Enum, auto

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Call
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.observations import describe_details, explain_no_answer
from ..diagnosis.peer_changes import explain_unacknowledged_change
from ..events import HoldChanged, SipMessage
from ..frozen import changeable
from ..sip.challenges import (
    CHALLENGE_HEADERS,
    CHALLENGE_STATUSES,
    challenges,
    credentials,
    unreadable,
)
from ..sip.messages import Message
from ..sip.owed_requests import Collisions
from ..sip.sdp import description_in
from ..sip.unreadable_sdp import describe_unfit_answer

#: How a peer answers a re-INVITE that crosses its own (RFC 3261, section 14.2).
_PENDING = 491
_SERVER_ERROR = 500
#: How a peer answers a request in a call that it does not have any more, or that it does not hear.
_ENDING = (408, 481)
#: How long to wait before a re-INVITE that gave way to the peer's is sent again (s): the second
#: time, and each time after that, twice as long.
_BACK_OFF = 0.5


@changeable
class Reinvites:
    """The re-INVITEs of a call that this agent sent and that are `wanted`.

    `sent` is the last of them, `answer` the newest answer to that one, and `last` the newest answer
    to any of them, all provisional or final. `believed` is what a backend without a trace has
    reported of the hold.
    """

    wanted: Callable[[Message], bool]
    numbers: set[str] = field(default_factory=set)
    sent: Message | None = None
    answer: Message | None = None
    last: Message | None = None
    believed: bool | None = None
    _offered: set[str] = field(default_factory=set)
    _yielded: bool = False
    #: Whether this agent has accepted the peer's BYE: what comes later agrees on nothing.
    _is_over: bool = False

    def take(self, message: Message, *, sent: bool) -> None:
        """Takes in a message of the call. The INVITE that began it, traced late, is left out."""
        number = message.cseq_number
        self._is_over = self._is_over or (sent and message.accepts_bye)
        if self._is_over:
            return
        if message.method in ("INVITE", "UPDATE") and message.to_tag:
            if not sent:
                self._offered.add(number)
            elif message.method == "INVITE" and self.wanted(message):
                self._begin(message, number)
        elif message.status is not None and sent:
            if number in self._offered and message.is_success:
                self._yielded = True
        elif message.status is not None and number in self.numbers:
            self.last = message
            self.answer = message if number == self.number else self.answer

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
        return self.last.words if self.last else None

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
    def ends_call(self) -> bool:
        """Whether the last answer ends the call, too (RFC 3261, section 12.2.1.2)."""
        return self._status in _ENDING

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


def _is_answered(challenge: Message, request: Message) -> bool:
    """Whether the stack answers a challenge by itself.

    It does not answer a realm twice, unless the nonce is marked as stale. It does answer a
    challenge with another qop, though wrongly, and repeats the request when a 401 or 407 holds no
    challenge at all.
    """
    asked = challenges(challenge)
    if not asked:
        return not any(challenge.first(name) for name in CHALLENGE_HEADERS)
    if unreadable(challenge):
        return False
    first = asked[0]
    return first.stale or first.realm.lower() not in {
        credential.realm.lower() for credential in credentials(request)
    }


class Outcome(Enum):
    """What became of a re-INVITE that was not refused for good."""

    AGREED = auto()
    GAVE_WAY = auto()
    CHALLENGED = auto()


class Reinvite(ABC):
    """A re-INVITE that one keyword sends, as often as it takes, until the peer has accepted it.

    One that collides with one of the peer's is tried again (RFC 3261, section 14.1), and one that
    is challenged with a new nonce is tried once more. Subclasses say what it is.
    """

    #: Completes "alice could not …".
    verb: str

    def __init__(self, agent: Agent, call: Call, timeout: float) -> None:
        self.agent, self.call = agent, call
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self.began = len(agent.journal)
        self._challenged = False

    @abstractmethod
    def command(self) -> None:
        """Has the backend send it."""

    @abstractmethod
    def is_one(self, reinvite: Message) -> bool:
        """Whether a re-INVITE that this agent has sent is such a one."""

    @abstractmethod
    def is_agreed(self, seen: Reinvites) -> bool:
        """Whether the peer has agreed, after it accepted the last one.

        Raises:
            CallFailure: its answer says that it has not.
        """

    @abstractmethod
    def is_in_effect(self) -> bool:
        """Whether what it asks for is so, whichever offer brought it about."""

    def believes(self, _seen: Reinvites) -> bool:
        """Whether a backend without a trace has reported that the peer agreed."""
        return False

    def undo(self) -> str:
        """Undoes what the peer refused; returns a clause that says so where that is impossible."""
        return ""

    def carry_out(self) -> None:
        """Sends it and waits until the peer has agreed.

        Raises:
            CallFailure: the peer refused or did not answer, or the call ended.
        """
        for delay in itertools.chain([0.0], (_BACK_OFF * 2**n for n in itertools.count())):
            match self._send():
                case Outcome.AGREED:
                    return
                case None:
                    raise self._timeout_failure()
                case Outcome.GAVE_WAY:
                    self._pause(delay)

    def failure(self, why: str, answer: Message | None = None) -> CallFailure:
        """That it could not be done, and why; with what the headers of an answer add."""
        return CallFailure(
            f"{self.agent.name} could not {self.verb}: {why}.",
            self.agent,
            lambda _: describe_details(answer),
        )

    def require_answer(self, seen: Reinvites) -> None:
        """Raises a `CallFailure` when the 2xx to the last one does not answer its offer.

        Nor does it when baresip does not read it, and goes on as before.
        """
        offer = description_in(seen.sent) if seen.sent else None
        unfit = describe_unfit_answer(offer, seen.answer) if offer and seen.answer else None
        if unfit is not None:
            raise self.failure(f"the SDP of the peer's {seen.words} {unfit}{self.undo()}")
        own = self.call.offers.own
        if own is None or not own.of_request or own.number != seen.number:
            raise self.failure(f"the peer's {seen.words} carries no answer to the offer")

    def seen_since(self, position: int, older: set[str] | None = None) -> Reinvites:
        """What became of those that were sent since that position of the journal.

        `older`: the CSeq numbers of what was sent before, where they are known.
        """
        older = self._numbers_before(position) if older is None else older
        reinvites = Reinvites(
            lambda message: message.cseq_number not in older and self.is_one(message)
        )
        for event in self.agent.journal.since(position):
            if isinstance(event, HoldChanged) and event.call_id == self.call.call_id and event.ours:
                reinvites.believed = event.on
            elif isinstance(event, SipMessage):
                message = Message(event.text)
                if message.call_id == self.call.call_id:
                    reinvites.take(message, sent=event.sent)
        return reinvites

    def _numbers_before(self, position: int) -> set[str]:
        """The CSeq numbers of what was sent before: without an answer it is sent again."""
        recent = {one for one, _ in self.agent.journal.outlines(position)}
        return {
            one.number
            for place, one in self.agent.journal.outlines()
            if place not in recent and one.call_id == self.call.call_id
            if one.sent and one.is_request and one.method == "INVITE"
        }

    def _send(self) -> Outcome | None:
        """Sends it; returns its outcome, or None when time is over without an answer."""
        position = len(self.agent.journal)
        older = self._numbers_before(position)
        with self.agent.commanding(self.verb):
            self.command()
        return self._wait_for(lambda: self._outcome(position, older))

    def _pause(self, seconds: float) -> None:
        """Waits before the next re-INVITE; the end of the call ends the wait."""
        self._wait_for(lambda: None if self.call.is_live else Outcome.GAVE_WAY, seconds)

    def _wait_for(
        self, check: Callable[[], Outcome | None], limit: float = threading.TIMEOUT_MAX
    ) -> Outcome | None:
        remaining = max(0.0, self._deadline - time.monotonic())
        return wait_until(self.agent.changes, check, min(limit, remaining))

    def _outcome(self, position: int, older: set[str]) -> Outcome | None:
        self.agent.require_alive()
        seen = self.seen_since(position, older)
        if self.believes(seen):
            return Outcome.AGREED
        if seen.accepted and self.is_agreed(seen):
            return Outcome.AGREED
        if not self.call.is_live:
            raise self.failure(self.call.describe())
        if seen.gave_way:
            return Outcome.AGREED if self.is_in_effect() else Outcome.GAVE_WAY
        if seen.refused:
            self._require_that_call_goes_on(seen)
            return self._try_with_new_nonce(seen)
        return None

    def _require_that_call_goes_on(self, seen: Reinvites) -> None:
        """Says that the refusal has ended the call; the stack may report that a moment later."""
        if seen.ends_call:
            changes, call = self.agent.changes, self.call
            wait_until(changes, lambda: None if call.is_live else True, TRACE_LAG)
            if not call.is_live:
                raise self.failure(call.describe())

    def _try_with_new_nonce(self, seen: Reinvites) -> Outcome:
        """Has a challenge answered that baresip gave up on: one with a new nonce, not marked as
        stale. baresip answers it when it is asked again."""
        if seen.challenged_anew and not self._challenged:
            self._challenged = True
            return Outcome.CHALLENGED
        raise self.failure(f"the peer answered {seen.words}{self.undo()}", seen.answer)

    def _timeout_failure(self) -> CallFailure:
        """A failure that says how many re-INVITEs were sent, and what the last answer was."""
        agent, call, began = self.agent, self.call, self.began
        clause = self.seen_since(began).describe()
        if not agent.journal.messages(call.call_id):
            clause = "its baresip, which has no trace, did not report that the peer agreed"
        return CallFailure(
            f"{agent.name} could not {self.verb}: {clause} within {self._timeout:g} s"
            f"{self._describe_blocked_stack()}.",
            agent,
            lambda _: (
                explain_no_answer(agent, "INVITE", began, call.call_id)
                or explain_unacknowledged_change(agent, call)
            ),
            awaited=lambda _: self.is_in_effect(),
        )

    def _describe_blocked_stack(self) -> str:
        """A clause that says that baresip will not try again by itself; empty where it may."""
        agent, again = self.agent, Capability.REINVITE_AFTER_COLLISION
        if again in agent.backend.capabilities:
            return ""
        collisions = Collisions()
        for message in agent.journal.messages(self.call.call_id):
            collisions.take(message)
        if collisions.message_of(self.call.call_id) is None:
            return ""
        return f"; {agent.backend.description} cannot {again.value}"


def describe_agreement(agent: Agent, call: Call, done: str) -> str:
    """What was agreed, as a sentence that begins with what was `done`."""
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
