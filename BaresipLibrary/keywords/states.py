"""States, and how calls ended."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Literal, TypeVar

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..agents.info import peer_of
from ..signalling.states import stay_established, wait_for_state
from ..types import AgentState, Peer
from .assertions import Assertion, number
from .base import AgentName, Component

T = TypeVar("T")


class StateKeywords(Component):
    """Waiting for states and reading them."""

    @keyword(tags=("State", "Wait"))
    def wait_until_state_is(
        self, agent: AgentName, state: AgentState, *, timeout: timedelta | None = None
    ) -> None:
        """Waits until the agent's active call is in a state.

        Fails when ``timeout`` (default: the library's) is over, and at once when the state can no
        longer come: the call was refused, the peer hung up, the agent died. The message says
        which.

        | =Argument= | =Meaning= |
        | ``state`` | ``IDLE``, ``RINGING`` (dialled or being called, not answered yet) or ``ESTABLISHED``. |

        Example:
        | Wait Until State Is | alice | ESTABLISHED |
        | Wait Until State Is | bob | RINGING | timeout=2s |
        """
        wait_for_state(self._agents.get(agent), state, self._seconds(timeout), self._agents)

    @keyword(tags=("State", "Wait"))
    def call_should_stay_established(self, agent: AgentName, duration: timedelta) -> None:
        """Watches the active call for a time and fails the moment it drops.

        Fails at once when the call is not established.

        Example:
        | Call Should Stay Established | alice | 30s |
        """
        stay_established(self._agents.get(agent), self._seconds(duration))

    @keyword(tags=("State", "Getter", "Assertion"))
    def get_state(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> str:
        """Returns the agent's state: ``IDLE``, ``RINGING`` or ``ESTABLISHED``.

        Fails when an assertion is given and does not hold, with ``timeout`` not even in that time.

        Example:
        | Get State | alice | == | IDLE |
        """
        who = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._seen(who, lambda: who.state.name, wanted, "The state of", timeout)

    @keyword(tags=("State", "Getter", "Assertion"))
    def get_reason(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> str | None:
        """Returns how the agent's last call closed, in words; ``None`` when none has.

        For a call that a SIP answer refused it is the answer's reason phrase alone, such as ``Busy
        Here``, and empty when the answer has none; else words such as ``hung up by the peer``,
        ``cancelled by the caller``, ``cancelled by the caller, answered elsewhere`` or ``Connection
        timed out``. What a Reason or Warning header said is in `Get Info`.

        Fails when an assertion is given and does not hold, with ``timeout`` not even in that time.

        Example:
        | Get Reason | alice | == | Busy Here |
        """
        who = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._seen(
            who, lambda: who.reason, wanted, "The reason of", timeout, lambda: _why_no_end(who)
        )

    @keyword(tags=("State", "Getter", "Assertion"))
    def get_status_code(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> int | None:
        """Returns the SIP status that refused the agent's last call.

        It is ``None`` when the call ended otherwise: hung up, cancelled, never answered.

        Fails when an assertion is given and does not hold, with ``timeout`` not even in that time.

        Example:
        | Get Status Code | alice | == | 486 |
        """
        who = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message, number)
        return self._seen(
            who,
            lambda: who.status_code,
            wanted,
            "The status code of",
            timeout,
            lambda: _why_no_status(who),
        )

    def _seen(
        self,
        agent: Agent,
        read: Callable[[], T],
        wanted: Assertion,
        what: str,
        timeout: timedelta | None,
        absent: Callable[[], str] | None = None,
    ) -> T:
        """A checked value that tells how the last call stands: that is no news to later waits."""
        value = self._checked(agent, read, wanted, what, timeout, absent)
        agent.mark_seen()
        return value

    @keyword(tags=("State", "Getter"))
    def get_peer(self, agent: AgentName, *, timeout: timedelta | None = None) -> Peer | None:
        """Returns the remote party of the active call; ``None`` without a call.

        It has the attributes ``uri``, ``number`` (as of `Get Peer Number`) and ``name`` (the display
        name, empty when there is none).

        Fails when there is no such agent, and with ``timeout`` when there is no call in that time.

        Example:
        | ${peer} = | Get Peer | bob |
        | Should Be Equal | ${peer.number} | alice |
        """
        who = self._agents.get(agent)
        read, nothing = partial(peer_of, who), Assertion(None, None, None)
        return self._checked(who, read, nothing, "The peer of", timeout, lambda: _why_no_peer(who))

    @keyword(tags=("State", "Getter", "Assertion"))
    def get_peer_uri(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> str | None:
        """Returns the SIP URI of the remote party; ``None`` without a call.

        Fails when an assertion is given and does not hold, with ``timeout`` not even in that time.

        Example:
        | Get Peer Uri | bob | ^= | sip:alice@ |
        """
        who = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._checked(
            who,
            lambda: _peer(who, "uri"),
            wanted,
            "The peer URI of",
            timeout,
            lambda: _why_no_peer(who),
        )

    @keyword(tags=("State", "Getter", "Assertion"))
    def get_peer_number(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> str | None:
        """Returns the number of the remote party; ``None`` without a call.

        It is the user part of a SIP URI, or the number of a ``tel:`` URI, without parameters such as
        ``;npdi`` and with ``%23`` decoded. It is empty when the URI names none.

        Fails when an assertion is given and does not hold, with ``timeout`` not even in that time.

        Example:
        | Get Peer Number | bob | == | alice |
        """
        who = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._checked(
            who,
            lambda: _peer(who, "number"),
            wanted,
            "The peer number of",
            timeout,
            lambda: _why_no_peer(who),
        )

    @keyword(tags=("State", "Getter", "Assertion"))
    def get_peer_name(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> str | None:
        """Returns the display name of the remote party; ``None`` without a call.

        Fails when an assertion is given and does not hold, with ``timeout`` not even in that time.

        Example:
        | Get Peer Name | bob | == | Alice Liddell |
        """
        who = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._checked(
            who,
            lambda: _peer(who, "name"),
            wanted,
            "The peer name of",
            timeout,
            lambda: _why_no_peer(who),
        )


def _why_no_end(agent: Agent) -> str:
    call = agent.active_call
    if call is None:
        return f"{agent.name} has had no call."
    return f"No call of {agent.name} has ended yet: {call.describe()}."


def _why_no_status(agent: Agent) -> str:
    last = agent.last_closed_call
    if last is None:
        return _why_no_end(agent)
    return f"No SIP status has refused {agent.name}'s last call: {last.describe()}."


def _why_no_peer(agent: Agent) -> str:
    last = agent.last_call
    return f"{agent.name} has no call{f': {last.describe()}' if last else ''}."


def _peer(agent: Agent, part: Literal["uri", "number", "name"]) -> str | None:
    peer = peer_of(agent)
    return None if peer is None else str(getattr(peer, part))
