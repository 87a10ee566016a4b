"""Peers on both sides of reliable provisional responses (100rel, RFC 3262)."""

from peer import Dialog, Peer
from peer_sip import Received

SUPPORTED = "Supported: 100rel"


def _acknowledge(peer: Peer, dialog: Dialog, response: Received) -> None:
    """Sends the PRACK for a provisional response, and waits for its answer."""
    dialog.follow(response)
    dialog.request("PRACK", f"RAck: {response['RSeq']} {response['CSeq']}")
    peer.expect("200 PRACK")


def acknowledges(peer: Peer, uri: str, *, late: float = 0.0) -> None:
    """Calls and acknowledges a 180 and a 183 (both `late` seconds late), and a 200."""
    dialog = peer.invite(uri, SUPPORTED)
    ringing = peer.expect("180 INVITE")
    peer.result["180"] = [ringing["Require"], bool(ringing["RSeq"])]
    peer.pause(late)
    peer.result["early"] = [message.start for message in peer.pending]
    _acknowledge(peer, dialog, ringing)
    progress = peer.expect("183 INVITE")
    peer.result["183"] = [int(progress["RSeq"]) - int(ringing["RSeq"]), "m=audio" in progress.body]
    peer.rtp.target = progress.media
    peer.rtp.play(440)
    peer.pause(late)
    _acknowledge(peer, dialog, progress)
    answer = peer.expect("200 INVITE", 10.0)
    peer.result["200"] = [answer["Require"], bool(answer["RSeq"]), bool(answer.body)]
    dialog.request("ACK", number=int(answer["CSeq"].split()[0]))
    dialog.await_bye()


def never_acknowledges(peer: Peer, uri: str) -> None:
    """Calls, and sends no PRACK for the 180."""
    peer.invite(uri, SUPPORTED)
    peer.expect("180 INVITE")
    peer.step()


def acknowledges_another(peer: Peer, uri: str) -> None:
    """Calls, and sends a PRACK for a response that never came."""
    dialog = peer.invite(uri, SUPPORTED)
    dialog.follow(peer.expect("180 INVITE"))
    dialog.request("PRACK", "RAck: 7 1 INVITE")
    peer.expect("481 PRACK")
    peer.step()


def acknowledges_ringing(peer: Peer, uri: str, late: float) -> None:
    """Calls, acknowledges the 180 late, and is answered."""
    dialog = peer.invite(uri, SUPPORTED)
    ringing = peer.expect("180 INVITE")
    peer.pause(late)
    peer.result["early"] = [message.start for message in peer.pending if message.status == 200]
    _acknowledge(peer, dialog, ringing)
    answer = peer.expect("200 INVITE")
    dialog.request("ACK", number=int(answer["CSeq"].split()[0]))
    peer.rtp.target = answer.media
    dialog.await_bye()


def sends_reliably(peer: Peer, *, answer_has_sdp: bool) -> None:
    """Is called, sends a 180 and a 183 reliably, and answers once both have a PRACK."""
    invite = peer.expect("INVITE")
    peer.result["invite"] = [invite["Supported"], invite["Require"]]
    peer.rtp.target = invite.media
    acknowledged = []
    for number, status, phrase, body in ((7, 180, "Ringing", ""), (8, 183, "Progress", peer.sdp())):
        headers = ("Require: 100rel", f"RSeq: {number}")
        peer.reply(invite, status, phrase, *headers, body=body)
        prack = peer.expect("PRACK")
        # baresip ends this line with a line feed only: what follows it is not a part of it.
        acknowledged.append(prack["RAck"].split("\n")[0] == f"{number} {invite['CSeq']}")
        peer.reply(prack, 200, "OK")
    peer.result["acknowledged"] = acknowledged
    peer.rtp.play(440)
    peer.step()
    peer.reply(invite, 200, "OK", body=peer.sdp() if answer_has_sdp else "")
    peer.expect("ACK")
    peer.dialog_of(invite).await_bye()


def waits_for_prack(peer: Peer) -> None:
    """Is called, sends a 183 that needs a PRACK, and gives up when the suite says so."""
    invite = peer.expect("INVITE")
    for _ in range(2):
        headers = ("Require: 100rel", "RSeq: 7")
        peer.reply(invite, 183, "Session Progress", *headers, body=peer.sdp())
    peer.step()
    peer.reply(invite, 504, "Server Time-out")
    peer.expect("ACK")


def two_phones_wait_for_prack(peer: Peer) -> None:
    """Two phones number their responses from 1 on; gives up when the second got no PRACK."""
    invite = peer.expect("INVITE")
    headers = ("Require: 100rel", "RSeq: 1")
    peer.reply(invite, 183, "Session Progress", *headers, body=peer.sdp(), tag="one")
    peer.reply(peer.expect("PRACK"), 200, "OK")
    peer.reply(invite, 180, "Ringing", *headers, tag="two")
    assert peer.look_for("PRACK", 0.3) is None
    peer.reply(invite, 504, "Server Time-out")
    peer.expect("ACK")


def refuses(peer: Peer, status: str, phrase: str, header: str) -> None:
    """Is called, and refuses what the INVITE says about 100rel."""
    invite = peer.expect("INVITE")
    peer.result["invite"] = [invite["Supported"], invite["Require"]]
    peer.reply(invite, int(status), phrase, header)
    peer.expect("ACK")


def calls_without_offer(peer: Peer, uri: str) -> None:
    """Calls without SDP, and says what status the first response has."""
    peer.invite(uri, SUPPORTED, body="")
    peer.result["status"] = peer.expect(lambda message: (message.status or 0) > 100).status


def accepts_otherwise(peer: Peer, tag: str) -> None:
    """Answers PCMU in a 183 that is acknowledged, and PCMA in a 200 with that tag."""
    invite = peer.expect("INVITE")
    peer.rtp.target = invite.media
    headers = ("Require: 100rel", "RSeq: 1")
    peer.reply(invite, 183, "Session Progress", *headers, body=peer.sdp("0 101"), tag="one")
    peer.reply(peer.expect("PRACK"), 200, "OK")
    peer.reply(invite, 200, "OK", body=peer.sdp("8 101", version=2), tag=tag)
    peer.expect("ACK")
    peer.rtp.wait_for_packets(20, 5.0)
    peer.result["types"] = [packet.payload_type for packet in peer.rtp.packets[-5:]]
    peer.step()
    peer.dialog_of(invite, tag).await_bye()
