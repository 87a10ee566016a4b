"""What happened when in a test: keywords that ran or failed, and marks in recordings."""

from typing import NamedTuple

from ..agents.agent import Agent
from ..sip.uris import user_part


class Step(NamedTuple):
    """One keyword of the suite. `at` is when it began, in monotonic seconds."""

    at: float
    text: str
    failed: bool = False


class Failed(NamedTuple):
    """A keyword that failed, and what it said; `at` is monotonic."""

    at: float
    text: str


class Mark(NamedTuple):
    """Something that happened while a recording ran, such as ``Verify Audio failed here``."""

    #: From the start of the recording.
    seconds: float
    text: str


def in_which_call(agent: Agent, call_id: str) -> str:
    """With whom a call is, where its agent had several; else empty."""
    peers = {call.call_id: user_part(call.peer_uri) for call in agent.calls}
    return f" in its call with {peers[call_id]}" if len(peers) > 1 else ""
