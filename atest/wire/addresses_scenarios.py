"""Phones at another address of this machine than the agent."""

from peer import Dialog, Peer


def calls(peer: Peer, uri: str) -> None:
    """Calls and listens."""
    _listens(peer, peer.call(uri))


def answers(peer: Peer) -> None:
    """Answers and listens."""
    _listens(peer, peer.answer(peer.expect("INVITE")))


def _listens(peer: Peer, dialog: Dialog) -> None:
    """Plays 440 Hz, notes what arrives once the suite lets it go on, and hangs up."""
    peer.rtp.play(440)
    peer.step()
    peer.rtp.wait_for_packets(40, 3.0)
    peer.result["heard"] = peer.rtp.tone()
    dialog.bye()
