"""Callers with offers of many kinds, who look what the callee sends when it has answered."""

from peer import Peer

_VIDEO = ("m=video 40000 RTP/AVP 97", "a=rtpmap:97 VP8/90000")
_OFFERS = {
    "PCMU": {},
    "every codec": {"formats": "0 8 9 96 101", "more": ("a=rtpmap:96 opus/48000/2",)},
    "RTCP attributes": {"more": ("a=rtcp-rsize", "a=mid:0")},
    "PCMU and PCMA": {"formats": "0 8 101"},
    "no telephone-event": {"formats": "0"},
    "a ptime": {"more": ("a=ptime:20",)},
    "no direction": {"direction": None},
    "sendonly": {"direction": "sendonly"},
    "recvonly": {"direction": "recvonly"},
    "inactive": {"direction": "inactive"},
    "video": {"more": _VIDEO},
}
#: How long a callee may take to show what it sends by itself (s).
_LOOK = 0.5


def calls(peer: Peer, uri: str, offer: str) -> None:
    """Calls, and modifies the session itself after a while in which nothing may come."""
    dialog = peer.invite(uri, body=peer.sdp(**_OFFERS[offer]))
    answer = peer.expect("200 INVITE")
    dialog.accept(answer)
    peer.result["media"] = [line for line in answer.sdp_lines if line.startswith("m=")]
    unasked = peer.look_for("INVITE", _LOOK)
    peer.result["unasked"] = str(unasked) if unasked else None
    peer.result["reinvite"] = dialog.reinvite(peer.sdp(version=2)).status
    peer.step()
    dialog.bye()


def calls_without_sdp(peer: Peer, uri: str) -> None:
    """Calls with an empty INVITE; the offer is in the 200, the answer in the ACK."""
    dialog = peer.invite(uri, body="")
    answer = peer.expect("200 INVITE")
    dialog.follow(answer)
    dialog.request("ACK", body=peer.sdp(), number=int(answer["CSeq"].split()[0]))
    unasked = peer.look_for("INVITE", _LOOK)
    peer.result["unasked"] = str(unasked) if unasked else None
    peer.step()
    dialog.bye()
