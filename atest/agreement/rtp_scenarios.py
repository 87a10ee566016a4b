"""Peers whose RTP is not what was agreed: other numbers, lengths, sources, losses, odd digits."""

from peer import Peer
from peer_rtp import Rtp


def sends(
    peer: Peer, payload_type: int = 0, length: int = 160, ssrc: int = 0x5EED, formats: str = "0 101"
) -> None:
    """Answers, and sends a tone with that payload type, so many samples in a packet."""
    peer.rtp.payload_type, peer.rtp.length, peer.rtp.ssrc = payload_type, length, ssrc
    dialog = peer.answer(peer.expect("INVITE"), formats=formats)
    peer.rtp.play(440)
    dialog.await_bye()


def becomes_another_source(peer: Peer) -> None:
    """Answers, and sends from another source when the suite says so."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    peer.step()
    peer.rtp.ssrc = 0xBEEF
    dialog.await_bye()


def sends_twice(peer: Peer) -> None:
    """Answers, and sends from two sources at the same time, as two media servers do."""
    dialog = peer.answer(peer.expect("INVITE"))
    other = Rtp()
    other.target, other.ssrc = peer.rtp.target, 0xBEEF
    peer.rtp.play(440)
    other.play(620)
    try:
        dialog.await_bye()
    finally:
        other.close()


def sends_numbers(peer: Peer, numbers: str) -> None:
    """Answers, and sends packets with these sequence numbers, counted from the first."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.send_numbers(*map(int, numbers.split()))
    dialog.await_bye()


def pauses(peer: Peer) -> None:
    """Answers, sends three packets, and three more when the suite says so."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.send_numbers(0, 1, 2)
    peer.step()
    peer.rtp.send_numbers(1, 2, 3)
    dialog.await_bye()


def jumps(peer: Peer) -> None:
    """Answers, sends twenty packets, and ten with far other numbers when the suite says so."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.send_numbers(*range(20))
    peer.step()
    peer.rtp.send_numbers(*range(20_000, 20_010))
    dialog.await_bye()


def numbers_go_back(peer: Peer) -> None:
    """Answers and sends a tone, and numbers its packets anew from 5 when the suite says so."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    peer.step()
    peer.rtp.number_from(5)
    dialog.await_bye()


def pads(peer: Peer) -> None:
    """Answers, and sends a tone in packets with 16 octets of padding."""
    peer.rtp.padding = 16
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    dialog.await_bye()


def presses_oddly(peer: Peer) -> None:
    """Answers, and sends keys as telephone events of odd lengths, in ten packets."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.send_event(5, 160, 320, 480, 480, 480)
    peer.rtp.send_event(11, 37)
    peer.rtp.send_event(0, 160, 320, end=False)
    peer.rtp.send_event(16, 800)
    peer.rtp.send_event(1, 160, payload_type=110)
    dialog.await_bye()


def offers_keys(peer: Peer, uri: str) -> None:
    """Calls with keys of SRTP and sends RTP that nobody can decrypt."""
    key = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
    crypto = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {key}"
    dialog = peer.call(uri, body=peer.sdp(profile="RTP/SAVP", more=(crypto,)))
    peer.rtp.play(440)
    dialog.await_bye()
