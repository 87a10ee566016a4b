"""A peer that presses keys by SIP INFO, in every way that phones write them."""

from peer import Peer


def presses(peer: Peer, uri: str, *requests: str) -> None:
    """Calls and sends an INFO for each of these, one after the other.

    Each is a content type and a body, ``|`` between them and in place of line ends.
    """
    dialog = peer.call(uri)
    answers = []
    for request in requests:
        kind, _, body = request.partition("|")
        dialog.request("INFO", body=body.replace("|", "\r\n"), content_type=kind)
        answer = peer.expect(lambda message: bool(message.status) and message.method == "INFO")
        answers.append(answer.status)
    peer.result["answers"] = answers
    peer.step()
    dialog.bye()
