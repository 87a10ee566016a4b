"""One SIP phone under the suite's control: its state, moved by events, and its commands."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..account import Account
from ..backends.base import Backend, Headers, Packets, Source
from ..backends.capabilities import Capability
from ..concurrency import Changes, wait_until
from ..errors import AgentGone, BackendError, NothingYet, UsageError
from ..events import (
    AgentDied,
    AudioArrived,
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
)
from ..sip.messages import Message, parsed
from ..sip.subscriptions import Subscriptions
from ..types import AgentState, Mailbox
from .answer_faults import AnswerFaults
from .call import TRACE_LAG, Call, Consultation, Direction, newest
from .chosen_sources import ChosenSources
from .death import describe_death
from .journal import NOT_KEPT, Journal
from .reactions import Reactions
from .registration_state import RegistrationState
from .requirements import check_requirements

#: How long (s) an agent's own stack may take for what is certain to come.
PROMPTLY = 2.0


class Agent:
    """An agent. Only events say what its phone does; a command that returns was sent, no more.

    Keywords write down what the suite asks for, with `changes` held: `consultation`,
    `end_expected`, `news_since`, `reactions`, what is sent as audio, and `hold_requested` and
    `transfer_requested` of its calls.
    """

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
        #: Are told of each event that is kept, once it is taken in, with `changes` held.
        self.watchers: list[Callable[[Event], None]] = []
        self.uri = ""
        #: Where in the journal begins what the suite has not seen yet.
        self.news_since = 0
        #: Whether the last keyword that acted, on any agent, was one that ends calls.
        self.end_expected = False
        #: How often audio has arrived while a listener was there, by Call-ID.
        self.arrivals: Counter[str] = Counter()
        self.sources = ChosenSources(changes)
        self._calls: dict[str, Call] = {}
        self.replaced_calls: list[Call] = []  # over, and a later one has their Call-ID
        self.registration = RegistrationState(changes, backend.shows_messages)
        self.mailbox: Mailbox | None = None
        self.subscriptions = Subscriptions()
        self.consultation: Consultation | None = None
        self.reactions = Reactions()
        self._answer_faults = AnswerFaults(backend)
        self._died: AgentDied | None = None

    def __repr__(self) -> str:
        call = self.active_call
        about = f": {call.describe()}" if call else ""
        return f"<Agent {self.name} {self.uri} {self.state.name}{about}>"

    def __str__(self) -> str:
        return self.name

    def start(self) -> None:
        """Starts the agent.

        Raises:
            BackendError: it did not start; nothing of it is left then.
        """
        try:
            self.uri = self.backend.start(self.on_event)
        except OSError as error:
            raise BackendError(f"{self.name} did not start: {error.strerror}.") from error

    def stop(self) -> None:
        """Stops the agent and removes what it has left. Never raises. Idempotent."""
        self.backend.stop()
        self.reactions.on_stop()

    def on_event(self, event: Event) -> None:
        """Takes in an event. The backend's thread calls it, with `changes` held."""
        if isinstance(event, NOT_KEPT):  # most events are: they have nothing to do with the rest
            if isinstance(event, AudioArrived):
                self.arrivals[event.call_id] += 1
            if event.call_id in self._calls:
                self._calls[event.call_id].apply(event)
            return
        if isinstance(event, CallEvent) and event.call_id in self._calls:
            event = self._calls[event.call_id].read(event, traced=self.backend.shows_messages)
        if self._is_ignored(event):
            return
        self.journal.add(event)
        self.subscriptions.take(event, len(self.journal))
        match event:
            case CallDialled() | CallIncoming():
                self._begin(event)
            case AgentDied():
                self._died = self._died or event  # what came first explains the rest
            case SipMessage():
                self._follow(event)
            case Registered() | RegistrationFailed() | Unregistered():
                self.registration.take_outcome(event)
            case MessagesWaiting(_, waiting, new, old):
                self.mailbox = Mailbox(waiting, new, old)
            case CallEvent(_, call_id) if call_id in self._calls:
                self._calls[call_id].apply(event)
                self._answer_faults.follow(event)
        for watch in self.watchers:
            watch(event)

    def _is_ignored(self, event: Event) -> bool:
        """Whether an event is a hook flash, or reports a failed transfer that nobody asked for.

        The latter is how the end of a call is reported that the peer's REFER brought about.
        """
        if isinstance(event, DtmfReceived):
            return not event.digit
        if not isinstance(event, TransferFailed):
            return False
        call = self._calls.get(event.call_id)
        return call is None or not call.transfer_requested

    def _follow(self, traced: SipMessage) -> None:
        message = parsed(traced.text)
        self.registration.take(message, sent=traced.sent, at=traced.at)
        for event in self._answer_faults.take(message, sent=traced.sent, at=traced.at):
            self.journal.add(event)
        call = self._calls.get(message.call_id or "")
        if call is not None:
            misread = call.follow(message, sent=traced.sent, at=traced.at)
            if misread:
                self.journal.correct(*misread)

    def _begin(self, event: CallDialled | CallIncoming) -> None:
        """Takes in a new call; some of its messages may have been traced before."""
        known = self._calls.get(event.call_id)
        if known is not None and (known.is_live or isinstance(event, CallDialled)):
            return
        is_outgoing = isinstance(event, CallDialled)
        needs = self.account.stun_server if is_outgoing and self.backend.shows_messages else None
        direction = Direction.OUTGOING if is_outgoing else Direction.INCOMING
        call = Call(event.call_id, direction, event.peer, event.at, needs)
        call.catch_up(self.journal.latest_messages())
        if known is not None:  # a proxy may try a phone again in the same call
            self.replaced_calls.append(self._calls.pop(event.call_id))
        self._calls[event.call_id] = call
        if isinstance(event, CallIncoming):
            call.silent = event.silent
            self.reactions.begin(event.call_id, event.at)

    @property
    def calls(self) -> list[Call]:
        """Every call of this agent, oldest first, the closed ones included."""
        return list(self._calls.values())

    @property
    def live_calls(self) -> list[Call]:
        """Every call that has not closed, oldest first."""
        return [call for call in self.calls if call.is_live]

    @property
    def active_call(self) -> Call | None:
        """The call a keyword acts on: the newest that is not on hold, else the newest."""
        return newest(self.live_calls, lambda call: not call.on_hold)

    @property
    def last_call(self) -> Call | None:
        """The newest call, live or closed."""
        return next(reversed(self.calls), None)

    @property
    def active_or_last_call(self) -> Call | None:
        """The call a keyword reads from: the active one, else the newest of the closed ones."""
        return self.active_call or self.last_call

    @property
    def last_incoming_call(self) -> Call | None:
        """The newest call that came in, live or closed."""
        calls = reversed(self.calls)
        return next((call for call in calls if call.direction is Direction.INCOMING), None)

    @property
    def last_closed_call(self) -> Call | None:
        """The call that closed last."""
        closed = [call for call in self.calls if call.closed is not None]
        return max(closed, key=lambda call: call.closed.at if call.closed else 0.0, default=None)

    def require_live_call(self, purpose: str, call_id: str | None = None) -> Call:
        """The live call with a Call-ID; without one the active call.

        `purpose` completes the sentence "alice has no call …", such as ``to hold``.

        Raises:
            NothingYet: there is no such call.
            UsageError: the call with that Call-ID has ended.
        """
        self.require_alive()
        call = self.active_call if call_id is None else self.require_call(purpose, call_id)
        if call is None:
            last = f" ({self.last_call.describe()})" if self.last_call else ""
            raise NothingYet(f"{self.name} has no call {purpose}{last}. Dial or Accept one first.")
        if call_id is not None and not call.is_live:
            raise UsageError(f"{self.name} has no call '{call_id}' {purpose}: {call.describe()}.")
        return call

    def require_call(self, purpose: str, call_id: str | None = None) -> Call:
        """The call with a Call-ID, live or closed; without one the active call, else the last.

        Raises:
            NothingYet: there is no such call; `purpose` is that of `require_live_call`.
        """
        if call_id is None:
            return self.active_or_last_call or self.require_live_call(purpose)
        call = self._calls.get(call_id)
        if call is None:
            known = ", ".join(self._calls) or "none"
            raise NothingYet(f"{self.name} has no call '{call_id}' {purpose}. Its calls: {known}.")
        return call

    def forget_call(self, call: Call, since: int) -> None:
        """Forgets a call that is over, with what the journal has of it from a position on."""
        for read in self.journal.last_readers:
            read(call.call_id)
        self.sources.forget(call)
        with self.changes:
            self._calls.pop(call.call_id, None)
            self.replaced_calls[:] = (c for c in self.replaced_calls if c.call_id != call.call_id)
            self.arrivals.pop(call.call_id, None)
            self.journal.forget(call.call_id, since)

    @property
    def state(self) -> AgentState:
        """What the active call is doing."""
        call = self.active_call
        return AgentState[call.state.name] if call else AgentState.IDLE

    def wait_for_ending(self, closed: Call | None = None) -> Call | None:
        """Waits until the trace shows the message that ended a call, by default the one that closed
        last; returns that call."""
        call = closed or self.last_closed_call
        if call is not None and self.backend.shows_messages:
            wait_until(self.changes, lambda: None if call.awaits_trace else True, TRACE_LAG)
        return call

    @property
    def reason(self) -> str | None:
        """How the last call closed, in words; None when none has."""
        call = self.wait_for_ending()
        return call.reason if call else None

    @property
    def status_code(self) -> int | None:
        """The SIP status that refused the last call; None when it closed otherwise."""
        call = self.wait_for_ending()
        return call.status_code if call else None

    def mark_seen(self) -> None:
        """Notes that the suite has seen all there is: it is no news to later waits."""
        with self.changes:
            self.news_since = len(self.journal)

    def begin_keyword(self, *, ends: bool) -> None:
        """Notes that a keyword is about to act, on this agent or another; `ends`: to end a call."""
        with self.changes:
            self.news_since = self.journal.note_action()
            self.end_expected = ends

    @property
    def alive(self) -> bool:
        """Whether its process runs, as far as is known."""
        return self._died is None

    @property
    def death(self) -> str | None:
        """How its process ended, in a sentence; None while it runs, as far as is known."""
        return describe_death(self.name, self._died) if self._died else None

    def require_alive(self) -> None:
        """Raises `AgentGone` when its process has died, `BackendError` for a failed reaction."""
        self._require_process()
        self.reactions.require_success()

    def _require_process(self) -> None:
        if self.death is not None:
            raise AgentGone(self.death)

    @property
    def registered(self) -> bool:
        """Whether the registrar lists the agent, as far as its last answer tells."""
        return self.registration.is_registered

    def require(self, capability: Capability) -> None:
        """Raises `UsageError`, naming what can, when the backend lacks a capability."""
        if capability not in self.backend.capabilities:
            why_not = self.backend.why_not(capability)
            raise UsageError(f"{self.name} cannot {capability.value}: {why_not}")

    def dial(self, uri: str, headers: Headers = ()) -> str:
        """Sends an INVITE with the account's headers and these; returns the Call-ID."""
        all_headers = [*self.account.headers, *headers]
        if all_headers:
            self.require(Capability.INVITE_HEADERS)
        with self.commanding(f"dial {uri}"):
            return self.backend.dial(uri, all_headers)

    def answer(self, call: Call, headers: Headers = ()) -> None:
        """Answers an incoming call."""
        if headers:
            self.require(Capability.ANSWER_HEADERS)
        with self.commanding("accept the call"):  # a plugin's backend may take no headers
            self.backend.answer(call.call_id, *([headers] if headers else []))

    def hang_up(self, call: Call) -> None:
        """Ends a call."""
        with self.commanding("hang up"):
            self.backend.hang_up(call.call_id)

    def send_audio(self, call: Call | None, source: Source, words: str, then: str = "") -> None:
        """Sends a source in a call from now on, or with None in the calls to come.

        `words` are what the suite calls the source, and `then` what follows; empty is silence.
        """
        with self.commanding("send audio"):
            self.backend.set_audio_source(call.call_id if call else None, source)
        if call is not None:
            self.note(SourceChosen(time.monotonic(), call.call_id, words, then or "silence"))

    def note(self, event: Event) -> None:
        """Adds an event to the journal that no backend reports: a wish of the suite."""
        with self.changes:
            self.journal.add(event)

    def listen(self, call: Call, on: bool, *, closely: bool = False) -> None:
        """Turns reports of `AudioArrived` on or off; `closely`, every packet is timed, too."""
        with self.commanding("listen"):
            self.backend.listen(call.call_id, on, closely=closely)

    def count_packets(self, call: Call) -> Packets | None:
        """The RTP packets of a call so far; None when its backend cannot count them."""
        if Capability.COUNT_PACKETS not in self.backend.capabilities:
            return None
        with self.commanding("count RTP packets"):
            return self.backend.count_packets(call.call_id)

    @contextmanager
    def commanding(self, what: str) -> Iterator[None]:
        """Turns the errors of a backend into sentences about this agent."""
        self._require_process()
        try:
            yield
        except AgentGone:
            wait_until(self.changes, lambda: self._died, PROMPTLY)
            self._require_process()
            raise
        except BackendError as error:
            raise BackendError(f"{self.name} could not {what}: {error}") from error

    def invite_of(self, call: Call) -> Message | None:
        """The INVITE that began a call; None when none was traced."""
        return wait_until(self.changes, lambda: self.journal.invite(call.call_id), PROMPTLY)
