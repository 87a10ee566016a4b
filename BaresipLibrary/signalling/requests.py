"""Requests that an agent sends outside of calls, and their answers: MESSAGE and OPTIONS.

The texts that came by MESSAGE are read here, too.
"""

from ..agents.agent import Agent
from ..backends.base import Headers
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.call_setup import certificate_error
from ..diagnosis.failure import CallFailure
from ..diagnosis.requests import (
    explain_refused_request,
    explain_unanswered_request,
    explain_undelivered,
)
from ..events import RequestFailed, SipMessage, StackLog
from ..frozen import frozen
from ..sip.messages import Message, canonical_name, parsed, split_address
from ..sip.owed_requests import is_last_answer
from ..sip.transactions import Transaction, transactions
from ..sip.uris import transport_of
from ..types import RequestAnswer, TextMessage
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
            _headers(answer.message),
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


def _headers(message: Message) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in message.headers:
        headers.setdefault(canonical_name(name), []).append(value)
    return headers


#: What baresip sends and accepts by itself.
PLAIN = "text/plain"
#: What a MESSAGE is known by: Call-ID, CSeq and branch.
Key = tuple[str | None, str, str]
#: With which baresip refuses a content type, and a user that is not its own.
_OF_CONTENT, _NOT_FOUND = (415, 488), 404
#: How much of a text is shown in a sentence.
_SHOWN = 60


def send_message(
    agent: Agent, uri: str, text: str, content_type: str | None, headers: Headers, timeout: float
) -> RequestAnswer:
    """Sends a MESSAGE and waits `timeout` seconds for its final answer, a 2xx.

    Raises:
        UsageError: the agent's backend cannot send it.
        BackendError: it was not sent.
        PhoneFailure: it was refused, or not answered in time.
    """
    if content_type is not None:
        agent.require(Capability.REQUEST_HEADERS)
    can_choose = Capability.REQUEST_HEADERS in agent.backend.capabilities
    kind = content_type or f"{PLAIN};charset=UTF-8"
    all_headers = [*headers, ("Content-Type", kind)] if can_choose else list(headers)
    answer = OwnRequest("MESSAGE", uri, timeout, tuple(all_headers), text).send(agent)
    if answer.status >= 300:
        raise CallFailure(
            f"{agent.name}'s message to {uri} was refused with {answer}.",
            agent,
            lambda agents: explain_refused_request(agent, agents, "MESSAGE", uri, answer),
        )
    return answer


class Inbox:
    """The MESSAGEs that one agent has received; `taken` are those that a wait has returned."""

    def __init__(self, agent: Agent, taken: set[Key]) -> None:
        self.agent = agent
        self._taken = taken

    def all(self) -> list[TextMessage]:
        """Every message, oldest first.

        Raises:
            UsageError: the agent's backend cannot receive messages.
        """
        self.agent.require(Capability.RECEIVE_MESSAGE)
        with self.agent.changes:
            return [_text_message(each) for each in self._received()]

    def wait(self, text: str | None, timeout: float) -> TextMessage:
        """The oldest message with that text, None for any, that no wait has returned before.

        Raises:
            UsageError: the agent's backend cannot receive messages.
            PhoneFailure: none was accepted within `timeout` seconds.
        """
        agent = self.agent
        agent.require(Capability.RECEIVE_MESSAGE)
        found = wait_until(agent.changes, lambda: self._take(text), timeout)
        if found is not None:
            return found
        wanted = "message" if text is None else f"message {_shown(text)}"
        raise CallFailure(
            f"{agent.name} has received no {wanted} within {timeout:g} s: {self._others()}.",
            agent,
            lambda agents: explain_undelivered(agent, agents),
            awaited=lambda event: isinstance(event, SipMessage) and _is_message(event),
        )

    @property
    def has_forgotten(self) -> bool:
        """Whether a message may have been among those that are no longer kept."""
        return self.agent.journal.has_forgotten()

    def _take(self, text: str | None) -> TextMessage | None:
        self.agent.require_alive()
        for each in self._fresh():
            message = _text_message(each)
            is_accepted = message.status is not None and message.status < 300
            if is_accepted and text in (None, message.text):
                self._taken.add(_key(each))
                return message
        return None

    def _fresh(self) -> list[Transaction]:
        return [each for each in self._received() if _key(each) not in self._taken]

    def _received(self) -> list[Transaction]:
        seen = transactions(self.agent.journal.of_method("MESSAGE"))
        return [each for each in seen if not each.sent]

    def _others(self) -> str:
        """What came instead, as a clause."""
        fresh = self._fresh()
        if not fresh and self.has_forgotten:
            kept = len(self.agent.journal.outlines())
            return (
                f"there is no other among its newest {kept:,} SIP messages, and older are not kept"
            )
        if not fresh and self._taken:
            return "every message that came was returned by an earlier wait"
        if not fresh:
            return "none came"
        last = _text_message(fresh[-1])
        came = f"{_shown(last.text)} came from {last.sender}{_describe_refusal(fresh[-1])}"
        more = f" and {len(fresh) - 1} before" if len(fresh) > 1 else ""
        return came + more


def _describe_refusal(transaction: Transaction) -> str:
    """The refusal of a MESSAGE and what it is about, as the end of a clause; else empty."""
    request, final = transaction.request, transaction.final
    if final is None or final.status < 300:
        return ""
    about = ""
    if final.status in _OF_CONTENT:
        about = f", with the content type {request.first('Content-Type') or 'nothing'}"
    elif final.status == _NOT_FOUND:
        about = f", for {request.start_line.split(' ')[1]}"
    return f"{about}, and it answered {final.status}"


def _key(transaction: Transaction) -> Key:
    request = transaction.request
    return request.call_id, request.cseq, request.branch


def _is_message(event: SipMessage) -> bool:
    return not event.sent and event.text.startswith("MESSAGE ")


def _text_message(transaction: Transaction) -> TextMessage:
    request, final = transaction.request, transaction.final
    return TextMessage(
        request.body_by_length,
        split_address(request.first("From") or "")[1],
        request.first("Content-Type") or "",
        transaction.at,
        final.status if final else None,
        request.wrong_length,
    )


def _shown(text: str) -> str:
    beginning = text[:_SHOWN]
    return repr(beginning) + ("…" if len(text) > _SHOWN else "")
