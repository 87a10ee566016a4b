"""A peer whose messages are read, counted and awaited."""

from peer import Peer
from peer_dialog import Dialog
from peer_sip import fresh, host_and_port

#: What may come from the network in a body: 50 kB, bytes that are not UTF-8, markup.
_LONG = b"<script>alert(1)</script>" + b"x" * 50_000
_TOO_LONG = b"x" * 100_000
_BINARY = b"caf\xe9 \xff\xfe \x00 end"


def _outside(peer: Peer, uri: str) -> Dialog:
    """A dialog that no INVITE begins."""
    where = host_and_port(uri)
    return Dialog(peer, fresh(), f"<{peer.uri}>;tag={fresh()}", f"<{uri}>", uri, where)


def asks(peer: Peer, uri: str, *methods: str) -> None:
    """Sends a request of each method outside of dialogs; to some, old stacks give no answer."""
    for method in methods:
        headers = ["Event: presence", "Subscription-State: active", "Expires: 60"]
        _outside(peer, uri).request(method, *headers, body="Hello", content_type="text/plain")
    peer.expect("200 OPTIONS")


def sends_bodies(peer: Peer, uri: str) -> None:
    """Sends bodies and a header that a hostile phone might send."""
    for body in (_BINARY, _LONG):
        evil = "X-Evil: <b>&amp;\x1b[31m \"'"
        _outside(peer, uri).request("OPTIONS", evil, body=body, content_type="text/plain")
        peer.expect("200 OPTIONS")


def sends_too_much(peer: Peer, uri: str) -> None:
    """Sends a body that no baresip takes over TCP."""
    _outside(peer, uri).request("OPTIONS", body=_TOO_LONG, content_type="text/plain")


def repeats(peer: Peer, uri: str) -> None:
    """Sends an INVITE three times, and cancels it."""
    dialog = peer.invite(uri)
    invite = next(text for way, _, text in peer.messages if way == ">").encode()
    peer.expect("180 INVITE")
    for _ in range(2):
        peer.send(invite, dialog.where)
        peer.expect("180 INVITE")
    peer.step()
    dialog.cancel()
    peer.expect("487 INVITE")
    dialog.request("ACK", branch=dialog.branch)


def progresses(peer: Peer) -> None:
    """Answers an INVITE step by step: 183, 180, 180 with something new, 302."""
    invite = peer.expect("INVITE")
    peer.reply(invite, 183, "Session Progress", "X-Step: 1")
    peer.reply(invite, 180, "Ringing", "X-Step: 2")
    peer.reply(invite, 180, "Ringing", "X-Step: 3")
    peer.step()
    peer.reply(invite, 603, "Not Today", "Contact: <sip:carol@127.0.0.1:9>", "X-Step: 4")
    peer.expect("ACK")


def ends_with_reason(peer: Peer) -> None:
    """Answers, and ends the call with a Reason when the suite lets it go on."""
    dialog = peer.answer(peer.expect("INVITE"), "P-Asserted-Identity: <sip:4711@example.com>")
    peer.step()
    dialog.request("BYE", 'Reason: Q.850;cause=16;text="Normal"', "Reason: SIP;cause=200")
    peer.expect("200 BYE")


def takes_hold(peer: Peer) -> None:
    """Answers, and accepts the re-INVITE that holds."""
    dialog = peer.answer(peer.expect("INVITE"))
    invite = peer.expect("INVITE")
    peer.answer(invite, "X-Held: yes", direction="recvonly", version=2)
    dialog.await_bye()


def calls_again(peer: Peer, uri: str) -> None:
    """Calls, is refused, and calls again in the same call, as a proxy that tries a phone twice."""
    call_id = ""
    for number in ("1", "2"):
        origin = f'"Try {number}" <{peer.uri}>'
        dialog = peer.invite(uri, f"X-Try: {number}", origin=origin, call_id=call_id or None)
        call_id = dialog.call_id
        final = peer.expect(lambda message: (message.status or 0) >= 200)
        if final.status == 200:
            dialog.accept(final)
            dialog.await_bye()
            return
        dialog.request("ACK", number=dialog.number, branch=dialog.branch)
        peer.pause(0.7)  # which no time in the second call may hold
