"""Subscriptions to event packages (RFC 6665), as the messages of one agent tell of them."""

from collections import deque
from dataclasses import field

from ..events import Event, SipMessage, SubscriptionClosed
from ..frozen import changeable, frozen
from .messages import Message, parsed
from .notified import NotifiedState
from .owed_requests import Latest, is_last_answer

#: Notifications that are kept of each subscription, the newest; the state is that after all.
_MOST = 200
_STATE = "Subscription-State"


@frozen
class Notification:
    """A NOTIFY that the agent accepted.

    `position` is the number of events in the agent's journal until then.
    """

    message: Message
    at: float
    position: int

    @property
    def event(self) -> str:
        """The event package."""
        return event_of(self.message)

    @property
    def state(self) -> str:
        """The state of the subscription, such as ``active``."""
        return (self.message.first(_STATE) or "").partition(";")[0].strip().lower()

    @property
    def body(self) -> str:
        """The body, as long as the Content-Length says."""
        return self.message.body_by_length


def event_of(message: Message) -> str:
    """The event package of a SUBSCRIBE or NOTIFY; empty without one."""
    return (message.first("Event") or "").partition(";")[0].strip()


@changeable
class Subscription:
    """One subscription.

    `answer` is the final answer to its newest SUBSCRIBE, None while there is none; `ended` says why
    it has ended, as a clause, and is empty while it has not; with `is_over` no NOTIFY can come.
    `state` is what its notifications say in the end.

    One without a Call-ID stands for the NOTIFYs that no SUBSCRIBE asked for, such as those about a
    transfer: it is never live, and never over.
    """

    call_id: str
    event: str
    target: str
    accepted: bool = False
    answer: Message | None = None
    ended: str = ""
    is_over: bool = False
    is_leaving: bool = False
    notifications: deque[Notification] = field(default_factory=lambda: deque(maxlen=_MOST))
    request: Message | None = None

    def __post_init__(self) -> None:
        self.state = NotifiedState(self.event)

    @property
    def is_live(self) -> bool:
        """Whether the notifier has accepted it, and it has not ended."""
        return bool(self.call_id) and self.accepted and not self.ended

    def ask(self, request: Message) -> None:
        """Follows a SUBSCRIBE that the agent sends; one that is sent once more says nothing new."""
        if self.request is not None and request.cseq == self.request.cseq:
            return
        self.request, self.answer = request, None
        self.is_leaving = self.accepted and _asks_for_no_time(request)

    def take_answer(self, answer: Message) -> None:
        """Follows a final answer to the newest SUBSCRIBE."""
        self.answer = answer
        is_refused = (answer.status or 0) >= 300
        if not is_refused and not self._is_granted(answer):
            self.end(f"the notifier answered {answer.words}, and granted 0 s")
        elif not is_refused:
            self._accept()
        if self.is_leaving and self.request and is_last_answer(self.request, answer):
            self.end("it was ended with Unsubscribe")
            self.is_over = self.is_over or is_refused  # the stack has forgotten it

    def _is_granted(self, answer: Message) -> bool:
        """Whether a 2xx grants any of the time that the first SUBSCRIBE has asked for."""
        asks_for_none = self.request is not None and _asks_for_no_time(self.request)
        return self.accepted or asks_for_none or not _asks_for_no_time(answer)

    def take(self, notification: Notification) -> None:
        """Follows a NOTIFY that the agent has accepted."""
        self._accept()
        self.notifications.append(notification)
        self.state.take(notification.body)
        if notification.state == "terminated" and self.call_id:
            state = " ".join((notification.message.first(_STATE) or "").split())
            self.end(f"the notifier ended it ({_STATE}: {state})")
            self.is_over = True

    def _accept(self) -> None:
        """Notes that the notifier has accepted it; one for no time does not live on."""
        if not self.accepted and self.request is not None and _asks_for_no_time(self.request):
            self.end("it was for one notification only (expires=0s)")
        self.accepted = True

    def close(self, words: str) -> None:
        """Notes that the stack has given it up; what is known already stays."""
        refused = self.answer is not None and (self.answer.status or 0) >= 300
        self.end(self.describe_refusal() if refused else words or "the stack gave it up")
        self.is_over = True

    def end(self, why: str) -> None:
        """Notes that it has ended, unless that is known."""
        self.ended = self.ended or why

    def describe_refusal(self) -> str:
        """How the newest SUBSCRIBE was refused, as a clause."""
        assert self.answer is not None
        which = "the refresh" if self.accepted else "the SUBSCRIBE"
        which = "the SUBSCRIBE that ends it" if self.is_leaving else which
        return f"{which} was refused with {self.answer.words}"


def _asks_for_no_time(request: Message) -> bool:
    return (request.first("Expires") or "").strip() == "0"


class AcceptedNotifies:
    """Finds the NOTIFYs that one agent has accepted."""

    def __init__(self) -> None:
        #: By Call-ID and CSeq; None for those that have been accepted.
        self._arrived: Latest[tuple[str | None, str], Message | None] = Latest()

    def take(self, message: Message, *, sent: bool) -> Message | None:
        """Follows a message; returns the NOTIFY that it is the first 2xx to, if it is one."""
        if message.transaction_method != "NOTIFY":
            return None
        key = message.call_id, message.cseq
        if not sent and message.method and key not in self._arrived:
            self._arrived[key] = message
        notify = self._arrived.get(key)
        if notify is None or not sent or not message.is_success:
            return None
        self._arrived[key] = None
        return notify


class Subscriptions:
    """Follows the SUBSCRIBEs and NOTIFYs of one agent."""

    def __init__(self) -> None:
        self._asked: dict[str, Subscription] = {}
        self._unasked: dict[str, Subscription] = {}
        self._notifies = AcceptedNotifies()

    def of(self, event: str, target: str | None = None) -> list[Subscription]:
        """Those to an event package, the oldest first: to one target, or to all."""
        asked = [
            one
            for one in self._asked.values()
            if one.event.lower() == event.lower() and target in (None, one.target)
        ]
        unasked = self._unasked.get(event.lower())
        return [*asked, unasked] if unasked and target is None else asked

    def by_call_id(self, call_id: str) -> Subscription | None:
        """The one that a SUBSCRIBE with this Call-ID began."""
        return self._asked.get(call_id)

    def leave(self, call_id: str, why: str) -> None:
        """Notes that the suite has given one up, without an answer; a NOTIFY may come yet."""
        self._asked.setdefault(call_id, Subscription(call_id, "", "")).end(why)

    def take(self, event: Event, position: int = 0) -> Notification | None:
        """Follows an event; returns the notification that it shows to be accepted, if any.

        `position` is the number of events in the journal until then.
        """
        match event:
            case SipMessage(at, sent, text=text) if "SUBSCRIBE" in text or "NOTIFY" in text:
                message = parsed(text)
                if message.transaction_method == "SUBSCRIBE":
                    self._take_subscribe(message, sent=sent)
                elif notify := self._notifies.take(message, sent=sent):
                    notification = Notification(notify, at, position)
                    self._subscription_of(notify).take(notification)
                    return notification
            case SubscriptionClosed(_, call_id, words):
                unsent = Subscription(call_id, "", "")
                self._asked.setdefault(call_id, unsent).close(words)
        return None

    def _take_subscribe(self, message: Message, *, sent: bool) -> None:
        call_id = message.call_id or ""
        if sent and message.method:
            target = message.request_uri
            new = Subscription(call_id, event_of(message), target)
            self._asked.setdefault(call_id, new).ask(message)
            return
        one = self._asked.get(call_id)
        if one is None or one.request is None or sent or (message.status or 0) < 200:
            return
        if message.cseq == one.request.cseq:
            one.take_answer(message)

    def _subscription_of(self, notify: Message) -> Subscription:
        """The one that a NOTIFY belongs to: of those without a SUBSCRIBE, one for each package."""
        asked = self._asked.get(notify.call_id or "")
        if asked is not None:
            return asked
        event = event_of(notify)
        unasked = Subscription("", event, "", accepted=True)
        return self._unasked.setdefault(event.lower(), unasked)
