"""Peers that are asked to call somebody else, and tell in many ways what came of it."""

from peer import Dialog, Peer


def _notify(
    peer: Peer, dialog: Dialog, body: str, state: str = "active;expires=60", event: str = "refer"
) -> None:
    dialog.request(
        "NOTIFY",
        f"Event: {event}",
        f"Subscription-State: {state}",
        body=body,
        content_type="message/sipfrag;version=2.0",
    )
    peer.expect(lambda message: bool(message.status) and message.method == "NOTIFY")


def tells(
    peer: Peer, *reports: str, status: str = "202 Accepted", early: bool = False, id_: bool = False
) -> None:
    """Answers a REFER and sends a NOTIFY for each report; the last one ends the subscription.

    `early`: the first NOTIFY overtakes the answer; `id_`: the event has the id of the REFER.
    """
    dialog = peer.answer(peer.expect("INVITE"))
    refer = dialog.agree_until("REFER", 10)
    peer.result["refer_to"] = refer["Refer-To"]
    event = f"refer;id={refer['CSeq'].split()[0]}" if id_ else "refer"
    remaining = list(reports)
    if early:
        _notify(peer, dialog, remaining.pop(0), event=event)
    code, _, phrase = status.partition(" ")
    peer.reply(refer, int(code), phrase)
    for number, report in enumerate(remaining, 1):
        last = number == len(remaining)
        state = "terminated;reason=noresource" if last else "active;expires=60"
        _notify(peer, dialog, report, state, event)
    dialog.await_bye()


def takes_and_hangs_up(peer: Peer) -> None:
    """Takes a REFER and hangs up before it tells anything."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.reply(dialog.agree_until("REFER", 10), 202, "Accepted")
    dialog.bye()


def hangs_up_and_tells(peer: Peer, status: str, later: float = 0.0) -> None:
    """Takes a REFER, hangs up, and tells so much later (s) whether the new call came to be."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.reply(dialog.agree_until("REFER", 10), 202, "Accepted")
    _notify(peer, dialog, "SIP/2.0 100 Trying\r\n")
    dialog.request("BYE")
    peer.pause(later)
    _notify(peer, dialog, f"SIP/2.0 {status}\r\n", "terminated;reason=noresource")


def takes_and_rings_nobody(peer: Peer) -> None:
    """Takes a REFER, calls nobody, and ends the subscription a second later."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.reply(dialog.agree_until("REFER", 10), 202, "Accepted")
    peer.pause(1.0)
    _notify(peer, dialog, "SIP/2.0 100 Trying\r\n", "terminated;reason=giveup")
    peer.reply(dialog.agree_until("BYE", 20), 200, "OK")


def refuses(peer: Peer, status: int, phrase: str, *headers: str) -> None:
    """Refuses a REFER."""
    dialog = peer.answer(peer.expect("INVITE"))
    peer.reply(dialog.agree_until("REFER", 10), status, phrase, *headers)
    peer.reply(dialog.agree_until("BYE", 20), 200, "OK")


def ends_an_earlier_one_late(peer: Peer) -> None:
    """Tells nothing of a first REFER until it has taken a second one, which works."""
    dialog = peer.answer(peer.expect("INVITE"))
    first = dialog.agree_until("REFER", 10)
    peer.reply(first, 202, "Accepted")
    _notify(peer, dialog, "SIP/2.0 100 Trying\r\n")
    second = dialog.agree_until("REFER", 10)
    peer.reply(second, 202, "Accepted")
    events = [f"refer;id={refer['CSeq'].split()[0]}" for refer in (first, second)]
    _notify(peer, dialog, "SIP/2.0 100 Trying\r\n", "terminated;reason=giveup", events[0])
    peer.pause(0.3)
    _notify(peer, dialog, "SIP/2.0 200 OK\r\n", "terminated;reason=noresource", events[1])
    dialog.await_bye()


def refers(peer: Peer, target: str) -> None:
    """Answers, and asks the caller to call somebody; notes what that tells of it."""
    dialog = peer.answer(peer.expect("INVITE"))
    dialog.request("REFER", f"Refer-To: {target}")
    peer.expect("202 REFER")
    reports: list[str] = []
    while not reports or " 100 " in reports[-1]:
        notify = peer.expect("NOTIFY")
        peer.reply(notify, 200, "OK")
        reports.append(notify.body.strip())
    peer.result["reported"] = reports[-1]
    dialog.await_bye()
