"""SIP messages: reads them and their headers, counts them, waits for one."""

import re
from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword
from robot.utils import NormalizedDict

from ..account import is_header_name
from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Direction
from ..concurrency import wait_until
from ..errors import NothingYet, PhoneFailure, UsageError
from ..signalling.sip_messages import (
    MessageQuery,
    invite_that_began,
    require_messages,
    wait_for_message,
)
from ..sip.messages import Message, masked, parsed
from ..sip.seen_messages import MessageFilter, SeenMessage
from .assertions import Assertion, Value, number
from .base import AgentName, Component


class HeaderKeywords(Component):
    """Reads headers."""

    @keyword(tags=("Header", "Getter", "Assertion"))
    def get_header(
        self,
        agent: AgentName,
        name: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
        of: MessageFilter | None = None,
        call: str | None = None,
    ) -> str | None:
        """Returns a header of a SIP message; ``None`` when it has no such header.

        The message is the INVITE that arrived last, with ``call`` the one that began that call; or
        the newest one that ``of`` asks for.

        The name may be the long or the compact one, in upper or lower case. When the header is
        repeated, its first value is returned; `Get Headers` returns them all. Bytes that are not
        UTF-8 become replacement characters. Passwords, digests and keys read ``***``.

        Fails when there is no such message, and when the assertion does not hold; with
        ``timeout``, when that is so for all that time. A message from before ends that wait, too:
        see `Get Sip Message`.

        | =Argument= | =Meaning= |
        | ``of`` | Which message, such as ``200 INVITE`` or ``sent BYE``: see `Messages`. |
        | ``call`` | The Call-ID of a call, or ``NONE`` for messages outside of calls. |

        Example:
        | Get Header | bob | X-Trace-Id | == | abc |
        | Get Header | alice | X-Alert | == | one | of=180 |
        | Get Header | alice | Reason | *= | cause=16 | of=received BYE | timeout=3s |
        """
        acting_agent = self._agents.get(agent)
        _check_name(name)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        lag = _lag(timeout)
        header = Value(
            f"The header {name} at {acting_agent.name}",
            lambda: _message(acting_agent, of, call, lag).first(name),
            lambda: f"{acting_agent.name}'s {of or 'INVITE'} has no {name} header.",
        )
        return self._checked_of_the_past(acting_agent, header, wanted, timeout)

    @keyword(tags=("Header", "Getter"))
    def get_headers(
        self,
        agent: AgentName,
        *,
        timeout: timedelta | None = None,
        of: MessageFilter | None = None,
        call: str | None = None,
    ) -> NormalizedDict:
        """Returns all headers of a SIP message: names, each with a list of values.

        The message is the one that `Get Header` reads.

        Names are the long ones, as RFC 3261 writes them; looking one up ignores case. Passwords,
        digests and keys read ``***``.

        Fails when there is no such message; with ``timeout``, when none comes in that time.

        | =Argument= | =Meaning= |
        | ``of``, ``call`` | As in `Get Header`. |

        Example:
        | ${headers} = | Get Headers | bob |
        | Log | ${headers}[Via][0] |
        | ${headers} = | Get Headers | alice | of=302 INVITE |
        """
        acting_agent, lag = self._agents.get(agent), _lag(timeout)
        message, _ = self._awaited(
            acting_agent, lambda: _message(acting_agent, of, call, lag), timeout
        )
        return NormalizedDict(message.headers_by_name, ignore="")


def _check_name(name: str) -> None:
    """Checks the name of a header.

    Raises:
        UsageError: no header can have it.
    """
    if is_header_name(name):
        return
    meant = re.sub(r"\s+", "-", name.strip(" :"))
    way = f" Did you mean '{meant}'?" if is_header_name(meant) else ""
    raise UsageError(f"'{name}' is not the name of a SIP header.{way}")


def _lag(timeout: timedelta | None) -> float:
    """How long to wait for the trace of what has happened: with a timeout, that is the wait."""
    return TRACE_LAG if timeout is None else 0.0


def _message(agent: Agent, of: MessageFilter | None, call: str | None, lag: float) -> Message:
    from ..diagnosis.incoming_calls import newest_invite, nobody_called_since

    if of is not None:
        return parsed(MessageQuery(agent, of, call).newest(lag).text)
    if call is not None:
        return invite_that_began(agent, call, lag)
    require_messages(agent)
    invite = newest_invite(agent)
    if invite is None:
        agent.require_alive()
        told = f"{agent.name} has received no INVITE: {nobody_called_since(agent)}."
        own = any(one.direction is Direction.OUTGOING for one in agent.calls)
        raise NothingYet(f"{told} To read its own, write of=sent INVITE." if own else told)
    return parsed(masked(invite.text))


class SipMessageKeywords(Component):
    """Reads the SIP messages that agents sent and received."""

    @keyword(tags=("Message", "Getter"))
    def get_sip_message(
        self,
        agent: AgentName,
        of: MessageFilter,
        *,
        call: str | None = None,
        timeout: timedelta | None = None,
    ) -> SeenMessage:
        """Returns the newest SIP message of a kind that the agent sent or received.

        It has the attributes ``start_line``; ``method``, that of the request, also in its responses;
        ``status`` and ``reason``, ``None`` in a request; ``headers``, names in any case, each with a
        list of values; ``body``; ``sent``, whether the agent sent it; ``call_id``; ``at``, when it
        was seen, in seconds on a clock of this machine; and ``retransmission``, 0 for the first copy
        of the message. As text it is the whole message. Passwords, digests and keys read ``***``.

        Fails when there is no such message, and says which there are; with ``timeout``, when none
        comes in that time. A message from before ends that wait at once, also one of an earlier call
        of the test: name the call with ``call``, or use `Wait Until Sip Message` for what follows a
        keyword. Fails for an agent without a trace: one that is attached with ``control``.

        | =Argument= | =Meaning= |
        | ``of`` | Which messages: see `Messages`. |
        | ``call`` | The Call-ID of a call, or ``NONE`` for messages outside of calls; all messages of the agent when left out. |

        Example:
        | ${ok} = | Get Sip Message | alice | 200 INVITE |
        | Should Be Equal | ${ok.headers}[P-Asserted-Identity][0] | <sip:bob@example.com> |
        | ${register} = | Get Sip Message | alice | sent REGISTER | call=NONE |
        """
        query, lag = MessageQuery(self._agents.get(agent), of, call), _lag(timeout)
        return self._awaited(query.agent, lambda: query.newest(lag), timeout)[0]

    @keyword(tags=("Message", "Getter"))
    def get_sip_messages(
        self,
        agent: AgentName,
        of: MessageFilter | None = None,
        *,
        call: str | None = None,
        retransmissions: bool = False,
    ) -> list[SeenMessage]:
        """Returns all SIP messages of a kind that the agent sent or received, oldest first.

        Each is as `Get Sip Message` returns it. Without ``of`` they are the messages of all kinds.
        When the agent has seen more messages than are kept, the oldest are missing, with a warning.

        Fails when no message has the Call-ID ``call``, and where `Get Sip Message` does for an agent
        without a trace.

        | =Argument= | =Meaning= |
        | ``of``, ``call`` | As in `Get Sip Message`. |
        | ``retransmissions`` | Whether retransmissions are returned, too. |

        Example:
        | ${provisional} = | Get Sip Messages | alice | 1xx INVITE |
        | Should Be Equal | ${provisional[0].status} | ${180} |
        """
        wanted = MessageFilter() if of is None else of
        query = MessageQuery(self._agents.get(agent), wanted, call, retransmissions)
        messages = query.all()
        if query.has_forgotten:
            logger.warn(f"Only the newest SIP messages of {query.agent.name} are kept.")
        return messages

    @keyword(tags=("Message", "Getter", "Assertion"))
    def get_sip_message_count(
        self,
        agent: AgentName,
        of: MessageFilter,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
        call: str | None = None,
        retransmissions: bool = False,
    ) -> int:
        """Returns how many SIP messages of a kind the agent sent or received.

        A message that is repeated since no answer came counts once. A request that is sent again
        with credentials, or to another target, is another message.

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.
        Fails, too, when the agent has seen more messages than are kept, and where `Get Sip Messages`
        does.

        | =Argument= | =Meaning= |
        | ``of``, ``call`` | As in `Get Sip Message`. |
        | ``retransmissions`` | Whether retransmissions count, too. |

        Example:
        | Get Sip Message Count | alice | sent INVITE | == | 1 |
        | Get Sip Message Count | bob | received OPTIONS | >= | 2 | timeout=30s |
        """
        query = MessageQuery(self._agents.get(agent), of, call, retransmissions)
        wanted = Assertion(assertion_operator, assertion_expected, message, number)
        count = Value(f"{query.agent.name}'s number of messages '{of}'", query.count)
        self._let_trace_catch_up(query.agent, count, wanted, _lag(timeout))
        try:
            return self._checked_of_the_past(query.agent, count, wanted, timeout)
        except PhoneFailure as failure:
            if message is None and not (query.has_forgotten or query.is_of_unknown_call):
                failure.args = (f"{str(failure).rstrip('.')}. {query.describe_others()}",)
            raise

    def _let_trace_catch_up(
        self, agent: Agent, count: Value[int], wanted: Assertion, lag: float
    ) -> None:
        """Gives messages a moment to show in the trace that the agent has already acted upon."""

        def holds() -> bool | None:
            try:
                wanted.check(count)
            except (PhoneFailure, NothingYet):
                return None
            return True

        wait_until(agent.changes, holds, lag)

    @keyword(tags=("Message", "Wait"))
    def wait_until_sip_message(
        self,
        agent: AgentName,
        of: MessageFilter,
        *,
        timeout: timedelta | None = None,
        call: str | None = None,
    ) -> SeenMessage:
        """Waits until the agent sends or receives a SIP message of a kind, and returns it.

        Messages count from the beginning of the last keyword that acted, such as `Dial` or
        `Send Dtmf`: of several, the first since then is returned. Retransmissions of older messages
        do not count.

        Fails when none comes within ``timeout`` (default: the library's), and says what came
        instead. Fails at once when none can come any more: the agent died, or the calls that it
        could belong to are over and the suite would have to act first.

        | =Argument= | =Meaning= |
        | ``of``, ``call`` | As in `Get Sip Message`. |

        Example:
        | ${progress} = | Wait Until Sip Message | alice | 183 | timeout=3s |
        | Wait Until Sip Message | bob | received re-INVITE |
        | Wait Until Sip Message | alice | 200 BYE |
        """
        query = MessageQuery(self._agents.get(agent), of, call)
        return wait_for_message(query, self._seconds(timeout))
