"""What agents send: sources made ready for every codec, and put back afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..audio.sources import CODEC_RATES, load_prompt, pcm_of
from ..backends.base import PromptSource, Source, ToneSource
from ..errors import BackendError
from ..types import AudioSource
from .agent import Agent
from .call import Call


def prepare(agent: Agent, source: AudioSource) -> Source:
    """Makes a source ready for calls at any codec's rate.

    Raises:
        FileNotFoundError, ValueError: the file is missing or is not audio.
    """
    if source.frequency is not None:
        return ToneSource(float(source.frequency))
    if source.file is None:
        return None
    return _rendered(agent, source.file.name, load_prompt(source.file).render)


def synthesized(
    agent: Agent, name: str, samples: Callable[[int], NDArray[np.float64]]
) -> PromptSource:
    """A source made of samples in [-1, 1], which `samples` gives for every rate (Hz)."""
    return _rendered(agent, name, lambda rate: pcm_of(samples(rate)))


def _rendered(agent: Agent, name: str, render: Callable[[int], bytes]) -> PromptSource:
    renderings = {}
    for rate in CODEC_RATES:
        path = _new_file(agent.backend.folder, f"{rate}.pcm")
        path.write_bytes(render(rate))
        renderings[rate] = path
    return PromptSource(name, renderings)


def _new_file(folder: Path, ending: str) -> Path:
    number = sum(1 for _ in folder.glob(f"*-{ending}"))
    return folder / f"prompt-{number}-{ending}"


def send(agent: Agent, source: AudioSource, call_id: str | None = None) -> None:
    """Sends a source from now on: in the active call, or without one in the calls to come.

    Raises:
        UsageError: the agent has no live call of that Call-ID.
        FileNotFoundError, ValueError: the file is missing or is not audio.
    """
    agent.require_alive()
    call = agent.require_call("to speak in", "", call_id) if call_id else agent.active_call
    ready = prepare(agent, source)
    agent.send_audio(call, ready, str(source))
    agent.note_source(call, ready, str(source))


@contextmanager
def sending_tone(agent: Agent, call: Call, frequency: float) -> Iterator[None]:
    """Sends a tone in one call while the block runs, then what was sent before."""
    with sending(agent, call, ToneSource(frequency), f"tone:{frequency:g}"):
        yield


@contextmanager
def sending(agent: Agent, call: Call, source: Source, words: str) -> Iterator[None]:
    """Sends a source in one call while the block runs, then what was sent before."""
    before = agent.source_of(call)
    agent.send_audio(call, source, words)
    try:
        yield
    finally:
        if call.is_live:
            with suppress(BackendError):  # the call has just ended: nothing is sent any more
                agent.send_audio(call, *before)
