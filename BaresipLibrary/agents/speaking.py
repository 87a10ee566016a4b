"""What agents send: sources made ready for every codec, and put back afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from ..audio.sources import CODEC_RATES, Prompt, load_prompt
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
    number = sum(1 for _ in agent.backend.folder.glob("prompt-*-8000.pcm"))
    return _rendered(agent, load_prompt(source.file), f"prompt-{number}")


def long_tone(agent: Agent, frequency: float, level: float, seconds: float) -> PromptSource:
    """A tone (Hz, dBFS) of any frequency and level, for so long, as every backend can play it.

    Not every baresip has tones of a tenth of a hertz, or of another level than its own.
    """
    times = np.arange(round(seconds * max(CODEC_RATES))) / max(CODEC_RATES)
    tone = 10 ** (level / 20) * np.sin(2 * np.pi * frequency * times)
    prompt = Prompt(Path(f"tone:{frequency:g}"), tone, max(CODEC_RATES))
    return _rendered(agent, prompt, f"tone-{frequency:g}-{level:g}-{seconds:g}")


def _rendered(agent: Agent, prompt: Prompt, stem: str) -> PromptSource:
    """The prompt in the agent's folder, for every codec's rate; what is there is not made again."""
    renderings = {rate: agent.backend.folder / f"{stem}-{rate}.pcm" for rate in CODEC_RATES}
    for rate, path in renderings.items():
        if not path.exists():
            path.write_bytes(prompt.render(rate))
    return PromptSource(prompt.path.name, renderings)


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
def sending(agent: Agent, call: Call, source: Source, words: str) -> Iterator[None]:
    """Sends a source in one call while the block runs, then what was sent before.

    `words` are the suite's for it.
    """
    before = agent.source_of(call)
    agent.send_audio(call, source, words)
    try:
        yield
    finally:
        if call.is_live:
            with suppress(BackendError):  # the call has just ended: nothing is sent any more
                agent.send_audio(call, *before)
