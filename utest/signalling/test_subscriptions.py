"""Subscribing and waiting, on a backend in memory."""

import dataclasses
import threading
import time

import pytest

from BaresipLibrary.backends.capabilities import Capability
from BaresipLibrary.diagnosis.failure import CallFailure
from BaresipLibrary.errors import BackendError, NothingYet, PhoneFailure, UsageError
from BaresipLibrary.events import SipMessage, StackLog, SubscriptionClosed
from BaresipLibrary.signalling.subscriptions import (
    newest_reading,
    subscribe,
    unsubscribe,
    wait_until_notified,
    why_no_summary,
)
from BaresipLibrary.types import Mailbox

from ..scripted import Phone

BOB = "sip:bob@pbx"


class Watcher(Phone):
    """A phone whose backend sends the messages of subscriptions."""

    def message(self, start: str, number: int, method: str, *lines: str, body: str = "") -> str:
        head = (start, "Call-ID: s-1", f"CSeq: {number} {method}", *lines)
        return "\r\n".join([*head, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body

    def asks(
        self, number: int = 1, event: str = "dialog", expires: int = 60, target: str = BOB
    ) -> None:
        lines = (f"Event: {event}", f"Expires: {expires}")
        start = f"SUBSCRIBE {target} SIP/2.0"
        self.sip(self.message(start, number, "SUBSCRIBE", *lines), sent=True)

    def is_answered(self, status: str = "200 OK", number: int = 1, *lines: str) -> None:
        self.sip(self.message(f"SIP/2.0 {status}", number, "SUBSCRIBE", *lines))

    def is_notified(
        self,
        number: int,
        body: str,
        event: str = "dialog",
        state: str = "active",
        to: str = ";tag=1",
    ) -> None:
        lines = (f"Event: {event}", f"Subscription-State: {state}", f"To: <sip:alice@a>{to}")
        start = "NOTIFY sip:alice@a SIP/2.0"
        self.sip(self.message(start, number, "NOTIFY", *lines, body=body))
        self.sip(self.message("SIP/2.0 200 OK", number, "NOTIFY"), sent=True)

    def subscribes(self, expires: int = 60) -> None:
        """Is accepted at once."""

        def answered(uri: str, event: str, expires: int, headers: object) -> str:
            self.backend.commands.append(("subscribe", uri, event, expires, headers))
            self.asks(event=event, expires=expires)
            self.is_answered()
            return "s-1"

        self.backend.subscribe = answered  # type: ignore[method-assign]
        subscribe(self.agent, "dialog", BOB, expires, [("Accept", "x")], 1.0)


@pytest.fixture
def watcher(tmp_path: object) -> Watcher:
    return Watcher(tmp_path)  # type: ignore[arg-type]


def anything(body: str) -> bool:
    return True


def test_the_backend_is_told_what_is_asked_for(watcher: Watcher) -> None:
    watcher.subscribes()
    assert watcher.backend.commands == [("subscribe", BOB, "dialog", 60, [("Accept", "x")])]


def test_a_second_subscription_to_the_same_is_a_mistake(watcher: Watcher) -> None:
    watcher.subscribes()
    with pytest.raises(UsageError, match="alice is subscribed to 'dialog' of sip:bob@pbx already"):
        subscribe(watcher.agent, "dialog", BOB, 60, [], 1.0)


def test_a_backend_that_cannot_is_not_asked(watcher: Watcher) -> None:
    watcher.backend.capabilities = frozenset()
    with pytest.raises(UsageError, match="alice cannot subscribe to an event package: "):
        subscribe(watcher.agent, "dialog", BOB, 60, [], 1.0)
    assert watcher.backend.commands == []


def test_what_has_no_answer_is_given_up(watcher: Watcher) -> None:
    given_up: list[str] = []

    def unanswered(uri: str, event: str, expires: int, headers: object) -> str:
        watcher.asks()
        return "s-1"

    def gone(call_id: str) -> None:
        given_up.append(call_id)
        raise BackendError("gone already")

    watcher.backend.subscribe = unanswered  # type: ignore[method-assign]
    watcher.backend.unsubscribe = gone  # type: ignore[method-assign]
    with pytest.raises(CallFailure, match=r"no answer came within 0\.01 s") as raised:
        subscribe(watcher.agent, "dialog", BOB, 60, [], 0.01)
    assert given_up == ["s-1"]
    late = SipMessage(0, False, "UDP", "", "", watcher.message("SIP/2.0 200 OK", 1, "SUBSCRIBE"))
    assert raised.value.awaited is not None and raised.value.awaited(late)
    refused = dataclasses.replace(late, text=late.text.replace("200 OK", "403 No"))
    assert not raised.value.awaited(refused)


def test_a_certificate_that_is_not_trusted_is_named(tmp_path: object) -> None:
    watcher = Watcher(tmp_path, domain="pbx", transport="tls")  # type: ignore[arg-type]

    def untrusted(uri: str, event: str, expires: int, headers: object) -> str:
        trouble = "tls: tls_verify_handler: error_string = self signed certificate"
        closed = SubscriptionClosed(0.0, "s-1", "Protocol error")
        watcher.backend.feed(StackLog(0.0, "WARN", trouble), closed)
        return "s-1"

    watcher.backend.subscribe = untrusted  # type: ignore[method-assign]
    with pytest.raises(
        CallFailure, match=r": the server's TLS certificate is not trusted \(self s"
    ):
        subscribe(watcher.agent, "dialog", BOB, 60, [], 1.0)


def test_only_what_came_since_the_suite_acted_counts(watcher: Watcher) -> None:
    watcher.subscribes()
    watcher.is_notified(1, "early")
    agent = watcher.agent
    assert wait_until_notified(agent, "dialog", None, anything, "", 0.0).body == "early"
    agent.mark_seen()
    with pytest.raises(CallFailure, match="none has come since .* before that says 'early'"):
        wait_until_notified(agent, "dialog", BOB, anything, "", 0.0)
    watcher.is_notified(2, "confirmed")
    watcher.is_notified(3, "confirmed again")
    fits = "confirmed".__eq__
    assert (
        wait_until_notified(agent, "dialog", BOB, fits, "== 'confirmed'", 0.0).body == "confirmed"
    )
    assert wait_until_notified(agent, "dialog", None, anything, "", 0.0).body == "confirmed again"


def test_the_end_of_the_subscription_ends_the_wait(watcher: Watcher) -> None:
    watcher.subscribes()
    ends = threading.Timer(0.05, watcher.is_notified, (1, "", "dialog", "terminated;reason=giveup"))
    ends.start()
    began = time.monotonic()
    with pytest.raises(CallFailure, match="none can come: the notifier ended it .*reason=giveup"):
        wait_until_notified(watcher.agent, "dialog", None, "x".__eq__, "== 'x'", 20.0)
    assert time.monotonic() - began < 10
    ends.join()


def test_the_event_that_came_too_late_is_the_one_that_fits(watcher: Watcher) -> None:
    watcher.subscribes()
    with pytest.raises(CallFailure) as raised:
        wait_until_notified(watcher.agent, "dialog", None, "busy".__eq__, "== 'busy'", 0.0)
    awaited = raised.value.awaited
    assert awaited is not None
    for body, event, fits in (
        ("busy", "dialog", True),
        ("idle", "dialog", False),
        ("busy", "reg", False),
    ):
        text = watcher.message("NOTIFY a SIP/2.0", 9, "NOTIFY", f"Event: {event}", body=body)
        assert awaited(SipMessage(0, False, "UDP", "", "", text)) is fits


def test_a_long_body_is_told_in_short_and_without_secrets(watcher: Watcher) -> None:
    watcher.subscribes()
    watcher.is_notified(1, "sip:a:topsecret@b\u202e" + "x" * 100_000)
    with pytest.raises(CallFailure) as raised:
        wait_until_notified(watcher.agent, "dialog", None, "x".__eq__, "== 'x'", 0.0)
    told = str(raised.value)
    assert len(told) < 600 and "topsecret" not in told
    assert "\\u202e" in told and "characters more" in told


def test_what_was_never_notified_is_not_there_yet(watcher: Watcher) -> None:
    watcher.subscribes()
    with pytest.raises(NothingYet, match="alice has got no NOTIFY for 'dialog' of sip:bob@pbx yet"):
        newest_reading(watcher.agent, "dialog", BOB)


def test_a_body_that_cannot_be_read_is_shown(watcher: Watcher) -> None:
    watcher.subscribes()
    watcher.is_notified(1, "<dialog-info>")
    with pytest.raises(PhoneFailure, match="cannot be read: .* It says '<dialog-info>'"):
        newest_reading(watcher.agent, "dialog", None)


def test_unsubscribe_waits_for_the_answer(watcher: Watcher) -> None:
    watcher.subscribes()

    def leaves(call_id: str) -> None:
        watcher.asks(2, expires=0)
        watcher.is_answered("200 OK", 2)

    watcher.backend.unsubscribe = leaves  # type: ignore[method-assign]
    unsubscribe(watcher.agent, "dialog", None, 1.0)
    with pytest.raises(UsageError, match="alice is not subscribed to 'dialog': it was ended"):
        unsubscribe(watcher.agent, "dialog", None, 1.0)


def test_unsubscribe_without_an_answer_fails(watcher: Watcher) -> None:
    watcher.subscribes()
    watcher.backend.unsubscribe = lambda call_id: None  # type: ignore[method-assign]
    with pytest.raises(
        CallFailure, match=r"alice has not unsubscribed .* no SUBSCRIBE was sent within 0 s"
    ):
        unsubscribe(watcher.agent, "dialog", BOB, 0.0)


def test_after_an_end_without_an_answer_the_next_sentences_are_true(watcher: Watcher) -> None:
    watcher.subscribes()
    watcher.backend.unsubscribe = lambda _: watcher.asks(2, expires=0)  # type: ignore[method-assign]
    with pytest.raises(CallFailure, match=r"no answer came within 0 s"):
        unsubscribe(watcher.agent, "dialog", BOB, 0.0)
    with pytest.raises(UsageError, match="given it up: no answer came within 0 s"):
        unsubscribe(watcher.agent, "dialog", BOB, 20.0)
    subscribe_again = iter(["s-2"])

    def answered(*_: object) -> str:
        call_id = next(subscribe_again)
        request = watcher.message(f"SUBSCRIBE {BOB} SIP/2.0", 1, "SUBSCRIBE", "Event: dialog")
        watcher.sip(request.replace("s-1", call_id), sent=True)
        watcher.sip(watcher.message("SIP/2.0 200 OK", 1, "SUBSCRIBE").replace("s-1", call_id))
        return call_id

    watcher.backend.subscribe = answered  # type: ignore[method-assign]
    subscribe(watcher.agent, "dialog", BOB, 60, [], 1.0)


def test_a_fetch_leaves_nothing_to_unsubscribe_from(watcher: Watcher) -> None:
    watcher.subscribes(expires=0)
    with pytest.raises(UsageError, match=r"it was for one notification only \(expires=0s\)"):
        unsubscribe(watcher.agent, "dialog", BOB, 20.0)
    subscribe(watcher.agent, "dialog", BOB, 0, [], 1.0)


def test_each_transfer_is_notified_without_a_subscription(watcher: Watcher) -> None:
    agent = watcher.agent
    watcher.is_notified(1, "SIP/2.0 200 OK", "refer", "terminated;reason=noresource")
    assert wait_until_notified(agent, "refer", None, anything, "", 0.0).body == "SIP/2.0 200 OK"
    with pytest.raises(UsageError, match="has not subscribed to 'refer'"):
        unsubscribe(agent, "refer", None, 20.0)
    agent.mark_seen()
    second = threading.Timer(0.05, watcher.is_notified, (2, "SIP/2.0 486 Busy", "refer"))
    second.start()
    found = wait_until_notified(agent, "refer", None, anything, "", 20.0)
    second.join()
    assert found.body == "SIP/2.0 486 Busy"


def test_a_backend_without_messages_cannot_tell(watcher: Watcher) -> None:
    watcher.backend.shows_messages = False
    watcher.backend.capabilities = frozenset(Capability) - {Capability.SHOW_MESSAGES}
    with pytest.raises(UsageError, match="alice cannot"):
        wait_until_notified(watcher.agent, "dialog", None, anything, "", 0.0)


def test_another_mailbox_does_not_explain_why_the_own_one_reported_nothing(
    tmp_path: object,
) -> None:
    watcher = Watcher(tmp_path, mwi=True)  # type: ignore[arg-type]
    watcher.asks(event="message-summary")  # another mailbox
    watcher.is_answered("404 Not Found")
    assert "no SUBSCRIBE was sent" in why_no_summary(watcher.agent)


@pytest.mark.parametrize("own", ["sip:alice@127.0.0.1:40000", "sip:alice@127.0.0.1:40000;a=b"])
def test_a_mailbox_says_what_became_of_its_subscription(tmp_path: object, own: str) -> None:
    watcher = Watcher(tmp_path, mwi=True)  # type: ignore[arg-type]
    watcher.asks(event="message-summary", target=own)
    assert why_no_summary(watcher.agent).endswith("nothing yet: no NOTIFY arrived from it.")
    watcher.is_answered("489 Bad Event")
    watcher.backend.feed(SubscriptionClosed(0.0, "s-1", ""))
    assert why_no_summary(watcher.agent).endswith(
        "nothing yet: the SUBSCRIBE was refused with 489 Bad Event."
    )


def test_a_mailbox_may_notify_without_a_subscription(tmp_path: object) -> None:
    watcher = Watcher(tmp_path, mwi=True)  # type: ignore[arg-type]
    watcher.is_notified(1, "Messages-Waiting: yes\r\nVoice-Message: 2/0", "message-summary", to="")
    found = newest_reading(watcher.agent, "message-summary", None)
    assert found == Mailbox(True, 2, 0)
