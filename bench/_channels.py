"""Codecs as functions on samples: G.711 of our own, G.722 and Opus by PyAV."""

import importlib.util
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import signals
import soxr
from signals import Samples

CHUNK = 0.020
HAS_AV = importlib.util.find_spec("av") is not None
Codec = Callable[[Samples, int], Samples]


def through_av(
    name: str,
    samples: Samples,
    rate: int,
    bit_rate: int = 28_000,
    complexity: int = 10,
    is_lost: Callable[[], bool] = lambda: False,
) -> Samples:
    """Encode and decode with PyAV; `bit_rate` (bit/s) and `complexity` are Opus's.

    A packet that is lost does not reach the decoder: what it gave last is heard again, 6 dB lower.
    """
    import av

    encoder: Any = av.CodecContext.create(name, "w")
    decoder: Any = av.CodecContext.create("g722" if name == "g722" else "libopus", "r")
    for context in (encoder, decoder):
        context.sample_rate, context.layout = rate, "mono"
    encoder.format = "s16"
    if name == "libopus":
        encoder.options = {"application": "voip", "frame_duration": "20"}
        encoder.options |= {"compression_level": str(complexity)}
        encoder.bit_rate = bit_rate
    pcm = (signals.sixteen_bit(samples) * 32768).astype(np.int16)
    decoded = [np.zeros(0)]
    for frame in [*_frames(av, pcm, rate), None]:
        for packet in encoder.encode(frame):
            if packet.size and is_lost():
                decoded.append(decoded[-1] / 2)
            else:
                decoded += [_mono(out) for out in decoder.decode(packet)]
    return np.concatenate(decoded)


def _frames(av: Any, pcm: np.ndarray, rate: int) -> Iterator[Any]:
    size = round(rate * CHUNK)
    for start in range(0, pcm.size - size + 1, size):
        block = pcm[np.newaxis, start : start + size]
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, start
        yield frame


def _mono(frame: Any) -> Samples:
    scale = 1.0 if frame.format.name.startswith("flt") else 32768.0
    return np.asarray(frame.to_ndarray(), dtype=np.float64).ravel() / scale


def _any_rate(codec: Callable[[Samples], Samples], samples: Samples, _rate: int) -> Samples:
    return codec(samples)


#: Name, and sample rate and function of each; opus has 28 kbit/s; opus16 has 16, of an encoder that
#: saves the processor, as small phones do.
CODECS: dict[str, tuple[int, Codec]] = {
    **{name: (8000, partial(_any_rate, codec)) for name, codec in signals.CODECS.items()},
    "G722": (16000, partial(through_av, "g722")),
    "opus": (48000, partial(through_av, "libopus")),
    "opus16": (48000, partial(through_av, "libopus", bit_rate=16_000, complexity=3)),
}


def over_the_line(
    codec: str,
    samples: Samples,
    rate: int,
    loss: float = 0.0,
    seed: int = 1,
    bit_rate: int = 28_000,
) -> tuple[Samples, int]:
    """What arrives of samples, and its rate, by a codec when that share of the packets is lost.

    The codec is PCMU, PCMA, G722 or opus. In place of a lost packet of 20 ms, what arrived last is
    heard again, 6 dB lower.
    """
    rng = np.random.default_rng(seed)
    line_rate, coded = CODECS[codec]
    resampled = np.clip(soxr.resample(samples, rate, line_rate, quality="VHQ"), -1, 1)
    if line_rate == 8000:
        arrived = coded(resampled, line_rate)
        return signals.lose_packets(arrived, line_rate, loss, rng, conceal=True), line_rate
    name = "g722" if codec == "G722" else "libopus"
    is_lost = lambda: bool(rng.random() < loss)  # noqa: E731
    return through_av(name, resampled, line_rate, bit_rate, is_lost=is_lost), line_rate
