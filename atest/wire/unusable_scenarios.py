"""Peers whose answers and ACKs a phone cannot use, or has no call for."""

import re
from collections.abc import Callable

from peer import Dialog, Peer

#: How an answer is changed so that it fits no request.
_CHANGES = {
    "Call-ID": ("Call-ID: .*\r", "Call-ID: another\r"),
    "CSeq": (r"CSeq: \d+ ", "CSeq: 7 "),
    "From": (r"(From: .*;tag=).*\r", r"\1another\r"),
    "version": ("^SIP/2.0", "sip/2.0"),
    "type": ("application/sdp", "text/plain"),
    "contact": ("Contact: .*\r", "Contact: <tel:+49155>\r"),
}

#: How an INVITE is changed so that no stack makes a call of it.
_BROKEN = {
    "method": ("CSeq: 1 INVITE", "CSeq: 1 OPTIONS"),
    "contact": ("Contact: .*\r\n", ""),
    "call": ("Call-ID: .*\r\n", ""),
    "uri": ("^INVITE .* SIP", "INVITE http://nowhere/ SIP"),
    "branch": ("branch=z9hG4bK", "branch=old"),
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
    headers: list[str] = []
    if what == "streams":
        sdp += "m=video 0 RTP/AVP 96\r\n"
    elif what in _LINES:
        sdp += f"{_LINES[what]}\r\n"
    elif what == "streams behind a proxy":
        sdp += "m=video 0 RTP/AVP 96\r\n"
        headers = _secure_behind_proxy(peer)
    elif what == "line end":
        sdp = sdp.rstrip()
    peer.send = lambda octets, where: send(
        re.sub(pattern, replacement, octets.decode()).encode(), where
    )
    peer.reply(invite, 200, "OK", *headers, body=sdp)


def _secure_behind_proxy(peer: Peer) -> list[str]:
    """A Contact that baresip sends nothing to by itself, and a proxy to which it sends."""
    return [f"Contact: <sips:peer@{peer.host}>", f"Record-Route: <sip:{peer.host};lr>"]


def answers_behind_proxy(peer: Peer) -> None:
    """Answers with that Contact and that proxy."""
    dialog = peer.answer(peer.expect("INVITE"), *_secure_behind_proxy(peer))
    dialog.await_bye()


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


def answers_with_change(peer: Peer, what: str) -> None:
    """Answers with a 200 that is unusual in one way, and waits for the BYE."""
    invite, send = peer.expect("INVITE"), peer.send
    peer.rtp.target = invite.media
    peer.rtp.play(440)
    peer.send = _changing(peer, *_CHANGES[what])
    peer.reply(invite, 200, "OK", body=peer.sdp())
    peer.send = send
    peer.expect("ACK")
    peer.reply(peer.expect("BYE", 20), 200, "OK")


def progresses_unreadably(peer: Peer) -> None:
    """Answers with a 183 whose SDP cannot be read."""
    invite = peer.expect("INVITE")
    peer.reply(invite, 183, "Session Progress", body=peer.sdp(more=(_LINES["rate"],)))
    peer.step()


def calls_brokenly(peer: Peer, uri: str, what: str) -> None:
    """Sends an INVITE of which no stack makes a call."""
    peer.send = _changing(peer, *_BROKEN[what])
    dialog = peer.invite(uri)
    if what in ("contact", "branch"):
        peer.expect({"contact": "500", "branch": "606"}[what])
        dialog.request("ACK", number=1, branch=dialog.branch)


def calls_with_text(peer: Peer, uri: str) -> None:
    """Calls with an offer that the Content-Type calls a text."""
    dialog = peer.call(uri, content_type="text/plain")
    dialog.await_bye()


def _changing(peer: Peer, pattern: str, replacement: str) -> Callable[..., None]:
    send = peer.send
    return lambda octets, where: send(
        re.sub(pattern, replacement, octets.decode(), count=1).encode(), where
    )


def acknowledges_another(peer: Peer, uri: str, what: str) -> None:
    """Calls, and acknowledges the 200 with something of another INVITE."""
    dialog = peer.invite(uri)
    dialog.follow(peer.expect("200 INVITE"))
    if what == "Call-ID":
        dialog.call_id = "another"
    elif what == "To tag":
        dialog.remote = re.sub(";tag=.*", ";tag=another", dialog.remote)
    elif what == "From tag":
        dialog.local = re.sub(";tag=.*", ";tag=another", dialog.local)
    dialog.request("ACK", number=9 if what == "CSeq" else 1)
    peer.step()


def answers_offer_unreadably(peer: Peer, uri: str) -> None:
    """Calls without an offer, and answers that of the 200 by SDP that cannot be read."""
    dialog = peer.invite(uri, body="")
    dialog.follow(peer.expect("200 INVITE"))
    dialog.request("ACK", number=1, body=peer.sdp(more=(_LINES["rate"],)))


def offers_again_unreadably(peer: Peer, method: str) -> None:
    """Answers, and offers SDP anew that cannot be read."""
    dialog = peer.answer(peer.expect("INVITE"))
    dialog.request(method, body=peer.sdp(version=2, more=(_LINES["rate"],)))
    peer.expect(f"488 {method}")
    if method == "INVITE":
        dialog.request("ACK", number=dialog.number, branch=dialog.branch)
    dialog.await_bye()


def hangs_up_another(peer: Peer) -> None:
    """Answers, and sends a BYE with the tag of no call."""
    dialog = peer.answer(peer.expect("INVITE"))
    dialog.remote = re.sub(";tag=.*", ";tag=another", dialog.remote)
    peer.step()
    dialog.bye()
    dialog.await_bye()


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


def has_address(peer: Peer, address: str) -> None:
    """Answers with another address in its SDP, and plays 440 Hz."""
    invite = peer.expect("INVITE")
    peer.rtp.target = invite.media
    body = peer.sdp().replace("c=IN IP4 127.0.0.1", f"c=IN IP4 {address}")
    peer.reply(invite, 200, "OK", body=body)
    peer.expect("ACK")
    peer.rtp.play(440)
    peer.dialog_of(invite).await_bye()
    peer.result["arrived"] = len(peer.rtp.packets)


def offers_unusably(peer: Peer, uri: str, line: str, other: str) -> None:
    """Calls with another line in its SDP."""
    dialog = peer.invite(uri, body=peer.sdp().replace(line, other))
    answer = peer.expect(lambda message: (message.status or 0) >= 200)
    dialog.request("ACK", number=1, branch=dialog.branch)
    peer.result["status"] = answer.status


def answers_unreadably(peer: Peer, method: str, how: str) -> None:
    """Answers a request over TCP without its length, or by what is no SIP."""
    request, send = peer.expect(method), peer.send
    if how == "no SIP":
        send(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 2, request.source)
        return
    peer.send = lambda octets, where: send(octets.replace(b"Content-Length: 0\r\n", b""), where)
    peer.reply(request, 200 if method == "REGISTER" else 180, "OK")
