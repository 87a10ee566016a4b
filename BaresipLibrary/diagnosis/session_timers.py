"""Session timers (RFC 4028), which baresip does not have, as the reason why a call ended."""

import re
from typing import NamedTuple

from ..agents.agent import Agent
from ..agents.call import Call
from ..events import ClosedBy
from ..sip.messages import parsed

_REFRESHING = ("INVITE", "UPDATE")
#: The answer to an INVITE that asks for too short an interval.
_TOO_SMALL = 422
#: By how much (s) the wish may be seen late, on the way and on a busy machine; of a short interval
#: no more than a sixth, or else nearly every BYE would come in time.
_LATE = 0.5
_BY_CALLER = r"(?i)\s*(\d{1,9})\s*(?:;.*)?;\s*refresher\s*=\s*uac\b"


class _Asked(NamedTuple):
    """That a peer wants this agent to refresh the session every `interval` seconds."""

    at: float
    interval: int
    words: str


def explain_session_timer(agent: Agent, call: Call) -> str | None:
    """That a call ended because of a session timer; None when that can't be seen."""
    if call.closed is None:
        return None
    if call.closed.status == _TOO_SMALL:
        return (
            "baresip has no session timers (RFC 4028): it does not call again with a longer"
            " interval."
        )
    return _explain_missed_refresh(agent, call) if call.closed.by is ClosedBy.PEER else None


def _explain_missed_refresh(agent: Agent, call: Call) -> str | None:
    asked = _unmet_wish(agent, call)
    if asked is None or call.closed is None:
        return None
    # Who waits for a refresh ends the session so long before it expires (RFC 4028, section 10).
    early = min(32.0, asked.interval / 3) + min(_LATE, asked.interval / 6)
    if call.closed.at - asked.at < asked.interval - early:
        return None
    return (
        f"The peer's {asked.words} wanted {agent.name} to refresh the session within"
        f" {asked.interval} s (Session-Expires), and {agent.name} sent no re-INVITE or UPDATE after"
        " it: baresip has no session timers (RFC 4028). Refresh Call sends a re-INVITE."
    )


def _unmet_wish(agent: Agent, call: Call) -> _Asked | None:
    """What the peer asked for last, unless the session was refreshed since.

    An answer of this agent to the peer's own refresh has no Session-Expires: then the session does
    not expire (RFC 4028, section 7.2).
    """
    asked: _Asked | None = None
    phones: dict[tuple[bool, str], str] = {}
    for event in agent.journal.messages(call.call_id):
        message = parsed(event.text)
        accepts = message.transaction_method in _REFRESHING and message.is_success
        number = event.sent, message.cseq
        if accepts and phones.setdefault(number, message.to_tag) != message.to_tag:
            continue  # another phone has accepted the call, too
        if event.sent and (accepts or message.method in _REFRESHING):
            asked = None
        elif accepts and not event.sent:
            expires = re.match(_BY_CALLER, message.first("Session-Expires") or "")
            if expires:
                asked = _Asked(event.at, int(expires[1]), message.words)
    return asked
