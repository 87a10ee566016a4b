"""Peers that say who they are, in the INVITE, in their answers, and anew during the call."""

from peer import Peer
from peer_dialog import Dialog


def calls_as(peer: Peer, uri: str, origin: str, *headers: str) -> None:
    """Calls with a From and headers of the suite's, and cancels when the suite lets it go on."""
    dialog = peer.invite(uri, *headers, origin=origin)
    peer.expect("180")
    peer.step()
    dialog.cancel()
    peer.expect("487 INVITE")
    dialog.request("ACK", branch=dialog.branch)


def is_found_elsewhere(peer: Peer) -> None:
    """Rings as 1001, another phone rings as 1009, and 1002 answers; nobody is asserted later."""
    invite = peer.expect("INVITE")
    peer.ring(invite, 'P-Asserted-Identity: "Desk" <sip:1001@pbx>')
    peer.step()
    rings = 'P-Asserted-Identity: "Other" <sip:1009@pbx>'
    peer.reply(invite, 180, "Ringing", rings, tag="another")
    peer.step()
    dialog = peer.answer(invite, "Remote-Party-ID: <sip:1002@pbx>;party=called;screen=yes")
    dialog.await_bye()


def moves_on(peer: Peer, uri: str, way: str) -> None:
    """Calls as 1001; the call then goes to 1003, told by an UPDATE or a re-INVITE."""
    dialog = peer.call(uri, 'P-Asserted-Identity: "Anna" <sip:1001@pbx>', origin="<sip:1001@pbx>")
    peer.step()
    _WAYS[way](peer, dialog)
    dialog.await_bye()


def _by_update(peer: Peer, dialog: Dialog) -> None:
    dialog.request("UPDATE", 'P-Asserted-Identity: "Carl, the third" <sip:1003@pbx>')
    peer.expect(lambda message: message.method == "UPDATE" and message.status is not None)


def _by_from(peer: Peer, dialog: Dialog) -> None:
    tag = dialog.local.partition(";tag=")[2]
    dialog.local = f'"Carl, the third" <sip:1003@pbx>;tag={tag}'
    dialog.reinvite()


_WAYS = {"UPDATE": _by_update, "From": _by_from}
