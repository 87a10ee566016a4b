"""Subscriptions to event packages: lamps, presence, mailboxes, registrations."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from assertionengine import AssertionOperator
from robot.api import logger
from robot.api.deco import keyword

from ..agents.agent import Agent
from ..errors import PhoneFailure, UsageError
from ..signalling import subscriptions
from ..sip.notified import ACCEPTED, Reading
from .assertions import Assertion, Value
from .base import AgentName, Component, header_pairs
from .targets import dialled_uri

#: The longest that a SUBSCRIBE can ask for (s).
_LONGEST = 2**31 - 1
#: The name of an event package (RFC 6665, section 8.4).
_PACKAGE = r"[A-Za-z0-9.!%*_+`'~-]+"
#: Headers that the arguments of Subscribe set.
_OWN = {
    "event": "the event",
    "o": "the event",
    "expires": "expires=",
    "accept": "accept=",
}


class SubscriptionKeywords(Component):
    """Subscribes to event packages, waits for what is notified, and reads it."""

    @keyword(tags=("Subscription",))
    def subscribe(
        self,
        agent: AgentName,
        event: str,
        target: AgentName | None = None,
        *,
        expires: timedelta = timedelta(hours=1),
        accept: str | None = None,
        headers: Mapping[str, str | list[str]] | None = None,
        timeout: timedelta | None = None,
    ) -> None:
        """Subscribes to an event package of a target (RFC 6665), and waits until that is accepted.

        A challenge is answered with the agent's credentials. The agent refreshes the subscription by
        itself, answers each NOTIFY with 200, and unsubscribes when it stops. What is notified is read
        with `Wait Until Notified` and `Get Notification`.

        Fails at once when the subscription is refused, with the status and the reason phrase; and when
        no answer comes within ``timeout`` (default: the library's).

        | =Argument= | =Meaning= |
        | ``event`` | The event package, such as ``dialog`` (a busy lamp, RFC 4235), ``presence`` (RFC 3856), ``message-summary`` (RFC 3842) or ``reg`` (RFC 3680). Any other works, too. |
        | ``target`` | Who or what is watched: as the target of `Dial`. Default: the agent's own address. |
        | ``expires`` | How long the subscription is asked for; the agent refreshes it before that time is over. With ``0s`` the current state is notified once. |
        | ``accept`` | The Accept header; for the packages above, the usual format when left out. |
        | ``headers`` | Further headers of the SUBSCRIBE; a list of values repeats the header. |

        Example:
        | Subscribe | alice | dialog | bob |
        | Subscribe | alice | presence | sip:carol@example.com | expires=10 minutes |
        """
        subscriber = self._acting(agent, in_call=False)
        _check_event(event)
        uri = dialled_uri(self._agents, subscriber, subscriber if target is None else target)
        pairs = [*_accepting(event, accept), *_further(headers)]
        duration, limit = _whole_seconds(expires), self._seconds(timeout)
        subscriptions.subscribe(subscriber, event, uri, duration, pairs, limit)

    @keyword(tags=("Subscription",))
    def unsubscribe(
        self,
        agent: AgentName,
        event: str,
        target: AgentName | None = None,
        *,
        timeout: timedelta | None = None,
    ) -> None:
        """Ends the agent's subscriptions to an event package, and waits for the answer.

        With ``target`` only the subscription to that target is ended.

        Fails when there is none; when the notifier refuses, with the status and the reason phrase;
        and when no answer comes within ``timeout`` (default: the library's).

        Example:
        | Unsubscribe | alice | dialog |
        | Unsubscribe | alice | dialog | bob |
        """
        subscriber = self._acting(agent, in_call=False)
        uri = self._uri(subscriber, target)
        subscriptions.unsubscribe(subscriber, event, uri, self._seconds(timeout))

    @keyword(tags=("Subscription", "Wait", "Assertion"))
    def wait_until_notified(
        self,
        agent: AgentName,
        event: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        target: AgentName | None = None,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> str:
        """Waits for a NOTIFY whose body is as expected, and returns the body.

        The body is compared as text. Without an assertion every NOTIFY will do. Only those count that
        came since the last keyword that acted on a call or a subscription, of any agent; of several the
        newest is returned. `Send Message` and `Send Options` are not such keywords.

        Fails when none comes within ``timeout`` (default: the library's), and at once when none can
        come any more: the subscription was terminated or refused, or the agent died.

        | =Argument= | =Meaning= |
        | ``event`` | The event package of `Subscribe`. |
        | ``target`` | Only NOTIFYs of the subscription to this target count. |

        Example:
        | Wait Until Notified | alice | dialog |
        | Wait Until Notified | alice | dialog | *= | confirmed | timeout=3s |
        """
        subscriber = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        uri, limit = self._uri(subscriber, target), self._seconds(timeout)

        def fits(body: str) -> bool:
            try:
                wanted.check(Value("The body", lambda: body))
            except PhoneFailure:
                return False
            return True

        expected = f"{wanted.operator.value} {wanted.expected!r}" if wanted.operator else ""
        try:
            found = subscriptions.wait_until_notified(subscriber, event, uri, fits, expected, limit)
        except PhoneFailure as failure:
            if message is not None:
                failure.args = (message,)
            raise
        _warn_of_length(event, found.message.wrong_length)
        return found.body

    @keyword(tags=("Subscription", "Getter", "Assertion"))
    def get_notification(
        self,
        agent: AgentName,
        event: str,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        *,
        target: AgentName | None = None,
        message: str | None = None,
        timeout: timedelta | None = None,
    ) -> Reading | None:
        """Returns what the newest NOTIFY for an event package says.

        What is returned depends on the package. All but the mailbox are texts with fields:

        | =Package= | =Text= | =Fields= |
        | ``dialog`` | The lamp: ``idle``, ``ringing`` or ``busy``. | ``dialogs`` (each with ``id``, ``state``, ``direction``, ``call_id``, ``local``, ``remote``), ``entity``, ``version``, ``missing`` |
        | ``presence`` | ``open``, ``closed`` or ``unknown``. | ``notes``, ``activities``, ``tuples`` (each with ``id``, ``status``, ``contact``, ``notes``), ``entity`` |
        | ``reg`` | ``active``, ``terminated`` or ``init``. | ``contacts``, ``registrations`` (each with ``id``, ``aor``, ``state``, ``contacts``), ``version``, ``missing`` |
        | ``message-summary`` | | ``waiting``, ``new``, ``old``, as `Get Message Waiting` returns |
        | any other | The body. | |

        The lamp is ``ringing`` while a dialog of the target is trying, proceeding or early, whoever calls,
        else ``busy`` while one is confirmed, else ``idle``. Dialogs that the newest notification has
        ended come last in ``dialogs``; the next one drops them. Notifications with a part of the state are added to what
        was known; ``missing`` lists the versions of notifications that did not arrive, after which
        the state is not certain until the next full one. It is ``None`` when no NOTIFY had a body.

        Fails when nothing was notified; when the body is not what its package says; and when the
        assertion does not hold; with ``timeout``, when that is so for all that time.

        | =Argument= | =Meaning= |
        | ``event`` | The event package of `Subscribe`. |
        | ``target`` | Reads the NOTIFYs of the subscription to this target only. |

        Example:
        | Get Notification | alice | dialog | == | busy | timeout=3s |
        | ${lamp} = | Get Notification | alice | dialog | target=bob |
        | Log | ${lamp.dialogs[0].remote.number} |
        """
        subscriber = self._agents.get(agent)
        wanted = Assertion(assertion_operator, assertion_expected, message)
        uri = self._uri(subscriber, target)
        notified: Value[Reading | None] = Value(
            f"What {subscriber.name} was notified of for '{event}'",
            lambda: subscriptions.newest_reading(subscriber, event, uri),
            lambda: f"No NOTIFY for '{event}' that {subscriber.name} got had a body.",
        )
        reading = self._checked(subscriber, notified, wanted, timeout)
        _warn_of_length(event, subscriptions.newest_wrong_length(subscriber, event, uri))
        return reading

    def _uri(self, subscriber: Agent, target: AgentName | None) -> str | None:
        return None if target is None else dialled_uri(self._agents, subscriber, target)


def _warn_of_length(event: str, wrong: str) -> None:
    if wrong:
        logger.warn(f"A NOTIFY for '{event}' is wrong: {wrong}.")


def _check_event(event: str) -> None:
    if not re.fullmatch(_PACKAGE, event):
        raise UsageError(f"{event!r} is not the name of an event package, such as dialog.")


def _accepting(event: str, accept: str | None) -> list[tuple[str, str]]:
    formats = accept or ACCEPTED.get(event.lower())
    return header_pairs({"Accept": formats}) if formats else []


def _further(headers: Mapping[str, str | list[str]] | None) -> list[tuple[str, str]]:
    pairs = header_pairs(headers)
    for name, _ in pairs:
        if how := _OWN.get(name.lower()):
            raise UsageError(f"headers: {name} is set by {how}.")
    return pairs


def _whole_seconds(expires: timedelta) -> int:
    seconds = expires.total_seconds()
    if not 0 <= seconds <= _LONGEST or seconds % 1:
        raise UsageError(f"expires must be whole seconds from 0 to {_LONGEST}, not {seconds:g} s.")
    return int(seconds)
