"""Requests that an agent sends outside of calls, and their answers: MESSAGE and OPTIONS."""

from ..agents.agent import Agent
from ..backends.base import Headers
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.call_setup import certificate_error
from ..diagnosis.failure import CallFailure
from ..diagnosis.requests import explain_unanswered_request
from ..events import RequestFailed, SipMessage, StackLog
from ..frozen import frozen
from ..sip.messages import Message, parsed
from ..sip.owed_requests import is_last_answer
from ..sip.transactions import Transaction, transactions
from ..sip.uris import transport_of
from ..types import RequestAnswer
from .failover import describe_certificate, untrusted_certificate

_CAPABILITIES = {"MESSAGE": Capability.SEND_MESSAGE, "OPTIONS": Capability.SEND_OPTIONS}


@frozen
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
            answer.message.headers_by_name,
            last.request.call_id or "",
        )

    def _end(self) -> str | None:
        """Empty once the final answer is there, or why none can come; None until then."""
        self._agent.require_alive()
        last = self._last()
        final = last.final if last else None
        if last and final and self._ends(last, final.message):
            return ""
        failures = self._agent.journal.of_kind(RequestFailed, self._since)
        return next((failed.words for failed in failures if failed.number == self.number), None)

    def _ends(self, last: Transaction, answer: Message) -> bool:
        """Whether nothing follows a final answer."""
        sha_256 = Capability.DIGEST_SHA_256 in self._agent.backend.capabilities
        return is_last_answer(last.request, answer, sha_256=sha_256)

    def _last(self) -> Transaction | None:
        """The newest transaction of the request: one with credentials follows a challenge."""
        sent = _sent(self._agent, self._request.method, self._since)
        begun = [each for each in sent if each.request.call_id not in self._known]
        ours = [each for each in begun if each.request.call_id == begun[0].request.call_id]
        return ours[-1] if ours else None

    def _why(self, words: str | None) -> str | None:
        """Why the request was not sent or not answered; not every baresip gives `words` for it."""
        agent, request = self._agent, self._request
        if words:
            return untrusted_certificate(agent, self._since, words) or words
        if not agent.account.uses_tls and transport_of(request.uri) != "tls":
            return None
        fault = certificate_error(agent.journal.of_kind(StackLog, self._since))
        return describe_certificate(fault) if fault else None

    def _failure(self, last: Transaction | None, words: str | None) -> CallFailure:
        agent, request = self._agent, self._request
        why = self._why(words) if words or not last else None
        when = f": {why}" if why else f" within {request.timeout:g} s"
        what = f"got no answer to its {request.method}" if last else f"sent no {request.method}"
        return CallFailure(
            f"{agent.name} {what} to {request.uri}{when}.",
            agent,
            lambda agents: explain_unanswered_request(
                agent, agents, request.method, request.uri, last
            ),
            awaited=lambda event: isinstance(event, SipMessage) and _answers(event, last),
        )


def _sent(agent: Agent, method: str, since: int = 0) -> list[Transaction]:
    """The transactions of a method that an agent began outside of dialogs, oldest first."""
    seen = transactions(agent.journal.of_method(method, since))
    return [each for each in seen if each.sent and each.begins_dialog]


def _answers(event: SipMessage, last: Transaction | None) -> bool:
    """Whether a message is a final answer in a transaction."""
    message = parsed(event.text)
    return (
        last is not None
        and not event.sent
        and (message.status or 0) >= 200
        and message.call_id == last.request.call_id
    )
