"""Peers that agree on media in the ways of RFC 3264: late, early, by UPDATE, in another order."""

from peer import Peer
from peer_rtp import SILENCE

_OPUS = ("a=rtpmap:120 opus/48000/2",)
_KEY = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"


def answers(peer: Peer, formats: str = "0 101", *more: str) -> None:
    """Answers with these formats and lines."""
    peer.answer(peer.expect("INVITE"), formats=formats, more=more).await_bye()


def names_a_codec_wrongly(peer: Peer, name: str) -> None:
    """Answers PCMU by its number and another name, and sends a tone."""
    body = peer.sdp("0").replace("PCMU/8000", name)
    invite = peer.expect("INVITE")
    peer.rtp.target = invite.media
    peer.reply(invite, 200, "OK", body=body)
    peer.expect("ACK")
    peer.rtp.play(440)
    peer.expect("BYE", 20)


def counts_its_ports(peer: Peer) -> None:
    """Answers with a number of ports after the port (RFC 8866, section 5.14), and sends a tone."""
    body = peer.sdp("0").replace(f"audio {peer.rtp.port} ", f"audio {peer.rtp.port}/1 ")
    invite = peer.expect("INVITE")
    peer.rtp.target = invite.media
    peer.reply(invite, 200, "OK", body=body)
    peer.expect("ACK")
    peer.rtp.play(440)
    peer.expect("BYE", 20)


def sends_by_its_own_number(peer: Peer) -> None:
    """Answers PCMU with another number, and sends silence with that, too, as some phones do."""
    more = ("a=rtpmap:97 PCMU/8000",)
    dialog = peer.answer(peer.expect("INVITE"), formats="97", more=more)
    peer.rtp.repeat((97, SILENCE[1]))
    dialog.await_bye()


def answers_opus_by_another_number(peer: Peer) -> None:
    """Answers with opus as payload type 120, and asks for packets of 40 ms."""
    peer.answer(peer.expect("INVITE"), formats="120", more=(*_OPUS, "a=ptime:40")).await_bye()


def agrees_early(peer: Peer) -> None:
    """Agrees in a 183; the 200 that follows has no SDP."""
    invite = peer.expect("INVITE")
    peer.reply(invite, 183, "Session Progress", body=peer.sdp("8 101"))
    peer.step()
    peer.reply(invite, 200, "OK")
    peer.expect("ACK")
    peer.dialog_of(invite).await_bye()


def agrees_early_and_refuses(peer: Peer) -> None:
    """Agrees in a 183, and then refuses the call."""
    invite = peer.expect("INVITE")
    peer.reply(invite, 183, "Session Progress", body=peer.sdp("8 101"))
    peer.step()
    peer.reply(invite, 486, "Busy Here")
    peer.expect("ACK")


def answers_another_codec_at_the_end(peer: Peer) -> None:
    """Agrees on PCMA in a 183 and on PCMU in the 200."""
    invite = peer.expect("INVITE")
    peer.reply(invite, 183, "Session Progress", body=peer.sdp("8 101"))
    peer.step()
    peer.answer(invite, formats="0 101").await_bye()


def offers(
    peer: Peer, uri: str, formats: str = "0 101", *more: str, profile: str = "RTP/AVP"
) -> None:
    """Calls with an offer of these formats and lines."""
    peer.call(uri, body=peer.sdp(formats, more=more, profile=profile)).await_bye()


def answers_over(peer: Peer, profile: str, direction: str = "sendrecv") -> None:
    """Answers with this profile and no keys, whatever was offered, and sends a tone."""
    dialog = peer.answer(peer.expect("INVITE"), profile=profile, direction=direction)
    peer.rtp.play(440)
    dialog.await_bye()


def offers_two_suites(peer: Peer, uri: str) -> None:
    """Calls with keys for two suites of SRTP, the shorter one first."""
    offers(
        peer,
        uri,
        "0 101",
        f"a=crypto:1 AES_CM_128_HMAC_SHA1_32 {_KEY}",
        f"a=crypto:2 AES_CM_128_HMAC_SHA1_80 {_KEY}",
        profile="RTP/SAVP",
    )


def answers_by_a_suite_of_its_own(peer: Peer) -> None:
    """Answers with a key for a suite that was not offered; says what it hears, and hangs up."""
    line = f"a=crypto:1 F8_128_HMAC_SHA1_80 {_KEY}"
    dialog = peer.answer(peer.expect("INVITE"), formats="0", profile="RTP/SAVP", more=(line,))
    peer.rtp.play(440)
    peer.step()
    peer.rtp.wait_for_packets(40, 5)
    peer.result["heard"] = peer.rtp.tone()
    dialog.bye()


def answers_by_another_suite(peer: Peer, suite: str) -> None:
    """Answers with a key for that suite; says how long the payloads are that come."""
    line = f"a=crypto:1 {suite} {_KEY}"
    dialog = peer.answer(peer.expect("INVITE"), formats="0", profile="RTP/SAVP", more=(line,))
    peer.step()
    peer.rtp.wait_for_packets(10, 5)
    peer.result["octets"] = {len(packet.payload) for packet in list(peer.rtp.packets)}
    dialog.bye()


def answers_by_a_key(peer: Peer, key: str) -> None:
    """Answers with a key as it is given; says what it hears, and hangs up."""
    line = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {key}"
    dialog = peer.answer(peer.expect("INVITE"), formats="0", profile="RTP/SAVP", more=(line,))
    peer.step()
    peer.rtp.wait_for_packets(40, 5)
    peer.result["heard"] = peer.rtp.tone()
    dialog.bye()


def offers_no_key_later(peer: Peer, profile: str) -> None:
    """Answers with a key, and offers none in a re-INVITE; says how long payloads are then."""
    line = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {_KEY}"
    dialog = peer.answer(peer.expect("INVITE"), formats="0", profile="RTP/SAVP", more=(line,))
    peer.step()
    dialog.reinvite(peer.sdp("0", profile=profile, version=2))
    peer.rtp.wait_for_packets(10, 5)
    before = len(peer.rtp.packets)
    peer.rtp.wait_for_packets(10, 5)
    peer.result["octets"] = {len(packet.payload) for packet in list(peer.rtp.packets)[before:]}
    peer.step()
    dialog.await_bye()


def calls_without_an_offer(peer: Peer, uri: str) -> None:
    """Calls without SDP; the ACK has the answer."""
    dialog = peer.invite(uri, body="")
    answer = peer.expect("200 INVITE")
    dialog.follow(answer)
    peer.rtp.target = answer.media
    dialog.request("ACK", number=1, body=peer.sdp("8 101"))
    dialog.await_bye()


def offers_another_codec_by(peer: Peer, method: str) -> None:
    """Answers with PCMU, offers PCMA in that method when the suite says so, and hangs up."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.step()
    offer = peer.sdp("8 101", version=2)
    if method == "INVITE":
        answer = dialog.reinvite(offer)
    else:
        dialog.request("UPDATE", body=offer)
        answer = peer.expect(lambda message: message.method == "UPDATE" and message.status)
    peer.result["status"] = answer.status
    dialog.bye()


def holds(peer: Peer, direction: str, address: str | None = None) -> None:
    """Answers, and offers a direction when the suite says so."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.step()
    dialog.reinvite(peer.sdp(direction=direction, address=address, version=2))
    dialog.await_bye()


def refuses_the_stream(peer: Peer) -> None:
    """Answers with port 0: no audio."""
    peer.answer(peer.expect("INVITE"), port=0).await_bye()
