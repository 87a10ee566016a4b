"""Waits on what an agent saw, for suites that watch what no keyword waits for."""

import re
import time

from atest.resources.running_agents import agent_named
from BaresipLibrary.concurrency import wait_until
from BaresipLibrary.events import Registered, SipMessage
from BaresipLibrary.sip.agreed_media import agreed_media
from BaresipLibrary.sip.messages import Message


def held_by_peer_should_become(name: str, wanted: bool, timeout: float = 5.0) -> None:
    """Waits until the SDP says that the peer holds the agent's call, or no longer does."""
    agent = agent_named(name)
    call = agent.require_live_call("to watch")
    if not wait_until(agent.changes, lambda: call.held_by_peer is wanted or None, timeout):
        raise AssertionError(f"{name}: held by peer did not become {wanted}.")


def hold_should_become(
    name: str, wanted: bool, timeout: float = 5.0, call: str | None = None
) -> None:
    """Waits until the agent holds its call, or the one of that Call-ID, or no longer does."""
    agent = agent_named(name)
    watched = agent.require_live_call("to watch", call)
    if not wait_until(agent.changes, lambda: watched.on_hold is wanted or None, timeout):
        raise AssertionError(f"{name}: holding did not become {wanted}.")


def media_direction_should_become(name: str, wanted: str, timeout: float = 5.0) -> None:
    """Waits until offer and answer allow the agent what ``sendonly`` and the like say."""
    agent = agent_named(name)
    call = agent.require_live_call("to watch")

    def agreed() -> bool | None:
        exchange = call.offers.exchange
        media = agreed_media(exchange) if exchange else None
        return (media is not None and media.direction == wanted) or None

    if not wait_until(agent.changes, agreed, timeout):
        raise AssertionError(f"{name}: the direction of its media did not become {wanted}.")


def calls_should_become(name: str, count: int, timeout: float = 10.0) -> None:
    """Waits until an agent has had so many calls: what one of another saw says nothing of it."""
    agent = agent_named(name)
    if not wait_until(agent.changes, lambda: len(agent.calls) >= count or None, timeout):
        raise AssertionError(f"{name} has had {len(agent.calls)} calls, not {count}.")


def ended_calls_should_become(name: str, count: int, timeout: float = 10.0) -> None:
    """Waits until so many of an agent's calls are over."""
    agent = agent_named(name)

    def ended() -> int:
        return len(agent.calls) - len(agent.live_calls)

    if not wait_until(agent.changes, lambda: ended() >= count or None, timeout):
        raise AssertionError(f"{ended()} calls of {name} are over, not {count}.")


def offers_should_have_been_answered(name: str, count: int, timeout: float = 5.0) -> None:
    """Waits until so many INVITEs of the agent's call, of either side, were answered with 200."""
    agent = agent_named(name)
    call = agent.require_live_call("to watch")

    def answered() -> bool | None:
        texts = [one.text for one in agent.journal.messages(call.call_id)]
        accepted = [text for text in texts if text.startswith("SIP/2.0 200")]
        return sum(Message(one).transaction_method == "INVITE" for one in accepted) >= count or None

    if not wait_until(agent.changes, answered, timeout):
        raise AssertionError(f"{name}: {count} offers were not answered.")


def its_requests_should_have_collided(name: str) -> None:
    """Fails unless an agent was answered 491 in its newest call."""
    agent = agent_named(name)
    with agent.changes:
        messages = list(agent.journal.messages(agent.last_call.call_id))
    if not any(not one.sent and one.text.startswith("SIP/2.0 491") for one in messages):
        raise AssertionError(f"{name} was never answered 491.")


def registrations_should_follow(name: str, count: int, timeout: float = 10.0) -> None:
    """Waits until the registrar has accepted that many more registrations."""
    agent = agent_named(name)
    position, began = len(agent.journal), time.monotonic()

    def enough() -> bool | None:
        return sum(1 for _ in agent.journal.of_kind(Registered, position)) >= count or None

    if not wait_until(agent.changes, enough, timeout):
        raise AssertionError(f"{name} was not refreshed {count} times within {timeout} s.")
    print(f"{count} refreshes took {time.monotonic() - began:.1f} s")


def each_register_should_have_waited(name: str, count: int) -> None:
    """Fails unless an agent sent that many REGISTERs or more, each after the answer to the last."""
    agent = agent_named(name)
    with agent.changes:
        events = list(agent.journal.of_kind(SipMessage))
    messages = [(event.sent, Message(event.text)) for event in events]
    open_requests: set[str] = set()
    sent = 0
    for is_sent, message in messages:
        cseq = message.first("CSeq") or ""
        if not cseq.endswith(" REGISTER"):
            continue
        transaction = f"{message.call_id} {cseq}"
        if is_sent and message.method:
            if open_requests - {transaction}:
                raise AssertionError(f"{name} sent {cseq} before {open_requests} was answered.")
            open_requests.add(transaction)
            sent += 1
        elif not is_sent and (message.status or 0) >= 200:
            open_requests.discard(transaction)
    if sent < count:
        raise AssertionError(f"{name} sent {sent} REGISTERs only.")


def its_media_address_should_be(name: str, address: str) -> None:
    """Fails unless the newest SDP that an agent sent in its newest call has its audio there."""
    found = re.findall(r"^c=IN IP\d (\S+)", _sent_sdp(name), re.MULTILINE)
    if found[-1:] != [address]:  # that of the media follows that of the session
        raise AssertionError(f"{name} sent an SDP with {found}, not with {address}.")


def _sent_sdp(name: str) -> str:
    agent = agent_named(name)

    def sent() -> str | None:
        messages = agent.journal.messages(agent.last_call.call_id)
        bodies = [Message(one.text).body for one in messages if one.sent]
        return next((body for body in reversed(bodies) if "m=audio" in body), None)

    return wait_until(agent.changes, sent, 2.0) or ""


def its_calls_should_have_sent_no_invite(name: str) -> None:
    """Fails when an agent has sent an INVITE."""
    agent = agent_named(name)
    with agent.changes:
        events = list(agent.journal.of_kind(SipMessage))
    if any(event.sent and event.text.startswith("INVITE ") for event in events):
        raise AssertionError(f"{name} sent an INVITE.")
