"""Peers that attached phones call."""

from peer import Peer


def answers_one_way(peer: Peer, direction: str) -> None:
    """Answers a call in one direction."""
    invite = peer.expect("INVITE")
    peer.ring(invite)
    peer.answer(invite, direction=direction).await_bye()


def registers(peer: Peer) -> None:
    """Accepts one registration."""
    register = peer.expect("REGISTER")
    peer.reply(register, 200, "OK", f"Contact: {register['Contact']};expires=600")
