"""What the answers of baresip say."""

import re

from ..base import Packets

_CALL_ID = re.compile(r"(?:call id: |\bid=)(\S+)")
_SENT, _RECEIVED = re.compile(r"TX: packets=(\d+)"), re.compile(r"\brcvd=(\d+)")


def call_id_in(told: str) -> str | None:
    """The Call-ID in what ``dial`` or ``callstat`` says."""
    found = _CALL_ID.search(told)
    return found[1] if found else None


def packets_in(told: str) -> Packets | None:
    """The RTP packets in what ``audio_debug`` says."""
    sent, received = _SENT.search(told), _RECEIVED.search(told)
    return Packets(int(received[1]) if received else 0, int(sent[1])) if sent else None


def not_dialled(told: str | None, server: str | None, within: float) -> str:
    """That no call came of ``dial``: how it ended, or that it has not within so many seconds.

    `server` is the STUN or TURN server that has to answer before an INVITE can be sent.
    """
    sent = "no INVITE was sent" + (f" within {within:g} s" if told is None else "")
    needed = f", for which it needs an answer from {server}" if server else ""
    return f"{sent}{needed}{f': {told}' if told else ''}."
