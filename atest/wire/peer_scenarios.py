"""The scripted peer as a plain phone."""

from peer import Peer


def answers(peer: Peer) -> None:
    """Rings, answers, plays 440 Hz, and notes what it heard when the suite lets it go on."""
    invite = peer.expect("INVITE")
    peer.ring(invite)
    dialog = peer.answer(invite)
    peer.rtp.play(440)
    peer.step()
    peer.result["heard"] = peer.rtp.tone()
    dialog.await_bye()


def rings_until_told(peer: Peer) -> None:
    """Rings, and answers when the suite lets it go on."""
    invite = peer.expect("INVITE")
    peer.ring(invite)
    peer.step()
    peer.answer(invite).await_bye()


def calls(peer: Peer, uri: str) -> None:
    """Calls, plays 440 Hz, presses 5, and hangs up when the suite lets it go on."""
    dialog = peer.call(uri)
    peer.rtp.play(440)
    peer.step()
    peer.rtp.press("5")
    peer.result["heard"] = peer.rtp.tone()
    peer.step()
    dialog.bye()


def calls_twice(peer: Peer, uri: str) -> None:
    """Sends its INVITE three times: a second time at once, and after the answer."""
    dialog = peer.invite(uri)
    invite = next(text for way, _, text in peer.messages if way == ">").encode()
    peer.send(invite, dialog.where)
    answer = peer.expect("200 INVITE")
    peer.send(invite, dialog.where)
    peer.result["answers"] = {answer.raw, peer.expect("200 INVITE").raw}
    dialog.accept(answer)
    dialog.bye()


def is_called(peer: Peer) -> None:
    """Notes what comes after the call was answered."""
    peer.answer(peer.expect("INVITE"))
    request = peer.expect(lambda message: message.status is None)
    peer.result["next"] = request.method
    peer.reply(request, 200, "OK")
