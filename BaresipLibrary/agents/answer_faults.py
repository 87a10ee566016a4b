"""What is wrong with the answers that an agent gets, as events beside those of its stack.

They refuse a request in a call, fit no request, come from a second phone, or have SDP that baresip
cannot read, which is looked for in requests, too.
"""

from collections.abc import Iterator

from ..backends.base import Backend
from ..backends.capabilities import Capability
from ..events import AnsweredAgain, CallClosed, CallEvent, Event, RequestRefused, UnfittingAnswer
from ..sip.challenges import CHALLENGE_STATUSES
from ..sip.messages import Message, unlike
from ..sip.owed_requests import Forks, Latest, Retries, is_left_unanswered
from ..sip.sdp import description_in
from ..sip.unreadable_sdp import describe_unreadable

#: Requests whose refusal a suite should hear of.
_FOLLOWED = ("BYE", "INFO")
#: How a branch begins that no other request has (RFC 3261, section 8.1.1.7).
_UNIQUE = "z9hG4bK"
#: Transactions whose messages may have SDP.
_WITH_SDP = ("INVITE", "ACK", "PRACK", "UPDATE")


class AnswerFaults:
    """Follows the requests of one agent, and finds what is wrong with their answers."""

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
