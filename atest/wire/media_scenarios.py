"""What a peer plays, and when: music on hold, announcements, early media, and streams that stop."""

from peer import Peer
from peer_rtp import COMFORT_NOISE, PCMU, SILENCE
from peer_sip import Received


def holds_with_music(peer: Peer, direction: str) -> None:
    """Answers with 440 Hz, holds when the suite lets it go on and plays 600 Hz, then resumes."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    peer.step()
    peer.rtp.play(600)
    answer = dialog.reinvite(peer.sdp(direction=direction, version=2))
    peer.result["answered"] = answer.status
    peer.step()
    peer.rtp.play(700)
    dialog.reinvite(peer.sdp(version=3))
    peer.step()
    peer.rtp.wait_for_packets(25, 5.0)
    peer.result["heard"] = peer.rtp.tone()
    peer.step()
    dialog.await_bye()


def answers_one_way(peer: Peer, direction: str = "sendonly") -> None:
    """Answers and plays 440 Hz; to a caller who may only listen."""
    dialog = peer.answer(peer.expect("INVITE"), direction=direction)
    peer.rtp.play(440)
    dialog.await_bye()


def only_listens(peer: Peer) -> None:
    """Answers, and sends nothing; says what it has heard in half a second, and hangs up."""
    dialog = peer.answer(peer.expect("INVITE"), direction="recvonly")
    peer.rtp.wait_for_packets(25, 5)
    peer.result["heard"] = peer.rtp.tone()
    dialog.bye()


def announces_and_refuses(peer: Peer) -> None:
    """Plays an announcement one way before it refuses."""
    invite = peer.expect("INVITE")
    peer.rtp.target = invite.media
    peer.rtp.play(440)
    peer.reply(invite, 183, "Session Progress", body=peer.sdp(direction="sendonly"))
    peer.step()
    peer.reply(invite, 486, "Busy Here")
    peer.expect("ACK")


def calls_one_way(peer: Peer, uri: str) -> None:
    """Calls, as an intercom does that only speaks."""
    dialog = peer.call(uri, body=peer.sdp(direction="sendonly"))
    peer.rtp.play(440)
    dialog.await_bye()


def rings_after_early_media(peer: Peer) -> None:
    """183 with SDP, then 180 without, and the media goes on; answers when the suite says so."""
    invite = peer.expect("INVITE")
    peer.rtp.target = invite.media
    peer.rtp.play(440)
    peer.reply(invite, 183, "Session Progress", body=peer.sdp())
    peer.step()
    peer.rtp.play(530)
    peer.ring(invite)
    peer.step()
    peer.result["heard"] = peer.rtp.tone()
    peer.result["packets"] = len(peer.rtp.packets)
    peer.rtp.play(620)
    dialog = peer.answer(invite)
    dialog.await_bye()


def answers_with_tones(peer: Peer, *frequencies: float) -> None:
    """Answers, and plays these all together to the end, also while the call is on hold."""
    peer.answer(peer.expect("INVITE"))
    peer.rtp.play(*frequencies)
    _hold_and_end(peer)


def answers_and_sends_nothing(peer: Peer) -> None:
    """Answers, and no RTP packet leaves."""
    peer.answer(peer.expect("INVITE")).await_bye()


def answers_with_an_unknown_codec(peer: Peer) -> None:
    """Answers with PCMU and sends G.729, which nobody offered."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.payload_type = 18
    peer.rtp.play(440)
    dialog.await_bye()


def talks_and_hangs_up(peer: Peer) -> None:
    """Sends a tone until it hangs up."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    peer.step()
    dialog.bye()


def stops_in_the_middle(peer: Peer) -> None:
    """Answers and plays 440 Hz; no RTP packet leaves any more a moment after the suite says so."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    peer.step()
    peer.pause(0.4)
    peer.rtp.stop()
    dialog.await_bye()


def _hold_and_end(peer: Peer) -> None:
    """Agrees to re-INVITEs until the call ends."""
    while (request := peer.expect(_is_request, 20)).method != "BYE":
        answer = "recvonly" if "a=sendonly" in request.body else "sendrecv"
        peer.reply(request, 200, "OK", body=peer.sdp(direction=answer, version=2))
    peer.reply(request, 200, "OK")


def _is_request(message: Received) -> bool:
    return message.status is None and message.method != "ACK"


#: A key of SDES (RFC 4568) that nothing is encrypted with here.
_CRYPTO = ("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz",)


def offers_srtp_and_sends_rtp(peer: Peer, uri: str) -> None:
    """Agrees on SRTP, and sends 440 Hz that is not encrypted."""
    dialog = peer.call(uri, body=peer.sdp(profile="RTP/SAVP", more=_CRYPTO))
    peer.rtp.play(440)
    dialog.await_bye()


def answers_srtp_with_rtp(peer: Peer) -> None:
    """Answers an offer of RTP/SAVP by RTP/AVP, and sends 440 Hz that is not encrypted."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    dialog.await_bye()


def becomes_unreadable(peer: Peer, tone: float, payload_type: int, after: float = 0.0) -> None:
    """Plays a tone (0 for silence), and another payload type that long after the suite says so."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(tone)
    peer.step()
    peer.pause(after)
    peer.rtp.payload_type = payload_type
    dialog.await_bye()


def sends_comfort_noise(peer: Peer) -> None:
    """Plays 440 Hz, then five packets of comfort noise a second (RFC 3389)."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    peer.step()
    peer.rtp.repeat((COMFORT_NOISE, bytes([60])), every=0.2)
    dialog.await_bye()


def mixes(peer: Peer, payload_type: int) -> None:
    """Answers, and sends silence, every second packet of it with another payload type."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.repeat(SILENCE, (payload_type, bytes(20)))
    dialog.await_bye()


def keeps_a_nat_open(peer: Peer) -> None:
    """Answers, and sends packets without payload only, as RFC 6263 recommends."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.repeat((126, b""), every=0.2)
    dialog.await_bye()


def sends_nothing_often(peer: Peer) -> None:
    """Answers, and sends packets of PCMU without payload, as often as others send audio."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.repeat((PCMU, b""))
    dialog.await_bye()


def answers_dtls_and_sends_rtp(peer: Peer) -> None:
    """Agrees on DTLS, begins no handshake, and sends a tone that is not encrypted."""
    lines = ("a=setup:active", f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}")
    dialog = peer.answer(
        peer.expect("INVITE"), formats="0", profile="UDP/TLS/RTP/SAVPF", more=lines
    )
    peer.rtp.play(440)
    dialog.await_bye()


def offers_two_streams(peer: Peer, uri: str, first: str) -> None:
    """Calls and offers audio twice, as phones do that encrypt where they can; plays 440 Hz."""
    session, _, plain = peer.sdp().partition("m=audio")
    plain = f"m=audio{plain}"
    encrypted = plain.replace(f"{peer.rtp.port} RTP/AVP", "40000 RTP/SAVP") + "".join(
        f"{line}\r\n" for line in _CRYPTO
    )
    streams = (encrypted, plain) if first == "encrypted" else (plain, encrypted)
    dialog = peer.invite(uri, body=session + "".join(streams))
    answer = peer.expect("200 INVITE")
    dialog.follow(answer)
    dialog.request("ACK", number=1)
    taken = [line.split()[1] for line in answer.sdp_lines if line.startswith("m=audio")]
    peer.result["ports"] = taken
    peer.rtp.target = (answer.media[0], int(next(port for port in taken if port != "0")))
    peer.rtp.play(440)
    dialog.await_bye()
