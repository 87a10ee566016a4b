"""What a registrar's answers say of an agent's binding (RFC 3261, section 10.3)."""

import re
import time

from ..sip.messages import Message, split_address
from ..sip.uris import address_part, user_part
from ..waits import Changes, wait_until
from .call import TRACE_LAG

#: One of several contacts in a header; a comma may stand in quotes or in a URI.
_CONTACT = re.compile(r'(?:"(?:[^"\\]|\\.)*+"?|<[^>]*+>?|[^",<])++', re.DOTALL)
_EXPIRES = re.compile(r";\s*+expires\s*+=\s*+(\d+)", re.IGNORECASE)
#: How baresip makes a contact its own: no other phone has that user part.
_UNIQUE = re.compile(r".*-0x[0-9a-f]+", re.DOTALL)
_MOST_SHOWN = 3


class Bindings:
    """Follows the REGISTER transactions of one agent."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self.answer: Message | None = None
        self._asked_at: float | None = None
        self._contact = ""
        self._number = ""

    def take(self, message: Message, *, sent: bool, at: float) -> None:
        """Takes in a message."""
        if message.transaction_method != "REGISTER":
            return
        if sent and message.method:
            self.answer, self._asked_at = None, at
            self._contact = split_address(message.first("Contact") or "")[1]
            self._number = message.first("CSeq") or ""
        elif not sent and (message.status or 0) >= 200 and message.first("CSeq") == self._number:
            self.answer = message

    def settled(self, reported_at: float) -> "Bindings":
        """Itself, once the answer that the stack reported then shows in the trace."""

        def traced() -> bool | None:
            asked = self._asked_at is not None and self._asked_at <= reported_at
            lags = time.monotonic() - reported_at < TRACE_LAG
            return None if asked and lags and self.answer is None else True

        wait_until(self._changes, traced, TRACE_LAG)
        return self

    @property
    def missing(self) -> str | None:
        """Why the agent is not registered although the last answer accepts it, as a clause."""
        answer = self.answer
        if answer is None or not 200 <= (answer.status or 0) < 300:
            return None
        listed = [one for value in answer.all("Contact") for one in _CONTACT.findall(value)]
        if any(self._is_ours(contact) for contact in listed):
            return None
        told = f"the registrar answered {answer.start_line[8:].strip()}, but the answer lists"
        uris = [split_address(contact)[1] for contact in listed]
        if not uris:
            return f"{told} no contact"
        more = f" and {len(uris) - _MOST_SHOWN} more" if len(uris) > _MOST_SHOWN else ""
        return f"{told} {', '.join(uris[:_MOST_SHOWN])}{more}, not {self._contact}"

    def _is_ours(self, contact: str) -> bool:
        uri = split_address(contact)[1]
        if user_part(uri) != user_part(self._contact):
            return False
        expires = _EXPIRES.search(contact.rpartition(">")[2])
        if expires and int(expires[1][:9]) == 0:
            return False
        same_place = address_part(uri).lower() == address_part(self._contact).lower()
        return same_place or bool(_UNIQUE.fullmatch(user_part(uri)))
