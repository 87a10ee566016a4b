"""Holding a call and resuming it, and how the peer answered the re-INVITEs."""

from ..agents.agent import Agent
from ..agents.call import Call
from ..backends.capabilities import Capability
from ..sip.agreed_media import agreed_media
from ..sip.messages import Message
from ..sip.offers import Exchange
from ..sip.sdp import audio_in
from .reinvites import Reinvite, Reinvites, describe_agreement
from .states import require_established


def hold(agent: Agent, call: Call, on: bool, timeout: float) -> str:
    """Holds (`on`) or resumes a call and waits until the peer has agreed, `timeout` in seconds.

    A re-INVITE that collides with one of the peer's is tried again (RFC 3261, section 14.1), and
    one that is challenged with a new nonce is tried once more. Returns what was agreed, in a
    sentence.

    Raises:
        UsageError: the call is not established, or the backend cannot hold calls.
        PhoneFailure: the peer refused or did not answer, or the call ended.
    """
    agent.require(Capability.HOLD)
    reinvite = _Hold(agent, call, on, timeout)
    require_established(agent, call, reinvite.verb)
    if call.on_hold is on and call.hold_requested is on:
        return f"{agent.name}'s call is {'on hold' if on else 'not on hold'} already."
    reinvite.carry_out()
    done = f"{agent.name} {'holds its call' if on else 'has resumed its call'}"
    return describe_agreement(agent, call, done)


class _Hold(Reinvite):
    """A re-INVITE that holds (`on`) or resumes."""

    def __init__(self, agent: Agent, call: Call, on: bool, timeout: float) -> None:
        super().__init__(agent, call, timeout)
        self._on = on
        self.verb = f"{'hold' if on else 'resume'} its call"

    def command(self) -> None:
        self.agent.backend.hold(self.call.call_id, self._on)
        with self.agent.changes:
            self.call.request_hold(self._on)

    def is_one(self, reinvite: Message) -> bool:
        audio = audio_in(reinvite)
        return audio is not None and audio.is_hold is self._on

    def is_agreed(self, seen: Reinvites) -> bool:
        self.require_answer(seen)
        own = self.call.offers.own
        if own is not None and not own.has_audio:
            offered, answered = own.offer.words, own.answer.words
            raise self.failure(
                f"no audio is left: it offered {offered}, and the peer answered {answered}"
            )
        if own is not None and not self._agrees(own):
            offered, answered = own.offer.description, own.answer.description
            raise self.failure(
                f"no audio is left: it offered {offered}, and the peer answered {answered}"
            )
        return True

    def _agrees(self, exchange: Exchange) -> bool:
        """Whether an offer and its answer have audio in common."""
        any_key, keyed = self.agent.backend.takes_any_key, self.call.offers.keyed
        return agreed_media(exchange, any_key=any_key, keyed=keyed) is not None

    def is_in_effect(self) -> bool:
        return self.call.on_hold is self._on

    def believes(self, seen: Reinvites) -> bool:
        return seen.believed is self._on

    def undo(self) -> str:
        agent, call = self.agent, self.call
        if not call.is_live:
            return ""
        if Capability.UNDO_HOLD not in agent.backend.capabilities:
            state = "held" if self._on else "still held"
            return f"; {agent.backend.description} leaves the media as if the call were {state}"
        with agent.commanding("go on as before"):
            agent.backend.undo_hold(call.call_id, self._on)
        return ""
