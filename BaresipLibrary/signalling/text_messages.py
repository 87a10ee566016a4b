"""Texts that an agent sends and receives by SIP MESSAGE (RFC 3428)."""

from ..agents.agent import Agent
from ..backends.base import Headers
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.requests import explain_refused_request, explain_undelivered
from ..events import SipMessage
from ..sip.messages import split_address
from ..sip.transactions import Transaction, transactions
from ..types import RequestAnswer, TextMessage
from .requests import OwnRequest

#: What baresip sends and accepts by itself.
_PLAIN = "text/plain"
#: What a MESSAGE is known by: Call-ID, CSeq and branch.
MessageKey = tuple[str | None, str, str]
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
    kind = content_type or f"{_PLAIN};charset=UTF-8"
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

    def __init__(self, agent: Agent, taken: set[MessageKey]) -> None:
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
        about = f", for {request.request_uri}"
    return f"{about}, and it answered {final.status}"


def _key(transaction: Transaction) -> MessageKey:
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
