"""The calls that a baresip has, as its commands list them: an attached one may have some."""

import re
import time
from collections.abc import Callable

from ...errors import CommandRefused
from ...frozen import frozen
from .ctrl_tcp import Command, call_id_in

Ask = Callable[..., list[str]]
_LISTED = re.compile(
    r"\[line (?P<line>\d+)(?:, id (?P<id>[^\]]+))?\]\s+"
    r"(?P<hours>\d+):(?P<minutes>\d+):(?P<seconds>\d+)\s+"
    r"(?P<state>[A-Z_ ]+?)\s+(?P<hold>\(on hold\))?\s*(?P<peer>\S*)"
)
_PEER = re.compile(r"peer_uri:.*<(.*)>")
_ESTABLISHED = ("ESTABLISHED", "TRANSFER")
_LIST: Command = ("listcalls", "")


@frozen
class RunningCall:
    """A call that a baresip has; `began_at` is when it began, or was established."""

    call_id: str
    peer: str
    incoming: bool
    established: bool
    on_hold: bool
    began_at: float


def running_calls(ask: Ask, aor: str) -> list[RunningCall]:
    """The calls of an account, which is the chosen one, oldest first."""
    calls = []
    for listed in _LISTED.finditer(_of_account(ask(_LIST)[0], aor)):
        known = _call_of(ask, listed)
        if known is None:
            continue  # it has just ended
        call_id, peer, incoming = known
        hours, minutes, seconds = (int(listed[unit]) for unit in ("hours", "minutes", "seconds"))
        calls.append(
            RunningCall(
                call_id,
                peer,
                incoming,
                established=listed["state"].strip() in _ESTABLISHED,
                on_hold=listed["hold"] is not None,
                began_at=time.monotonic() - (3600 * hours + 60 * minutes + seconds),
            )
        )
    return sorted(calls, key=lambda call: call.began_at)


def _call_of(ask: Ask, listed: re.Match[str]) -> tuple[str, str, bool] | None:
    """The Call-ID and the peer of a call, and whether it came in; None when it has ended."""
    try:
        shown = ask(("line", listed["line"]), ("callstat", ""))[1]
    except CommandRefused:  # 3.18 has that command only once a call is up
        if listed["id"] is None:
            raise
        return listed["id"], listed["peer"], listed["state"] == "INCOMING"
    call_id, peer = call_id_in(shown), _PEER.search(shown)
    if call_id is None or peer is None:
        return None
    return call_id, peer[1], "direction: Incoming" in shown


def _of_account(shown: str, aor: str) -> str:
    """What a list of calls says of one account. Before 2.0 it is of the chosen one only."""
    _, *parts = re.split(r"^User-Agent: (.*)$", shown, flags=re.MULTILINE)
    own = re.sub(r"^sips?:|:\d+$", "", aor)
    owners, texts = parts[::2], parts[1::2]
    if len(owners) < 2:
        return shown
    return "".join(t for owner, t in zip(owners, texts, strict=True) if owner.strip() == own)


def is_on_hold(ask: Ask, call_id: str) -> bool:
    """Whether baresip holds a call. It becomes the current one."""
    shown = ask(("callfind", call_id), _LIST)[1]
    return any(line.startswith(">") and "(on hold)" in line for line in shown.splitlines())
