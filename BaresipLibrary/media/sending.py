"""What is sent for a while: afterwards an agent sends again what it sent before."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..agents.agent import Agent
from ..agents.call import Call
from ..backends.base import Source, ToneSource
from ..errors import BackendError


@contextmanager
def sending_tone(agent: Agent, call: Call, frequency: float) -> Iterator[None]:
    """Sends a tone in one call while the block runs, then what was sent before."""
    with sending(agent, call, ToneSource(frequency), f"tone:{frequency:g}"):
        yield


@contextmanager
def sending(agent: Agent, call: Call, source: Source, words: str) -> Iterator[None]:
    """Sends a source in one call while the block runs, then what was sent before.

    `words`: what the suite calls it.
    """
    before = agent.source_of(call)
    agent.send_audio(call, source, words)
    try:
        yield
    finally:
        if call.is_live:
            with suppress(BackendError):  # the call has just ended: nothing is sent any more
                agent.send_audio(call, *before)


def describe_hold(call: Call) -> str | None:
    """Who holds a call, so that nothing is sent in it, as a clause; None when nobody does."""
    if call.on_hold:
        return "it holds the call; use Resume"
    return "the other side holds the call" if call.held_by_peer else None
