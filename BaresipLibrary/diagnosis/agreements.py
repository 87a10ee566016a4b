"""What the offer and the answer of a call have in common, as the reason why nothing is heard."""

from typing import NamedTuple

from ..agents.agent import Agent
from ..agents.call import Call
from ..sip.agreed_media import agreed_media
from ..sip.messages import Message, parsed
from ..sip.offers import Exchange
from ..sip.sdp import Media, SessionDescription, aligned, description_in
from ..sip.transactions import Transaction
from ..sip.unreadable_sdp import describe_unusable_address
from ..wording import capitalized
from .observations import transactions_of


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
        what = agreed.answered_by.words
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
