"""The scripted peer as a plain phone."""

from peer import Peer


def answers(peer: Peer) -> None:
    """Rings, answers, plays 440 Hz, and notes what it heard when the suite lets it go on."""
    invite = peer.expect("INVITE")
    peer.ring(invite)
    dialog = peer.answer(invite)
    peer.rtp.play(440)
    peer.step()
    peer.result["heard"] = peer.rtp.tone()
    dialog.await_bye()


def calls(peer: Peer, uri: str) -> None:
    """Calls, plays 440 Hz, presses 5, and hangs up when the suite lets it go on."""
    dialog = peer.call(uri)
    peer.rtp.play(440)
    peer.step()
    peer.rtp.press("5")
    peer.result["heard"] = peer.rtp.tone()
    peer.step()
    dialog.bye()
