"""Peers that end calls and say why, or do not say it."""

from peer import Peer


def hangs_up(peer: Peer, *headers: str) -> None:
    """Answers, and hangs up with these headers when the suite lets it go on."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.step()
    dialog.bye(*headers)


def says_nothing(peer: Peer) -> None:
    """Takes the INVITE, and does not answer."""
    peer.expect("INVITE")
    peer.step()


def refuses(peer: Peer, status_line: str, *headers: str) -> None:
    """Refuses with a status line as it is given."""
    invite = peer.expect("INVITE")
    status, _, phrase = status_line.partition(" ")
    peer.reply(invite, int(status), phrase, *headers)
    peer.expect("ACK")


def refuses_without_space(peer: Peer, status: int) -> None:
    """Refuses with a status line that ends after the status, against RFC 3261, section 7.2."""
    send = peer.send
    peer.send = lambda octets, where: send(octets.replace(b" \r\n", b"\r\n", 1), where)
    peer.reply(peer.expect("INVITE"), status, "")


def disconnects(peer: Peer) -> None:
    """Rings, and closes the connection instead of an answer."""
    peer.ring(peer.expect("INVITE"))
    peer.step()
    peer.disconnect()
    peer.step()


def cancels(peer: Peer, uri: str, *headers: str) -> None:
    """Calls, and cancels with these headers when the suite lets it go on."""
    dialog = peer.invite(uri)
    peer.expect("180")
    peer.step()
    dialog.request("CANCEL", *headers, branch=dialog.branch)
    peer.expect("487 INVITE")
    dialog.request("ACK", number=1, branch=dialog.branch)


def hangs_up_early(peer: Peer, uri: str, *headers: str) -> None:
    """Calls, and hangs up with a BYE before it is answered."""
    dialog = peer.invite(uri)
    branch = dialog.branch
    dialog.follow(peer.expect("180"))
    peer.step()
    dialog.request("BYE", *headers)
    peer.expect("200 BYE")
    peer.expect("487 INVITE")
    dialog.request("ACK", number=1, branch=branch)


def answers_a_cancelled_call(peer: Peer) -> None:
    """Rings, and answers as the CANCEL comes."""
    invite = peer.expect("INVITE")
    peer.ring(invite)
    cancel = peer.expect("CANCEL")
    peer.reply(invite, 200, "OK", body=peer.sdp())
    peer.reply(cancel, 200, "OK")
    peer.expect("ACK")
    peer.reply(peer.expect("BYE"), 200, "OK")


def hangs_up_unacknowledged(peer: Peer, uri: str) -> None:
    """Calls, and hangs up in place of the ACK."""
    dialog = peer.invite(uri)
    dialog.follow(peer.expect("200 INVITE"))
    dialog.bye()


def acknowledges_late(peer: Peer, uri: str) -> None:
    """Calls, and sends the ACK when the suite lets it go on; some wait for it with their BYE."""
    dialog = peer.invite(uri)
    answer = peer.expect("200 INVITE")
    peer.step()
    dialog.accept(answer)
    dialog.await_bye()


def answers_without(peer: Peer, lacking: str) -> None:
    """Answers by a 200 that lacks its Contact or the tag of its To, against RFC 3261, 12.1.1."""
    send, invite = peer.send, peer.expect("INVITE")
    contact = f"Contact: <{peer.uri}>\r\n".encode()
    tag = f";tag={peer.tag}".encode()
    missing = {"Contact": contact, "tag": tag}[lacking]
    peer.send = lambda octets, where: send(octets.replace(missing, b"", 1), where)
    peer.reply(invite, 200, "OK", body=peer.sdp())


def hangs_up_after_a_refused_fax(peer: Peer) -> None:
    """Asks for a fax (T.38) in place of audio, and hangs up when that is refused."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.step()
    offer = peer.sdp(version=2).partition("m=audio")[0] + "m=image 4000 udptl t38\r\n"
    peer.result["status"] = dialog.reinvite(offer).status
    dialog.bye()


def calls_twice(peer: Peer, uri: str) -> None:
    """Calls, is answered, and begins and cancels a second call with the same Call-ID."""
    dialog = peer.invite(uri)
    dialog.accept(peer.expect("200 INVITE"))
    peer.step()
    other = peer.invite(uri, call_id=dialog.call_id)
    peer.expect("180")
    peer.step()
    other.cancel()
    peer.expect("487 INVITE")
    other.request("ACK", number=1, branch=other.branch)
    peer.step()
    dialog.await_bye()
