"""Callers that look at what comes before the answer: 183, its headers, and what follows."""

from peer import Peer
from peer_sip import Received


def hears_early_media(peer: Peer, uri: str, *names: str, offer: bool = True) -> None:
    """Calls, hears what comes with the 183, is answered, and tells what both of them say."""
    dialog = peer.invite(uri, body=None if offer else "")
    progress = peer.expect("183 INVITE")
    peer.result["183"] = _said(progress, names)
    if offer:
        peer.rtp.target = progress.media
        peer.result["heard"] = peer.rtp.wait_for_packets(10, 5.0)
    peer.step()
    answer = peer.expect("200 INVITE")
    peer.result["200"] = _said(answer, names)
    peer.result["supported"] = answer["Supported"]
    dialog.follow(answer)
    number = int(answer["CSeq"].split()[0])
    dialog.request("ACK", body="" if offer else peer.sdp(), number=number)
    peer.result["heard after"] = peer.rtp.wait_for_packets(10, 5.0)
    peer.result["reinvited"] = bool(peer.look_for("INVITE", 0.6))
    dialog.bye()


def _said(answer: Received, names: tuple[str, ...]) -> list[str]:
    """The values of some headers, and whether there is SDP."""
    values = [value for name in names for value in answer.all(name)]
    return [*values, "SDP" if "m=audio" in answer.body else "no SDP"]


def says(peer: Peer, *answers: str) -> None:
    """Answers with these, which have no SDP, a moment apart, and then accepts."""
    invite = peer.expect("INVITE")
    for answer in answers:
        status, _, phrase = answer.partition(" ")
        peer.reply(invite, int(status), phrase)
        peer.pause(0.05)
    peer.answer(invite).await_bye()


def is_called_twice(peer: Peer, uri: str) -> None:
    """Calls twice, and tells the headers of both answers."""
    for number in (1, 2):
        dialog = peer.invite(uri)
        answer = peer.expect("200 INVITE")
        peer.result[f"answer {number}"] = [answer["X-Note"], answer["Supported"]]
        dialog.accept(answer)
        dialog.bye()
