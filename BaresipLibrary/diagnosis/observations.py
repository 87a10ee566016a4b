"""What can be observed of a call: in the agent's own messages, its log, and at other agents."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Call, Direction
from ..concurrency import wait_until
from ..events import OutboundChanged, StackLog, UnfittingAnswer
from ..sip.agreed_media import agreed_media
from ..sip.messages import Message, parsed, split_address, split_values
from ..sip.offers import Exchange
from ..sip.sdp import Media, SessionDescription, aligned, description_in
from ..sip.transactions import Transaction, transactions
from ..sip.unreadable_sdp import describe_unusable_address
from ..sip.uris import address_part
from ..wording import capitalized, counted

T = TypeVar("T")

#: Headers in which an answer, a CANCEL or a BYE says more than its status does.
_TELLING = (
    "Reason", "Warning", "Retry-After", "Min-SE", "Min-Expires", "Unsupported", "Require", "Accept",
)  # fmt: skip

#: What baresip says of a connection that it closes as it cannot read what has come.
UNREADABLE_STREAM = "Bad message"
#: The status whose Contacts are addresses to choose from (RFC 3261, section 21.4.23).
_AMBIGUOUS = 485


def partner_of(call: Call, agents: Sequence[Agent], agent: Agent) -> tuple[Agent, Call] | None:
    """The other agent of the suite in the same dialog, and its side of the call."""
    for other in agents:
        for theirs in other.calls:
            if other is not agent and theirs.call_id == call.call_id:
                return other, theirs
    return None


def describe_waiting(agent: Agent, call: Call) -> str:
    """That a call waits at an agent for somebody to accept it."""
    if agent.reactions.will_answer(call.call_id):
        does = "has answered with 100 only" if call.silent else "rings"
        return f"{agent.name} {does}, and is to {agent.reactions.chosen} (When Called)."
    if call.silent:
        return (
            f"{agent.name} has answered with 100 only (When Called), and nobody has accepted the"
            " call; use Accept."
        )
    return f"{agent.name} rings, and nobody has accepted the call; use Accept."


def transactions_of(agent: Agent, call_id: str) -> list[Transaction]:
    """The transactions of one call, as the agent saw them, in order."""
    return transactions(agent.journal.messages(call_id))


def transactions_since(agent: Agent, since: int) -> list[Transaction]:
    """The transactions that began at a position of the agent's journal or later, in order."""
    recent = agent.journal.kept(agent.journal.outlines(since))
    call_ids = {seen.call_id for _, seen in recent}
    messages = agent.journal.kept(
        one for one in agent.journal.outlines() if one[1].call_id in call_ids
    )
    new = {event for event, _ in recent}
    seen = transactions(event for event, _ in messages)
    return [transaction for transaction in seen if transaction.requests[0] in new]


def invites_of(agent: Agent, call: Call) -> list[Transaction]:
    """The INVITEs that began a call, the challenged ones too, whoever sent them."""
    return [
        transaction
        for transaction in transactions_of(agent, call.call_id)
        if transaction.method == "INVITE" and transaction.begins_dialog
    ]


def wait_for_trace(agent: Agent, find: Callable[[], T | None]) -> T | None:
    """The result of `find`, given the time in which the trace may lag behind the events."""
    return wait_until(agent.changes, find, TRACE_LAG)


def explain_no_answer(
    agent: Agent, method: str, since: int, call_id: str | None = None
) -> str | None:
    """That an agent's requests of a method were not answered, or what the last answer was.

    Looks at what was sent since a position of the journal; None when nothing was.
    """
    tried = [
        transaction
        for transaction in transactions_since(agent, since)
        if transaction.sent
        and transaction.method == method
        and call_id in (None, transaction.request.call_id)
    ]
    answers = [answer for transaction in tried for answer in transaction.answers]
    if not tried:
        return None
    last = tried[-1]
    if not answers:
        foreign = [one for transaction in tried for one in foreign_answers(agent, transaction)]
        if foreign:
            return foreign[-1]
        destination = last.requests[-1].destination
        clause = f"{destination} never answered the {method} ({last.retransmissions})"
        return f"{clause}{in_a_readable_way(agent)}."
    newest = max(answers, key=lambda answer: answer.event.at)
    clause = f"The last answer was {newest.words}, {newest.when} after the {method}"
    if not last.answers:
        clause += f"; the {method} that followed was not answered ({last.retransmissions})"
    details = describe_details(newest.message) if newest.status >= 300 else None
    return " ".join(filter(None, (f"{clause}.", details)))


def explain_unreadable_stream(words: str, destination: str) -> str | None:
    """What a stack means that closed a connection with these words; None when it did not."""
    if words != UNREADABLE_STREAM:
        return None
    return (
        f"Baresip closed the connection to {destination}: what came over it is no SIP message, or"
        " has no Content-Length."
    )


def foreign_answers(agent: Agent, request: Transaction) -> Iterator[str]:
    """What is wrong with final answers that came by the way of a request, and do not fit it."""
    for event in agent.journal.of_kind(UnfittingAnswer):
        if event.at >= request.at and event.branch == request.request.branch:
            yield f"A {event.words.removeprefix('a ')}."


def in_a_readable_way(agent: Agent) -> str:
    """A clause that says that messages arrived which the agent's stack could not read; or nothing.

    It follows what is said not to have come.
    """
    count = agent.backend.unreadable
    if not count:
        return ""
    arrived = counted(count, "message")
    return f" in a way that baresip can read: {arrived} arrived that it could not read"


def describe_details(message: Message | None) -> str | None:
    """What the headers of a message add to its first line; None when they add nothing."""
    if message is None:
        return None
    status = message.status or 0
    names_others = 300 <= status < 400 or status == _AMBIGUOUS
    names = ("Contact", *_TELLING) if names_others else _TELLING
    details = [f"{name}: {value}" for name in names for value in message.all(name)]
    return f"It came with {'; '.join(details)}." if details else None


class Agreement(NamedTuple):
    """An offer and its answer, and whether the agent made the offer.

    `answered_by` is the message in which the answer was due.
    """

    ours: bool
    offer: SessionDescription
    answer: SessionDescription | None
    answered_by: Message

    def media(self) -> tuple[Media | None, Media | None]:
        """The audio of the offer and of the answer."""
        if self.answer is None:
            return self.offer.audio, None
        offer, answer = aligned(self.offer, self.answer)
        return offer.audio, answer.audio


def agreement_of(agent: Agent, call: Call) -> Agreement | None:
    """The newest offer and answer of a call's INVITEs and UPDATEs that a 2xx has confirmed.

    Some have neither, such as an UPDATE that only refreshes the session.
    """
    for transaction in reversed(transactions_of(agent, call.call_id)):
        if (
            transaction.method in ("INVITE", "UPDATE")
            and transaction.final
            and transaction.final.status < 300
            and (agreed := _agreement(transaction))
        ):
            return agreed
    return None


def _agreement(transaction: Transaction) -> Agreement | None:
    """Where an INVITE has no offer, its 2xx has the offer and the ACK the answer (RFC 3264).

    Of several phones that a proxy has called, it is the agreement with the one that accepted first.
    """
    assert transaction.final is not None
    tag = transaction.final.message.to_tag
    answers = [
        answer.message
        for answer in transaction.answers
        if answer.status > 100 and answer.message.to_tag == tag
    ]
    with_sdp = [message for message in answers if description_in(message)]
    offer = description_in(transaction.request)
    if offer:
        answer = with_sdp[-1] if with_sdp else transaction.final.message
        return Agreement(transaction.sent, offer, description_in(answer), answer)
    late = description_in(with_sdp[0]) if with_sdp else None
    if not late or not transaction.acknowledgements:
        return None
    acknowledged = parsed(transaction.acknowledgements[0].text)
    return Agreement(not transaction.sent, late, description_in(acknowledged), acknowledged)


def explain_no_common_audio(agent: Agent, call: Call) -> str | None:
    """That offer and answer of a call have no audio in common; None when they do."""
    agreed = agreement_of(agent, call)
    if agreed is None:
        return None
    us, them = (agent.name, "the other side") if agreed.ours else ("the other side", agent.name)
    if not agreed.answer:
        what = agreed.answered_by.method or agreed.answered_by.start_line.partition(" ")[2]
        offered = agreed.offer.description
        return capitalized(f"{us} offered {offered}; the {what} of {them} had no SDP.")
    offer, answer = aligned(agreed.offer, agreed.answer)
    if agreed_media(Exchange(agreed.ours, offer, answer, "", agreed.ours)):
        return None
    return capitalized(f"{us} offered {offer.description}; {them} answered {answer.description}.")


def explain_one_way(agent: Agent, call: Call) -> str | None:
    """That by its SDP the peer of a call does not send, or has no address; None if it does."""
    exchange = call.exchange
    remote = exchange.sides()[1].audio if exchange else None
    if remote is None:
        return None
    if unusable := describe_unusable_address(remote.address):
        return f"The other side's SDP has {unusable}: {agent.name} sends it nothing."
    if "send" not in remote.direction:
        return f"By its SDP ({remote.words}) the other side does not send."
    return None


def describe_accepted_media(agent: Agent, offer: Media | None) -> str:
    """Which media an agent accepts, as a clause; whether encrypted ones, where that matters."""
    every = ", ".join(sorted(name.upper() for name in agent.backend.codecs))
    codecs = ", ".join(agent.account.audio_codecs) or f"every codec that it has ({every})"
    crypto = f" with media_enc={agent.account.media_enc}" if agent.account.media_enc else ""
    if not crypto and offer and offer.is_encrypted:
        crypto = " without media_enc"
    return f"{agent.name} accepts {codecs}{crypto}"


_FAILED = r"medianat(?: '\w+')? failed: (?P<words>.+?)(?: \[\d+\])?$"
_ANSWER = r"[3-6]\d\d( .*)?"
_CREDENTIALS = ("401", "403", "441")


def explain_failed_traversal(agent: Agent, since: float) -> str | None:
    """What an agent's stack logged about its STUN or TURN server from a monotonic time on."""
    server = agent.account.stun_server
    for line in agent.journal.of_kind(StackLog):
        failed = re.search(_FAILED, line.text) if line.at >= since else None
        if failed and server:
            outcome = _describe_traversal(failed["words"])
            return f"{agent.name}'s media needs {server}, which {outcome}."
    return None


def _describe_traversal(words: str) -> str:
    if not re.fullmatch(_ANSWER, words):
        unanswered = words == "Connection timed out"
        return "did not answer" if unanswered else f"was not reached: {words}"
    advice = ": check stun_user and stun_password" if words[:3] in _CREDENTIALS else ""
    return f"answered {words}{advice}"


def describe_proxy(agent: Agent) -> str | None:
    """Which proxy an agent uses instead of one that is dead; None when none was."""
    *_, newest = (None, *agent.journal.of_kind(OutboundChanged))
    if newest is None or newest.why is None:
        return None
    return f"{agent.name} used {address_part(newest.proxy)}, as {newest.why}."


def describe_path(agent: Agent, call: Call) -> str | None:
    """What is special about the way that a call's INVITE took; None when nothing is."""
    if call.direction is Direction.INCOMING:
        return None
    sentences = (describe_proxy(agent), _describe_ignored_route(agent, call))
    return " ".join(filter(None, sentences)) or None


def _describe_ignored_route(agent: Agent, call: Call) -> str | None:
    """That an INVITE did not take the way that the registrar asked for (RFC 3608)."""
    asked = agent.registration.service_route
    sent = [invite.request for invite in invites_of(agent, call) if invite.sent]
    if not asked or not sent or _addresses(asked) <= _addresses(sent[-1].all("Route")):
        return None
    return (
        f"The registrar asked for Service-Route: {', '.join(asked)}; the INVITE has no such Route,"
        " as baresip does not use it."
    )


def _addresses(routes: list[str]) -> set[str]:
    return {
        address_part(split_address(route)[1]) for value in routes for route in split_values(value)
    }


def describe_registrar_routes(agent: Agent) -> list[str]:
    """What the registrar's last answer says of routes, a sentence each."""
    answer: Message | None = agent.registration.accepted
    if answer is None:
        return []
    service, path = answer.all("Service-Route"), answer.all("Path")
    sentences = []
    if service:
        asked = ", ".join(service)
        sentences.append(
            f"The registrar asked for Service-Route: {asked}; baresip does not use it."
        )
    if path:
        sentences.append(f"The registrar answered with Path: {', '.join(path)}.")
    return sentences
