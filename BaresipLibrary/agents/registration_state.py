"""Whether an agent is registered: its stack's reports, and the registrar's answers themselves.

A 200 alone proves nothing: it lists the bindings there are (RFC 3261, section 10.3), and the
agent's own may not be among them. It holds for as long as it grants.
"""

import re
import time
from collections.abc import Iterator, Sequence

from ..concurrency import Changes, wait_until
from ..events import Registered, RegistrationFailed, Unregistered
from ..frozen import frozen
from ..sip.messages import Message, parameter, split_address, split_values, unlike
from ..sip.uris import address_part, user_part
from .call import TRACE_LAG

#: The user part that baresip gives its contact: no other phone has the same.
_UNIQUE = r"(?s).*-0x[0-9a-f]+"
_MOST_SHOWN = 3
#: The times of an answer and of the stack's report of it differ by less (s), on a busy machine too.
_NEAR = 1.0


@frozen
class _Answer:
    """A final answer of the registrar: when it came, and the Contact of its request."""

    message: Message
    at: float
    contact: str

    def is_near(self, reported_at: float) -> bool:
        """Whether it may be the answer that the stack has reported at that time."""
        return abs(self.at - reported_at) < _NEAR

    @property
    def seconds(self) -> int:
        """For how long it lists that contact; 0 when that is not known."""
        return _time_of(self.contact, self.message)

    @property
    def until(self) -> float:
        """When that time is over."""
        return self.at + self.seconds


class RegistrationState:
    """Follows the REGISTER transactions of one agent.

    `outcome` is what its stack reported last; `since` is where in the journal begins what the
    suite has not been told yet.
    """

    def __init__(self, changes: Changes, traced: bool) -> None:
        self.outcome: Registered | RegistrationFailed | Unregistered | None = None
        self.since = 0
        #: Whether the suite's newest request was to register, and its outcome was not told yet.
        self.asked = False
        self._changes = changes
        self._traced = traced
        #: The registrar's last 2xx; None before one has come.
        self.accepted: Message | None = None
        #: To the newest request; None while it has none.
        self._answer: _Answer | None = None
        #: The last 2xx to a request to register.
        self._granted: _Answer | None = None
        #: The newest request, its Contact, and whether it ends the registration.
        self._request: Message | None = None
        self._contact = ""
        self._ends = False
        #: What is wrong with a 2xx that came by the way of the newest request, and when it came.
        self._foreign = ""
        self._foreign_at = 0.0

    def take_outcome(self, reported: Registered | RegistrationFailed | Unregistered) -> None:
        """Takes in what the stack reports."""
        self.outcome = reported

    def take(self, message: Message, *, sent: bool, at: float) -> None:
        """Takes in a message."""
        if message.transaction_method != "REGISTER":
            return
        if sent and message.method:
            self._answer, self._request = None, message
            contact = message.first("Contact") or ""
            self._contact = split_address(contact)[1]
            times = (parameter(contact, "expires"), (message.first("Expires") or "").strip())
            self._ends = "0" in times
        elif not sent and message.is_success and self._is_foreign(message):
            self._foreign_at = at
        elif not sent and (message.status or 0) >= 200 and self._is_to_newest(message):
            self._answer = _Answer(message, at, self._contact)
            if message.is_success:
                self.accepted = message
                self._granted = self._granted if self._ends else self._answer

    def _is_to_newest(self, answer: Message) -> bool:
        """Whether an answer has the CSeq of the newest request."""
        return self._request is not None and answer.cseq == self._request.cseq

    def _is_foreign(self, answer: Message) -> bool:
        """Whether an answer came by the way of the newest request and is not its own.

        Baresip takes it all the same: it looks at the branch of the Via only. An answer that has
        changed the tag of the From only is its own: nothing depends on tags here.
        """
        request = self._request
        if request is None or answer.branch != request.branch:
            return False
        if (answer.call_id, answer.cseq) == (request.call_id, request.cseq):
            return False
        difference = unlike(answer, request)
        self._foreign = difference or self._foreign
        return difference is not None

    @property
    def service_route(self) -> list[str]:
        """The way that the registrar has asked for (RFC 3608)."""
        return self.accepted.all("Service-Route") if self.accepted else []

    def mark_told(self, position: int) -> None:
        """Makes the outcomes before a position of the journal old: the suite was told of them."""
        with self._changes:
            self.since = position
            self.asked = False

    def begin_request(self, position: int, *, registers: bool) -> None:
        """Prepares for a request from there on; as it may never leave, forgets the last answer.

        `registers`: whether it is one to register, not to end a registration.
        """
        with self._changes:
            self.since = position
            self.asked = registers
            self._answer = None

    @property
    def is_registered(self) -> bool:
        """Whether the registrar lists the agent, as far as its last answer tells."""
        outcome = self.outcome  # the backend's thread may replace it meanwhile
        match outcome:
            case Registered():
                return not self.missing(outcome.at) and not self.expired
            case Unregistered():
                return self.still_listed(outcome.at) is not None
            case RegistrationFailed() if self._ends and self._granted:
                # The registrar did not take away what it had granted.
                return time.monotonic() < self._granted.until
        return False

    def still_listed(self, reported_at: float) -> str | None:
        """How the registrar still lists an agent that has unregistered; None if it does not."""
        answer = self._answer_to(reported_at)
        if answer is None or not self._ends or not answer.message.is_success:
            return None
        if not answer.seconds or time.monotonic() >= answer.until:
            return None
        listed = f"still lists {answer.contact} for {answer.seconds} s"
        return f"the registrar answered {answer.message.words}, and {listed}"

    @property
    def expired(self) -> str | None:
        """That the time which the registrar has granted is over; None before, or if not known."""
        granted = self._current_grant
        if granted is None or time.monotonic() < granted.until:
            return None
        return f"the {granted.seconds} s that were granted are over"

    @property
    def expires_in(self) -> float | None:
        """In how many seconds the registrar lists the agent no more; None if not, or not known."""
        remaining = self._listed_until - time.monotonic()
        return remaining if remaining > 0 else None

    @property
    def _listed_until(self) -> float:
        """When the time is over on which `is_registered` depends; 0 when that is not known."""
        match self.outcome:
            case Unregistered() if self._answer and self._ends:
                return self._answer.until
            case RegistrationFailed() if self._ends and self._granted:
                return self._granted.until
        granted = self._current_grant
        return granted.until if granted else 0.0

    @property
    def _current_grant(self) -> _Answer | None:
        """The answer by which the agent is registered; None when its time is not known."""
        granted, reported = self._granted, self.outcome.at if self.outcome else 0.0
        if granted is None or granted.at < reported - _NEAR or not granted.seconds:
            return None
        return granted

    def answer_to(self, reported_at: float) -> Message | None:
        """The final answer that the stack reported at that time; None when it does not show."""
        answer = self._answer_to(reported_at)
        return answer.message if answer else None

    def _answer_to(self, reported_at: float, *, registers: bool = False) -> _Answer | None:
        """That answer, once it shows in the trace: the stack reports it as soon as it has come.

        With `registers` it answers a request to register: the end of a registration may be as near.
        """

        def shown() -> _Answer | None:
            answer = self._answer
            if answer is None or not answer.is_near(reported_at) or (registers and self._ends):
                return None
            return answer

        lags = self._traced and time.monotonic() - reported_at < TRACE_LAG
        return wait_until(self._changes, shown, TRACE_LAG if lags else 0.0)

    def missing(self, reported_at: float) -> str | None:
        """Why the agent is not registered though its stack reported so then; None if it is."""
        answer = self._answer_to(reported_at, registers=True)
        if answer is None and abs(self._foreign_at - reported_at) < _NEAR:
            return self._foreign
        if answer is None and self._granted and self._granted.is_near(reported_at):
            answer = self._granted  # the stack has asked again since
        if answer is None or not answer.message.is_success:
            return None
        times = _times_of(answer.contact, answer.message)
        if any(not re.fullmatch("0+", one) for one in times):
            return None
        return f"the registrar answered {answer.message.words}, {_describe_loss(answer, times)}"


def _describe_loss(answer: _Answer, times: Sequence[str]) -> str:
    """What an answer says instead of listing its contact for some time, as a clause."""
    if times:
        return "and granted 0 s"
    uris = [split_address(contact)[1] for contact in _listed(answer.message)]
    if not uris:
        return "but the answer lists no contact"
    more = f" and {len(uris) - _MOST_SHOWN} more" if len(uris) > _MOST_SHOWN else ""
    listed = f"{', '.join(uris[:_MOST_SHOWN])}{more}"
    return f"but the answer lists {listed}, not {answer.contact}"


def _times_of(asked: str, answer: Message) -> list[str]:
    """For how long each contact in an answer is listed that is the one that was asked for.

    One without a time of its own has that of the Expires header (RFC 3261, section 10.2.4).
    """
    general = (answer.first("Expires") or "").strip()
    return [parameter(contact, "expires") or general for contact in _listed_of(asked, answer)]


def _time_of(asked: str, answer: Message) -> int:
    """The longest of these times (s); 0 when none is known."""
    times = _times_of(asked, answer)
    return max((int(one) for one in times if re.fullmatch("[0-9]{1,9}", one)), default=0)


def _listed_of(asked: str, answer: Message) -> Iterator[str]:
    """The contacts in an answer that are the one that was asked for.

    A registrar may list one behind a NAT at the address from which the request came.
    """
    seen = address_part(f"sip:{answer.seen_at}")
    places = {place.lower() for place in (address_part(asked), seen) if place}
    for contact in _listed(answer):
        uri = split_address(contact)[1]
        if user_part(uri) == user_part(asked) and (
            address_part(uri).lower() in places or re.fullmatch(_UNIQUE, user_part(uri))
        ):
            yield contact


def _listed(answer: Message) -> list[str]:
    return [contact for value in answer.all("Contact") for contact in split_values(value)]
