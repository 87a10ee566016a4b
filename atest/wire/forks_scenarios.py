"""A proxy's branches, played by one peer: phones that accept the same call."""

from peer import Dialog, Peer
from peer_sip import Received


def two_answer(peer: Peer, *, ring: bool = False, route: bool = False) -> None:
    """Two phones accept, the second a moment later; it repeats its answer until it gets an ACK."""
    invite = peer.expect("INVITE")
    second = Peer("second", peer.address)
    try:
        if ring:
            peer.reply(invite, 180, "Ringing", f"Contact: <{second.uri}>", tag="two")
        first = peer.answer(invite)
        peer.step()
        headers = [f"Contact: <{second.uri}>"]
        if route:
            headers.append(f"Record-Route: <sip:{peer.host};lr>")
        for _ in range(3):
            peer.reply(invite, 200, "OK", *headers, body=peer.sdp("8 101"), tag="two")
            receiver = peer if route else second
            ack = receiver.look_for(
                lambda one: one.method == "ACK" and ";tag=two" in one["To"], 0.5
            )
            if ack:
                break
        peer.result["acknowledged"] = bool(ack)
        bye = receiver.look_for("BYE", 5.0) if ack else None
        peer.result["ended"] = bool(bye)
        if ack and bye:
            receiver.reply(bye, 200, "OK")
            peer.result["uris"] = {ack.uri, bye.uri}
            peer.result["routes"] = [ack["Route"], bye["Route"]]
            peer.result["second"] = second.uri
            peer.result["numbers"] = [
                _number(ack) - _number(invite),
                _number(bye) - _number(invite),
            ]
        first.await_bye()
    finally:
        second.close()


def _acknowledges_second(message: Received) -> bool:
    return message.method == "ACK" and ";tag=two" in message["To"]


def _number(request: Received) -> int:
    return int(request["CSeq"].split()[0])


def accepts_after_the_refusal(peer: Peer, *, cancelled: bool) -> None:
    """Of two phones one is busy, or the call is cancelled; the other accepts all the same."""
    invite = peer.expect("INVITE")
    peer.ring(invite)
    second = Peer("second", peer.address)
    try:
        if cancelled:
            peer.reply(peer.expect("CANCEL"), 200, "OK")
        peer.reply(invite, *((487, "Request Terminated") if cancelled else (486, "Busy Here")))
        peer.expect("ACK")
        for _ in range(2):
            contact = f"Contact: <{second.uri}>"
            peer.reply(invite, 200, "OK", contact, body=peer.sdp(), tag="two")
            ack = second.look_for(_acknowledges_second, 0.5)
            if ack:
                break
        bye = second.look_for("BYE", 5.0) if ack else None
        if bye:
            second.reply(bye, 200, "OK")
        peer.result.update(acknowledged=bool(ack), ended=bool(bye))
    finally:
        second.close()


def accepts_late(peer: Peer) -> None:
    """Says nothing until the suite lets it go on, and accepts then."""
    invite = peer.expect("INVITE")
    peer.step()
    peer.reply(invite, 200, "OK", body=peer.sdp())
    ack = peer.look_for("ACK", 0.5)
    bye = peer.look_for("BYE", 5.0) if ack else None
    if bye:
        peer.reply(bye, 200, "OK")
    peer.result.update(acknowledged=bool(ack), ended=bool(bye))


def another_answers_without_audio(peer: Peer) -> None:
    """Two phones accept, and neither sends audio: the second refuses the stream in its answer."""
    invite = peer.expect("INVITE")
    first = peer.answer(invite)
    peer.reply(invite, 200, "OK", body=peer.sdp(port=0), tag="two")
    peer.step()
    first.await_bye()


def one_answers_twice(peer: Peer) -> None:
    """One phone repeats its answer, as it does when an ACK was lost."""
    invite = peer.expect("INVITE")
    dialog: Dialog = peer.answer(invite)
    peer.reply(invite, 200, "OK", body=peer.sdp())
    peer.result["acknowledged"] = bool(peer.look_for("ACK", 2.0))
    peer.step()
    peer.result["byes"] = bool(peer.look_for("BYE", 0.3))
    dialog.bye()


def calls_by_two_ways(peer: Peer, uri: str) -> None:
    """Calls twice in one call, as a proxy that reaches a phone by two ways, and holds it."""
    dialog = peer.invite(uri)
    first = dialog.branch
    dialog.request("INVITE", body=peer.sdp(), number=1)
    peer.expect("482 INVITE")
    dialog.request("ACK", number=1, branch=dialog.branch)
    assert dialog.branch != first
    dialog.accept(peer.expect("200 INVITE"))
    peer.step()
    dialog.reinvite(peer.sdp(direction="sendonly", version=2))
    dialog.await_bye()
