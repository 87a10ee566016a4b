"""SIP MESSAGE and OPTIONS: requests outside of calls."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..errors import UsageError
from ..signalling.requests import OwnRequest
from ..signalling.text_messages import Inbox, MessageKey, send_message
from ..types import RequestAnswer, TextMessage
from .assertions import Assertion, Value, number
from .base import AgentName, Component, Context, header_pairs
from .targets import dialled_uri


class MessagingKeywords(Component):
    """Sends and receives SIP MESSAGEs, and sends OPTIONS."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        #: The messages that a wait has returned.
        self._taken: WeakKeyDictionary[Agent, set[MessageKey]] = WeakKeyDictionary()

    @keyword(tags=("Message",))
    def send_message(
        self,
        agent: AgentName,
        target: AgentName,
        text: str,
        *,
        content_type: str | None = None,
        headers: Mapping[str, str | list[str]] | None = None,
        timeout: timedelta | None = None,
    ) -> RequestAnswer:
        """Sends a text as a SIP MESSAGE (RFC 3428) and waits until it is accepted.

        The text is sent as UTF-8. A challenge is answered with the agent's credentials. Returns the
        answer, with ``status``, ``reason``, ``round_trip`` (s), ``headers`` and ``call_id``: 200
        means that it was delivered, 202 that a server keeps it.

        Fails when the message is refused, with the status and the reason phrase, and when no final
        answer comes within ``timeout`` (default: the library's).

        | =Argument= | =Meaning= |
        | ``target`` | Whom it is for, as in `Dial`. |
        | ``text`` | The body of the message; it may be empty. |
        | ``content_type`` | Its Content-Type; ``text/plain;charset=UTF-8`` when left out. |
        | ``headers`` | Further headers; a list of values repeats the header. |

        Example:
        | Send Message | alice | bob | Hello |
        | Wait Until Message Received | bob | Hello |
        """
        sender = self._sending(agent)
        uri = dialled_uri(self._agents, sender, target)
        _check_text(text)
        _check_content_type(content_type)
        pairs = header_pairs(headers)
        answer = send_message(sender, uri, text, content_type, pairs, self._seconds(timeout))
        logger.info(f"{sender.name}'s message was answered {answer}.")
        return answer

    @keyword(tags=("Message", "Wait"))
    def wait_until_message_received(
        self, agent: AgentName, text: str | None = None, *, timeout: timedelta | None = None
    ) -> TextMessage:
        """Waits until the agent has received and accepted a SIP MESSAGE, and returns it.

        Without ``text`` any message will do. Each message is returned once: a second wait is for
        another message, and messages may be awaited in any order. The message has ``text``,
        ``sender`` (the URI in its From), ``content_type``, ``at`` and ``status``; see `Get
        Messages`.

        Fails when no such message is accepted within ``timeout`` (default: the library's). Logs a
        warning when its Content-Length is not the length of what came.

        Example:
        | Wait Until Message Received | bob | Hello |
        | ${message} = | Wait Until Message Received | bob | timeout=3s |
        | Should Be Equal | ${message.text} | How are you? |
        """
        inbox = self._inbox(agent)
        found = inbox.wait(text, self._seconds(timeout))
        if found.wrong_length:
            logger.warn(f"A message from {found.sender} is wrong: {found.wrong_length}.")
        return found

    @keyword(tags=("Message", "Getter"))
    def get_messages(self, agent: AgentName) -> list[TextMessage]:
        """Returns every SIP MESSAGE that the agent has received, oldest first.

        Each has ``text``; ``sender``, the URI in its From; ``content_type``; ``at``, when it arrived
        in seconds on the machine's monotonic clock; and ``status``, what the agent answered:
        baresip accepts ``text/plain`` and answers 415 to most other content types. Bytes that are
        not UTF-8 become replacement characters. ``text`` is as long as the Content-Length says;
        ``wrong_length`` tells when that is not the length of what came.

        Of more than 10,000 SIP messages the oldest are not kept; then a warning is logged.

        Fails when the agent cannot receive messages.

        Example:
        | @{messages} = | Get Messages | bob |
        | Should Be Equal | ${messages[0].text} | Hello |
        """
        inbox = self._inbox(agent)
        messages = inbox.all()
        if inbox.has_forgotten:
            logger.warn(f"Only the newest SIP messages of {inbox.agent.name} are kept.")
        return messages

    @keyword(tags=("Message", "Getter", "Assertion"))
    def send_options(
        self,
        agent: AgentName,
        target: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        headers: Mapping[str, str | list[str]] | None = None,
        timeout: timedelta | None = None,
    ) -> RequestAnswer:
        """Sends an OPTIONS (RFC 3261, section 11) and returns the final answer, whatever its status.

        The assertion is on the status. The answer has ``status``, ``reason``, ``round_trip`` (how
        long it took, s), ``headers`` (each name with a list of values) and ``call_id``. A challenge
        is answered with the agent's credentials. An agent of this library that gets an OPTIONS
        answers 200, with the methods it allows and its codecs.

        Fails when the assertion does not hold, and when no final answer comes within ``timeout``
        (default: the library's).

        | =Argument= | =Meaning= |
        | ``target`` | Who is asked, as in `Dial`. |
        | ``headers`` | Headers of the OPTIONS; a list of values repeats the header. |

        Example:
        | ${answer} = | Send Options | alice | bob | == | 200 |
        | Should Contain | ${answer.headers}[Allow][0] | MESSAGE |
        """
        sender = self._sending(agent)
        uri = dialled_uri(self._agents, sender, target)
        wanted = Assertion(assertion_operator, assertion_expected, message, number)
        pairs = tuple(header_pairs(headers))
        answer = OwnRequest("OPTIONS", uri, self._seconds(timeout), pairs).send(sender)
        logger.info(f"{uri} answered {answer} after {answer.round_trip * 1000:.1f} ms.")
        wanted.check(
            Value(f"The status with which {uri} answered the OPTIONS", lambda: answer.status)
        )
        return answer

    def _inbox(self, agent: AgentName) -> Inbox:
        receiver = self._agents.get(agent)
        return Inbox(receiver, self._taken.setdefault(receiver, set()))


def _check_text(text: str) -> None:
    if "\0" in text:
        raise UsageError(
            "A message cannot contain a null character, at which baresip would cut it."
        )


def _check_content_type(content_type: str | None) -> None:
    if content_type is not None and ("/" not in content_type or not content_type.isprintable()):
        raise UsageError(f"content_type {content_type!r} is not a media type such as text/plain.")
