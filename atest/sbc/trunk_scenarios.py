"""A trunk with habits of its own; ScriptedPeer.py says what a scenario can do."""

from typing import Any


def answers(trunk: Any, *headers: str, formats: str = "0 101") -> None:
    """Rings, answers with these headers and codecs, and waits for the end."""
    invite = trunk.expect("INVITE")
    trunk.ring(invite)
    dialog = trunk.answer(invite, *headers, formats=formats)
    trunk.rtp.play(440)
    dialog.await_bye()


def announces(trunk: Any) -> None:
    """Lets the caller hear 440 Hz before it answers, and answers when it is told to."""
    invite = trunk.expect("INVITE")
    trunk.rtp.target = invite.media
    trunk.reply(invite, 183, "Session Progress", body=trunk.sdp())
    trunk.rtp.play(440)
    trunk.step()
    trunk.answer(invite).await_bye()


def hangs_up(trunk: Any, *headers: str) -> None:
    """Answers, and hangs up when it is told to, with these headers."""
    dialog = trunk.answer(trunk.expect("INVITE"))
    trunk.step()
    dialog.bye(*headers)


def refuses(trunk: Any, status: str, phrase: str, *headers: str) -> None:
    """Refuses a call with a status."""
    trunk.reply(trunk.expect("INVITE"), int(status), phrase, *headers)
    trunk.expect("ACK")


def asks_for_an_offer(trunk: Any) -> None:
    """Answers, and sends a re-INVITE without SDP when it is told to."""
    dialog = trunk.answer(trunk.expect("INVITE"))
    trunk.step()
    answer = dialog.reinvite(body="")
    trunk.result["status"], trunk.result["offer"] = answer.status, answer.body
    trunk.step()
    dialog.await_bye()


def calls(trunk: Any, uri: str, *headers: str, origin: str | None = None) -> None:
    """Calls a phone behind the SBC."""
    trunk.call(uri, *headers, origin=origin, next_hop=uri).await_bye()


def is_dead(trunk: Any) -> None:
    """Answers nothing until it is told to go on."""
    trunk.step()
