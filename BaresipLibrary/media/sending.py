"""What is sent from now on, or for a while: afterwards an agent sends again what it sent before."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..agents.agent import Agent
from ..agents.call import TRACE_LAG, Call
from ..backends.base import Source, ToneSource
from ..concurrency import load_module, wait_until
from ..errors import BackendError
from ..types import AudioSource


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
    before = agent.sources.of(call)
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


def hold_of(agent: Agent, call: Call) -> str | None:
    """Who holds a call; the answer to a re-INVITE that resumes it may still have to be traced."""
    wait_until(agent.changes, lambda: None if describe_hold(call) else True, TRACE_LAG)
    return describe_hold(call)


def send(agent: Agent, source: AudioSource, call_id: str | None = None) -> None:
    """Sends a source from now on: in the active call, or without one in the calls to come.

    Raises:
        UsageError: the agent has no live call of that Call-ID.
        FileNotFoundError, ValueError: the file is missing or is not audio.
    """
    agent.require_alive()
    call = agent.require_live_call("to speak in", call_id) if call_id else agent.active_call
    ready = _ready(agent, source)
    agent.send_audio(call, ready, str(source))
    agent.sources.choose(call, ready, str(source))


def _ready(agent: Agent, source: AudioSource) -> Source:
    """A source that is ready for calls at any codec's rate: only a file needs numpy for that."""
    if source.frequency is not None:
        return ToneSource(float(source.frequency))
    if source.file is None:
        return None
    load_module(f"{__package__}.sources")
    from .sources import recorded

    return recorded(agent, source.file)
