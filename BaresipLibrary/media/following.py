"""Follows the recordings of a call while they grow."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..agents.agent import Agent
from ..agents.call import Call
from ..errors import BackendError


@contextmanager
def following_recording(agent: Agent, call: Call, *, closely: bool = False) -> Iterator[None]:
    """Brings the recordings of a call up to date; their growth is reported while the block runs.

    With `closely`, every RTP packet is timed.
    """
    if not call.is_live:
        yield
        return
    agent.listen(call, on=True, closely=closely)
    try:
        yield
    finally:
        with suppress(BackendError):  # whoever needs the agent next will say what is wrong
            agent.listen(call, on=False, closely=closely)
