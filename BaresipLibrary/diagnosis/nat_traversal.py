"""What became of the STUN or TURN server that an agent's media needs, by the log of its stack."""

import re

from ..agents.agent import Agent
from ..events import StackLog

#: What a stack logs about its server, and what the server answers.
_FAILED = r"medianat(?: '\w+')? failed: (?P<words>.+?)(?: \[\d+\])?$"
_ANSWER = r"[3-6]\d\d( .*)?"
#: Statuses of STUN that are about credentials.
_CREDENTIALS = ("401", "403", "441")


def explain_failed_traversal(agent: Agent, since: float) -> str | None:
    """What an agent's stack logged about its STUN or TURN server from a monotonic time on."""
    server = agent.account.stun_server
    for line in agent.journal.of_kind(StackLog):
        failed = re.search(_FAILED, line.text) if line.at >= since else None
        if failed and server:
            outcome = _describe_traversal(failed["words"])
            return f"{agent.name}'s media needs {server}, which {outcome}."
    return None


def _describe_traversal(words: str) -> str:
    if not re.fullmatch(_ANSWER, words):
        unanswered = words == "Connection timed out"
        return "did not answer" if unanswered else f"was not reached: {words}"
    advice = ": check stun_user and stun_password" if words[:3] in _CREDENTIALS else ""
    return f"answered {words}{advice}"
