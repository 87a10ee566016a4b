"""What agents send: files, texts and tones, rendered for every codec."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..agents.agent import Agent
from ..audio.prompt_files import CODEC_RATES, PromptFile, load_prompt, pcm_of
from ..backends.base import PromptSource, Source
from ..speech.voices import Speech

#: Seconds of silence before a text and after it: the first audio after an answer may be lost, and
#: a backend reports the end of a prompt when it takes its last samples, up to 160 ms before they
#: leave.
_BEFORE, _AFTER = 0.1, 0.2


def recorded(agent: Agent, path: Path) -> PromptSource:
    """A file, ready for calls at any codec's rate.

    Raises:
        FileNotFoundError, ValueError: the file is missing or is not audio.
    """
    prompt, file = load_prompt(path), path.stat()
    # A file is rendered once for each agent, however often it is sent.
    stem = f"file-{file.st_dev}-{file.st_ino}-{file.st_size}-{file.st_mtime_ns}"
    return _rendered(agent, path.name, prompt.render, stem)


def synthesized(
    agent: Agent, name: str, samples: Callable[[int], NDArray[np.float64]]
) -> PromptSource:
    """A source made of samples in [-1, 1], which `samples` gives for every rate (Hz)."""
    return _rendered(agent, name, lambda rate: pcm_of(samples(rate)))


def spoken(agent: Agent, name: str, speech: Speech, then: Source) -> PromptSource:
    """A text that a voice says, with a little silence around it, and what is sent after it.

    Its files have names of their own: see `forget_spoken`.
    """
    before, after = (np.zeros(round(seconds * speech.rate)) for seconds in (_BEFORE, _AFTER))
    samples = np.concatenate([before, speech.samples, after])
    prompt = PromptFile(Path(name), samples, speech.rate)
    return replace(_rendered(agent, name, prompt.render, name), then=then)


def forget_spoken(agent: Agent, names: Iterable[str]) -> None:
    """Removes the files of texts that were said, so that a long run does not fill the disk."""
    for name in names:
        for file in agent.backend.folder.glob(f"{name}-*"):
            file.unlink(missing_ok=True)


def long_tone(agent: Agent, frequency: float, level: float, seconds: float) -> PromptSource:
    """A tone of any frequency (Hz), level (dBFS) and length (s), as every backend can play it.

    Not every baresip has tones of a tenth of a hertz, or of another level than its own.
    """

    def tone(rate: int) -> bytes:
        times = np.arange(round(seconds * rate)) / rate
        return pcm_of(10 ** (level / 20) * np.sin(2 * np.pi * frequency * times))

    name = f"tone-{frequency:g}-{level:g}-{seconds:g}"
    return _rendered(agent, f"tone:{frequency:g}", tone, name)


def _rendered(
    agent: Agent, name: str, render: Callable[[int], bytes], stem: str | None = None
) -> PromptSource:
    """The PCM that `render` makes for every codec's rate, in files in the agent's folder.

    A `stem` names files that are rendered once; without one each call renders a new prompt.
    """
    folder = agent.backend.folder
    if stem is None:
        stem = f"prompt-{sum(1 for _ in folder.glob('prompt-*-8000.pcm'))}"
    renderings = {rate: folder / f"{stem}-{rate}.pcm" for rate in CODEC_RATES}
    for rate, path in renderings.items():
        if not path.exists():
            part = path.with_suffix(".part")  # an interruption must not leave half a prompt
            part.write_bytes(render(rate))
            part.replace(path)
    return PromptSource(name, renderings)
