"""The audio of one call in a stack that drops what lies ready with its next packet."""

import time
from collections import deque
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from baresip.errors import AudioNotActive

from BaresipLibrary.backends.embedded.worker.call_audio import CallAudio
from BaresipLibrary.backends.embedded.worker.sent_audio import SentAudio, SentFrame

RATE, PACKET = 8000, 320


class Sent(SentAudio):
    """What the filter has seen: the test says what leaves and when."""

    def leave(self, pcm: bytes, at: float | None = None, rate: int = RATE) -> None:
        frames = self._frames.setdefault("id", deque())
        frames.append(SentFrame(time.monotonic() if at is None else at, rate, 1, pcm))


class Stack:
    """The audio of one call: a packet leaves when the test says so."""

    def __init__(self) -> None:
        self.sent = Sent()
        self.ready = b""
        self.left = b""
        self.arrived = b""
        #: What arrives while the pump reads.
        self.late = b""
        self.flushed = 0
        self.dropping = False
        #: Whether it has dropped what it had for the call.
        self.is_over = False
        self.sends = self.receives = True
        self.rate = RATE

    def packet(self) -> None:
        if self.dropping:
            self.flushed += len(self.ready)
            self.ready, self.dropping = b"", False
        packet = self.ready[:PACKET].ljust(PACKET, b"\0")
        self.left += packet
        self.sent.leave(packet)
        self.ready = self.ready[PACKET:]

    def info(self) -> SimpleNamespace:
        if self.is_over:
            raise AudioNotActive
        return SimpleNamespace(
            tx_ready=self.sends,
            rx_ready=self.receives,
            tx_sample_rate=self.rate if self.sends else 0,
            rx_sample_rate=self.rate if self.receives else 0,
            tx_channels=1,
            rx_channels=1,
            tx_ptime_ms=20,
            tx_buffered=len(self.ready),
            rx_buffered=len(self.arrived),
            rx_capacity=PACKET,
        )

    def stats(self) -> SimpleNamespace:
        return SimpleNamespace(tx_flushed_bytes=self.flushed)

    def read(self, size: int) -> bytes:
        arrived, self.arrived = self.arrived[:size], self.arrived[size:] + self.late
        self.late = b""
        return arrived

    def flush_tx(self) -> None:
        self.dropping = True

    def write(self, pcm: bytes) -> None:
        self.ready += pcm


def call_on(stack: Stack) -> Any:
    return SimpleNamespace(audio=stack, call_id="id")


def audio_of(
    stack: Stack, stem: Path, source: dict[str, Any], report: Any = lambda *_, **__: None
) -> CallAudio:
    return CallAudio(call_on(stack), stem, source, report, stack.sent)


def sending(tmp_path: Path) -> tuple[Stack, CallAudio]:
    stack = Stack()
    audio = audio_of(stack, tmp_path / "a", {"kind": "silence"})
    audio.move()
    stack.packet()
    audio.move()
    return stack, audio


def prompt(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "prompt.pcm"
    path.write_bytes(bytes(range(1, 251)) * 4)
    return {
        "kind": "prompt",
        "name": path.stem,
        "renderings": {str(RATE): str(path)},
        "then": {"kind": "silence"},
    }


def sent_after(stack: Stack, audio: CallAudio) -> bytes:
    for _ in range(30):
        stack.packet()
        audio.move()
    audio.close()
    return stack.left
