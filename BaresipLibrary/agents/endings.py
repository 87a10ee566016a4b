"""The messages that end calls, and those that are owed an answer.

The stack's own words for the end of a call are not exact; those of the message are.
"""

from collections.abc import Iterator
from dataclasses import replace

from ..backends.base import Backend
from ..backends.capabilities import Capability
from ..events import (
    AnsweredAgain,
    CallClosed,
    CallEvent,
    ClosedBy,
    Event,
    RequestRefused,
    UnfittingAnswer,
)
from ..frozen import frozen
from ..sip.challenges import CHALLENGE_STATUSES
from ..sip.messages import Message, unlike
from ..sip.owed_requests import Forks, Latest, Retries, is_left_unanswered
from ..sip.reasons import Reason, SipWarning, answered_elsewhere, reasons, split_glued, warnings
from ..sip.sdp import description_in
from ..sip.unreadable_sdp import describe_unreadable

_FAREWELLS = ("BYE", "CANCEL")
#: What a call is answered with that its caller has cancelled.
_TERMINATED = 487
#: Requests whose refusal a suite should hear of.
_FOLLOWED = ("BYE", "INFO")
#: How a branch begins that no other request has (RFC 3261, section 8.1.1.7).
_UNIQUE = "z9hG4bK"
#: Transactions whose messages may have SDP.
_WITH_SDP = ("INVITE", "ACK", "PRACK", "UPDATE")


@frozen
class Ending:
    """A BYE, a CANCEL, or a final answer (then `status`) that refused an INVITE."""

    method: str | None
    status: int | None = None
    phrase: str = ""
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[SipWarning, ...] = ()

    @classmethod
    def of(cls, message: Message) -> "Ending":
        """The ending that a message means."""
        said = reasons(message.all("Reason")), warnings(message.all("Warning"))
        if message.method:
            return cls(message.method, None, "", *said)
        return cls(None, message.status, message.reason_phrase, *said)

    @property
    def is_answered_elsewhere(self) -> bool:
        """Whether the message says that another phone has answered."""
        return answered_elsewhere(self.reasons)


class Endings:
    """Keeps the messages that may end one call: few, however long the call lasts."""

    def __init__(self) -> None:
        self._sent: Ending | None = None
        self._received: Ending | None = None
        self._answer: Ending | None = None
        #: Whether a CANCEL was sent.
        self.cancelled = False
        #: Whether an INVITE was accepted, and whether one was refused before that.
        self._accepted = self._refused = False

    def take(self, message: Message, *, sent: bool) -> None:
        """Takes in a message of the call."""
        self._accepted = self._accepted or message.accepts_invite
        if sent and message.method == "BYE" and self._refused:
            return  # it is for a phone that has accepted too late
        if message.method in _FAREWELLS or self._refuses(message):
            self._refused = self._refused or not (message.method or self._accepted)
            ending = Ending.of(message)
            if sent:
                self._sent = ending
                self.cancelled = self.cancelled or ending.method == "CANCEL"
            elif ending.method:
                self._received = ending
            else:
                self._answer = ending
        elif sent and message.method == "INVITE":
            self._answer = None  # the refused request is tried again
            self._refused = False

    @staticmethod
    def _refuses(message: Message) -> bool:
        return (message.status or 0) >= 300 and message.transaction_method == "INVITE"

    def read(self, closed: CallClosed) -> CallClosed:
        """The same end, by the peer where its CANCEL was quicker than the refusal by this agent.

        The agent has answered 487 then, whatever it was to refuse the call with.
        """
        cancelled = self._received is not None and self._received.method == "CANCEL"
        answered = self._sent.status if self._sent else None
        is_late = closed.by is ClosedBy.US and cancelled and answered == _TERMINATED
        return replace(closed, by=ClosedBy.PEER) if is_late else closed

    def of(self, closed: CallClosed) -> Ending | None:
        """The message that brought about such an end; None when it has not been traced (yet)."""
        match self.read(closed).by:
            case ClosedBy.US:
                return self._sent
            case ClosedBy.PEER:
                return self._received
            case ClosedBy.TRANSFER:
                return self._received or self._sent
        same = self._answer and closed.status in (None, self._answer.status)
        return self._answer if same else None


def ending_from_stack(closed: CallClosed) -> Ending | None:
    """What the stack's report repeats of the message, for backends without a trace."""
    _, glued = split_glued(closed.raw)
    return Ending(None, closed.status, closed.words, reasons([glued])) if glued else None


def with_message_words(
    closed: CallClosed, ending: Ending | None, *, established: bool
) -> CallClosed:
    """The same end in the words of the message: a failure after a refusal is that refusal.

    The stack reports a failure when it could not act on the answer: a redirection without a target,
    or a challenge with an algorithm that it does not know.
    """
    if ending is None or ending.status is None or established:
        return closed
    if closed.by is ClosedBy.FAILURE:
        closed = replace(closed, by=ClosedBy.REFUSAL, status=ending.status)
    return replace(closed, words=ending.phrase) if closed.by is ClosedBy.REFUSAL else closed


def before_invite(closed: CallClosed, server: str) -> CallClosed:
    """The end of a call that sent no INVITE; its status is then the STUN or TURN server's."""
    if closed.by is ClosedBy.REFUSAL:
        words = f"{server} answered {closed.status} {closed.words}".rstrip()
    elif closed.by is ClosedBy.FAILURE:
        words = closed.words
    else:
        return closed
    words += ", before an INVITE was sent"
    return replace(closed, by=ClosedBy.FAILURE, status=None, words=words)


class OwedRequestLog:
    """Follows the requests of one agent: which answers fit none, and which leave something owed."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._forks = Forks()
        self._retries = Retries()
        self._open: Latest[tuple[str | None, str], Message] = Latest()
        #: The requests that were sent with a branch, by their methods: a CANCEL has its INVITE's.
        self._sent: Latest[str, dict[str, Message]] = Latest()
        self._unfitting: Latest[str, str] = Latest()

    def follow(self, event: CallEvent) -> None:
        """Takes in another event of a call: its end may leave something owed.

        A program keeps its INVITE until a response comes, and sees to that itself.
        """
        forgets = Capability.END_FORKS in self._backend.capabilities
        if forgets and isinstance(event, CallClosed):
            self._forks.close(event.call_id)

    def take(self, message: Message, *, sent: bool, at: float) -> Iterator[Event]:
        """Takes in a message; yields the events that follow from it."""
        yield from self._unlike_requests(message, sent, at)
        yield from self._unreadable_sdp(message, sent, at)
        another = self._forks.take(message, sent=sent)
        if another and another.is_new:
            ended = Capability.END_FORKS in self._backend.capabilities
            late = another.is_late
            yield AnsweredAgain(at, message.call_id or "", another.contact, ended, late)
        refused = self._refused(message, sent)
        if refused and message.status:
            phrase = message.reason_phrase
            yield RequestRefused(at, message.call_id or "", refused, message.status, phrase)

    def _unlike_requests(
        self, message: Message, sent: bool, at: float
    ) -> Iterator[UnfittingAnswer]:
        """The answer, where it fits none of the requests whose way it came; repeated ones once.

        A provisional one, too: baresip gives a call up for it.
        """
        branch = message.branch
        if sent and message.method and branch.startswith(_UNIQUE):
            self._sent[branch] = self._sent.get(branch, {}) | {message.method: message}
        if sent or not message.status or branch not in self._sent:
            return
        requests = self._sent[branch].values()
        differences = [unlike(message, request) for request in requests]
        words = differences[0]
        if words is None or None in differences or self._unfitting.get(branch) == words:
            return
        self._unfitting[branch] = words
        yield UnfittingAnswer(at, next(iter(requests)).call_id or "", branch, words)

    def _unreadable_sdp(self, message: Message, sent: bool, at: float) -> Iterator[UnfittingAnswer]:
        """The SDP that came and that baresip cannot read; once where it is repeated."""
        has_sdp = not sent and message.transaction_method in _WITH_SDP
        described = description_in(message) if has_sdp else None
        line = describe_unreadable(described.text) if described else None
        if line is None:
            return
        words = f"the SDP of the {message.words} has {line}, which baresip does not read"
        which = f"{message.call_id} {message.cseq} {message.words}"
        if self._unfitting.get(which) != words:
            self._unfitting[which] = words
            yield UnfittingAnswer(at, message.call_id or "", "", words)

    def _refused(self, message: Message, sent: bool) -> str | None:
        """The method of the request that a message refuses, if it is not sent again."""
        key = message.call_id, message.cseq
        retried = self._retries.take(message, sent=sent)
        if sent and message.method in _FOLLOWED:
            self._open[key] = message
        if sent or (message.status or 0) < 200 or key not in self._open:
            return None
        request, status = self._open.pop(key), message.status or 0
        can_retry = Capability.ANSWER_NEW_CHALLENGES in self._backend.capabilities
        if status < 300 or (retried and can_retry):
            return None
        if status in CHALLENGE_STATUSES:
            return request.method if is_left_unanswered(request, message) else None
        return request.method if request.method == "INFO" else None
