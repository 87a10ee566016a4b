"""Headers of the INVITE that arrived."""

from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api.deco import keyword
from robot.utils import NormalizedDict

from ..agents.agent import Agent
from ..diagnosis.incoming_calls import newest_invite, nobody_called_since
from ..errors import NothingYet
from ..sip.messages import Message, canonical_name
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
    ) -> str | None:
        """Returns a header of the INVITE that arrived last; ``None`` when it has no such header.

        The name may be the long or the compact one, in upper or lower case. When the header is
        repeated, its first value is returned; `Get Headers` returns them all. Bytes that are not
        UTF-8 become replacement characters.

        Fails when nobody has called the agent, and when the assertion does not hold; with
        ``timeout``, when that is so for all that time.

        Example:
        | Get Header | bob | X-Trace-Id | == | abc |
        """
        acting_agent = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        header = Value(
            f"The header {name} at {acting_agent.name}",
            lambda: _invite(acting_agent).first(name),
            lambda: f"{acting_agent.name}'s INVITE has no {name} header.",
        )
        return self._checked(acting_agent, header, wanted, timeout)

    @keyword(tags=("Header", "Getter"))
    def get_headers(self, agent: AgentName, *, timeout: timedelta | None = None) -> NormalizedDict:
        """Returns all headers of the INVITE that arrived last: names, each with a list of values.

        Names are the long ones, as RFC 3261 writes them; looking one up ignores case.

        Fails when nobody has called the agent; with ``timeout``, when nobody calls in that time.

        Example:
        | ${headers} = | Get Headers | bob |
        | Log | ${headers}[Via][0] |
        """
        headers: dict[str, list[str]] = {}
        acting_agent = self._agents.get(agent)
        invite, _ = self._awaited(acting_agent, lambda: _invite(acting_agent), timeout)
        for name, value in invite.headers:
            headers.setdefault(canonical_name(name), []).append(value)
        return NormalizedDict(headers, ignore="")


def _invite(agent: Agent) -> Message:
    agent.require_alive()
    invite = newest_invite(agent)
    if invite is None:
        raise NothingYet(f"{agent.name} has seen no INVITE: {nobody_called_since(agent)}.")
    return invite
