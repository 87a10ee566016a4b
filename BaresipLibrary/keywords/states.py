"""States of agents, how their last call ended, and their peers."""

from datetime import timedelta
from typing import Any, Literal, TypeVar

from assertionengine import AssertionOperator
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..agents.identity import peer_of
from ..signalling.states import stay_established, wait_for_state
from ..types import AgentState, Peer, PeerSource
from .assertions import Assertion, Value, number
from .base import AgentName, Component

T = TypeVar("T")
#: The parts of a peer whose name in a sentence differs.
_PEER_PARTS = {"uri": "URI"}


class StateKeywords(Component):
    """Waits for states and reads them."""

    @keyword(tags=("State", "Wait"))
    def wait_until_state_is(
        self, agent: AgentName, state: AgentState, *, timeout: timedelta | None = None
    ) -> None:
        """Waits until the agent is in a state, which is that of its active call.

        Fails when the state does not come within ``timeout`` (default: the library's), and at once
        when it can no longer come: the call was refused, the peer hung up, or the agent died. The
        message says which.

        | =Argument= | =Meaning= |
        | ``state`` | ``IDLE``, ``RINGING`` (dialled or being called, not answered yet) or ``ESTABLISHED``. |

        Example:
        | Wait Until State Is | alice | ESTABLISHED |
        | Wait Until State Is | bob | RINGING | timeout=2s |
        """
        wait_for_state(self._agents.get(agent), state, self._seconds(timeout), self._agents)

    @keyword(tags=("State", "Wait"))
    def call_should_stay_established(self, agent: AgentName, duration: timedelta) -> None:
        """Checks that the active call stays established for ``duration``.

        Fails the moment the call ends, and at once when it is not established.

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

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.

        Example:
        | Get State | alice | == | IDLE |
        """
        acting_agent = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._seen(
            acting_agent,
            Value(f"The state of {acting_agent.name}", lambda: acting_agent.state.name),
            wanted,
            timeout,
        )

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
        """Returns how the agent's last call ended, in words; ``None`` when no call has ended.

        When a SIP response refused the call, these are its reason phrase alone, such as ``Busy
        Here``, empty when the response has none; otherwise words such as ``hung up by the peer``,
        ``cancelled by the caller``, ``cancelled by the caller, answered elsewhere``, ``ended by the
        caller before it was answered`` (a BYE) or ``Connection timed out``. `Get Info` has what Reason
        and Warning headers said.

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.

        Example:
        | Get Reason | alice | == | Busy Here |
        """
        acting_agent = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        reason = Value(
            f"The reason of {acting_agent.name}",
            lambda: acting_agent.reason,
            lambda: _why_no_end(acting_agent),
        )
        return self._seen(acting_agent, reason, wanted, timeout)

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

        It is ``None`` when the call ended in another way: hung up, cancelled, or never answered.

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.

        Example:
        | Get Status Code | alice | == | 486 |
        """
        acting_agent = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message, number)
        subject = f"The status code of {acting_agent.name}"
        status = Value(
            subject, lambda: acting_agent.status_code, lambda: _why_no_status(acting_agent)
        )
        return self._seen(acting_agent, status, wanted, timeout)

    def _seen(
        self, agent: Agent, value: Value[T], wanted: Assertion, timeout: timedelta | None
    ) -> T:
        """Checks a value that says how the last call stands: later waits ignore what it said."""
        result = self._checked(agent, value, wanted, timeout)
        agent.mark_seen()
        return result

    @keyword(tags=("State", "Getter"))
    def get_peer(
        self,
        agent: AgentName,
        *,
        source: PeerSource = PeerSource.initial,
        timeout: timedelta | None = None,
    ) -> Peer | None:
        """Returns the remote party of the active call; ``None`` without a call.

        It has the attributes ``uri``; ``number`` (as `Get Peer Number` returns it); ``name`` (the
        display name, empty when there is none); ``header`` (where it was read, empty for a URI that
        was dialled); ``privacy`` (what the Privacy header of that message asks for, such as
        ``id``); and ``anonymous`` (whether the URI is an anonymous one, RFC 3323).

        Fails when there is no such agent; with ``timeout``, when there is no call in that time, or
        nobody was asserted.

        | =Argument= | =Meaning= |
        | ``source`` | ``initial``: the From of the INVITE that arrived, or the URI that was dialled. ``asserted``: the newest P-Asserted-Identity, or without one Remote-Party-ID, in what the peer has sent in the call; ``None`` when it asserted nobody. ``connected``: who the peer is by now: the newest of these, or of a From that has changed (RFC 4916). |

        Example:
        | ${peer} = | Get Peer | bob |
        | Should Be Equal | ${peer.number} | alice |
        | ${peer} = | Get Peer | alice | source=connected |
        """
        acting_agent = self._agents.get(agent)
        peer = Value(
            f"The {_peer_words(source)} of {acting_agent.name}",
            lambda: peer_of(acting_agent, source),
            lambda: _why_no_peer(acting_agent, source),
        )
        return self._checked(acting_agent, peer, Assertion(None, None, None), timeout)

    @keyword(tags=("State", "Getter", "Assertion"))
    def get_peer_uri(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        source: PeerSource = PeerSource.initial,
        timeout: timedelta | None = None,
    ) -> str | None:
        """Returns the SIP URI of the remote party; ``None`` without a call.

        ``source`` says where it is read, as in `Get Peer`.

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.

        Example:
        | Get Peer Uri | bob | ^= | sip:alice@ |
        """
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._peer_part(agent, "uri", wanted, source, timeout)

    @keyword(tags=("State", "Getter", "Assertion"))
    def get_peer_number(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        source: PeerSource = PeerSource.initial,
        timeout: timedelta | None = None,
    ) -> str | None:
        """Returns the number of the remote party; ``None`` without a call.

        ``source`` says where it is read, as in `Get Peer`.

        It is the user part of a SIP URI or the number of a ``tel:`` URI, without parameters such as
        ``;npdi`` and with ``%23`` decoded as ``#``. It is empty when the URI has neither.

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.

        Example:
        | Get Peer Number | bob | == | alice |
        | Get Peer Number | alice | == | 1003 | source=connected | timeout=3s |
        """
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._peer_part(agent, "number", wanted, source, timeout)

    @keyword(tags=("State", "Getter", "Assertion"))
    def get_peer_name(
        self,
        agent: AgentName,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        message: str | None = None,
        source: PeerSource = PeerSource.initial,
        timeout: timedelta | None = None,
    ) -> str | None:
        """Returns the display name of the remote party; ``None`` without a call.

        ``source`` says where it is read, as in `Get Peer`.

        Fails when the assertion does not hold; with ``timeout``, when it does not hold in that time.

        Example:
        | Get Peer Name | bob | == | Alice Liddell |
        """
        wanted = Assertion(assertion_operator, assertion_expected, message)
        return self._peer_part(agent, "name", wanted, source, timeout)

    def _peer_part(
        self,
        agent: AgentName,
        part: Literal["uri", "number", "name"],
        wanted: Assertion,
        source: PeerSource,
        timeout: timedelta | None,
    ) -> str | None:
        acting_agent = self._agents.get(agent)

        def read() -> str | None:
            peer = peer_of(acting_agent, source)
            return None if peer is None else str(getattr(peer, part))

        words = f"{_peer_words(source)} {_PEER_PARTS.get(part, part)}"
        value = Value(
            f"The {words} of {acting_agent.name}",
            read,
            lambda: _why_no_peer(acting_agent, source),
        )
        return self._checked(acting_agent, value, wanted, timeout)


def _why_no_end(agent: Agent) -> str:
    call = agent.active_call
    if call is None:
        return f"{agent.name} has had no call."
    return f"No call of {agent.name} has ended yet: {call.describe()}."


def _why_no_status(agent: Agent) -> str:
    last = agent.last_closed_call
    if last is None:
        return _why_no_end(agent)
    return f"{agent.name}'s last call was not refused with a SIP status: {last.describe()}."


def _peer_words(source: PeerSource) -> str:
    return "peer" if source is PeerSource.initial else f"{source.name} peer"


def _why_no_peer(agent: Agent, source: PeerSource) -> str:
    if agent.active_call is not None and source is PeerSource.asserted:
        if not agent.backend.shows_messages:
            return f"{agent.name}'s baresip shows no SIP messages, in which somebody is asserted."
        return (
            f"{agent.name}'s peer has sent no P-Asserted-Identity and no Remote-Party-ID in this"
            " call."
        )
    last = agent.last_call
    return f"{agent.name} has no call{f': {last.describe()}' if last else ''}."
