"""SIP MESSAGEs (RFC 3428): sending them, and those that an agent has received."""

import re

from ..agents.agent import Agent
from ..backends.base import Headers
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.failure import CallFailure
from ..diagnosis.requests import explain_refusal, explain_undelivered
from ..events import SipMessage
from ..sip.messages import Message, split_address
from ..sip.transactions import Transaction, transactions
from ..types import RequestAnswer, TextMessage
from .requests import OwnRequest

#: What baresip sends and accepts by itself.
PLAIN = "text/plain"
#: What a MESSAGE is known by: Call-ID, CSeq and branch.
Key = tuple[str | None, str, str]
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
            lambda agents: explain_refusal(agent, agents, "MESSAGE", answer),
        )
    return answer


class Inbox:
    """The MESSAGEs that one agent has received; `taken` are those that a wait has returned."""

    def __init__(self, agent: Agent, taken: set[Key]) -> None:
        self._agent = agent
        self._taken = taken

    def all(self) -> list[TextMessage]:
        """Every message, oldest first.

        Raises:
            UsageError: the agent's backend cannot receive messages.
        """
        self._agent.require(Capability.RECEIVE_MESSAGE)
        with self._agent.changes:
            return [_text_message(each) for each in self._received()]

    def wait(self, text: str | None, timeout: float) -> TextMessage:
        """The oldest message with that text, None for any, that no wait has returned before.

        Raises:
            UsageError: the agent's backend cannot receive messages.
            PhoneFailure: none was accepted within `timeout` seconds.
        """
        agent = self._agent
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

    def _take(self, text: str | None) -> TextMessage | None:
        self._agent.require_alive()
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
        messages = self._agent.journal.of_kind(SipMessage)
        relevant = [event for event in messages if "MESSAGE" in event.text]
        seen = transactions(relevant)
        return [each for each in seen if not each.sent and each.method == "MESSAGE"]

    def _others(self) -> str:
        """What came instead, as a clause."""
        fresh = [_text_message(each) for each in self._fresh()]
        if not fresh:
            return "none came that an earlier wait has not returned" if self._taken else "none came"
        last = fresh[-1]
        came = f"{_shown(last.text)} came from {last.sender}"
        if last.status is not None and last.status >= 300:
            kind = last.content_type or "nothing"
            came += f", with the content type {kind}, and it answered {last.status}"
        more = f" and {len(fresh) - 1} before" if len(fresh) > 1 else ""
        return came + more


def _key(transaction: Transaction) -> Key:
    request = transaction.request
    return request.call_id, request.cseq, request.branch


def _is_message(event: SipMessage) -> bool:
    return not event.sent and event.text.startswith("MESSAGE ")


def _text_message(transaction: Transaction) -> TextMessage:
    request, final = transaction.request, transaction.final
    return TextMessage(
        body_of(request),
        split_address(request.first("From") or "")[1],
        request.first("Content-Type") or "",
        transaction.at,
        final.status if final else None,
    )


def body_of(message: Message) -> str:
    """The body, without what follows it in a datagram (RFC 3261, section 18.3)."""
    length = message.first("Content-Length") or ""
    octets = message.body.encode()
    unreadable = "\ufffd" in message.body  # then nobody knows how many octets came
    if unreadable or not re.fullmatch("[0-9]{1,9}", length) or int(length) >= len(octets):
        return message.body
    return octets[: int(length)].decode(errors="replace")


def _shown(text: str) -> str:
    beginning = text[:_SHOWN]
    return repr(beginning) + ("…" if len(text) > _SHOWN else "")
