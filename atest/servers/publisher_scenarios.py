"""Somebody who publishes a state at a presence server (RFC 3903)."""

from peer import Peer
from peer_dialog import Dialog
from peer_sip import fresh, host_and_port


def publishes(peer: Peer, domain: str, user: str, event: str, kind: str, body: str) -> None:
    """Publishes once for a user of a domain."""
    uri = f"sip:{user}@{domain}"
    dialog = Dialog(peer, fresh(), f"<{uri}>;tag={fresh()}", f"<{uri}>", uri, host_and_port(uri))
    lines = (f"Event: {event}", "Expires: 60")
    dialog.request("PUBLISH", *lines, body=body, content_type=kind)
    answer = peer.expect(lambda message: message.method == "PUBLISH")
    assert answer.status == 200, answer.start
