"""Peers that call under many names, and that note whom they were called as."""

from peer import Peer


def calls_as(peer: Peer, uri: str, origin: str) -> None:
    """Calls with a From of the suite's, and cancels when the suite lets it go on."""
    dialog = peer.invite(uri, origin=origin)
    peer.expect("180")
    peer.step()
    dialog.cancel()
    peer.expect("487 INVITE")
    dialog.request("ACK", branch=dialog.branch)


def is_dialled(peer: Peer) -> None:
    """Refuses a call and notes its Request-URI and its To."""
    invite = peer.expect("INVITE")
    peer.result["uri"], peer.result["to"] = invite.uri, invite["To"]
    peer.reply(invite, 404, "Not Found")
    peer.expect("ACK")
