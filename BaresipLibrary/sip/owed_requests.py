"""Requests that a phone owes and its stack does not send.

baresip leaves three things undone. It gives up on a request in a dialog that is challenged anew:
with another nonce, not marked as stale. It never answers the second phone that accepts an INVITE
which a proxy has forked (RFC 3261, section 13.2.2.4): that one needs an ACK and a BYE. And 4.x does
not repeat an ACK that was lost.
"""

import re
from dataclasses import dataclass
from typing import TypeVar

from ..events import CallClosed, Event, SipMessage
from .challenges import challenges, credentials
from .messages import Message, split_address

K = TypeVar("K")
V = TypeVar("V")

#: How many transactions are followed.
_MOST = 200
CHALLENGES = (401, 407)
#: What is sent again with credentials; for REFER and the rest the stack does so by itself.
_RETRIED = ("BYE", "INFO")
_TAG = re.compile(r";\s*+tag\s*+=\s*+([^\s;]+)", re.IGNORECASE)
#: One of several values of a header; a comma may stand in quotes or in a URI.
_VALUE = re.compile(r'(?:"(?:[^"\\]|\\.)*+"?|<[^>]*+>?|[^",<])++', re.DOTALL)


@dataclass(frozen=True)
class Request:
    """A request to be sent, with the headers that are its own.

    `challenge` is the answer, as it stood on the wire, whose challenge is to be met.
    """

    method: str
    uri: str
    routes: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    body: str = ""
    challenge: str = ""


@dataclass(frozen=True)
class AnotherAnswer:
    """A 2xx of another phone than the one whose answer to the same INVITE came first."""

    contact: str
    is_new: bool
    requests: tuple[Request, ...]


class Latest(dict[K, V]):
    """The newest entries; of very many the oldest are forgotten, for long runs."""

    def __setitem__(self, key: K, value: V) -> None:
        self.pop(key, None)
        super().__setitem__(key, value)
        if len(self) > _MOST:
            del self[next(iter(self))]


class Forks:
    """Follows the INVITEs of one agent and looks for answers of several phones."""

    def __init__(self) -> None:
        self._invites: Latest[str | None, Message] = Latest()
        self._tags: Latest[str | None, list[str]] = Latest()

    def take(self, message: Message, *, sent: bool) -> AnotherAnswer | None:
        """Takes in a message; an answer to one more phone's 2xx."""
        if message.transaction_method != "INVITE":
            return None
        to = message.first("To") or ""
        if sent and message.method == "INVITE" and not _tag(to):
            self._invites[message.call_id] = message
            self._tags[message.call_id] = []
        elif not sent and _accepts_invite(message):
            return self._answered(message, _tag(to))
        return None

    def _answered(self, answer: Message, tag: str) -> AnotherAnswer | None:
        invite, tags = self._invites.get(answer.call_id), self._tags.get(answer.call_id)
        if invite is None or tags is None or answer.first("CSeq") != invite.first("CSeq"):
            return None
        is_new = tag not in tags
        if is_new:
            tags.append(tag)
        if tag == tags[0]:
            return None
        ack, bye = _ack(invite, answer), _bye(invite, answer)
        return AnotherAnswer(ack.uri, is_new, (ack, bye) if is_new else ())


class Acknowledgements:
    """Follows the ACKs of one agent and looks for answers that come again."""

    def __init__(self) -> None:
        self._answered: Latest[tuple[str | None, ...], int] = Latest()
        self._sent: Latest[tuple[str | None, ...], Message] = Latest()

    def take(self, message: Message, *, sent: bool) -> Request | None:
        """Takes in a message; the ACK that a repeated 2xx needs again."""
        number = (message.first("CSeq") or "").partition(" ")[0]
        key = message.call_id, number, _tag(message.first("To") or "")
        if sent and message.method == "ACK":
            self._sent[key] = message
        elif not sent and _accepts_invite(message):
            self._answered[key] = self._answered.get(key, 0) + 1
            ack = self._sent.get(key)
            return _repeated(ack) if ack and self._answered[key] > 1 else None
        return None


class Retries:
    """Follows the requests of one agent in its dialogs and looks for challenges left unanswered."""

    def __init__(self) -> None:
        self._open: Latest[tuple[str | None, str], Message] = Latest()
        self._retried: set[tuple[str | None, str]] = set()

    @property
    def awaits_end(self) -> bool:
        """Whether a BYE that was sent, or is to be sent again, has no final answer yet."""
        methods = [request.method for request in self._open.values()]
        return "BYE" in [*methods, *(method for _, method in self._retried)]

    def take(self, message: Message, *, sent: bool) -> Request | None:
        """Takes in a message; the request that has to follow it."""
        key = message.call_id, message.first("CSeq") or ""
        if sent and message.method in _RETRIED:
            self._open[key] = message
        elif not sent and (message.status or 0) >= 200 and key in self._open:
            request = self._open.pop(key)
            if message.status in CHALLENGES and is_left_unanswered(request, message):
                return self._again(request, message)
            self._retried.discard((message.call_id, request.method or ""))
        return None

    def _again(self, request: Message, challenge: Message) -> Request | None:
        which = request.call_id, request.method or ""
        if which in self._retried:
            self._retried.discard(which)  # its credentials were not accepted either
            return None
        self._retried.add(which)
        return _with_next_number(request, challenge)


class OwedRequests:
    """All together, for a backend that can send what is owed."""

    def __init__(self) -> None:
        self._acknowledgements = Acknowledgements()
        self._forks = Forks()
        self._retries = Retries()

    @property
    def awaits_end(self) -> bool:
        """Whether the end of a call is still under way."""
        return self._retries.awaits_end

    def take(self, message: Message, *, sent: bool) -> tuple[Request, ...]:
        """Takes in a message of the agent; what has to be sent now."""
        another = self._forks.take(message, sent=sent)
        others = another.requests if another else ()
        followers = (self._acknowledgements, self._retries)
        found = [one.take(message, sent=sent) for one in followers]
        return (*others, *(request for request in found if request))


def is_left_unanswered(request: Message, challenge: Message) -> bool:
    """Whether the stack gives up on a challenge: it has met that realm's, and this is not stale."""
    met = {one.realm.lower() for one in credentials(request)}
    return any(one.realm.lower() in met and not one.stale for one in challenges(challenge))


def _with_next_number(request: Message, challenge: Message) -> Request:
    number, _, method = (request.first("CSeq") or "").partition(" ")
    following = int(number) + 1 if re.fullmatch("[0-9]{1,10}", number) else 1
    more = [(n, v) for n in ("Reason", "Content-Type") for v in request.all(n)]
    return _like(request, f"{following} {method.strip()}", more, challenge.text)


def _repeated(ack: Message) -> Request:
    names = ("Authorization", "Proxy-Authorization", "Content-Type")
    return _like(ack, ack.first("CSeq") or "", [(n, v) for n in names for v in ack.all(n)])


def _like(
    request: Message, number: str, more: list[tuple[str, str]], challenge: str = ""
) -> Request:
    """A request in the same dialog, to the same place, with the same body."""
    headers = [(name, request.first(name) or "") for name in ("From", "To", "Call-ID")]
    return Request(
        request.method or "",
        request.start_line.split(" ")[1],
        tuple(request.all("Route")),
        (*headers, ("CSeq", number), *more),
        _whole_body(request),
        challenge,
    )


def _whole_body(request: Message) -> str:
    """The body with the line ends at its end, which a trace may lack."""
    length = request.first("Content-Length") or ""
    missing = int(length) - len(request.body.encode()) if re.fullmatch("[0-9]{1,5}", length) else 0
    return request.body + "\r\n" * (missing // 2 if 0 < missing <= 4 else 0)


def _ack(invite: Message, answer: Message) -> Request:
    shown = [
        (name, value)
        for name in ("Authorization", "Proxy-Authorization")
        for value in invite.all(name)
    ]
    return _in_dialog("ACK", invite, answer, 0, shown)


def _bye(invite: Message, answer: Message) -> Request:
    return _in_dialog("BYE", invite, answer, 1, [])


def _in_dialog(
    method: str, invite: Message, answer: Message, step: int, more: list[tuple[str, str]]
) -> Request:
    number = (invite.first("CSeq") or "").partition(" ")[0]
    following = int(number) + step if re.fullmatch("[0-9]{1,10}", number) else 1
    values = [one.strip() for v in answer.all("Record-Route") for one in _VALUE.findall(v)]
    contact = split_address(answer.first("Contact") or "")[1]
    headers = [
        ("From", invite.first("From") or ""),
        ("To", answer.first("To") or ""),
        ("Call-ID", invite.call_id or ""),
        ("CSeq", f"{following} {method}"),
        *more,
    ]
    uri = contact or invite.start_line.split(" ")[1]
    return Request(method, uri, tuple(reversed(values)), tuple(headers))


def _accepts_invite(message: Message) -> bool:
    return 200 <= (message.status or 0) < 300 and message.transaction_method == "INVITE"


def _tag(address: str) -> str:
    match = _TAG.search(address.rpartition(">")[2])
    return match[1] if match else ""


_PENDING, _SERVER_ERROR = 491, 500


class Collisions:
    """Follows what an agent reports. A call's end forgets it."""

    def __init__(self) -> None:
        self._offers: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._stuck: dict[str, str] = {}

    def take(self, event: Event) -> None:
        """Takes in an event."""
        match event:
            case SipMessage(_, sent):
                self._follow(Message(event.text), sent=sent)
            case CallClosed(_, call_id):
                self._waiting.discard(call_id)
                self._offers.pop(call_id, None)
                self._stuck.pop(call_id, None)

    def _follow(self, message: Message, *, sent: bool) -> None:
        call_id = message.call_id or ""
        if message.transaction_method not in ("INVITE", "UPDATE"):
            return
        if message.method and not sent:
            self._offers[call_id] = message.text
        elif message.method == "INVITE":
            self._waiting.discard(call_id)
        elif not sent and _is_tried_again(message):
            self._waiting.add(call_id)
            self._stuck.pop(call_id, None)
        elif sent and 200 <= (message.status or 0) < 300 and call_id in self._waiting:
            self._waiting.discard(call_id)
            self._stuck[call_id] = self._offers[call_id]

    def message_of(self, call_id: str) -> str | None:
        """A message that names the dialog of such a call; None for every other call."""
        return self._stuck.get(call_id)


def _is_tried_again(message: Message) -> bool:
    if message.transaction_method != "INVITE":
        return False
    later = message.status == _SERVER_ERROR and message.first("Retry-After") is not None
    return later or message.status == _PENDING
