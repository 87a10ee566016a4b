"""Peers that ask for credentials in the middle of a call."""

from peer import Dialog, Peer
from peer_sip import Received

_PHRASE = "Proxy Authentication Required"


def _challenge(nonce: str, *more: str) -> str:
    parameters = ",".join(['realm="pbx"', f'nonce="{nonce}"', 'qop="auth"', "algorithm=MD5", *more])
    return f"Proxy-Authenticate: Digest {parameters}"


def _carries(request: Received, nonce: str) -> bool:
    shown = request["Proxy-Authorization"]
    return f'nonce="{nonce}"' in shown and 'username="1001"' in shown


def _up(peer: Peer, *, challenged: bool) -> Dialog:
    """Answers an INVITE, challenged with the nonce n1 or not."""
    invite = peer.expect("INVITE")
    if challenged:
        peer.reply(invite, 407, _PHRASE, _challenge("n1"))
        peer.expect("ACK")
        invite = peer.expect("INVITE")
        assert _carries(invite, "n1"), invite["Proxy-Authorization"]
    return peer.answer(invite)


def challenges_bye(peer: Peer, challenged: bool, stale: str = "") -> None:
    """Challenges the BYE with the nonce n2."""
    _up(peer, challenged=challenged)
    bye = peer.expect("BYE", 20)
    peer.reply(bye, 407, _PHRASE, _challenge("n2", *[stale] if stale else []))
    again = peer.look_for("BYE", 4.0)
    peer.result["answered"] = bool(again and _carries(again, "n2"))
    if again:
        numbers = [int(one["CSeq"].split()[0]) for one in (bye, again)]
        peer.result["step"] = numbers[1] - numbers[0]
        peer.reply(again, 200, "OK")


def challenges_bye_for_ever(peer: Peer) -> None:
    """Challenges every BYE with a nonce of its own; counts them."""
    _up(peer, challenged=True)
    number = 2
    while bye := peer.look_for("BYE", 20 if number == 2 else 1.0):
        peer.reply(bye, 407, _PHRASE, _challenge(f"n{number}"))
        number += 1
    peer.result["byes"] = number - 2


def challenges_info(peer: Peer, challenged: bool) -> None:
    """Challenges the first INFO with the nonce n2, and takes the call's end."""
    dialog = _up(peer, challenged=challenged)
    info = peer.expect("INFO", 20)
    peer.reply(info, 407, _PHRASE, _challenge("n2"))
    again = peer.look_for("INFO", 4.0)
    peer.result["answered"] = bool(again and _carries(again, "n2"))
    if again:
        peer.result["same"] = again.body == info.body
        peer.reply(again, 200, "OK")
    bye = dialog.await_bye()
    numbers = [int(one["CSeq"].split()[0]) for one in (info, again or info, bye)]
    peer.result["rising"] = numbers == sorted(numbers) and numbers[1] < numbers[2]


def challenges_refer(peer: Peer) -> None:
    """Challenges a REFER with the nonce n2, and refuses it when it comes with credentials."""
    dialog = _up(peer, challenged=True)
    refer = dialog.agree_until("REFER", 20)
    peer.reply(refer, 407, _PHRASE, _challenge("n2"))
    again = peer.look_for("REFER", 4.0)
    peer.result["answered"] = bool(again and _carries(again, "n2"))
    if again:
        peer.reply(again, 603, "Decline")
    peer.reply(dialog.agree_until("BYE", 20), 200, "OK")
