"""Peers that receive digits as RTP events, or cannot."""

from peer import Peer


def takes_digits(
    peer: Peer, formats: str = "0 101", direction: str = "sendrecv", rate: int = 8000
) -> None:
    """Answers, and asks for another direction when the suite says so; returns the events.

    `rate` is that of their clock.
    """
    more = (f"a=rtpmap:101 telephone-event/{rate}",) if "101" in formats else ()
    dialog = peer.answer(peer.expect("INVITE"), formats=formats, events=None, more=more)
    peer.rtp.play(440)
    peer.step()
    if direction != "sendrecv":
        dialog.reinvite(peer.sdp(direction=direction, version=2))
        peer.step()
    peer.result["digits"] = _digits(peer)
    dialog.await_bye()


def presses_out_of_order(peer: Peer, digits: str) -> None:
    """Answers, and presses; of each key, the end overtakes a packet."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    peer.rtp.wait_for_packets(5, 5.0)
    for digit in digits:
        peer.rtp.press_out_of_order(digit, 0, 1, 2, 4, 3)
    peer.step()
    dialog.await_bye()


def is_held(peer: Peer) -> None:
    """Agrees to a hold."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.play(440)
    peer.reply(peer.expect("INVITE"), 200, "OK", body=peer.sdp(direction="recvonly", version=2))
    peer.expect("ACK")
    peer.step()
    peer.result["digits"] = _digits(peer)
    dialog.await_bye()


def refuses_the_audio(peer: Peer) -> None:
    """Answers with port 0."""
    dialog = peer.answer(peer.expect("INVITE"), port=0)
    peer.step()
    peer.result["digits"] = _digits(peer)
    dialog.await_bye()


def _digits(peer: Peer) -> str:
    starts = {p.timestamp: p.payload[0] for p in peer.rtp.packets if p.payload_type == 101}
    return "".join(map(str, starts.values()))
