"""What became of the STUN or TURN server that a call's media needs."""

import re

from ..events import StackLog
from .agent import Agent

_FAILED = re.compile(r"medianat(?: '\w+')? failed: (?P<words>.+?)(?: \[\d+\])?$")
_ANSWER = re.compile(r"[3-6]\d\d( .*)?")
_CREDENTIALS = ("401", "403", "441")


def failed_traversal(agent: Agent, since: float) -> str | None:
    """What an agent's stack logged about its STUN or TURN server from a monotonic time on."""
    server = agent.account.stun_server
    for line in agent.journal.of_kind(StackLog):
        failed = _FAILED.search(line.text) if line.at >= since else None
        if failed and server:
            return f"{agent.name}'s media needs {server}, which {_what(failed['words'])}."
    return None


def _what(words: str) -> str:
    if not _ANSWER.fullmatch(words):
        unanswered = words == "Connection timed out"
        return "did not answer" if unanswered else f"was not reached: {words}"
    advice = ": check stun_user and stun_password" if words[:3] in _CREDENTIALS else ""
    return f"answered {words}{advice}"
