"""Reads the SIP messages that an agent sent and received, and waits for one."""

from collections.abc import Sequence
from itertools import groupby

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG
from ..agents.journal import Place
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.call_setup import explain_setup
from ..diagnosis.failure import CallFailure, Explain
from ..diagnosis.incoming_calls import arrived_invite
from ..diagnosis.observations import in_a_readable_way
from ..errors import NothingYet, PhoneFailure, UsageError
from ..events import Event, SipMessage
from ..frozen import frozen
from ..sip.messages import Message, masked, parsed
from ..sip.outlines import Outline
from ..sip.seen_messages import MessageFilter, SeenMessage
from .possible_messages import why_none_can_come

#: What a suite gives in place of a Call-ID for messages that belong to no call.
NO_CALL = "NONE"
#: Methods of messages that belong to a call, whether it came about or not.
_OF_CALLS = frozenset({"INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE"})
#: How many of the messages that came instead a failure names.
_MOST_NAMED = 12

_Seen = tuple[SipMessage, Outline]


def require_messages(agent: Agent) -> None:
    """Raises `UsageError`, naming what can, when an agent's backend shows no SIP messages."""
    if not agent.backend.shows_messages:
        agent.require(Capability.SHOW_MESSAGES)


@frozen
class MessageQuery:
    """The messages of an agent that a suite asks for.

    `call` is a Call-ID, `NO_CALL`, or None for all of the agent's messages. Without
    `retransmissions`, only the first copy of each message counts.

    Raises:
        UsageError: the agent's backend shows no messages.
    """

    agent: Agent
    wanted: MessageFilter
    call: str | None = None
    retransmissions: bool = False

    def __post_init__(self) -> None:
        require_messages(self.agent)

    def all(self) -> list[SeenMessage]:
        """All such messages that are kept, oldest first.

        Raises:
            NothingYet: no message has that Call-ID.
        """
        self.require_known_call()
        return [SeenMessage.of(*seen) for seen in self.found()]

    def count(self) -> int:
        """How many such messages there are.

        Raises:
            NothingYet: no message has that Call-ID.
            PhoneFailure: there were more messages than are kept.
            AgentGone: there is none, and the agent's process died.
        """
        self.require_known_call()
        found = len(self._places())
        if not found:
            self.agent.require_alive()
        if self.has_forgotten:
            raise PhoneFailure(
                f"{self.agent.name} has seen more SIP messages than are kept. Of the newest"
                f" {self._kept}, {found} match '{self.wanted}'; how many there were in all is"
                " not known."
            )
        return found

    def newest(self, lag: float = TRACE_LAG) -> SeenMessage:
        """The newest such message. The trace may lag (s) behind the events: waits that long for it.

        Raises:
            NothingYet: there is none; says what there is instead.
            AgentGone: there is none, and the agent's process died.
        """
        seen = wait_until(self.agent.changes, self._newest, lag)
        if seen is None:
            self.agent.require_alive()
            raise NothingYet(f"{self.describe_absence()}. {self.describe_others()}")
        return SeenMessage.of(*seen)

    def _newest(self) -> _Seen | None:
        newest = self.agent.journal.kept(self._places()[-1:])
        return newest[0] if newest else None

    def first_since_action(self) -> SeenMessage | None:
        """The oldest such message since a keyword acted last; None while there is none."""
        # What a response answers, and what belongs to a call, may be known from older messages.
        older = self.wanted.again or self.is_outside_calls
        found = self.found(0 if older else self.agent.journal.action)
        acted_at = self.agent.journal.acted_at
        news = (seen for seen in found if seen[0].at >= acted_at)
        first = next(news, None)
        return SeenMessage.of(*first) if first else None

    def found(self, since: int = 0) -> list[_Seen]:
        """All such messages that are kept, oldest first, from a position of the journal on."""
        return self.agent.journal.kept(self._places(since))

    def _places(self, since: int = 0) -> list[Place]:
        return self.wanted.select(self._in_scope(since))

    def _in_scope(self, since: int = 0) -> list[Place]:
        """The messages of the call, or outside of calls, that are kept."""
        kept = self.agent.journal.outlines(since)
        if not self.retransmissions:
            kept = [seen for seen in kept if not seen[1].repetition]
        if self.call is None:
            return kept
        if not self.is_outside_calls:
            return [seen for seen in kept if seen[1].call_id == self.call]
        calls = {call.call_id for call in self.agent.calls}
        calls |= {one.call_id for _, one in kept if one.method in _OF_CALLS}
        return [seen for seen in kept if seen[1].call_id not in calls]

    @property
    def is_outside_calls(self) -> bool:
        """Whether it is about messages that belong to no call."""
        return self.call is not None and self.call.upper() == NO_CALL

    @property
    def has_forgotten(self) -> bool:
        """Whether a message may have been among those that are no longer kept."""
        if not self.agent.journal.has_forgotten():
            return False
        if self.call is None or self.is_outside_calls:
            return True
        first = next((one for _, one in self._in_scope()), None)
        return first is None or first.in_dialog or not first.is_request

    @property
    def _kept(self) -> int:
        """How many messages of the agent are kept."""
        return len(self.agent.journal.outlines())

    def require_known_call(self) -> None:
        """Raises `NothingYet` when it is about a call that the agent has seen nothing of."""
        if self.is_of_unknown_call:
            raise NothingYet(f"{self.describe_absence()}. {self.describe_others()}")

    @property
    def is_of_unknown_call(self) -> bool:
        """Whether it is about a call that the agent has seen nothing of."""
        if self.call is None or self.is_outside_calls:
            return False
        return all(call.call_id != self.call for call in self.agent.calls) and not self._in_scope()

    def describe_absence(self) -> str:
        """That there is no such message, as a clause."""
        if self.is_of_unknown_call:
            return f"{self.agent.name} has seen no message with the Call-ID '{self.call}'"
        verb = {True: "sent", False: "received", None: "seen"}[self.wanted.sent]
        where = " outside of calls" if self.is_outside_calls else " in that call"
        scope = "" if self.call is None else where
        return f"{self.agent.name} has {verb} no {self.wanted.describe()}{scope}"

    def describe_others(self) -> str:
        """What there is instead, in a sentence."""
        if self.is_of_unknown_call:
            return f"Its calls: {', '.join(call.call_id for call in self.agent.calls) or 'none'}."
        seen = [one for _, one in self._in_scope()]
        ways = [way for way in (True, False) if self.wanted.sent in (None, way)]
        clauses = [_listed(way, [one for one in seen if one.sent is way]) for way in ways]
        kept = f" Only the newest {self._kept} messages are kept." if self.has_forgotten else ""
        unreadable = "" if self.wanted.sent else in_a_readable_way(self.agent)
        return f"It has {' and '.join(clauses)}{unreadable}.{kept}"

    def describe_older(self) -> str:
        """That there are such messages from before a keyword acted last, in parentheses."""
        count = len(self._places())
        return f" since the last keyword that acted ({count} before that)" if count else ""


def invite_that_began(agent: Agent, call_id: str, lag: float = TRACE_LAG) -> Message:
    """The INVITE that arrived and began a call, with its secrets masked; waits `lag` s for it.

    Raises:
        NothingYet: there is none; says what there is instead.
        UsageError: messages outside of calls are asked for, or the backend shows no messages.
        AgentGone: there is none, and the agent's process died.
    """
    query = MessageQuery(agent, MessageFilter(sent=False), call_id)
    if query.is_outside_calls:
        raise UsageError(f"call={call_id} needs of=: no INVITE is outside of calls.")
    invite = wait_until(agent.changes, lambda: arrived_invite(agent, call_id), lag)
    if invite is None:
        agent.require_alive()
        query.require_known_call()
        raise NothingYet(
            f"{agent.name} has received no INVITE that began that call. {query.describe_others()}"
        )
    return parsed(masked(invite.request.text))


def _listed(sent: bool, seen: Sequence[Outline]) -> str:
    """The messages of one direction, as a clause after "it has"."""
    verb = "sent" if sent else "received"
    named = seen[-_MOST_NAMED:]
    runs = [(words, len([*run])) for words, run in groupby(one.words for one in named)]
    words = [word if count == 1 else f"{word} ({count} times)" for word, count in runs]
    which = f" {len(seen)} messages, the last" if len(seen) > len(named) else ""
    return f"{verb}{which} {', '.join(words) or 'nothing'}"


def wait_for_message(query: MessageQuery, timeout: float) -> SeenMessage:
    """The first such message since a keyword acted last; waits for it, `timeout` in seconds.

    Raises:
        CallFailure: none came in time, or none can come any more: then at once.
        AgentGone: the agent's process died.
    """
    agent = query.agent

    def obstacle() -> str | None:
        return why_none_can_come(agent, query.wanted, query.call)

    def come() -> SeenMessage | None:
        message = query.first_since_action()
        if message is None:
            agent.require_alive()
            if obstacle():
                # What is over may show in the trace a moment later.
                agent.wait_for_ending()
                message = query.first_since_action()
            why = None if message else obstacle()
            if why:
                raise _failure(query, f", and none can come: {why}")
        return message

    message = wait_until(agent.changes, come, timeout)
    if message is None:
        raise _failure(query, f" within {timeout:g} s", awaited=True)
    return message


def _failure(query: MessageQuery, why: str, *, awaited: bool = False) -> CallFailure:
    def is_wanted(event: Event) -> bool:
        if not isinstance(event, SipMessage):
            return False
        return any(message is event for message, _ in query.found())

    return CallFailure(
        f"{query.describe_absence()}{query.describe_older()}{why}. {query.describe_others()}",
        query.agent,
        _explanation_of(query),
        awaited=is_wanted if awaited else None,
    )


def _explanation_of(query: MessageQuery) -> Explain | None:
    """Why the call did not come about, where the message was the answer that accepts it."""
    agent, wanted, call = query.agent, query.wanted, query.agent.active_or_last_call
    if query.call is not None:
        call = next((one for one in agent.calls if one.call_id == query.call), None)
    if wanted.method != "INVITE" or not (wanted.status or "").startswith("2") or wanted.again:
        return None
    return lambda agents: explain_setup(agent, call, agents)
