"""Subscribing to event packages, and waiting for what is notified (RFC 6665)."""

from collections.abc import Callable

from ..agents.agent import Agent
from ..backends.base import Headers
from ..backends.capabilities import Capability
from ..concurrency import wait_until
from ..diagnosis.failure import Awaited, CallFailure
from ..diagnosis.subscriptions import explain_refused_notify, explain_subscription
from ..errors import BackendError, NothingYet, PhoneFailure, UsageError
from ..events import Event, SipMessage
from ..sip.messages import Message, masked
from ..sip.notified import Reading
from ..sip.subscriptions import Notification, Subscription
from ..sip.uris import address_of_record
from ..sip.xml_bodies import UnreadableBody
from ..wording import counted
from .failover import untrusted_certificate
from .sip_messages import require_messages

#: How much of a body an error message shows.
_SHOWN = 200
#: The package that a mailbox may notify of without a subscription.
_MAILBOX = "message-summary"


def subscribe(
    agent: Agent, event: str, uri: str, expires: int, headers: Headers, timeout: float
) -> None:
    """Subscribes for `expires` seconds and waits `timeout` seconds for the answer.

    Raises:
        UsageError: the agent is subscribed already, or its backend cannot subscribe.
        PhoneFailure: it was refused, or no answer came.
    """
    agent.require(Capability.SUBSCRIBE)
    if any(one.is_live for one in agent.subscriptions.of(event, uri)):
        raise UsageError(
            f"{agent.name} is subscribed to '{event}' of {uri} already; use Unsubscribe first."
        )
    position = len(agent.journal)
    with agent.commanding(f"subscribe to '{event}' of {uri}"):
        call_id = agent.backend.subscribe(uri, event, expires, headers)

    def outcome() -> Subscription | None:
        agent.require_alive()
        one = agent.subscriptions.by_call_id(call_id)
        return one if one and (one.accepted or one.ended) else None

    subscription = wait_until(agent.changes, outcome, timeout)
    accepted = subscription is not None and subscription.accepted
    if not accepted and not (subscription and subscription.is_over):
        _give_up(agent, call_id)
    if not accepted:
        is_refused = subscription is None or subscription.is_over
        why = _why_ended(agent, subscription, position) or f"no answer came within {timeout:g} s"
        raise CallFailure(
            f"{agent.name} is not subscribed to '{event}' of {uri}: {why}.",
            agent,
            lambda everybody: (
                explain_subscription(agent, everybody, call_id, position) if is_refused else None
            ),
            awaited=None if subscription else lambda seen: _is_answer(seen, call_id),
        )


def _give_up(agent: Agent, call_id: str) -> None:
    """Has the stack forget a subscription that was not granted; an answer may come yet."""
    try:
        agent.backend.unsubscribe(call_id)
    except BackendError:
        pass  # it has just ended, and with it what was to be forgotten
    with agent.changes:
        agent.subscriptions.leave(call_id, "the SUBSCRIBE had no answer")


def _is_answer(event: Event, call_id: str) -> bool:
    if not isinstance(event, SipMessage) or event.sent or call_id not in event.text:
        return False
    message = Message(event.text)
    return message.is_success and message.transaction_method == "SUBSCRIBE"


def unsubscribe(agent: Agent, event: str, uri: str | None, timeout: float) -> None:
    """Ends the subscriptions to a package: to one target, or to all. Waits for the answers.

    Raises:
        UsageError: there is none.
        PhoneFailure: one was refused, or had no answer within `timeout` seconds.
    """
    agent.require_alive()
    live = [one for one in agent.subscriptions.of(event, uri) if one.is_live]
    if not live:
        raise UsageError(_describe_none(agent, event, uri))
    position = len(agent.journal)
    for one in live:
        with agent.commanding(f"unsubscribe from '{event}' of {one.target}"):
            agent.backend.unsubscribe(one.call_id)

    def over() -> bool | None:
        agent.require_alive()
        return all(one.ended for one in live) or None

    wait_until(agent.changes, over, timeout)
    for one in live:
        _require_left(agent, one, position, timeout)


def _require_left(agent: Agent, one: Subscription, position: int, timeout: float) -> None:
    refused = one.answer is not None and (one.answer.status or 0) >= 300
    if one.ended and not refused:
        return
    if refused:
        why = one.describe_refusal()
    else:
        missing = "no answer came" if one.is_leaving else "no SUBSCRIBE was sent"
        why = f"{missing} within {timeout:g} s"
    with agent.changes:
        agent.subscriptions.leave(one.call_id, f"Unsubscribe has given it up: {why}")
    raise CallFailure(
        f"{agent.name} has not unsubscribed from '{one.event}' of {one.target}: {why}.",
        agent,
        lambda everybody: explain_subscription(agent, everybody, one.call_id, position),
    )


def wait_until_notified(
    agent: Agent,
    event: str,
    uri: str | None,
    fits: Callable[[str], bool],
    expected: str,
    timeout: float,
) -> Notification:
    """Waits for a NOTIFY since the suite last acted whose body fits; returns the newest.

    `expected` describes such a body; it is empty when every body fits.

    Raises:
        UsageError: the agent has not subscribed, or its backend shows no messages.
        PhoneFailure: none came within `timeout` seconds, or none can come any more.
    """
    _require_asked(agent, event, uri)

    def fitting() -> Notification | None:
        agent.require_alive()
        news = reversed(_news(agent, event, uri))
        found = next((one for one in news if fits(one.body)), None)
        if found is None and (over := _why_over(agent, event, uri)):
            seen = f"; {_describe_seen(agent, event, uri)}" if expected else ""
            raise failure(f", and none can come: {over}{seen}")
        return found

    def failure(why: str, awaited: Awaited | None = None) -> CallFailure:
        wanted = f" with the expected body ({expected})" if expected else ""
        since = agent.news_since
        return CallFailure(
            f"{agent.name} got no NOTIFY for '{event}'{_of(uri)}{wanted}{why}.",
            agent,
            lambda _: explain_refused_notify(agent, event, since),
            awaited,
        )

    found = wait_until(agent.changes, fitting, timeout)
    if found is None:
        seen = _describe_seen(agent, event, uri)
        raise failure(f" within {timeout:g} s: {seen}", lambda seen: _is_notify(seen, event, fits))
    return found


def newest_reading(agent: Agent, event: str, uri: str | None) -> Reading | None:
    """What the reader of the package makes of the newest notification; None if it had no body.

    Raises:
        UsageError: the agent has not subscribed.
        NothingYet: no notification has come.
        PhoneFailure: it is not what the package says.
    """
    _require_asked(agent, event, uri)
    newest = _newest(agent, event, uri)
    if newest is None:
        over = _why_over(agent, event, uri)
        why = f": {over}" if over else ""
        raise NothingYet(f"{agent.name} has got no NOTIFY for '{event}'{_of(uri)} yet{why}.")
    last = newest.notifications[-1]
    try:
        with agent.changes:
            return newest.state.read()
    except UnreadableBody as error:
        wrong = last.message.wrong_length
        raise PhoneFailure(
            f"{agent.name}'s newest NOTIFY for '{event}'{_of(uri)} cannot be read: {error}"
            f"{f'; {wrong}' if wrong else ''}. It says {_excerpt(last.body)}."
        ) from None


def newest_wrong_length(agent: Agent, event: str, uri: str | None) -> str:
    """That the Content-Length of the newest notification is wrong, as a clause; else empty."""
    newest = _newest(agent, event, uri)
    return newest.notifications[-1].message.wrong_length if newest else ""


def _newest(agent: Agent, event: str, uri: str | None) -> Subscription | None:
    """The subscription with the newest notification; None while there is none."""
    every = [one for one in agent.subscriptions.of(event, uri) if one.notifications]
    return max(every, key=lambda one: one.notifications[-1].position, default=None)


def why_no_summary(agent: Agent) -> str:
    """Why an agent's mailbox has reported nothing, in a sentence."""
    own = address_of_record(agent.uri)
    every = agent.subscriptions.of(_MAILBOX)
    asked = [one for one in every if one.call_id and address_of_record(one.target) == own]
    if not asked:
        why = "no SUBSCRIBE was sent, and no NOTIFY arrived from it"
    elif asked[-1].ended:
        why = asked[-1].ended
    else:
        why = "no NOTIFY arrived from it"
    return f"{agent.name}'s mailbox has reported nothing yet: {why}."


def _why_ended(agent: Agent, subscription: Subscription | None, since: int) -> str | None:
    ended = subscription.ended if subscription else None
    return ended and (untrusted_certificate(agent, since, ended) or ended)


def _require_asked(agent: Agent, event: str, uri: str | None) -> None:
    require_messages(agent)
    if not agent.subscriptions.of(event, uri) and not _has_mailbox(agent, event, uri):
        raise UsageError(_describe_none(agent, event, uri))


def _has_mailbox(agent: Agent, event: str, uri: str | None) -> bool:
    return event == _MAILBOX and uri is None and agent.account.mwi


def _describe_none(agent: Agent, event: str, uri: str | None) -> str:
    ended = [one for one in agent.subscriptions.of(event, uri) if one.ended]
    if ended:
        return f"{agent.name} is not subscribed to '{event}'{_of(uri)}: {ended[-1].ended}."
    return f"{agent.name} has not subscribed to '{event}'{_of(uri)}; use Subscribe first."


def _why_over(agent: Agent, event: str, uri: str | None) -> str | None:
    """Why no NOTIFY can come any more; None while one can."""
    asked = agent.subscriptions.of(event, uri)
    if _has_mailbox(agent, event, uri) or not all(one.is_over for one in asked):
        return None
    return asked[-1].ended


def _news(agent: Agent, event: str, uri: str | None) -> list[Notification]:
    """The notifications since the suite last acted, the oldest first."""
    return [one for one in _notified(agent, event, uri) if one.position > agent.news_since]


def _notified(agent: Agent, event: str, uri: str | None) -> list[Notification]:
    every = [one for each in agent.subscriptions.of(event, uri) for one in each.notifications]
    return sorted(every, key=lambda one: one.position)


def _describe_seen(agent: Agent, event: str, uri: str | None) -> str:
    news, every = _news(agent, event, uri), _notified(agent, event, uri)
    if news:
        return f"{counted(len(news), 'NOTIFY')} came, and the newest says {_excerpt(news[-1].body)}"
    if not every:
        return "none has come at all"
    return (
        "none has come since the last keyword that acted; the newest before that says"
        f" {_excerpt(every[-1].body)}"
    )


def _is_notify(event: Event, package: str, fits: Callable[[str], bool]) -> bool:
    if not isinstance(event, SipMessage) or event.sent or not event.text.startswith("NOTIFY "):
        return False
    notify = Notification(Message(event.text), event.at, 0)
    return notify.event == package and fits(notify.body)


def _of(uri: str | None) -> str:
    return f" of {uri}" if uri else ""


def _excerpt(body: str) -> str:
    """The beginning of a body as one line, without secrets; what it is of an empty one."""
    if not body.strip():
        return "nothing: its body is empty"
    shown = masked(body)
    more = f" and {len(shown) - _SHOWN:,} characters more" if len(shown) > _SHOWN else ""
    return f"{shown[:_SHOWN]!r}{more}"
