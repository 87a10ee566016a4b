"""What a call leaves behind on the wire: requests that were refused, phones that answered too."""

from collections.abc import Iterator

from ..backends.base import Backend, Capability
from ..events import AnsweredAgain, Event, RequestRefused
from ..sip.messages import Message
from ..sip.requests import CHALLENGES, Forks, Latest, Retries, is_left_unanswered

_METHODS = ("BYE", "INFO")


class LooseEnds:
    """Follows the messages of one agent."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._forks = Forks()
        self._retries = Retries()
        self._open: Latest[tuple[str | None, str], Message] = Latest()

    def take(self, message: Message, *, sent: bool, at: float) -> Iterator[Event]:
        """Takes in a message; what is to be told of it."""
        another = self._forks.take(message, sent=sent)
        if another and another.is_new:
            ended = Capability.END_FORKS in self._backend.capabilities
            yield AnsweredAgain(at, message.call_id or "", another.contact, ended)
        refused = self._refused(message, sent)
        if refused and message.status:
            phrase = message.reason_phrase
            yield RequestRefused(at, message.call_id or "", refused, message.status, phrase)

    def _refused(self, message: Message, sent: bool) -> str | None:
        """The method of a request that was refused and is not sent again."""
        key = message.call_id, message.first("CSeq") or ""
        retried = self._retries.take(message, sent=sent)
        if sent and message.method in _METHODS:
            self._open[key] = message
        if sent or (message.status or 0) < 200 or key not in self._open:
            return None
        request, status = self._open.pop(key), message.status or 0
        can_retry = Capability.ANSWER_NEW_CHALLENGES in self._backend.capabilities
        if status < 300 or (retried and can_retry):
            return None
        if status in CHALLENGES:
            return request.method if is_left_unanswered(request, message) else None
        return request.method if request.method == "INFO" else None
