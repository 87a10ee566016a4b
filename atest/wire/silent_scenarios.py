"""Callers that tell what they were answered before the end."""

from peer import Peer
from peer_dialog import Dialog
from peer_sip import Received


def calls(peer: Peer, uri: str, repeats: bool = False) -> None:
    """Calls, and waits for a final answer; its INVITE may be repeated as over a bad line."""
    dialog = peer.invite(uri)
    if repeats:
        peer.expect("100 INVITE")
        peer.send(_sent(peer, "INVITE"), dialog.where)
        peer.expect("100 INVITE")
    final = peer.expect(lambda message: (message.status or 0) >= 200)
    peer.result["statuses"] = _statuses(peer)
    peer.result["took"] = final.at - peer.messages[0][1]
    peer.result["phrase"] = final.start.split(" ", 2)[2]
    peer.result["why"] = final.all("X-Why")
    _acknowledge(dialog, final)


def cancels(peer: Peer, uri: str) -> None:
    """Calls, and gives up when the suite says so."""
    dialog = peer.invite(uri)
    peer.expect("100 INVITE")
    peer.step()
    dialog.cancel()
    peer.expect("200 CANCEL")
    final = peer.expect("487 INVITE")
    _acknowledge(dialog, final)
    peer.result["statuses"] = _statuses(peer)


def is_answered(peer: Peer, uri: str) -> None:
    """Calls, and hangs up when the suite says so."""
    dialog = peer.call(uri, within=10.0)
    peer.result["statuses"] = _statuses(peer)
    peer.step()
    dialog.bye()


def _acknowledge(dialog: Dialog, final: Received) -> None:
    dialog.remote = final["To"]
    dialog.request("ACK", number=dialog.number, branch=dialog.branch)


def _statuses(peer: Peer) -> list[int]:
    """What the INVITE was answered, without repetitions."""
    answers = [
        Received.parse(text.encode(), ("", 0), at) for way, at, text in peer.messages if way == "<"
    ]
    statuses = [answer.status for answer in answers if answer.status and answer.method == "INVITE"]
    return list(dict.fromkeys(statuses))


def _sent(peer: Peer, method: str) -> bytes:
    return next(text for _, _, text in peer.messages if text.startswith(method)).encode()
