"""Peers that get a MESSAGE or an OPTIONS, or send MESSAGEs that are hard to read."""

from peer import Peer
from peer_sip import Received, fresh, host_and_port

_PHRASE = "Proxy Authentication Required"


def _challenge(nonce: str, *more: str) -> str:
    parameters = ",".join(['realm="pbx"', f'nonce="{nonce}"', 'qop="auth"', *more])
    return f"Proxy-Authenticate: Digest {parameters}"


def _note(peer: Peer, request: Received) -> None:
    peer.result["body"] = request.body
    peer.result["type"] = request["Content-Type"]
    peer.result["headers"] = dict(request.headers)


def accepts(peer: Peer, method: str, status: int, phrase: str, *headers: str) -> None:
    """Answers one request, whatever the status."""
    request = peer.expect(method)
    _note(peer, request)
    peer.reply(request, status, phrase, *headers)


def challenges_twice(peer: Peer, method: str) -> None:
    """Challenges a request, then says that the nonce is stale, then accepts."""
    peer.reply(peer.expect(method), 407, _PHRASE, _challenge("n1"))
    again = peer.expect(method)
    assert 'nonce="n1"' in again["Proxy-Authorization"]
    peer.reply(again, 407, _PHRASE, _challenge("n2", "stale=true"))
    last = peer.expect(method)
    assert 'nonce="n2"' in last["Proxy-Authorization"]
    _note(peer, last)
    peer.reply(last, 202, "Accepted")


def asks_for_the_impossible(peer: Peer, method: str) -> None:
    """Challenges with an algorithm that no phone has."""
    peer.reply(peer.expect(method), 407, _PHRASE, _challenge("n1", "algorithm=WHIRLPOOL"))


def answers_late(peer: Peer, method: str) -> None:
    """Says 100 at once, lets the request be repeated, and answers when the suite says so."""
    request = peer.expect(method)
    peer.reply(request, 100, "Trying")
    peer.step()
    peer.reply(request, 200, "OK")


def stays_silent(peer: Peer, method: str) -> None:
    """Answers the first request when the second one is there, and the second one then."""
    first = peer.expect(method)
    second = peer.expect(lambda each: each.method == method and each["Call-ID"] != first["Call-ID"])
    peer.reply(first, 486, "Late")
    peer.reply(second, 200, "OK")


def sends(peer: Peer, uri: str, *texts: str) -> None:
    """Sends a MESSAGE for each text and waits for the answers."""
    peer.result["statuses"] = [_send(peer, uri, text.encode()) for text in texts]


def sends_to(peer: Peer, uri: str, other: str) -> None:
    """Sends a MESSAGE to where one URI says, for another one."""
    message = _message(peer, other, b"Hello")
    peer.send(message, host_and_port(uri))
    peer.expect(lambda each: each.method == "MESSAGE" and each.status is not None)


def sends_hostile(peer: Peer, uri: str) -> None:
    """Sends MESSAGEs that are broken in one way each; the last one is right."""
    whole = b"Content-Type: text/plain\r\n"
    for name, body, kind, length in (
        ("not UTF-8", b"caf\xe9 \xff\xfe", whole, None),
        ("length too small", b"HelloWorld", whole, 5),
        ("length too large", b"Hello", whole, 50),
        ("no type", b"Hello", b"", None),
        ("markup", b"<script>alert(1)</script> %s%n", whole, None),
        ("long", b"x" * 60_000, whole, None),
        ("right", b"over", whole, None),
    ):
        peer.result[name] = _send(peer, uri, body, kind, length)


def repeats(peer: Peer, uri: str) -> None:
    """Sends one MESSAGE three times, as if its answers were lost, and then another one."""
    message = _message(peer, uri, b"once")
    for _ in range(3):
        peer.send(message, host_and_port(uri))
        peer.expect("200 MESSAGE")
    _send(peer, uri, b"last")


def _send(
    peer: Peer,
    uri: str,
    body: bytes,
    kind: bytes = b"Content-Type: text/plain\r\n",
    length: int | None = None,
) -> int | None:
    """The status of the answer; None when none comes."""
    message = _message(peer, uri, body, kind, length)
    call_id = Received.parse(message, ("", 0), 0.0)["Call-ID"]
    peer.send(message, host_and_port(uri))
    answer = peer.look_for(lambda each: each["Call-ID"] == call_id and each.status is not None, 0.5)
    return answer.status if answer else None


def _message(
    peer: Peer,
    uri: str,
    body: bytes,
    kind: bytes = b"Content-Type: text/plain\r\n",
    length: int | None = None,
) -> bytes:
    lines = [
        f"MESSAGE {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {peer.host};branch={fresh('z9hG4bK')};rport",
        "Max-Forwards: 70",
        f"From: <{peer.uri}>;tag={fresh()}",
        f"To: <{uri}>",
        f"Call-ID: {fresh()}",
        "CSeq: 1 MESSAGE",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n" + kind + b"\r\n" + body
