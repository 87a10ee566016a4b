"""Headers of SIP messages."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword
from robot.utils import NormalizedDict

from ..agents.agent import Agent
from ..diagnosis.incoming_calls import newest_invite, nobody_called_since
from ..errors import NothingYet
from ..signalling.sip_messages import MessageQuery, require_messages
from ..sip.message_filter import MessageFilter
from ..sip.messages import Message, canonical_name, masked, parsed
from .assertions import Assertion, Value
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

        The message is the INVITE that arrived last, or the newest one that ``of`` asks for.

        The name may be the long or the compact one, in upper or lower case. When the header is
        repeated, its first value is returned; `Get Headers` returns them all. Bytes that are not
        UTF-8 become replacement characters. Passwords, digests and keys read ``***``.

        Fails when there is no such message, and when the assertion does not hold; with
        ``timeout``, when that is so for all that time.

        | =Argument= | =Meaning= |
        | ``of`` | Which message, such as ``200 INVITE`` or ``sent BYE``: see `Messages`. |
        | ``call`` | The Call-ID of a call, or ``NONE`` for messages outside of calls. |

        Example:
        | Get Header | bob | X-Trace-Id | == | abc |
        | Get Header | alice | X-Alert | == | one | of=180 |
        | Get Header | alice | Reason | *= | cause=16 | of=received BYE | timeout=3s |
        """
        acting_agent = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        which = _which(of, call)
        header = Value(
            f"The header {name} at {acting_agent.name}",
            lambda: _message(acting_agent, which, call).first(name),
            lambda: f"{acting_agent.name}'s {which or 'INVITE'} has no {name} header.",
        )
        return self._checked(acting_agent, header, wanted, timeout)

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

        The message is the INVITE that arrived last, or the newest one that ``of`` asks for.

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
        headers: dict[str, list[str]] = {}
        acting_agent, which = self._agents.get(agent), _which(of, call)
        message, _ = self._awaited(
            acting_agent, lambda: _message(acting_agent, which, call), timeout
        )
        for name, value in message.headers:
            headers.setdefault(canonical_name(name), []).append(value)
        return NormalizedDict(headers, ignore="")


def _which(of: MessageFilter | None, call: str | None) -> MessageFilter | None:
    """The message of a call that is meant when only the call is given: the INVITE that arrived."""
    return MessageFilter.parse("received INVITE") if of is None and call is not None else of


def _message(agent: Agent, of: MessageFilter | None, call: str | None) -> Message:
    agent.require_alive()
    if of is not None:
        return parsed(MessageQuery(agent, of, call).newest().text)
    require_messages(agent)
    invite = newest_invite(agent)
    if invite is None:
        raise NothingYet(f"{agent.name} has seen no INVITE: {nobody_called_since(agent)}.")
    return parsed(masked(invite.text))
