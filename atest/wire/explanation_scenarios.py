"""What phones, servers and networks do to a call, for messages that have to explain it."""

import re
from typing import Any

from peer import Peer
from peer_sip import Received, fresh, host_and_port


def _final(message: Received) -> bool:
    return message.method == "INVITE" and (message.status or 0) >= 200


def _offer(peer: Peer, kind: str) -> tuple[str, str]:
    """A body that some phone systems send, and its Content-Type."""
    sdp = peer.sdp()
    if kind == "multipart":
        parts = f"--limit\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--limit--\r\n"
        return parts, "multipart/mixed;boundary=limit"
    if kind == "text":
        return "hello", "text/plain"
    formats, profile = {"gsm": ("3", "RTP/AVP"), "encrypted": ("0", "RTP/SAVP")}.get(
        kind, ("0 101", "RTP/AVP")
    )
    return peer.sdp(formats, profile=profile), "application/sdp"


def is_refused(
    peer: Peer, uri: str, *headers: str, kind: str = "plain", user: str | None = None
) -> None:
    """Calls with headers and a body that a phone may not take; notes what it answers."""
    if user is not None:
        uri = re.sub("^sip:[^@]*@", f"sip:{user}@", uri)
    body, content_type = _offer(peer, kind)
    dialog = peer.invite(uri, *headers, body=body, content_type=content_type)
    answer = peer.expect(_final)
    peer.result["status"] = answer.status
    dialog.request("ACK", number=1, branch=dialog.branch)


def calls_number(peer: Peer, uri: str, number: str) -> None:
    """Calls the phone at a URI by another one, which stands in the Request-URI, and is refused."""
    dialog = peer.invite(number, next_hop=uri)
    peer.expect(_final)
    dialog.request("ACK", number=1, branch=dialog.branch)


def never_acknowledges(peer: Peer, uri: str) -> None:
    """Calls, and lets every 200 go without an ACK."""
    peer.invite(uri)
    for _ in range(3):
        peer.expect("200 INVITE")
    peer.result["answers"] = 3
    peer.step()


def never_calls_up(peer: Peer, *statuses: int) -> None:
    """Answers an INVITE with these provisional statuses, and with nothing more."""
    invite = peer.expect("INVITE")
    for status in statuses:
        peer.reply(invite, status, {100: "Trying", 182: "Queued"}[status])
    peer.expect("CANCEL", 20)


def challenges(peer: Peer) -> None:
    """Asks for credentials, and answers nothing to them."""
    invite = peer.expect("INVITE")
    challenge = 'Proxy-Authenticate: Digest realm="pbx", nonce="1", algorithm=MD5'
    peer.reply(invite, 407, "Proxy Authentication Required", challenge)
    peer.expect("ACK")
    again = peer.expect("INVITE")
    peer.result["credentials"] = again["Proxy-Authorization"]
    peer.step()


def challenges_without_a_challenge(peer: Peer, times: int) -> None:
    """Answers an INVITE with a 407 that asks for nothing, so often, and the next one with none."""
    for _ in range(times):
        peer.reply(peer.expect("INVITE"), 407, "Proxy Authentication Required")
        peer.expect("ACK")
    peer.expect("INVITE")
    peer.step()


def answers_with(peer: Peer, *, with_sdp: bool = True, early: bool = False, **sdp: Any) -> None:
    """Answers with an SDP that may not fit the offer, or with none, and plays 440 Hz."""
    invite = peer.expect("INVITE")
    peer.rtp.target = invite.media
    if early:
        peer.reply(invite, 183, "Session Progress", body=peer.sdp(**sdp))
    peer.reply(invite, 200, "OK", body=peer.sdp(**sdp) if with_sdp else "")
    peer.expect("ACK")
    peer.rtp.play(440)
    peer.dialog_of(invite).await_bye()


def rings_after_early_media(peer: Peer) -> None:
    """Early media of 440 Hz in a 183, then a 180 without SDP."""
    invite = peer.expect("INVITE")
    peer.rtp.target = invite.media
    peer.reply(invite, 183, "Session Progress", body=peer.sdp())
    peer.rtp.play(440)
    peer.step()
    peer.ring(invite)
    peer.step()


def takes_refer(
    peer: Peer, *, answer: str = "", body: str | None = None, state: str | None = None
) -> None:
    """Takes a REFER, and sends no NOTIFY or one with this body and Subscription-State."""
    dialog = peer.answer(peer.expect("INVITE"))
    refer = dialog.agree_until("REFER", 10)
    peer.reply(refer, 202, "Accepted", *filter(None, [answer]))
    if state is not None:
        notify = ("Event: refer", f"Subscription-State: {state}")
        dialog.request("NOTIFY", *notify, body=body or "", content_type="message/sipfrag")
        peer.result["notify"] = peer.expect(_answers("NOTIFY")).status
    dialog.await_bye()


def takes_no_refer(peer: Peer) -> None:
    """Lets a REFER go without an answer."""
    dialog = peer.answer(peer.expect("INVITE"))
    dialog.agree_until("REFER", 10)
    dialog.await_bye()


def _answers(method: str) -> Any:
    return lambda message: bool(message.status) and message.method == method


def sends_infos(peer: Peer, uri: str, *kinds: str) -> None:
    """Calls, and sends INFOs: each a Content-Type, a slash and what is in it."""
    dialog = peer.call(uri)
    for kind in kinds:
        content_type, _, body = kind.partition("|")
        dialog.request("INFO", body=body, content_type=content_type)
        peer.result[kind] = peer.expect(_answers("INFO")).status
    peer.step()
    dialog.bye()


def presses(peer: Peer, uri: str, payload_type: int, events: bool = True) -> None:
    """Calls, and presses 5 as RTP events of a payload type, agreed or not."""
    dialog = peer.call(uri, body=peer.sdp() if events else peer.sdp("0"))
    peer.rtp.press("5", payload_type=payload_type)
    peer.step()
    dialog.bye()


def answers_and_presses(peer: Peer, payload_type: int) -> None:
    """Answers with PCMU and events, and presses 5 with another payload type."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.rtp.press("5", payload_type=payload_type)
    peer.step()
    dialog.bye()


def sends_events(peer: Peer, uri: str) -> None:
    """Calls, and sends a flash of the hook, a 7, and the end of a 5 whose beginning was lost."""
    dialog = peer.call(uri)
    peer.rtp.press(16)
    peer.rtp.press("7")
    peer.rtp.send_event(5, 800)
    peer.step()
    dialog.bye()


def hangs_up(peer: Peer, *headers: str) -> None:
    """Answers, and hangs up when the suite lets it go on, with these headers."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.step()
    dialog.bye(*headers)


def registers_and_calls(peer: Peer, user: str) -> None:
    """A registrar that calls its phone by another user, as trunks are called by a number."""
    register = peer.expect("REGISTER")
    peer.reply(register, 200, "OK", f"Contact: {register['Contact']}")
    contact = re.search("<([^>]*)>", register["Contact"])
    assert contact
    is_refused(peer, contact[1], user=user)


def forwards_as(peer: Peer, formats: str, uri: str) -> None:
    """A proxy that changes the formats of the offer on their way to a phone."""
    invite = peer.expect("INVITE")
    _forward(peer, invite, formats, uri)
    while True:
        answer = peer.expect(lambda message: bool(message.status), 20)
        _send_back(peer, answer, invite.source)
        if answer.status and answer.status >= 200:
            break


def _forward(peer: Peer, invite: Received, formats: str, uri: str) -> None:
    via = f"Via: SIP/2.0/UDP {peer.host};branch={fresh('z9hG4bK')}\r\n"
    rest = invite.raw.decode().partition("\r\n")[2]
    head, _, body = rest.partition("\r\n\r\n")
    body = re.sub(r"^(m=audio \d+ \S+ ).*$", rf"\g<1>{formats}", body, flags=re.MULTILINE)
    body = body.replace("\r\r\n", "\r\n")
    head = re.sub("(?im)^Content-Length:.*$", f"Content-Length: {len(body)}", head)
    forwarded = f"INVITE {uri} SIP/2.0\r\n{via}{head}\r\n\r\n{body}"
    peer.send(forwarded.encode(), host_and_port(uri))


def _send_back(peer: Peer, answer: Received, where: tuple[str, int]) -> None:
    """Without the topmost Via, which is this proxy's own."""
    peer.send(re.sub(rb"\r\nVia: [^\r]*", b"", answer.raw, count=1), where)


def loses_answers(peer: Peer, uri: str) -> None:
    """A proxy that forwards an INVITE to a phone, and of its answers only the provisional ones."""
    invite = peer.expect("INVITE")
    _forward(peer, invite, "0 8 101", uri)
    while True:
        answer = peer.look_for(lambda message: bool(message.status), 20)
        if answer is None:
            return
        if answer.status and answer.status < 200:
            _send_back(peer, answer, invite.source)
        else:
            peer.result["lost"] = peer.result.get("lost", 0) + 1
