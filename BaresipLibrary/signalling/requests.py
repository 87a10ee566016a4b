"""Requests that an agent sends outside of calls, and their answers: MESSAGE and OPTIONS."""

from dataclasses import dataclass

from ..agents.agent import Agent
from ..backends.base import Headers
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.requests import explain_silence
from ..events import RequestFailed, SipMessage
from ..sip.challenges import CHALLENGE_STATUSES, challenges, unanswerable
from ..sip.messages import Message, canonical_name, parsed
from ..sip.owed_requests import is_left_unanswered
from ..sip.transactions import Answer, Transaction, transactions
from ..types import RequestAnswer

_CAPABILITIES = {"MESSAGE": Capability.SEND_MESSAGE, "OPTIONS": Capability.SEND_OPTIONS}


@dataclass(frozen=True)
class OwnRequest:
    """A request of the suite: what it is, where it goes, and how long its answer may take (s)."""

    method: str
    uri: str
    timeout: float
    headers: Headers = ()
    body: str = ""

    def send(self, agent: Agent) -> RequestAnswer:
        """Sends it and waits for the final answer, whatever its status.

        Raises:
            UsageError: the agent's backend cannot send it.
            BackendError: it was not sent.
            PhoneFailure: no final answer came in time.
        """
        agent.require(_CAPABILITIES[self.method])
        if self.headers:
            agent.require(Capability.REQUEST_HEADERS)
        begun = _BegunRequest(agent, self)
        with agent.commanding(f"send the {self.method}"):
            begun.number = agent.backend.request(self.method, self.uri, self.headers, self.body)
        return begun.await_answer()


class _BegunRequest:
    """A request that is about to be sent, and what has been seen of it since."""

    def __init__(self, agent: Agent, request: OwnRequest) -> None:
        self.number = 0
        self._agent = agent
        self._request = request
        self._since = len(agent.journal)
        earlier = _sent(agent, request.method)
        #: Earlier ones may be repeated meanwhile.
        self._known = {transaction.request.call_id for transaction in earlier}

    def await_answer(self) -> RequestAnswer:
        """The final answer.

        Raises:
            PhoneFailure: none came in time, or none can come any more.
        """
        agent, request = self._agent, self._request
        words = wait_until(agent.changes, self._end, request.timeout)
        with agent.changes:
            last = self._last()
        if last is None or last.final is None:
            raise self._failure(last, words)
        answer = last.final
        return RequestAnswer(
            answer.status,
            answer.message.reason_phrase,
            answer.delay,
            _headers(answer.message),
            last.request.call_id or "",
        )

    def _end(self) -> str | None:
        """Empty once the final answer is there, or why none can come; None until then."""
        self._agent.require_alive()
        last = self._last()
        if last is not None and last.final is not None and _is_final(last.request, last.final):
            return ""
        failures = self._agent.journal.of_kind(RequestFailed, self._since)
        return next((failed.words for failed in failures if failed.number == self.number), None)

    def _last(self) -> Transaction | None:
        """The newest transaction of the request: one with credentials follows a challenge."""
        sent = _sent(self._agent, self._request.method, self._since)
        begun = [each for each in sent if each.request.call_id not in self._known]
        ours = [each for each in begun if each.request.call_id == begun[0].request.call_id]
        return ours[-1] if ours else None

    def _failure(self, last: Transaction | None, words: str | None) -> CallFailure:
        agent, request = self._agent, self._request
        when = f": {words}" if words else f" within {request.timeout:g} s"
        what = f"got no answer to its {request.method}" if last else f"sent no {request.method}"
        return CallFailure(
            f"{agent.name} {what} to {request.uri}{when}.",
            agent,
            lambda agents: explain_silence(agent, agents, request.method, request.uri, last),
            awaited=lambda event: isinstance(event, SipMessage) and _answers(event, last),
        )


def _sent(agent: Agent, method: str, since: int = 0) -> list[Transaction]:
    """The transactions of a method that an agent began outside of dialogs, oldest first."""
    messages = agent.journal.of_kind(SipMessage, since)
    return [
        each
        for each in transactions(message for message in messages if method in message.text)
        if each.sent and each.method == method and each.begins_dialog
    ]


def _is_final(request: Message, answer: Answer) -> bool:
    """Whether nothing follows a final answer: a challenge may be answered with credentials."""
    if answer.status not in CHALLENGE_STATUSES or not challenges(answer.message):
        return True
    return is_left_unanswered(request, answer.message) or bool(unanswerable(answer.message))


def _answers(event: SipMessage, last: Transaction | None) -> bool:
    """Whether a message is a final answer in a transaction."""
    message = parsed(event.text)
    return (
        last is not None
        and not event.sent
        and (message.status or 0) >= 200
        and message.call_id == last.request.call_id
    )


def _headers(message: Message) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in message.headers:
        headers.setdefault(canonical_name(name), []).append(value)
    return headers
