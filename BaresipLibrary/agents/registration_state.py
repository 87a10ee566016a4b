"""Whether an agent is registered: its stack's reports, and the registrar's answers themselves.

A 200 alone proves nothing: it lists the bindings there are (RFC 3261, section 10.3), and the
agent's own may not be among them. It holds for as long as it grants.
"""

import re
import time
from collections.abc import Iterator

from ..concurrency import Changes, wait_until
from ..events import Registered, RegistrationFailed, Unregistered
from ..sip.messages import Message, parameter, split_address, split_values, unlike
from ..sip.uris import address_part, user_part
from .call import TRACE_LAG

#: The user part that baresip gives its contact: no other phone has the same.
_UNIQUE = r"(?s).*-0x[0-9a-f]+"
_MOST_SHOWN = 3
#: The times of an answer and of the stack's report of it differ by less (s), on a busy machine too.
_NEAR = 1.0


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
        self._answer: Message | None = None
        self._answered_at = 0.0
        #: The Contact of the newest request.
        self._contact = ""
        #: The last 2xx to a request to register, when it came, and the Contact of that request.
        self._granted: Message | None = None
        self._granted_at = 0.0
        self._granted_to = ""
        #: Whether the newest request ends the registration.
        self._ends = False
        self._number = ""
        self._request: Message | None = None
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
            self._answer, self._number, self._request = None, message.cseq, message
            contact = message.first("Contact") or ""
            self._contact = split_address(contact)[1]
            times = (parameter(contact, "expires"), (message.first("Expires") or "").strip())
            self._ends = "0" in times
        elif not sent and message.is_success and self._is_foreign(message):
            self._foreign_at = at
        elif not sent and (message.status or 0) >= 200 and message.cseq == self._number:
            self._answer, self._answered_at = message, at
            if (message.status or 0) < 300:
                self.accepted = message
                if not self._ends:
                    self._granted, self._granted_at = message, at
                    self._granted_to = self._contact

    def _is_foreign(self, answer: Message) -> bool:
        """Whether an answer came by the way of the newest request and is not its own.

        Baresip takes it all the same: it looks at the branch of the Via only.
        """
        if self._request is None or answer.branch != self._request.branch:
            return False
        difference = unlike(answer, self._request)
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
                return time.monotonic() < self._kept_until
        return False

    def still_listed(self, reported_at: float) -> str | None:
        """How the registrar still lists an agent that has unregistered; None if it does not."""
        answer = self.answer_to(reported_at)
        if answer is None or not self._ends or not answer.is_success:
            return None
        seconds = _time_of(self._contact, answer)
        if not seconds or time.monotonic() >= self._answered_at + seconds:
            return None
        words = answer.start_line[8:].strip()
        return f"the registrar answered {words}, and still lists {self._contact} for {seconds} s"

    @property
    def expired(self) -> str | None:
        """That the time which the registrar has granted is over; None before, or if not known."""
        seconds = self._granted_time
        if not seconds or time.monotonic() < self._granted_at + seconds:
            return None
        return f"the {seconds} s that were granted are over"

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
                return self._answered_at + _time_of(self._contact, self._answer)
            case RegistrationFailed() if self._ends and self._granted:
                return self._kept_until
        return self._granted_at + self._granted_time if self._granted_time else 0.0

    @property
    def _kept_until(self) -> float:
        """When what was granted ends though the agent asked to end it, and was refused."""
        assert self._granted is not None
        return self._granted_at + _time_of(self._granted_to, self._granted)

    @property
    def _granted_time(self) -> int:
        """For how long (s) the registrar has accepted the agent; 0 when that is not known."""
        reported = self.outcome.at if self.outcome else 0.0
        if self._granted is None or self._granted_at < reported - _NEAR:
            return 0
        return _time_of(self._granted_to, self._granted)

    def answer_to(self, reported_at: float, *, registers: bool = False) -> Message | None:
        """The final answer that the stack reported at that time, once it shows in the trace.

        None when it does not. The stack reports an answer as soon as it has come. With `registers`,
        it is one to a request to register: the end of a registration may be as near.
        """

        def shown() -> Message | None:
            near = abs(self._answered_at - reported_at) < _NEAR
            return self._answer if near and not (registers and self._ends) else None

        lags = self._traced and time.monotonic() - reported_at < TRACE_LAG
        return wait_until(self._changes, shown, TRACE_LAG if lags else 0.0)

    def missing(self, reported_at: float) -> str | None:
        """Why the agent is not registered though its stack reported so then; None if it is."""
        answer, asked = self.answer_to(reported_at, registers=True), self._contact
        if answer is None and abs(self._foreign_at - reported_at) < _NEAR:
            return self._foreign
        if answer is None and abs(self._granted_at - reported_at) < _NEAR:
            answer, asked = self._granted, self._granted_to  # the stack has asked again since
        if answer is None or not answer.is_success:
            return None
        times = _times_of(asked, answer)
        if any(not re.fullmatch("0+", one) for one in times):
            return None
        words = f"the registrar answered {answer.start_line[8:].strip()}"
        if times:
            return f"{words}, and granted 0 s"
        clause = f"{words}, but the answer lists"
        uris = [split_address(contact)[1] for contact in _listed(answer)]
        if not uris:
            return f"{clause} no contact"
        more = f" and {len(uris) - _MOST_SHOWN} more" if len(uris) > _MOST_SHOWN else ""
        return f"{clause} {', '.join(uris[:_MOST_SHOWN])}{more}, not {asked}"


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
