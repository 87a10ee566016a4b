"""Codecs of the scripted peer's reference machine: G.711 of its own, G.722 and Opus by PyAV."""

import importlib.util
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from peer_rtp import PCMA, PCMU, decoded, encoded

Samples = NDArray[np.float64]

#: PyAV (the extra `bench`) brings G.722 and Opus.
HAS_AV = importlib.util.find_spec("av") is not None
#: Seconds of audio in a packet.
PACKET = 0.020


@dataclass(frozen=True)
class Codec:
    """How a codec is named in SDP; `rate` samples a second are encoded, `clock` is that of RTP.

    `delay`: seconds by which its decoder's samples come later than those that were encoded;
    `packet`: seconds of audio in a packet.
    """

    name: str
    payload_type: int
    rate: int
    clock: int
    delay: float = 0.0
    packet: float = PACKET

    @property
    def size(self) -> int:
        """Samples in a packet."""
        return round(self.rate * self.packet)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of an SDP stream that tell a dynamic payload type, and unusual packets."""
        rtpmap = f"a=rtpmap:{self.payload_type} {self.name}/{self.clock}/2"
        ptime = f"a=ptime:{self.packet * 1000:g}"
        lines = (self.payload_type >= 96, rtpmap), (self.packet != PACKET, ptime)
        return tuple(line for is_needed, line in lines if is_needed)


CODECS = {
    "PCMU": Codec("PCMU", PCMU, 8000, 8000),
    "PCMA": Codec("PCMA", PCMA, 8000, 8000),
    "G722": Codec("G722", 9, 16000, 8000, 0.001375),
    "opus": Codec("opus", 96, 48000, 48000, 0.0065),
}


class Coder:
    """Encodes and decodes one stream, packet by packet."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self._encoder, self._decoder = _av_contexts(codec) if codec.rate > 8000 else (None, None)
        self._position = 0

    def encode(self, samples: Samples) -> bytes:
        """The payload of one packet of samples in [-1, 1]."""
        if self._encoder is None:
            return encoded(samples, self.codec.payload_type)
        import av

        pcm = np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(pcm[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts = self.codec.rate, self._position
        self._position += samples.size
        return b"".join(bytes(packet) for packet in self._encoder.encode(frame))

    def decode(self, payload: bytes) -> Samples:
        """The samples of one packet, in [-1, 1]."""
        if self._decoder is None:
            return decoded(payload, self.codec.payload_type)
        import av

        frames = self._decoder.decode(av.Packet(payload))
        return np.concatenate([np.empty(0), *map(_mono, frames)])


def _av_contexts(codec: Codec) -> tuple[Any, Any]:
    import av

    name = "g722" if codec.name == "G722" else "libopus"
    encoder: Any = av.CodecContext.create(name, "w")
    decoder: Any = av.CodecContext.create(name, "r")
    for context in (encoder, decoder):
        context.sample_rate, context.layout = codec.rate, "mono"
    encoder.format = "s16"
    if name == "libopus":
        encoder.options = {"application": "voip", "frame_duration": "20"}
        encoder.bit_rate = 28_000
    return encoder, decoder


def _mono(frame: Any) -> Samples:
    scale = 1.0 if frame.format.name.startswith("flt") else 32768.0
    samples = np.asarray(frame.to_ndarray(), dtype=np.float64) / scale
    return samples.mean(axis=0) if frame.format.is_planar else samples.ravel()
