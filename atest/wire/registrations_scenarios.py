"""Registrars that answer as few do."""

import re

from peer import Peer
from peer_sip import bare_uri


def lists(peer: Peer, *contacts: str) -> None:
    """Accepts a registration and lists these contacts; OURS is the one that was asked for."""
    register = peer.expect("REGISTER")
    given = [one.replace("OURS", register["Contact"]) for one in contacts]
    peer.reply(register, 200, "OK", *(f"Contact: {one}" for one in given))


def sees_another_address(peer: Peer, address: str) -> None:
    """Accepts a registration that came through a NAT, as its Via and its list of contacts say."""
    register, send = peer.expect("REGISTER"), peer.send
    host, _, port = address.partition(":")
    seen = f";rport={port};received={host}".encode()
    peer.send = lambda octets, where: send(octets.replace(b";rport", seen, 1), where)
    user = bare_uri(register["Contact"]).partition("@")[0]
    peer.reply(register, 200, "OK", f"Contact: <{user}@{address}>;expires=3600")


def challenges(peer: Peer, *parameters: str) -> None:
    """Challenges, once for each of these, and accepts what comes with credentials."""
    register = peer.expect("REGISTER")
    challenged = [f'WWW-Authenticate: Digest realm="pbx",nonce="n",{one}' for one in parameters]
    peer.reply(register, 401, "Unauthorized", *challenged)
    again = peer.look_for("REGISTER", 10.0)
    peer.result["credentials"] = again["Authorization"] if again else ""
    if again:
        peer.reply(again, 200, "OK", f"Contact: {again['Contact']}")


def challenges_with(peer: Peer, *challenges: str) -> None:
    """Challenges a registration with these challenges, and accepts nothing."""
    values = [f"WWW-Authenticate: {one}" for one in challenges]
    peer.reply(peer.expect("REGISTER"), 401, "Unauthorized", *values)


def forbids(peer: Peer, *, challenged: bool) -> None:
    """Refuses a registration, at once or when it came with credentials."""
    register = peer.expect("REGISTER")
    if challenged:
        challenge = 'WWW-Authenticate: Digest realm="pbx",nonce="n"'
        peer.reply(register, 401, "Unauthorized", challenge)
        register = peer.expect("REGISTER")
    peer.reply(register, 403, "Forbidden")


def forbids_calls(peer: Peer) -> None:
    """Challenges a call, and refuses it when it comes with credentials."""
    challenge = 'Proxy-Authenticate: Digest realm="pbx",nonce="n"'
    peer.reply(peer.expect("INVITE"), 407, "Proxy Authentication Required", challenge)
    peer.expect("ACK")
    peer.reply(peer.expect("INVITE"), 403, "Forbidden")
    peer.expect("ACK")


def challenges_calls(peer: Peer, parameters: str) -> None:
    """Challenges an INVITE, and again when credentials come."""
    invite = peer.expect("INVITE")
    challenge = f'Proxy-Authenticate: Digest realm="pbx",nonce="n",{parameters}'
    peer.reply(invite, 407, "Proxy Authentication Required", challenge)
    peer.expect("ACK")
    again = peer.look_for("INVITE", 10.0)
    if again:
        peer.reply(again, 407, "Proxy Authentication Required", challenge)
        peer.expect("ACK")


def challenges_calls_again(peer: Peer, challenge: str) -> None:
    """Challenges an INVITE as a proxy, and what comes with credentials as the server behind it."""
    invite = peer.expect("INVITE")
    first = 'Proxy-Authenticate: Digest realm="pbx",nonce="n"'
    peer.reply(invite, 407, "Proxy Authentication Required", first)
    peer.expect("ACK")
    invite = peer.expect("INVITE")
    assert invite["Proxy-Authorization"], "it came without credentials"
    peer.reply(invite, 401, "Unauthorized", *[challenge] if challenge else [])
    peer.expect("ACK")


def grants(peer: Peer, seconds: int) -> None:
    """Accepts one registration for a time, and answers no other."""
    register = peer.expect("REGISTER")
    contact = register["Contact"].partition(";expires")[0]
    peer.reply(register, 200, "OK", f"Contact: {contact};expires={seconds}")
    peer.step()


def grants_by_header(peer: Peer, seconds: int) -> None:
    """Accepts one registration for a time that stands in Expires alone; answers no other."""
    register = peer.expect("REGISTER")
    contact = register["Contact"].partition(";expires")[0]
    peer.reply(register, 200, "OK", f"Contact: {contact}", f"Expires: {seconds}")
    peer.step()


def keeps(peer: Peer, status: int, phrase: str) -> None:
    """Accepts a registration, and keeps it when the agent ends it, for 60 s."""
    for answer in ((200, "OK"), (status, phrase)):
        register = peer.expect("REGISTER")
        contact = register["Contact"].partition(";expires")[0]
        peer.reply(register, *answer, f"Contact: {contact};expires=60")


def answers_another(peer: Peer, pattern: str, replacement: str) -> None:
    """Accepts a registration by a 200 that is changed so that it fits no request."""
    register, send = peer.expect("REGISTER"), peer.send
    peer.send = lambda octets, where: send(
        re.sub(pattern, replacement, octets.decode()).encode(), where
    )
    peer.reply(register, 200, "OK", f"Contact: {register['Contact']}")


def calls_each_nonce_stale(peer: Peer) -> None:
    """Challenges each REGISTER with a new nonce, because the last one was stale."""
    challenge = 'Digest realm="pbx",nonce="n{}",stale=true'
    for number in range(2):
        register = peer.expect("REGISTER")
        value = challenge.format(number)
        peer.reply(register, 401, "Unauthorized", f"WWW-Authenticate: {value}")


def refuses(peer: Peer, status: int, phrase: str, *headers: str) -> None:
    """Refuses a registration."""
    peer.reply(peer.expect("REGISTER"), status, phrase, *headers)
