"""Callees that get a re-INVITE which asks for nothing new, and what they make of it."""

import re

from peer import Peer
from peer_sip import Received


def _said(message: Received) -> str:
    direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)", message.body, re.MULTILINE)
    return direction[1] if direction else "no SDP"


def is_refreshed(peer: Peer, *answers: str) -> None:
    """Answers each re-INVITE with SDP of a direction, and tells what it and its ACK say."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    told = []
    for version, direction in enumerate(answers, 2):
        reinvite = peer.expect("INVITE", 20.0)
        told.append(_said(reinvite))
        body = peer.sdp(direction=direction, version=version) if direction else ""
        peer.reply(reinvite, 200, "OK", body=body)
        told.append(_said(peer.expect("ACK")))
    peer.result["told"] = told
    dialog.await_bye()


def refuses_refresh(peer: Peer, status: str, phrase: str, *headers: str, times: int = 1) -> None:
    """Refuses re-INVITEs, then agrees to one; tells how many there were."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    for _ in range(times):
        peer.reply(peer.expect("INVITE", 20.0), int(status), phrase, *headers)
        peer.expect("ACK")
    reinvite = peer.look_for("INVITE", 6.0)
    peer.result["sent again"] = bool(reinvite)
    if reinvite:
        peer.reply(reinvite, 200, "OK", body=peer.sdp(version=2))
        peer.expect("ACK")
    dialog.await_bye()


def challenges_refresh(peer: Peer) -> None:
    """Challenges the re-INVITE, and agrees when it comes with credentials."""
    dialog = peer.answer(peer.expect("INVITE"))
    challenge = 'Proxy-Authenticate: Digest realm="here", nonce="n1", algorithm=MD5'
    peer.reply(peer.expect("INVITE", 20.0), 407, "Proxy Authentication Required", challenge)
    peer.expect("ACK")
    reinvite = peer.expect("INVITE")
    peer.result["told"] = [bool(reinvite["Proxy-Authorization"]), _said(reinvite)]
    peer.reply(reinvite, 200, "OK", body=peer.sdp(version=2))
    peer.expect("ACK")
    dialog.await_bye()


def ignores_refresh(peer: Peer) -> None:
    """Does not answer the re-INVITE."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.expect("INVITE", 20.0)
    peer.step()
    dialog.bye()


def refuses_and_is_left(peer: Peer, status: str, phrase: str) -> None:
    """Refuses a re-INVITE in a way that ends the call, and takes the BYE."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.reply(peer.expect("INVITE", 20.0), int(status), phrase)
    peer.expect("ACK")
    dialog.await_bye()
