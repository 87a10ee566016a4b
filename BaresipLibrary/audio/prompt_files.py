"""Prompts: audio files that an agent plays into a call."""

import io
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from .levels import level_dbfs

#: Samples a second at which the backends' codecs run: G.711, G.722 and Opus.
CODEC_RATES = (8000, 16000, 48000)
#: dB by which channels lose level when they are mixed: one is the other upside down.
CANCELLED = 60.0


@dataclass(frozen=True, eq=False)
class PromptFile:
    """An audio file, decoded and mixed down to mono."""

    #: Where it came from.
    path: Path
    #: Shape (n,), nominally in [-1, 1].
    samples: NDArray[np.float64] = field(repr=False)
    #: Samples a second of `samples`.
    sample_rate: int

    @property
    def seconds(self) -> float:
        """How long the prompt is."""
        return self.samples.size / self.sample_rate

    def render(self, sample_rate: int) -> bytes:
        """The prompt as 16-bit little-endian mono PCM of that many samples a second.

        Resampled by soxr at its very high quality. What is louder than full scale is clipped.
        Raises `ValueError` for a sample rate that is not positive.
        """
        if sample_rate <= 0:
            raise ValueError(f"A prompt can't be played at {sample_rate} samples a second.")
        resampled: NDArray[np.float64] = soxr.resample(
            self.samples, self.sample_rate, sample_rate, quality="VHQ"
        )
        return pcm_of(resampled)


def pcm_of(samples: NDArray[np.float64]) -> bytes:
    """Samples as 16-bit little-endian PCM; what is louder than full scale is clipped."""
    scaled = np.clip(np.rint(samples * 32768.0), -32768, 32767)
    return scaled.astype("<i2").tobytes()


def load_prompt(path: str | os.PathLike[str]) -> PromptFile:
    """Reads an audio file of any format of libsndfile, at any rate; channels are averaged.

    Raises `FileNotFoundError` when there is no such file, and `ValueError` when it is a directory,
    no audio file, without samples, or with samples that are not numbers or that cancel each other.
    """
    prompt = Path(path)
    samples, sample_rate = _decode(prompt, _content(prompt))
    if not samples.size:
        raise ValueError(f"{prompt} has no audio: it holds 0 samples.")
    broken = samples.size - int(np.count_nonzero(np.isfinite(samples)))
    if broken:
        raise ValueError(f"{prompt} can't be played: {broken} of its samples are not finite (NaN).")
    mixed = np.mean(samples, axis=1)
    if level_dbfs(mixed) < level_dbfs(samples) - CANCELLED:
        raise ValueError(
            f"{prompt} can't be played: a call has one channel, and the {samples.shape[1]} of the"
            " file cancel each other when they are mixed."
        )
    return PromptFile(prompt, mixed, sample_rate)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"There is no audio file {path}.") from None
    except IsADirectoryError:
        raise ValueError(f"{path} is a directory, not an audio file.") from None
    if not content:
        raise ValueError(f"{path} is not an audio file: it is empty.")
    return content


def _decode(path: Path, content: bytes) -> tuple[NDArray[np.float64], int]:
    """Samples of shape (frames, channels) and sample rate. The content decides the format:
    soundfile would guess 'headerless' from a name that ends with .raw."""
    try:
        samples, sample_rate = soundfile.read(io.BytesIO(content), dtype="float64", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"{path} is not an audio file: {error.error_string}") from None
    return samples, int(sample_rate)
