"""A notifier (RFC 6665): what it answers to a SUBSCRIBE, and what it notifies of."""

from peer import Peer
from peer_dialog import Dialog
from peer_sip import Received, fresh, host_and_port, text_of

_LAMP = """<?xml version="1.0"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{version}" state="{state}"
             entity="sip:bob@pbx.example.com">{dialogs}</dialog-info>"""
_DIALOG = """<dialog id="{id}" call-id="c-{id}" direction="recipient"><state>{state}</state>
<local><identity display="Bob">sip:bob@pbx.example.com</identity></local>
<remote><identity display="Carol C.">sip:carol@pbx.example.com</identity></remote></dialog>"""
_CHALLENGE = 'WWW-Authenticate: Digest realm="pbx", nonce="abc", algorithm=MD5, qop="auth"'


def lamp(version: int, *states: str, full: bool = True) -> str:
    """A body of the package dialog with one dialog for each state, named d0, d1 and so on."""
    dialogs = "".join(_DIALOG.format(id=f"d{n}", state=s) for n, s in enumerate(states) if s)
    return _LAMP.format(version=version, state="full" if full else "partial", dialogs=dialogs)


def accept(peer: Peer, expires: int = 600) -> Dialog:
    """Accepts the next SUBSCRIBE."""
    subscribe = peer.expect("SUBSCRIBE")
    peer.result["subscribe"] = subscribe
    peer.reply(subscribe, 200, "OK", f"Expires: {expires}")
    return peer.dialog_of(subscribe)


def notify(
    peer: Peer,
    dialog: Dialog,
    body: str | bytes = "",
    *headers: str,
    state: str = "active;expires=600",
    event: str = "dialog",
    content_type: str = "application/dialog-info+xml",
) -> Received:
    """Sends a NOTIFY and returns its answer."""
    lines = (f"Event: {event}", f"Subscription-State: {state}", *headers)
    dialog.request("NOTIFY", *lines, body=body, content_type=content_type)
    answer = _answer(peer)
    assert answer.status == 200, answer.start
    return answer


def _answer(peer: Peer) -> Received:
    return peer.expect(lambda message: bool(message.status) and message.method == "NOTIFY")


def await_leave(peer: Peer, dialog: Dialog, event: str = "dialog") -> None:
    """Waits for the SUBSCRIBE that ends the subscription; answers it, and notifies of the end."""
    leave = peer.expect("SUBSCRIBE", 20)
    assert leave["Expires"] == "0", leave["Expires"]
    assert leave["Call-ID"] == dialog.call_id
    peer.reply(leave, 200, "OK", "Expires: 0")
    notify(peer, dialog, state="terminated;reason=timeout", event=event)


def shows_states(peer: Peer, *states: str) -> None:
    """Notifies of one state of the lamp after the other, each when the suite says so."""
    dialog = accept(peer)
    for version, state in enumerate(states):
        notify(peer, dialog, lamp(version, *state.split()))
        if version + 1 < len(states):
            peer.step()
    await_leave(peer, dialog)


def shows_two_calls(peer: Peer) -> None:
    """A call is up, and a second one comes, is lost, and comes: the last in a part of the state."""
    dialog = accept(peer)
    notify(peer, dialog, lamp(7, "confirmed"))
    peer.step()
    notify(peer, dialog, lamp(8, "", "early", full=False))
    peer.step()
    notify(peer, dialog, lamp(11, "", "terminated", full=False))
    peer.step()
    notify(peer, dialog, lamp(12))
    await_leave(peer, dialog)


def notifies(peer: Peer, event: str, body: str, content_type: str = "text/plain") -> None:
    dialog = accept(peer)
    notify(peer, dialog, body, event=event, content_type=content_type)
    await_leave(peer, dialog, event)


def notifies_bytes(peer: Peer, *, size: int = 0, raw: str = "") -> None:
    """Notifies of a body of so many octets, or of the octets in hexadecimal digits."""
    dialog = accept(peer)
    notify(peer, dialog, bytes.fromhex(raw) or b"<dialog-info>" + b"a" * size + b"</dialog-info>")
    await_leave(peer, dialog)


def notifies_too_much_for_the_stack(peer: Peer, size: int) -> None:
    """After a body that is too long, the agent subscribes once more."""
    dialog = accept(peer)
    lines = ("Event: dialog", "Subscription-State: active")
    try:
        dialog.request("NOTIFY", *lines, body=b"a" * size)
    except OSError:
        pass  # the agent has closed the connection before it has read all
    again = accept(peer)
    notify(peer, again, lamp(0))
    await_leave(peer, again)


def notifies_with_length(peer: Peer, length: str) -> None:
    """Notifies with a Content-Length that is not that of the body."""
    dialog = accept(peer)
    body = lamp(0, "early")
    dialog.request("NOTIFY", "Event: dialog", "Subscription-State: active", body="")
    peer.expect("200 NOTIFY")
    dialog.number += 1
    head = text_of(
        f"NOTIFY {dialog.target} SIP/2.0",
        [
            f"Via: SIP/2.0/UDP {peer.host};branch=z9hG4bKlength{length};rport",
            f"From: {dialog.local}",
            f"To: {dialog.remote}",
            f"Call-ID: {dialog.call_id}",
            f"CSeq: {dialog.number} NOTIFY",
            f"Contact: {dialog.contact}",
            "Event: dialog",
            "Subscription-State: active",
        ],
        body,
        "application/dialog-info+xml",
    )
    wrong = head.replace(
        f"Content-Length: {len(body)}".encode(), f"Content-Length: {length}".encode()
    )
    peer.send(wrong, dialog.where)
    peer.result["answer"] = _answer(peer).status
    await_leave(peer, dialog)


def refuses(peer: Peer, status: str, phrase: str, *headers: str) -> None:
    peer.reply(peer.expect("SUBSCRIBE"), int(status), phrase, *headers)


def grants_no_time(peer: Peer) -> None:
    """Answers every SUBSCRIBE with a 200 that grants no time."""
    peer.reply(peer.expect("SUBSCRIBE"), 200, "OK", "Expires: 0")
    while subscribe := peer.look_for("SUBSCRIBE", 1.0):
        peer.reply(subscribe, 200, "OK", "Expires: 0")
        peer.result["last"] = subscribe["Expires"]


def challenges(peer: Peer, status: str = "200", phrase: str = "OK") -> None:
    """Challenges, and answers the request with credentials."""
    peer.reply(peer.expect("SUBSCRIBE"), 401, "Unauthorized", _CHALLENGE)
    again = peer.expect("SUBSCRIBE")
    assert again["Authorization"].startswith("Digest "), again["Authorization"]
    assert 'username="alice"' in again["Authorization"]
    peer.reply(again, int(status), phrase, "Expires: 600")
    if status == "200":
        dialog = peer.dialog_of(again)
        notify(peer, dialog, lamp(0))
        await_leave(peer, dialog)


def grants_less(peer: Peer, status: str = "200", phrase: str = "OK") -> None:
    """Grants 2 s only, and answers the refresh with a status."""
    dialog = accept(peer, expires=2)
    notify(peer, dialog, lamp(0), state="active;expires=2")
    refresh = peer.expect("SUBSCRIBE")
    assert refresh["Call-ID"] == dialog.call_id
    peer.reply(refresh, int(status), phrase, "Expires: 600")
    if status == "200":
        notify(peer, dialog, lamp(1, "early"))
        await_leave(peer, dialog)


def wants_more(peer: Peer) -> None:
    """Asks for a longer time (423)."""
    peer.reply(peer.expect("SUBSCRIBE"), 423, "Interval Too Brief", "Min-Expires: 900")
    dialog = accept(peer)
    assert peer.result["subscribe"]["Expires"] == "900"
    notify(peer, dialog, lamp(0))
    await_leave(peer, dialog)


def ends(peer: Peer, state: str) -> None:
    """Notifies once, and when the suite says so of the end."""
    dialog = accept(peer)
    notify(peer, dialog, lamp(0, "early"))
    peer.step()
    notify(peer, dialog, state=state)


def notifies_before_it_answers(peer: Peer) -> None:
    subscribe = peer.expect("SUBSCRIBE")
    dialog = peer.dialog_of(subscribe)
    notify(peer, dialog, lamp(0, "confirmed"))
    peer.reply(subscribe, 200, "OK", "Expires: 600")
    await_leave(peer, dialog)


def answers_a_fetch(peer: Peer, *states: str) -> None:
    """Somebody asks for the state once; after each, the subscription has that state."""
    for state in states:
        dialog = accept(peer, expires=0)
        assert peer.result["subscribe"]["Expires"] == "0"
        notify(peer, dialog, lamp(0, "confirmed"), state=state)


def notifies_in_another_dialog(peer: Peer) -> None:
    """The tag of the NOTIFY is not that of the answer to the SUBSCRIBE."""
    dialog = accept(peer)
    right, dialog.local = dialog.local, dialog.local + "x"
    dialog.request("NOTIFY", "Event: dialog", "Subscription-State: active", body=lamp(0, "early"))
    peer.result["status"] = _answer(peer).status
    dialog.local = right
    await_leave(peer, dialog)


def goes_silent(peer: Peer) -> None:
    """Accepts, and answers nothing from then on."""
    accept(peer)
    leave = peer.expect("SUBSCRIBE", 20)
    peer.result["expires"] = leave["Expires"]


def has_mailbox(peer: Peer) -> None:
    """Registers the agent and reports its mailbox; once more when it registers once more."""
    for new in (1, 2):
        if new == 2:
            peer.reply(peer.expect("REGISTER"), 200, "OK")  # it gives up the first registration
        register = peer.expect("REGISTER")
        peer.reply(register, 200, "OK", f"Contact: {register['Contact']};expires=3600")
        dialog = accept(peer)
        body = f"Messages-Waiting: yes\r\nVoice-Message: {new}/0\r\n"
        notify(peer, dialog, body, event="message-summary", content_type="text/plain")
        await_leave(peer, dialog, "message-summary")


def answers_no_end_but_the_next(peer: Peer) -> None:
    """Does not answer the SUBSCRIBE that ends the first subscription, and grants the next."""
    first = accept(peer)
    leave = peer.expect("SUBSCRIBE")
    assert (leave["Call-ID"], leave["Expires"]) == (first.call_id, "0")

    def is_new(message: Received) -> bool:
        return message.method == "SUBSCRIBE" and message["Call-ID"] != first.call_id

    subscribe = peer.expect(is_new)
    peer.reply(subscribe, 200, "OK", "Expires: 600")
    second = peer.dialog_of(subscribe)
    notify(peer, second, lamp(0, "early"))
    peer.reply(peer.expect(is_new, 20), 200, "OK", "Expires: 0")
    notify(peer, second, state="terminated;reason=timeout")


def refuses_to_end(peer: Peer) -> None:
    dialog = accept(peer)
    notify(peer, dialog, lamp(0))
    leave = peer.expect("SUBSCRIBE", 20)
    peer.reply(leave, 481, "Subscription Does Not Exist")


def notifies_unasked(peer: Peer, uri: str, event: str, body: str) -> None:
    """Sends a NOTIFY outside of any dialog, and says what it was answered with."""
    where = host_and_port(uri)
    dialog = Dialog(peer, fresh(), f"<{peer.uri}>;tag={fresh()}", f"<{uri}>", uri, where)
    lines = (f"Event: {event}", "Subscription-State: active")
    dialog.request("NOTIFY", *lines, body=body, content_type="application/simple-message-summary")
    peer.result["status"] = _answer(peer).status
