"""One SIP phone under the suite's control: its state, moved by events, and its commands."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..account import Account
from ..backends.base import Backend, Capability, Headers, Packets, Source
from ..concurrency import Changes, wait_until
from ..errors import AgentGone, BackendError, NothingYet, UsageError
from ..events import (
    AgentDied,
    AudioArrived,
    AudioTimed,
    CallDialled,
    CallEvent,
    CallIncoming,
    DtmfReceived,
    Event,
    MessagesWaiting,
    Registered,
    RegistrationFailed,
    SipMessage,
    SourceChosen,
    TransferFailed,
    Unregistered,
    death_notice,
)
from ..sip.messages import Message
from ..types import AgentState
from .bindings import Bindings
from .call import TRACE_LAG, Call, Direction
from .endings import OwedRequestLog
from .journal import Journal
from .requirements import check_requirements, refuses_by_hanging_up

#: What to do about having no call.
FIRST = "Dial or Accept one first."
#: How long an agent's own stack may take for something that is certain to come (s).
PROMPTLY = 2.0


@dataclass(frozen=True)
class Consultation:
    """An attended transfer under way: the call that is on hold and the one that asks."""

    held: Call
    asking: Call


class Agent:
    """An agent. State changes on events only; commands prove no more than that they were sent."""

    def __init__(
        self,
        name: str,
        account: Account,
        backend: Backend,
        changes: Changes,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        check_requirements(name, account, backend)
        self.name = name
        self.account = account
        self.backend = backend
        self.changes = changes
        self.metadata = metadata or {}
        self.journal = Journal()
        self.looked_at = 0
        #: Whether the last keyword that acted, on any agent, was one that ends calls.
        self.end_expected = False
        #: Where in the journal the outcome of the last REGISTER begins, as far as it is not told.
        self.registration_since = 0
        self.logged = 0
        self.uri = ""
        #: How often audio has arrived, by Call-ID, while somebody listened.
        self.arrivals: Counter[str] = Counter()
        self._source: tuple[Source, str] = (None, "silence")
        self._call_sources: dict[str, tuple[Source, str]] = {}
        self._calls: dict[str, Call] = {}
        self.registration: Registered | RegistrationFailed | Unregistered | None = None
        self.bindings = Bindings(changes, backend.shows_messages)
        self._loose_ends = OwedRequestLog(backend)
        self.mailbox: MessagesWaiting | None = None
        self.consultation: Consultation | None = None
        #: The Call-IDs of the calls that it has asked to transfer.
        self.transferring: set[str] = set()
        self._died: AgentDied | None = None

    def __repr__(self) -> str:
        call = self.active_call
        about = f": {call.story()}" if call else ""
        return f"<Agent {self.name} {self.uri} {self.state.name}{about}>"

    def __str__(self) -> str:
        return self.name

    def start(self) -> None:
        """Brings the agent up.

        Raises:
            BackendError: it does not come up; nothing of it is left then.
        """
        try:
            self.uri = self.backend.start(self.on_event)
        except OSError as error:
            raise BackendError(f"{self.name} does not come up: {error.strerror}.") from error

    def stop(self) -> None:
        """Ends everything the agent is. Never raises, and may be called twice."""
        self.backend.stop()

    def on_event(self, event: Event) -> None:
        """Takes in what happened. Called by the backend's thread, with `changes` held."""
        if isinstance(event, AudioArrived):
            self.arrivals[event.call_id] += 1
            return
        if isinstance(event, DtmfReceived) and event.call_id in self._calls:
            event = self._calls[event.call_id].info_digits.read(event)
        if self._is_ignored(event):
            return
        if not isinstance(event, AudioTimed):
            self.journal.add(event)
        match event:
            case CallDialled(_, call_id, peer):
                self._begin(Call(call_id, Direction.OUTGOING, peer, event.at))
            case CallIncoming(_, call_id, peer):
                self._begin(Call(call_id, Direction.INCOMING, peer, event.at))
            case AgentDied():
                self._died = event
            case SipMessage():
                self._follow(event)
            case Registered() | RegistrationFailed() | Unregistered():
                self.registration = event
            case MessagesWaiting():
                self.mailbox = event
            case CallEvent(_, call_id) if call_id in self._calls:
                self._calls[call_id].apply(event)

    def _is_ignored(self, event: Event) -> bool:
        """Whether it is a hook flash, or how a call ended that came of a transfer: no failure."""
        if isinstance(event, DtmfReceived):
            return not event.digit
        return isinstance(event, TransferFailed) and event.call_id not in self.transferring

    def _follow(self, traced: SipMessage) -> None:
        message = Message(traced.text)
        self.bindings.take(message, sent=traced.sent, at=traced.at)
        for event in self._loose_ends.take(message, sent=traced.sent, at=traced.at):
            self.journal.add(event)
        call = self._calls.get(message.call_id or "")
        if call is not None:
            misread = call.follow(message, sent=traced.sent, at=traced.at)
            if misread:
                self.journal.correct(*misread)

    def _begin(self, call: Call) -> None:
        """A call is reported; some of its messages may have been traced before."""
        if call.call_id not in self._calls:
            self._calls[call.call_id] = call
            if call.direction is Direction.OUTGOING and self.backend.shows_messages:
                call.needs = self.account.stun_server
            call.catch_up(self.journal.latest_messages())

    @property
    def calls(self) -> list[Call]:
        """Every call of this agent, oldest first, the closed ones included."""
        return list(self._calls.values())

    @property
    def last_call(self) -> Call | None:
        """The newest call, live or closed."""
        return next(reversed(self._calls.values()), None)

    @property
    def last_closed_call(self) -> Call | None:
        """The call that closed last."""
        closed = [call for call in self._calls.values() if call.closed is not None]
        return max(closed, key=lambda call: call.closed.at if call.closed else 0.0, default=None)

    @property
    def active_call(self) -> Call | None:
        """The call a keyword acts on: the newest that is not on hold, else the newest."""
        live = [call for call in self._calls.values() if call.is_live]
        speaking = [call for call in live if not call.on_hold]
        return next(reversed(speaking or live), None)

    @property
    def state(self) -> AgentState:
        """What the active call is doing."""
        call = self.active_call
        return AgentState[call.state.name] if call else AgentState.IDLE

    def settle(self) -> Call | None:
        """The call that closed last, once the message that closed it shows in the trace, if any."""
        call = self.last_closed_call
        if call is not None and self.backend.shows_messages:
            wait_until(self.changes, lambda: None if call.awaits_trace else True, TRACE_LAG)
        return call

    @property
    def reason(self) -> str | None:
        """How the last call closed, in words; None when none has."""
        call = self.settle()
        return call.reason if call else None

    @property
    def status_code(self) -> int | None:
        """The SIP status that refused the last call; None when it closed otherwise."""
        call = self.settle()
        return call.status_code if call else None

    def look(self) -> None:
        """Notes that the suite has looked at this agent: what happened before is no news to it.

        Waits do so with all that they tell, and every keyword that acts: see `Registry.look`.
        """
        with self.changes:
            self.looked_at = len(self.journal)

    @property
    def alive(self) -> bool:
        """Whether its process has not died, as far as is known."""
        return self._died is None

    @property
    def death(self) -> str | None:
        """How its process ended, in a sentence; None while it lives, as far as is known."""
        return death_notice(self.name, self._died) if self._died else None

    def require_alive(self) -> None:
        """Raises `AgentGone`, with how it ended, when the agent's process has died."""
        if self.death is not None:
            raise AgentGone(self.death)

    @property
    def registered(self) -> bool:
        """Whether the registrar lists the agent, as far as its last answer tells."""
        known = self.registration
        return isinstance(known, Registered) and not self.bindings.missing(known.at)

    def require_call(self, to_do: str, advice: str, call_id: str | None = None) -> Call:
        """The active call, or the live one with that Call-ID.

        Raises:
            NothingYet: there is none; says what cannot be done and what to do first.
            UsageError: the named one has ended.
        """
        self.require_alive()
        if call_id is not None:
            return self._named_call(call_id, to_do)
        call = self.active_call
        if call is None:
            last = self.last_call
            story = f" ({last.story()})" if last else ""
            raise NothingYet(f"{self.name} has no call {to_do}{story}. {advice}".rstrip())
        return call

    def known_call(self, call_id: str | None, to_do: str) -> Call:
        """The call with that Call-ID, live or closed; without one the active, else the last.

        Raises:
            NothingYet: there is none; says what cannot be done.
        """
        if call_id is None:
            return self.active_call or self.last_call or self.require_call(to_do, FIRST)
        call = self._calls.get(call_id)
        if call is None:
            known = ", ".join(self._calls) or "none"
            raise NothingYet(f"{self.name} has no call '{call_id}' {to_do}. Its calls: {known}.")
        return call

    def _named_call(self, call_id: str, to_do: str) -> Call:
        call = self.known_call(call_id, to_do)
        if not call.is_live:
            raise UsageError(f"{self.name} has no call '{call_id}' {to_do}: {call.story()}.")
        return call

    def require(self, capability: Capability) -> None:
        """Raises `UsageError`, naming what can, when the backend lacks a capability."""
        if capability not in self.backend.capabilities:
            raise UsageError(
                f"{self.name} cannot {capability.value}: {self.backend.description} cannot."
                f" {capability.who_can}"
            )

    def dial(self, uri: str, headers: Headers = ()) -> str:
        """Sends an INVITE with the account's headers and these; returns the Call-ID."""
        everything = [*self.account.headers, *headers]
        if everything:
            self.require(Capability.INVITE_HEADERS)
        with self.commanding(f"dial {uri}"):
            return self.backend.dial(uri, everything)

    def consult(self, call: Call, uri: str) -> str:
        """Dials whom to ask before an attended transfer of a call; returns the new Call-ID."""
        if self.account.headers:
            self.require(Capability.INVITE_HEADERS)
        with self.commanding(f"dial {uri}"):
            return self.backend.consult(call.call_id, uri, self.account.headers)

    def refuse(self, call: Call, status: int, reason: str, headers: Headers = ()) -> None:
        """Answers an incoming call with a final 3xx to 6xx."""
        if headers and status >= 400:
            self.require(Capability.REFUSAL_HEADERS)
        if refuses_by_hanging_up(self.backend, status, reason):
            self.hang_up(call)
            return
        self.require(Capability.REDIRECT if status < 400 else Capability.OWN_REFUSALS)
        with self.commanding(f"answer with {status}"):
            self.backend.refuse(call.call_id, status, reason, headers)

    def mute(self, call: Call, on: bool) -> None:
        """Sends silence in place of the source, or the source again."""
        with self.commanding("mute"):
            self.backend.mute(call.call_id, on)

    def answer(self, call: Call) -> None:
        """Answers an incoming call."""
        with self.commanding("accept the call"):
            self.backend.answer(call.call_id)

    def hang_up(self, call: Call) -> None:
        """Ends a call."""
        with self.commanding("hang up"):
            self.backend.hang_up(call.call_id)

    def send_audio(self, call: Call | None, source: Source, words: str) -> None:
        """Sends a source in a call from now on, or with None in the calls to come.

        `words` are the suite's for it.
        """
        with self.commanding("send audio"):
            self.backend.set_audio_source(call.call_id if call else None, source)
        if call is not None:
            self.note(SourceChosen(time.monotonic(), call.call_id, words))

    def note(self, event: Event) -> None:
        """Adds to the journal what no backend reports: what the suite has told the agent to do."""
        with self.changes:
            self.journal.add(event)

    def listen(self, call: Call, on: bool, *, closely: bool = False) -> None:
        """Has `AudioArrived` notify whoever waits, or no longer; closely, times every packet."""
        with self.commanding("listen"):
            self.backend.listen(call.call_id, on, closely=closely)

    def count_packets(self, call: Call) -> Packets | None:
        """RTP packets of a call so far; None when its backend cannot tell."""
        if Capability.COUNT_PACKETS not in self.backend.capabilities:
            return None
        with self.commanding("count RTP packets"):
            return self.backend.count_packets(call.call_id)

    @contextmanager
    def commanding(self, what: str) -> Iterator[None]:
        """Translates what a backend raises into sentences about this agent."""
        self.require_alive()
        try:
            yield
        except AgentGone:
            wait_until(self.changes, lambda: self._died, PROMPTLY)
            self.require_alive()
            raise
        except BackendError as error:
            raise BackendError(f"{self.name} could not {what}: {error}") from error

    def note_source(self, call: Call | None, source: Source, name: str) -> None:
        """Remembers what a call sends, or with None what calls to come will send."""
        if call is None:
            self._source = (source, name)
        else:
            self._call_sources[call.call_id] = (source, name)

    def source_of(self, call: Call | None) -> tuple[Source, str]:
        """What a call sends, or with None what calls to come will send, and its name."""
        return self._call_sources.get(call.call_id, self._source) if call else self._source

    def invite(self, call: Call) -> Message | None:
        """The INVITE that began a call; None when none was traced."""

        def traced() -> Message | None:
            for event in self.journal.messages(call.call_id):
                message = Message(event.text)
                if message.method == "INVITE":
                    return message
            return None

        return wait_until(self.changes, traced, PROMPTLY)

    @property
    def last_incoming_call(self) -> Call | None:
        """The newest call that came in, live or closed."""
        calls = reversed(self._calls.values())
        return next((call for call in calls if call.direction is Direction.INCOMING), None)
