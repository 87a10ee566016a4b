"""Refreshes calls: a re-INVITE that offers the same again, or leaves the offer to the peer."""

from ..agents.agent import Agent
from ..agents.call import Call
from ..backends.capabilities import Capability
from ..errors import UsageError
from ..sip.messages import Message
from ..sip.sdp import description_in
from .reinvites import Reinvite, Reinvites, describe_agreement
from .states import require_established


def refresh(agent: Agent, call: Call, timeout: float, *, offer: bool) -> str:
    """Sends a re-INVITE and waits until the peer has agreed, `timeout` in seconds.

    Without an `offer` it has no SDP: the peer makes the offer in its 2xx, and the ACK answers.
    Collisions and challenges are treated as those of a hold. Returns what was agreed, in a
    sentence.

    Raises:
        UsageError: the call is not established, or the backend cannot send such a re-INVITE.
        PhoneFailure: the peer refused or did not answer, or the call ended.
    """
    if not offer:
        agent.require(Capability.REINVITE_WITHOUT_OFFER)
    if not agent.backend.shows_messages:
        why_not = agent.backend.why_not(Capability.SHOW_MESSAGES)
        raise UsageError(f"{agent.name} cannot tell what a peer answers to a re-INVITE: {why_not}")
    kind = _Refresh if offer else _RefreshByPeersOffer
    reinvite = kind(agent, call, timeout)
    require_established(agent, call, reinvite.verb)
    reinvite.carry_out()
    return describe_agreement(agent, call, f"{agent.name} has refreshed its call")


class _Refresh(Reinvite):
    """A re-INVITE that offers what was agreed before."""

    verb = "refresh its call"
    _offers = True

    def command(self) -> None:
        self.agent.backend.refresh(self.call.call_id, offer=self._offers)

    def is_one(self, reinvite: Message) -> bool:
        return (description_in(reinvite) is not None) is self._offers

    def is_agreed(self, seen: Reinvites) -> bool:
        self.require_answer(seen)
        return True

    def is_in_effect(self) -> bool:
        return self.seen_since(self.began).accepted


class _RefreshByPeersOffer(_Refresh):
    """A re-INVITE without SDP (RFC 3261, section 14.1): the peer makes the offer."""

    _offers = False

    def is_agreed(self, seen: Reinvites) -> bool:
        assert seen.answer is not None
        if description_in(seen.answer) is None:
            raise self.failure(f"the peer's {seen.words} carries no offer")
        exchange = self.call.offers.exchange  # the ACK, which has the answer, is still to be sent
        return exchange is not None and not exchange.ours and exchange.number == seen.number
