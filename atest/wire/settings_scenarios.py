"""What a peer sees of an agent's settings: its offer, and whether its phone takes a call."""

from peer import Peer


def takes(peer: Peer) -> None:
    """Answers a call and notes the offer."""
    invite = peer.expect("INVITE")
    peer.result["offer"] = invite.body
    peer.result["supported"] = invite["Supported"] or ""
    peer.answer(invite).await_bye()


def calls_user(peer: Peer, uri: str, user: str) -> None:
    """Calls another user part at the address of a URI; notes how the call is met first."""
    _call_user(peer, uri, user)


def registers_and_calls_user(peer: Peer, user: str) -> None:
    """A PBX: it registers a trunk, and sends it a call for a number behind it."""
    register = peer.expect("REGISTER")
    peer.reply(register, 200, "OK", f"Contact: {register['Contact']}")
    _call_user(peer, register["Contact"].strip("<>").partition(">")[0], user)


def _call_user(peer: Peer, uri: str, user: str) -> None:
    rest = uri.removeprefix("sip:").rpartition("@")[2]
    dialog = peer.invite(f"sip:{user}@{rest}" if user else f"sip:{rest}")
    peer.result["first"] = peer.expect(lambda message: (message.status or 0) > 100).status
    if peer.result["first"] >= 300:
        dialog.request("ACK", branch=dialog.branch)
        return
    dialog.accept(peer.expect("200 INVITE"))
    dialog.await_bye()


def lets_it_ring(peer: Peer, uri: str) -> None:
    """Calls, and notes how the phone refuses it in the end."""
    dialog = peer.invite(uri)
    peer.expect("180")
    answer = peer.expect(lambda message: (message.status or 0) >= 200)
    peer.result["refused"] = answer.status
    dialog.request("ACK", branch=dialog.branch)
