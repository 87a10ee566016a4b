"""Peers that ask for a session timer (RFC 4028), which baresip does not have."""

from peer import Peer
from peer_sip import Received

_EXPIRED = 'Reason: SIP;cause=408;text="Session timer expired"'


def wants_refreshes(peer: Peer, refresher: str = "uac", seconds: int = 3) -> None:
    """Answers with a Session-Expires, and hangs up when nobody has refreshed the session."""
    invite = peer.expect("INVITE")
    dialog = peer.answer(
        invite, f"Session-Expires: {seconds};refresher={refresher}", "Require: timer"
    )
    reinvite: Received | None = peer.look_for("INVITE", seconds * 2 / 3)
    peer.result["refreshed"] = bool(reinvite)
    if reinvite:
        peer.reply(reinvite, 200, "OK", body=peer.sdp(version=2))
        peer.expect("ACK")
        dialog.await_bye()
    else:
        dialog.bye(_EXPIRED)


def hangs_up_at_once(peer: Peer) -> None:
    """Answers with a Session-Expires, and hangs up for another reason."""
    invite = peer.expect("INVITE")
    dialog = peer.answer(invite, "Session-Expires: 90;refresher=uac", "Require: timer")
    peer.step()
    dialog.bye()


def wants_longer(peer: Peer) -> None:
    """Refuses an interval, with the shortest that it takes."""
    peer.reply(peer.expect("INVITE"), 422, "Session Interval Too Small", "Min-SE: 1800")
    peer.expect("ACK")
    peer.result["again"] = bool(peer.look_for("INVITE", 0.5))


def calls_with_timer(peer: Peer, uri: str, *headers: str) -> None:
    """Calls with a Session-Expires, and tells what the answer says of it."""
    dialog = peer.invite(uri, "Session-Expires: 90;refresher=uas", "Min-SE: 90", *headers)
    answer = peer.expect(lambda message: (message.status or 0) >= 200)
    peer.result["answer"] = [answer.status, answer["Session-Expires"], answer["Unsupported"]]
    if answer.status == 200:
        dialog.accept(answer)
        dialog.bye()
