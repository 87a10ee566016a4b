"""Peers that hold in every way that was ever written, and that answer a hold badly or late."""

import hashlib
import re

from peer import Dialog, Peer
from peer_sip import Received, fresh

_OFFERS = {
    "sendonly": {"direction": "sendonly"},
    "inactive": {"direction": "inactive"},
    "no address": {"direction": None, "address": "0.0.0.0"},
    "no address and sendrecv": {"direction": "sendrecv", "address": "0.0.0.0"},
    "no address and inactive": {"direction": "inactive", "address": "0.0.0.0"},
    "no IPv6 address": {"direction": None, "address": "::"},
    "sendonly of the session": {"direction": None, "session": ("a=sendonly",)},
    "inactive at port 9": {"direction": "inactive", "port": 9},
    "recvonly": {"direction": "recvonly"},
    "port 0": {"direction": "sendrecv", "port": 0},
}


def holds(peer: Peer, way: str, method: str = "INVITE") -> None:
    """Answers, offers what holds or does not, and takes it back, each when the suite says so."""
    invite = peer.expect("INVITE")
    peer.result["allow"] = invite["Allow"]
    dialog = peer.answer(invite)
    peer.step()
    _modify(dialog, peer, method, peer.sdp(version=2, **_OFFERS[way]))
    peer.step()
    _modify(dialog, peer, method, peer.sdp(version=3))
    dialog.await_bye()


def _modify(dialog: Dialog, peer: Peer, method: str, body: str) -> None:
    if method == "INVITE":
        answer = dialog.reinvite(body)
    else:
        dialog.request(method, body=body)
        answer = peer.expect(lambda message: bool(message.status) and message.method == method)
    assert answer.status == 200, answer.start


def holds_in_the_ack(peer: Peer) -> None:
    """Sends a re-INVITE without SDP, gets the offer in the 200, and holds by its answer."""
    dialog = peer.answer(peer.expect("INVITE"))
    for direction, version in (("sendonly", 2), ("sendrecv", 3)):
        peer.step()
        dialog.request("INVITE")
        number = dialog.number
        offer = peer.expect(lambda one, number=number: _is_answer_to(one, number))
        peer.result.setdefault("offers", []).append("m=audio" in offer.body)
        dialog.request("ACK", body=peer.sdp(version=version, direction=direction), number=number)
    dialog.await_bye()


def _is_answer_to(message: Received, number: int) -> bool:
    """Whether it is the 200 to that INVITE, and not one to an earlier INVITE once more."""
    return message.matches("200 INVITE") and message["CSeq"].split()[0] == str(number)


def begins_on_hold(peer: Peer) -> None:
    """Sends early media with ``sendonly``, and answers so."""
    invite = peer.expect("INVITE")
    body = peer.sdp(direction="sendonly")
    peer.reply(invite, 183, "Session Progress", body=body)
    peer.step()
    peer.answer(invite, direction="sendonly").await_bye()


def answers_holds(peer: Peer, *directions: str) -> None:
    """Answers each re-INVITE with a direction of its own, whatever it asks for."""
    invite = peer.expect("INVITE")
    dialog = peer.answer(invite)
    offered = []
    for version, direction in enumerate(directions, 2):
        reinvite = peer.expect("INVITE", within=20.0)
        offered.append(_direction(reinvite))
        peer.answer(reinvite, direction=direction, version=version)
    peer.result["offered"] = offered
    dialog.await_bye()


def announces_its_answer(peer: Peer) -> None:
    """Answers a hold by a 183 with SDP, and by a 200 when the suite lets it go on."""
    dialog = peer.answer(peer.expect("INVITE"))
    reinvite = peer.expect("INVITE", within=20.0)
    body = peer.sdp(direction="recvonly", version=2)
    peer.reply(reinvite, 183, "Session Progress", body=body)
    peer.step()
    peer.answer(reinvite, direction="recvonly", version=2)
    dialog.await_bye()


def answers_the_third_time(peer: Peer) -> None:
    """Answers a hold when it arrives for the third time, and the next re-INVITE at once."""
    dialog = peer.answer(peer.expect("INVITE"))
    for _ in range(2):
        peer.expect("INVITE", within=20.0)
    peer.answer(peer.expect("INVITE"), version=2, direction="recvonly")
    again = peer.expect("INVITE")
    peer.result["offered"] = _direction(again)
    peer.answer(again, version=3)
    dialog.await_bye()


def changes_its_mind(peer: Peer) -> None:
    """Answers a hold with ``sendrecv``, and offers ``sendrecv`` itself afterwards."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.answer(peer.expect("INVITE"), direction="sendrecv", version=2)
    answer = dialog.reinvite(peer.sdp(version=3))
    peer.result["answered"] = _direction(answer)
    peer.step()
    dialog.await_bye()


def answers_without_sdp(peer: Peer) -> None:
    dialog = peer.answer(peer.expect("INVITE"))
    peer.reply(peer.expect("INVITE"), 200, "OK")
    dialog.await_bye()


def collides(peer: Peer) -> None:
    """Refuses a hold with 491, and modifies the session itself before that is tried again."""
    dialog = peer.answer(peer.expect("INVITE"))
    _refuse(peer, peer.expect("INVITE"), 491, "Request Pending")
    peer.result["answered"] = _direction(dialog.reinvite(peer.sdp(version=2)))
    resumed = peer.expect("INVITE")
    peer.result["offered"] = _direction(resumed)
    peer.answer(resumed, version=3)
    dialog.await_bye()


def collides_holding(peer: Peer) -> None:
    """Refuses a hold with 491 and holds itself: the answer to that cannot tell who holds."""
    dialog = peer.answer(peer.expect("INVITE"))
    _refuse(peer, peer.expect("INVITE"), 491, "Request Pending")
    dialog.reinvite(peer.sdp(version=2, direction="sendonly"))
    again = peer.expect("INVITE")
    peer.result["offered"] = _direction(again)
    peer.answer(again, version=3, direction="inactive")
    dialog.await_bye()


def never_ready(peer: Peer, status: str, phrase: str, *headers: str) -> None:
    """Refuses every re-INVITE."""
    peer.answer(peer.expect("INVITE"))
    while True:
        message = peer.expect(lambda one: one.method in ("INVITE", "BYE") and not one.status, 20.0)
        if message.method == "BYE":
            peer.reply(message, 200, "OK")
            return
        _refuse(peer, message, int(status), phrase, *headers)


def refuses_once_then_holds(peer: Peer) -> None:
    """Refuses the first re-INVITE and accepts the second one; plays 440 Hz."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    _refuse(peer, peer.expect("INVITE", 20.0), 488, "Not Acceptable Here")
    again = peer.expect("INVITE", 20.0)
    peer.result["offered"] = _direction(again)
    peer.answer(again, version=2, direction="recvonly")
    dialog.await_bye()


def challenges(peer: Peer, password: str, stale: str = "", first: str = "") -> None:
    """Challenges each INVITE whose nonce is not the newest, and that of no re-INVITE is."""
    if first:
        dialog = peer.answer(peer.expect("INVITE"))
        accepted = _await_credentials(peer, peer.expect("INVITE"), password, stale)
    else:
        accepted = _await_credentials(peer, peer.expect("INVITE"), password, stale)
        dialog = peer.answer(accepted)
        accepted = _await_credentials(peer, peer.expect("INVITE"), password, stale)
    peer.result["offered"] = _direction(accepted)
    peer.answer(accepted, direction="recvonly", version=2)
    dialog.await_bye()


def accepts_no_password(peer: Peer) -> None:
    """Lets a call begin, and then challenges every re-INVITE anew, however it is answered."""
    peer.answer(peer.expect("INVITE"))
    while True:
        message = peer.expect(lambda one: one.method in ("INVITE", "BYE") and not one.status, 20.0)
        if message.method == "BYE":
            peer.reply(message, 200, "OK")
            return
        _challenge(peer, message, fresh(), "")


def _await_credentials(peer: Peer, invite: Received, password: str, stale: str) -> Received:
    nonce = fresh()
    _challenge(peer, invite, nonce, stale if invite["Proxy-Authorization"] else "")
    while True:
        invite = peer.expect("INVITE")
        given = invite["Proxy-Authorization"]
        if f'nonce="{nonce}"' in given:
            assert _is_right(given, password), given
            return invite
        _challenge(peer, invite, nonce, "")


def _challenge(peer: Peer, request: Received, nonce: str, stale: str) -> None:
    more = ",stale=true" if stale else ""
    digest = f'Digest realm="pbx",nonce="{nonce}",qop="auth",algorithm=MD5{more}'
    phrase = "Proxy Authentication Required"
    _refuse(peer, request, 407, phrase, f"Proxy-Authenticate: {digest}")


def _refuse(peer: Peer, invite: Received, status: int, phrase: str, *headers: str) -> None:
    peer.reply(invite, status, phrase, *headers)
    peer.expect("ACK")


def _is_right(given: str, password: str) -> bool:
    """Whether a digest answers its challenge (RFC 7616, section 3.4.1)."""
    value = dict(re.findall(r'(\w+)="?([^",]+)"?', given))

    def md5(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode()).hexdigest()

    secret = md5(value["username"], value["realm"], password)
    asked = md5("INVITE", value["uri"])
    response = md5(secret, value["nonce"], value["nc"], value["cnonce"], value["qop"], asked)
    return response == value["response"]


def _direction(message: Received) -> str:
    found = re.findall(r"^a=(sendrecv|sendonly|recvonly|inactive)\r?$", message.body, re.MULTILINE)
    return found[0] if found else ""


def answers_without_audio(peer: Peer) -> None:
    """Answers a hold with port 0, and the next re-INVITE with audio."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.answer(peer.expect("INVITE", within=20.0), port=0, version=2)
    again = peer.expect("INVITE", within=20.0)
    peer.result["offered"] = _direction(again)
    peer.answer(again, version=3)
    dialog.await_bye()


def answers_unfittingly(peer: Peer, how: str) -> None:
    """Agrees to a hold by an answer that no phone should send, and to the next re-INVITE."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    reinvite = peer.expect("INVITE", within=20.0)
    body = peer.sdp(direction="recvonly", version=2)
    changed = {
        "Audio": body.replace("m=audio", "m=Audio"),
        "line": body.replace("t=0 0", "t=0 0\r\nb=AS"),
        "streams": body + "m=video 0 RTP/AVP 34\r\n",
        "codec": peer.sdp("18 101", direction="recvonly", version=2),
    }
    peer.reply(reinvite, 200, "OK", body=changed[how])
    request = peer.expect("INVITE", 20.0)
    peer.result["offered"] = _direction(request)
    peer.reply(request, 200, "OK", body=peer.sdp(version=3))
    dialog.await_bye()


def hangs_up_before_it_agrees(peer: Peer) -> None:
    """Answers a hold with a BYE, and agrees after that."""
    dialog = peer.answer(peer.expect("INVITE"))
    reinvite = peer.expect("INVITE", within=20.0)
    dialog.request("BYE")
    peer.reply(reinvite, 200, "OK", body=peer.sdp(direction="recvonly", version=2))
    peer.expect("200 BYE")


def asks_for_encryption(peer: Peer) -> None:
    """Offers audio over RTP/SAVP to a phone without encryption, and plays 440 Hz."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    peer.step()
    peer.result["answered"] = _direction(dialog.reinvite(peer.sdp(profile="RTP/SAVP", version=2)))
    dialog.await_bye()
