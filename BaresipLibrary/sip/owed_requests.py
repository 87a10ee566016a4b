"""Requests that a phone owes its peer and that baresip does not send.

- It gives up on a request in a dialog that is challenged with a new nonce not marked as stale.
- It never answers the second phone that accepts a forked INVITE (RFC 3261, section 13.2.2.4), nor
  one that accepts after another has refused, or after the call was given up before any response
  had come. Each needs an ACK and a BYE.
- 4.x does not repeat an ACK that was lost.
- It forgets a re-INVITE that waits after a collision when the peer's offer comes first.
"""

import re
from typing import TypeVar

from ..events import CallClosed, Event, SipMessage
from ..frozen import frozen
from .challenges import CHALLENGE_STATUSES, challenges, credentials, unanswerable
from .messages import Message, parsed, split_address, split_values

K = TypeVar("K")
V = TypeVar("V")

#: Transactions that are followed, at most.
_MOST = 200
#: Requests that are sent again with credentials; the stack does so by itself for others.
_RETRIED = ("BYE", "INFO")
#: What refuses a re-INVITE that collides with another (RFC 3261, section 14.1).
_PENDING, _SERVER_ERROR = 491, 500
#: In place of the tag of the phone that accepted first: none has, and the call is over.
_NOBODY = "\n"


@frozen
class Request:
    """A request to send, with the headers of its own.

    `challenge`: the response, as it was on the wire, whose challenge it must answer.
    """

    method: str
    uri: str
    routes: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    body: str = ""
    challenge: str = ""


@frozen
class AnotherAnswer:
    """A 2xx to an INVITE from another phone than the one that accepted it first."""

    contact: str
    is_new: bool
    requests: tuple[Request, ...]
    #: Whether the call was over before.
    is_late: bool = False


class Latest(dict[K, V]):
    """A dictionary of the newest 200 entries: long runs forget the oldest."""

    def __setitem__(self, key: K, value: V) -> None:
        self.pop(key, None)
        super().__setitem__(key, value)
        if len(self) > _MOST:
            del self[next(iter(self))]


class Forks:
    """Follows the INVITEs of one agent and finds answers of several phones."""

    def __init__(self) -> None:
        self._invites: Latest[str | None, Message] = Latest()
        self._tags: Latest[str | None, list[str]] = Latest()
        #: The calls to whose INVITE no response has come.
        self._unanswered: Latest[str | None, bool] = Latest()

    def close(self, call_id: str) -> None:
        """Follows the end of a call: one without a response is given up without a CANCEL."""
        if self._unanswered.get(call_id):
            self._tags[call_id] = [_NOBODY]

    def take(self, message: Message, *, sent: bool) -> AnotherAnswer | None:
        """Follows a message; returns the answer of another phone, if it is one."""
        if message.transaction_method != "INVITE":
            return None
        if sent and message.method == "INVITE":
            self._begin(message)
        elif not sent and message.status is not None:
            self._unanswered.pop(message.call_id, None)
            if message.accepts_invite:
                return self._answered(message, message.to_tag)
            if message.status >= 300:
                self._take_refusal(message)
        return None

    def _begin(self, invite: Message) -> None:
        """Takes in an INVITE; one in a dialog, and a retransmission, begins nothing."""
        known = self._invites.get(invite.call_id)
        if not invite.to_tag and (known is None or known.cseq != invite.cseq):
            self._invites[invite.call_id] = invite
            self._tags[invite.call_id], self._unanswered[invite.call_id] = [], True

    def _take_refusal(self, refusal: Message) -> None:
        """Notes that the stack's call is over: whoever accepts from now on is another phone."""
        invite = self._invites.get(refusal.call_id)
        if invite is not None and refusal.cseq == invite.cseq:
            self._tags[refusal.call_id] = self._tags.get(refusal.call_id) or [_NOBODY]

    def _answered(self, answer: Message, tag: str) -> AnotherAnswer | None:
        invite, tags = self._invites.get(answer.call_id), self._tags.get(answer.call_id)
        if invite is None or tags is None or answer.cseq != invite.cseq:
            return None
        is_new = tag not in tags
        if is_new:
            tags.append(tag)
        if tag == tags[0]:
            return None
        ack, bye = _ack(invite, answer), _bye(invite, answer)
        is_late = tags[0] is _NOBODY
        return AnotherAnswer(ack.uri, is_new, (ack, bye) if is_new else (), is_late)


class Acknowledgements:
    """Follows the ACKs of one agent and finds 2xx answers that come again."""

    def __init__(self) -> None:
        self._answered: Latest[tuple[str | None, ...], int] = Latest()
        self._sent: Latest[tuple[str | None, ...], Message] = Latest()

    def take(self, message: Message, *, sent: bool) -> Request | None:
        """Follows a message; returns the ACK that a repeated 2xx needs again."""
        key = message.call_id, message.cseq_number, message.to_tag
        if sent and message.method == "ACK":
            self._sent[key] = message
        elif not sent and message.accepts_invite:
            self._answered[key] = self._answered.get(key, 0) + 1
            ack = self._sent.get(key)
            return _repeated(ack) if ack and self._answered[key] > 1 else None
        return None


class Retries:
    """Follows the requests of one agent in its dialogs and finds challenges left unanswered."""

    def __init__(self) -> None:
        self._open: Latest[tuple[str | None, str], Message] = Latest()
        self._retried: set[tuple[str | None, str]] = set()

    @property
    def awaits_end(self) -> bool:
        """Whether a BYE that was sent, or is to be sent again, has no final answer yet."""
        methods = [request.method for request in self._open.values()]
        return "BYE" in [*methods, *(method for _, method in self._retried)]

    def take(self, message: Message, *, sent: bool) -> Request | None:
        """Follows a message; returns the request that must be sent again after it."""
        key = message.call_id, message.cseq
        if sent and message.method in _RETRIED:
            self._open[key] = message
        elif not sent and (message.status or 0) >= 200 and key in self._open:
            request = self._open.pop(key)
            if message.status in CHALLENGE_STATUSES and is_left_unanswered(request, message):
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
    """All requests that are owed, for a backend that can send them."""

    def __init__(self) -> None:
        self._acknowledgements = Acknowledgements()
        self._forks = Forks()
        self._retries = Retries()

    @property
    def awaits_end(self) -> bool:
        """Whether the end of a call is still under way."""
        return self._retries.awaits_end

    def close(self, call_id: str) -> None:
        """Follows the end of a call."""
        self._forks.close(call_id)

    def take(self, message: Message, *, sent: bool) -> tuple[Request, ...]:
        """Follows a message of the agent; returns what must be sent now."""
        another = self._forks.take(message, sent=sent)
        others = another.requests if another else ()
        followers = (self._acknowledgements, self._retries)
        requests = [follower.take(message, sent=sent) for follower in followers]
        return (*others, *(request for request in requests if request))


class Collisions:
    """Finds calls in which a re-INVITE that waits after a collision will never be sent.

    Baresip waits before it sends such a re-INVITE again, and forgets it when the peer's re-INVITE
    or UPDATE comes meanwhile. The end of a call forgets what is known of it.
    """

    def __init__(self) -> None:
        self._offers: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._stuck: dict[str, str] = {}

    def take(self, event: Event) -> None:
        """Follows an event."""
        match event:
            case SipMessage(_, sent):
                self._follow(parsed(event.text), sent=sent)
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
        elif sent and message.is_success and call_id in self._waiting:
            self._waiting.discard(call_id)
            self._stuck[call_id] = self._offers[call_id]

    def message_of(self, call_id: str) -> str | None:
        """A message of the dialog of such a call; None for any other call."""
        return self._stuck.get(call_id)


def is_left_unanswered(request: Message, challenge: Message) -> bool:
    """Whether the stack gives up: it has answered this realm, and the nonce is not stale."""
    met = {credential.realm.lower() for credential in credentials(request)}
    return any(asked.realm.lower() in met and not asked.stale for asked in challenges(challenge))


def is_last_answer(request: Message, answer: Message, *, sha_256: bool = True) -> bool:
    """Whether nothing follows a final answer: a challenge may be answered with credentials.

    `sha_256`: whether the stack computes such a digest.
    """
    if answer.status not in CHALLENGE_STATUSES or not challenges(answer):
        return True
    gives_up = is_left_unanswered(request, answer)
    return gives_up or bool(unanswerable(answer, sha_256=sha_256))


def _with_next_number(request: Message, challenge: Message) -> Request:
    number = _following(request, 1)
    more = [(n, v) for n in ("Reason", "Content-Type") for v in request.all(n)]
    return _like(request, f"{number} {request.transaction_method}", more, challenge.text)


def _repeated(ack: Message) -> Request:
    names = ("Authorization", "Proxy-Authorization", "Content-Type")
    return _like(ack, ack.cseq, [(n, v) for n in names for v in ack.all(n)])


def _like(
    request: Message, number: str, more: list[tuple[str, str]], challenge: str = ""
) -> Request:
    """A request in the same dialog, to the same place, with the same body."""
    headers = [(name, request.first(name) or "") for name in ("From", "To", "Call-ID")]
    return Request(
        request.method or "",
        request.request_uri,
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
    routes = [route for v in answer.all("Record-Route") for route in split_values(v)]
    contact = split_address(answer.first("Contact") or "")[1]
    headers = [
        ("From", invite.first("From") or ""),
        ("To", answer.first("To") or ""),
        ("Call-ID", invite.call_id or ""),
        ("CSeq", f"{_following(invite, step)} {method}"),
        *more,
    ]
    uri = contact or invite.request_uri
    return Request(method, uri, tuple(reversed(routes)), tuple(headers))


def _following(request: Message, step: int) -> int:
    """The CSeq number `step` after that of a request; 1 when it can't be read."""
    number = request.cseq_number
    return int(number) + step if re.fullmatch("[0-9]{1,10}", number) else 1


def _is_tried_again(message: Message) -> bool:
    if message.transaction_method != "INVITE":
        return False
    later = message.status == _SERVER_ERROR and message.first("Retry-After") is not None
    return later or message.status == _PENDING
