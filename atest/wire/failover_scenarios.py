"""Proxies that are alive and proxies that are not; ScriptedPeer.py says what a scenario can do."""

from typing import Any


def lives(peer: Any) -> None:
    """Registers whom it is asked to, and answers calls."""
    peer.result["methods"] = methods = []
    while request := _request(peer):
        methods.append(request.method)
        _answer(peer, request)


def lives_and_dies(peer: Any) -> None:
    """Registers one phone, and is silent once the suite lets it go on."""
    _answer(peer, peer.expect("REGISTER"))
    peer.step()
    is_silent(peer)


def is_silent_at_first(peer: Any) -> None:
    """Is silent until the suite lets it go on, and then lives."""
    peer.expect("REGISTER")
    peer.step()
    lives(peer)


def lives_and_refuses(peer: Any, headers: list[str]) -> None:
    """Registers one phone, with headers in the answer, and refuses its call."""
    register = peer.expect("REGISTER")
    peer.reply(register, 200, "OK", f"Contact: {register['Contact']}", *headers)
    peer.reply(peer.expect("INVITE"), 403, "Forbidden")


def answers_without_sdp(peer: Any) -> None:
    """Answers a call with a 200 that the caller cannot use."""
    invite = peer.expect("INVITE")
    peer.reply(invite, 200, "OK", f"Contact: <{peer.uri}>")
    peer.expect("ACK")


def is_silent(peer: Any) -> None:
    """Answers nothing."""
    peer.result["methods"] = methods = []
    seen = set()
    while request := _request(peer):
        if request.transaction not in seen:
            seen.add(request.transaction)
            methods.append(request.method)


def refuses(peer: Any, status: str = "503") -> None:
    """Answers every request with a status."""
    peer.result["methods"] = methods = []
    while request := _request(peer):
        methods.append(request.method)
        if request.method != "ACK":
            peer.reply(request, int(status), "Overloaded")


def _request(peer: Any) -> Any:
    return peer.look_for(lambda message: message.status is None, 20.0)


def _answer(peer: Any, request: Any) -> None:
    if request.method == "REGISTER":
        peer.reply(request, 200, "OK", f"Contact: {request['Contact']}")
    elif request.method == "INVITE":
        peer.reply(request, 100, "Trying")
        peer.ring(request)
        peer.answer(request)
    elif request.method != "ACK":
        peer.reply(request, 200, "OK")
