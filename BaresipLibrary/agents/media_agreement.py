"""What offer and answer of a call agreed on, and why that is nothing."""

from typing import NamedTuple

from ..sip.messages import Message
from ..sip.sdp import Media, SessionDescription, description_in
from ..sip.transactions import Transaction
from .agent import Agent
from .call import Call
from .observations import capital, transactions_of


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
        return self.offer.audio, self.answer.audio if self.answer else None


def agreement_of(agent: Agent, call: Call) -> Agreement | None:
    """The newest offer and answer of a call's INVITEs and UPDATEs that a 2xx has settled."""
    for one in reversed(transactions_of(agent, call.call_id)):
        if one.method in ("INVITE", "UPDATE") and one.final and one.final.status < 300:
            return _agreement(one)
    return None


def _agreement(one: Transaction) -> Agreement | None:
    """Of an INVITE without an offer, the 2xx has it and the ACK the answer (RFC 3264)."""
    assert one.final is not None
    answers = [answer.message for answer in one.answers if answer.status > 100]
    with_sdp = [message for message in answers if description_in(message)]
    offer = description_in(one.request)
    if offer:
        answer = with_sdp[-1] if with_sdp else one.final.message
        return Agreement(one.sent, offer, description_in(answer), answer)
    late = description_in(with_sdp[0]) if with_sdp else None
    if not late or not one.acknowledgements:
        return None
    acknowledged = Message(one.acknowledgements[0].text)
    return Agreement(not one.sent, late, description_in(acknowledged), acknowledged)


def on_agreement(agent: Agent, call: Call) -> str | None:
    """That offer and answer of a call have no audio in common; None when they have."""
    agreed = agreement_of(agent, call)
    if agreed is None:
        return None
    us, them = (agent.name, "the other side") if agreed.ours else ("the other side", agent.name)
    offer, answer = agreed.media()
    if not agreed.answer:
        what = agreed.answered_by.method or agreed.answered_by.start_line.partition(" ")[2]
        return capital(f"{us} offered {offer or 'no audio'}; the {what} of {them} had no SDP.")
    if offer and answer and _fits(offer, answer):
        return None
    return capital(f"{us} offered {offer or 'no audio'}; {them} answered {answer or 'no audio'}.")


def _fits(offer: Media, answer: Media) -> bool:
    common = set(_lower(offer)) & set(_lower(answer))
    return bool(common) and answer.port != 0 and offer.profile == answer.profile


def _lower(media: Media) -> list[str]:
    return [codec.lower() for codec in media.codecs]


def takes(agent: Agent, offer: Media | None) -> str:
    """Which media an agent takes, as a clause; whether encrypted ones if that matters."""
    every = ", ".join(sorted(name.upper() for name in agent.backend.codecs))
    codecs = ", ".join(agent.account.audio_codecs) or f"every codec that it has ({every})"
    crypto = f" with media_enc={agent.account.media_enc}" if agent.account.media_enc else ""
    if not crypto and offer and offer.is_encrypted:
        crypto = " without media_enc"
    return f"{agent.name} takes {codecs}{crypto}"
