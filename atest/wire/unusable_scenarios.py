"""Peers whose answers and ACKs a phone cannot use, or has no call for."""

import re

from peer import Dialog, Peer

#: How an answer is changed so that it fits no request.
_CHANGES = {
    "Call-ID": ("Call-ID: .*\r", "Call-ID: another\r"),
    "CSeq": (r"CSeq: \d+ ", "CSeq: 7 "),
}


#: Lines of SDP that no baresip reads.
_LINES = {"rate": "a=rtpmap:0 PCMU", "tab": "a=rtpmap:0\tPCMU/8000", "bandwidth": "b=AS"}


def offers_unreadably(peer: Peer, uri: str, what: str) -> None:
    """Calls with a line of SDP that cannot be read, and says how that is answered."""
    dialog = peer.invite(uri, body=peer.sdp("0", more=(_LINES[what],)))
    answer = peer.expect(lambda message: (message.status or 0) >= 200)
    dialog.request("ACK", number=1, branch=dialog.branch)
    peer.result["status"] = answer.status


def answers_unusably(peer: Peer, what: str) -> None:
    """Answers with a 200 that does not fit its INVITE, or whose SDP is wrong."""
    invite, send, sdp = peer.expect("INVITE"), peer.send, peer.sdp()
    pattern, replacement = _CHANGES.get(what, ("^$", ""))
    if what == "streams":
        sdp += "m=video 0 RTP/AVP 96\r\n"
    elif what in _LINES:
        sdp += f"{_LINES[what]}\r\n"
    elif what == "line end":
        sdp = sdp.rstrip()
    peer.send = lambda octets, where: send(
        re.sub(pattern, replacement, octets.decode()).encode(), where
    )
    peer.reply(invite, 200, "OK", body=sdp)


def answers_request_unusably(peer: Peer, method: str, what: str) -> None:
    """Answers one request by a 200 that fits none."""
    request, send = peer.expect(method), peer.send
    pattern, replacement = _CHANGES[what]
    peer.send = lambda octets, where: send(
        re.sub(pattern, replacement, octets.decode()).encode(), where
    )
    peer.reply(request, 200, "OK")


def answers_hold_unusably(peer: Peer) -> None:
    """Answers the re-INVITE of a hold by a 200 of another call, and the BYE."""
    dialog, send = peer.answer(peer.expect("INVITE")), peer.send
    hold = peer.expect("INVITE")
    pattern, replacement = _CHANGES["Call-ID"]
    peer.send = lambda octets, where: send(
        re.sub(pattern, replacement, octets.decode()).encode(), where
    )
    peer.reply(hold, 200, "OK", body=peer.sdp(direction="recvonly", version=2))
    peer.send = send
    dialog.await_bye()


def acknowledges_another(peer: Peer, uri: str) -> None:
    """Calls, and acknowledges the 200 with the CSeq of no INVITE."""
    dialog = peer.invite(uri)
    dialog.follow(peer.expect("200 INVITE"))
    dialog.request("ACK", number=9)
    peer.step()


def leaves_offer_unanswered(peer: Peer, uri: str) -> None:
    """Calls without an offer, and answers that of the 200 by nothing."""
    dialog = peer.invite(uri, body="")
    dialog.follow(peer.expect("200 INVITE"))
    dialog.request("ACK", number=1)


def renews_unknown_call(peer: Peer, uri: str) -> None:
    """Sends an INVITE within a call that the agent does not have."""
    dialog: Dialog = peer.invite(uri, to=f"<{uri}>;tag=gone")
    answer = peer.expect("481")
    dialog.request("ACK", number=1, branch=dialog.branch)
    peer.result["answer"] = answer.start
