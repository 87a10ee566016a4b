"""Subscriptions followed in the messages of one agent."""

import pytest

from BaresipLibrary.events import SipMessage, SubscriptionClosed
from BaresipLibrary.sip.bodies import Summary, own_summary
from BaresipLibrary.sip.messages import Message
from BaresipLibrary.sip.subscriptions import Notification, Subscription, Subscriptions

BOB = "sip:bob@pbx"


def text(start: str, number: int, method: str, *lines: str, body: str = "") -> str:
    head = [
        start,
        "Call-ID: c1",
        f"CSeq: {number} {method}",
        *lines,
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(head) + "\r\n\r\n" + body


class Wire:
    """Feeds messages to a follower."""

    def __init__(self) -> None:
        self.seen = Subscriptions()
        self.position = 0

    def message(self, sent: bool, content: str) -> Notification | None:
        self.position += 1
        event = SipMessage(float(self.position), sent, "UDP", "", "", content)
        return self.seen.take(event, self.position)

    def subscribe(self, number: int = 1, expires: str = "3600") -> None:
        lines = ("Event: dialog;id=1", f"Expires: {expires}")
        self.message(True, text(f"SUBSCRIBE {BOB} SIP/2.0", number, "SUBSCRIBE", *lines))

    def answer(self, status: str, number: int = 1, *lines: str) -> None:
        self.message(False, text(f"SIP/2.0 {status}", number, "SUBSCRIBE", *lines))

    def notify(
        self, number: int, state: str = "active", body: str = "x", status: str = "200 OK"
    ) -> Notification | None:
        lines = ("Event: dialog", f"Subscription-State: {state}")
        request = text("NOTIFY sip:alice@a SIP/2.0", number, "NOTIFY", *lines, body=body)
        self.message(False, request)
        return self.message(True, text(f"SIP/2.0 {status}", number, "NOTIFY"))

    @property
    def one(self) -> Subscription:
        (found,) = self.seen.of("dialog")
        return found


@pytest.fixture
def wire() -> Wire:
    wire = Wire()
    wire.subscribe()
    return wire


def test_a_subscription_lives_once_it_is_accepted(wire: Wire) -> None:
    assert (wire.one.target, wire.one.event) == (BOB, "dialog")
    assert not wire.one.is_live
    wire.answer("200 OK")
    assert wire.one.is_live


def test_one_that_is_granted_for_no_time_is_not_accepted(wire: Wire) -> None:
    wire.answer("200 OK", 1, "Expires: 0")
    assert not wire.one.accepted and not wire.one.is_over
    assert wire.one.ended == "the notifier answered 200 OK, and granted 0 s"


def test_the_time_of_a_refresh_or_of_a_notify_is_not_that_of_the_first_answer(wire: Wire) -> None:
    wire.notify(1)
    wire.answer("200 OK", 1, "Expires: 0")
    assert wire.one.is_live


def test_a_notify_before_the_answer_accepts_it_too(wire: Wire) -> None:
    assert wire.notify(1) is not None
    assert wire.one.is_live


def test_a_notify_counts_when_it_is_answered_with_2xx_and_once(wire: Wire) -> None:
    assert wire.notify(1, status="481 Gone") is None
    assert not wire.one.notifications
    found = wire.notify(2)
    assert found is not None and found.position == wire.position
    assert wire.notify(2) is None  # sent once more, and answered once more
    assert len(wire.one.notifications) == 1


def test_a_challenge_that_is_answered_refuses_nothing(wire: Wire) -> None:
    wire.answer("401 Unauthorized")
    wire.subscribe(2)
    assert wire.one.answer is None and not wire.one.ended
    wire.answer("200 OK", 2)
    assert wire.one.is_live


def test_a_late_answer_to_an_earlier_subscribe_is_not_that_to_the_newest(wire: Wire) -> None:
    wire.subscribe(2)
    wire.answer("403 Forbidden", 1)
    assert wire.one.answer is None


def test_a_subscribe_sent_once_more_keeps_the_answer(wire: Wire) -> None:
    wire.answer("200 OK")
    wire.subscribe(1)
    assert wire.one.answer is not None


def test_a_refused_one_says_with_what(wire: Wire) -> None:
    wire.answer("489 Bad Event")
    wire.seen.take(SubscriptionClosed(9.0, "c1", ""))
    assert wire.one.ended == "the SUBSCRIBE was refused with 489 Bad Event"
    assert wire.one.is_over and not wire.one.is_live


def test_one_without_an_answer_says_what_the_stack_said(wire: Wire) -> None:
    wire.seen.take(SubscriptionClosed(9.0, "c1", "Connection timed out"))
    assert wire.one.ended == "Connection timed out"


def test_one_whose_subscribe_never_left_is_known_by_its_call_id() -> None:
    seen = Subscriptions()
    seen.take(SubscriptionClosed(9.0, "c9", "Connection refused"))
    one = seen.by_call_id("c9")
    assert one is not None and one.ended == "Connection refused"


def test_a_refused_refresh_says_so(wire: Wire) -> None:
    wire.answer("200 OK")
    wire.subscribe(2)
    wire.answer("481 Gone", 2)
    assert wire.one.is_live  # the stack has not given up yet
    wire.seen.take(SubscriptionClosed(9.0, "c1", ""))
    assert wire.one.ended == "the refresh was refused with 481 Gone"


def test_the_notifier_ends_it_and_says_why(wire: Wire) -> None:
    wire.answer("200 OK")
    wire.notify(1, "terminated;reason=noresource")
    wire.seen.take(SubscriptionClosed(9.0, "c1", ""))
    assert wire.one.ended == (
        "the notifier ended it (Subscription-State: terminated;reason=noresource)"
    )
    assert wire.one.is_over


def test_after_unsubscribe_a_last_notify_may_come(wire: Wire) -> None:
    wire.answer("200 OK")
    wire.subscribe(2, expires="0")
    assert wire.one.is_live
    challenge = 'WWW-Authenticate: Digest realm="pbx",nonce="n"'
    wire.message(False, text("SIP/2.0 401 Unauthorized", 2, "SUBSCRIBE", challenge))
    assert not wire.one.ended
    wire.subscribe(3, expires="0")
    wire.answer("200 OK", 3)
    assert wire.one.ended and not wire.one.is_over
    wire.notify(1, "terminated;reason=timeout")
    assert wire.one.is_over and "Unsubscribe" in wire.one.ended


@pytest.mark.parametrize("challenged", [False, True])
@pytest.mark.parametrize("state", ["active", "terminated;reason=timeout"])
def test_one_for_no_time_does_not_live_and_is_notified_yet(challenged: bool, state: str) -> None:
    wire = Wire()
    wire.subscribe(expires="0")
    if challenged:
        wire.answer("401 Unauthorized")
        wire.subscribe(2, expires="0")
    wire.answer("200 OK", 2 if challenged else 1)
    assert not wire.one.is_live and not wire.one.is_over
    assert wire.one.ended == "it was for one notification only (expires=0s)"
    assert wire.notify(1, state) is not None
    assert not wire.one.is_live
    assert wire.one.is_over is state.startswith("terminated")


def test_a_notify_may_come_before_the_answer_to_one_for_no_time() -> None:
    wire = Wire()
    wire.subscribe(expires="0")
    wire.notify(1)
    assert not wire.one.is_live


def test_a_notify_that_nobody_asked_for_is_kept_by_its_package() -> None:
    wire = Wire()
    assert wire.notify(1) is not None
    assert wire.one.call_id == ""
    assert wire.seen.of("dialog", BOB) == []


def test_those_that_nobody_asked_for_are_never_over() -> None:
    wire = Wire()
    wire.notify(1, "terminated;reason=noresource")
    assert not wire.one.is_over and not wire.one.ended and not wire.one.is_live


def test_a_package_is_found_in_any_case(wire: Wire) -> None:
    assert wire.seen.of("Dialog") == [wire.one]
    other = Wire()
    other.notify(1)
    assert other.seen.of("DIALOG") == [other.one]


def test_a_refused_end_is_the_end_since_the_stack_has_forgotten_it(wire: Wire) -> None:
    wire.answer("200 OK")
    wire.subscribe(2, expires="0")
    wire.answer("481 Gone", 2)
    assert wire.one.is_over and not wire.one.is_live
    assert wire.one.describe_refusal() == "the SUBSCRIBE that ends it was refused with 481 Gone"


@pytest.mark.parametrize("left", [True, False])
def test_a_challenge_ends_it_when_the_stack_has_answered_that_realm(left: bool) -> None:
    wire = Wire()
    wire.subscribe()
    wire.answer("200 OK")
    realm = 'Digest realm="pbx",nonce="n"'
    given = (f"Authorization: {realm}",) if left else ()
    lines = ("Event: dialog", "Expires: 0", *given)
    wire.message(True, text(f"SUBSCRIBE {BOB} SIP/2.0", 2, "SUBSCRIBE", *lines))
    wire.message(
        False, text("SIP/2.0 401 No", 2, "SUBSCRIBE", f"WWW-Authenticate: {realm},stale=false")
    )
    assert bool(wire.one.ended) is left


def test_one_that_is_given_up_does_not_live_though_an_answer_comes_late(wire: Wire) -> None:
    wire.seen.leave("c1", "the SUBSCRIBE had no answer")
    wire.answer("200 OK")
    assert not wire.one.is_live and not wire.one.is_over


def test_what_is_given_up_before_its_subscribe_is_seen_does_not_live() -> None:
    wire = Wire()
    wire.seen.leave("c1", "the SUBSCRIBE had no answer")
    wire.subscribe()
    wire.answer("200 OK")
    assert not any(one.is_live for one in wire.seen.of("dialog"))


def test_the_state_outlasts_the_notifications_that_are_kept(wire: Wire) -> None:
    dialog = '<dialog id="{}"><state>{}</state></dialog>'
    part = f'<dialog-info version="{{}}" state="{{}}">{dialog}</dialog-info>'
    wire.notify(1, body=part.format(0, "full", "A", "confirmed"))
    for number in range(1, 251):
        wire.notify(number + 1, body=part.format(number, "partial", "B", "terminated"))
    assert wire.one.state.read() == "busy"


def test_only_the_newest_notifications_are_kept(wire: Wire) -> None:
    for number in range(1, 301):
        wire.notify(number)
    assert len(wire.one.notifications) == 200


@pytest.mark.parametrize(
    ("length", "body", "read", "wrong"),
    [
        ("3", "abcdef", "abc", "its Content-Length says 3, but 6 octets came"),
        ("6", "abcdef", "abcdef", ""),
        ("8", "abcdef", "abcdef", ""),
        ("600", "abcdef", "abcdef", "its Content-Length says 600, but 6 octets came"),
        ("-1", "abcdef", "abcdef", ""),
        ("x", "abcdef", "abcdef", ""),
        ("9" * 40, "abcdef", "abcdef", ""),
        ("2", "äö", "ä", "its Content-Length says 2, but 4 octets came"),
        ("3", "a\ufffdbc", "a\ufffdbc", ""),
    ],
)
def test_a_body_is_as_long_as_its_length_says(
    length: str, body: str, read: str, wrong: str
) -> None:
    wire = Wire()
    head = ("Event: dialog", f"Content-Length: {length}", "Subscription-State: active")
    request = text("NOTIFY sip:a@a SIP/2.0", 1, "NOTIFY", *head).rpartition("Content-Length")[0]
    wire.message(False, request.rstrip("\r\n") + "\r\n\r\n" + body)
    found = wire.message(True, text("SIP/2.0 200 OK", 1, "NOTIFY"))
    assert found is not None and (found.body, found.message.wrong_length) == (read, wrong)


def test_a_summary_ends_where_its_length_says() -> None:
    head = "NOTIFY sip:a@a SIP/2.0\r\nEvent: message-summary\r\nContent-Length: 22\r\n\r\n"
    body = "Messages-Waiting: yes\nVoice-Message: 9/0"
    assert own_summary(Message(head + body)) == Summary(True, 0, 0)
