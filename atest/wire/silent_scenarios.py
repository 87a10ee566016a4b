"""Callers that tell what they were answered before the end."""

from peer import Peer
from peer_dialog import Dialog
from peer_sip import Received, bare_uri


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


def is_forked(peer: Peer, uri: str) -> None:
    """Calls twice in one call, as a proxy forks it that reaches a phone by two ways."""
    dialog = peer.invite(uri)
    peer.expect("100 INVITE")
    again = _sent(peer, "INVITE").decode()
    user = uri.partition(":")[2].partition("@")[0]
    other = again.replace(f"sip:{user}@", "sip:did@", 1).replace(dialog.branch, "z9hG4bKfork")
    peer.send(other.encode(), dialog.where)
    merged = peer.expect("482 INVITE")
    dialog.request("ACK", number=dialog.number, branch="z9hG4bKfork")
    peer.result["merged"] = merged.start
    final = peer.expect("486 INVITE")
    peer.result["final"] = final.start


def is_tried_again(peer: Peer, uri: str) -> None:
    """Calls again in the same call, as a proxy does that tries a phone twice, in turn."""
    answers = []
    first = peer.invite(uri)
    for dialog in (first, None):
        dialog = dialog or peer.invite(uri, call_id=first.call_id)
        final = peer.expect(lambda message: (message.status or 0) >= 200)
        _acknowledge(dialog, final)
        answers.append(final.status)
    peer.result["answers"] = answers


def is_left(peer: Peer) -> None:
    """A registrar: its phone leaves, and is called before that is confirmed.

    The phone waits for half a second: on a slow machine it is gone by then, and answers nothing.
    """
    register = peer.expect("REGISTER")
    peer.reply(register, 200, "OK", f"Contact: {register['Contact']}")
    leaving = peer.expect("REGISTER", within=20.0)
    dialog = peer.invite(bare_uri(register["Contact"]))
    final = peer.look_for(lambda message: (message.status or 0) >= 200, 3.0)
    if final:
        _acknowledge(dialog, final)
    peer.result["statuses"] = _statuses(peer)
    peer.reply(leaving, 200, "OK")


def is_odd(peer: Peer, uri: str) -> None:
    """Calls with odd names, long headers and no offer."""
    name = '"' + '\\"<sip:x@y> ' * 100 + '"'
    dialog = peer.invite(
        uri, "X-Long: " + "x" * 6000, body="", origin=f"{name} <sip:%41%00;a=b@127.0.0.1;p=q>"
    )
    final = peer.expect(lambda message: (message.status or 0) >= 200)
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
