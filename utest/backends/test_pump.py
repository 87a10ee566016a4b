"""What a call sends, beside a stack that drops what lies ready only with its next packet."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import soundfile

from BaresipLibrary.backends.worker.pump import CallAudio, Recording

RATE, PACKET = 8000, 320


class Stack:
    """The audio of one call: a packet leaves when the test says so."""

    def __init__(self) -> None:
        self.ready = b""
        self.left = b""
        self.flushed = 0
        self.dropping = False

    def packet(self) -> None:
        if self.dropping:
            self.flushed += len(self.ready)
            self.ready, self.dropping = b"", False
        self.left += self.ready[:PACKET]
        self.ready = self.ready[PACKET:]

    def info(self) -> SimpleNamespace:
        return SimpleNamespace(
            tx_ready=True,
            rx_ready=True,
            tx_sample_rate=RATE,
            rx_sample_rate=RATE,
            tx_channels=1,
            rx_channels=1,
            tx_ptime_ms=20,
            tx_buffered=len(self.ready),
            rx_buffered=0,
            rx_capacity=0,
        )

    def stats(self) -> SimpleNamespace:
        return SimpleNamespace(tx_flushed_bytes=self.flushed)

    def flush_tx(self) -> None:
        self.dropping = True

    def write(self, pcm: bytes) -> None:
        self.ready += pcm


def sending(tmp_path: Path) -> tuple[Stack, CallAudio]:
    stack = Stack()
    call: Any = SimpleNamespace(audio=stack, call_id="id")
    audio = CallAudio(call, tmp_path / "a", {"kind": "silence"}, lambda *_, **__: None)
    audio.move()
    stack.packet()
    audio.move()
    return stack, audio


def prompt(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "prompt.pcm"
    path.write_bytes(bytes(range(1, 251)) * 4)
    return {"kind": "prompt", "renderings": {str(RATE): str(path)}}


def sent_after(stack: Stack, audio: CallAudio) -> bytes:
    for _ in range(30):
        stack.packet()
        audio.move()
    audio.close()
    return stack.left


def test_a_new_source_begins_with_its_first_sample(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source(prompt(tmp_path))
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_two_new_sources_in_a_row_lose_nothing_of_the_second(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source({"kind": "tone", "frequency": 440.0, "level": -12.0})
    stack.packet()
    audio.set_source(prompt(tmp_path))
    audio.move()
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_what_never_left_is_in_no_recording(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source({"kind": "tone", "frequency": 440.0, "level": -12.0})
    stack.packet()
    audio.set_source(prompt(tmp_path))
    audio.move()
    left = sent_after(stack, audio)
    recorded = soundfile.read(tmp_path / "a-tx.wav", dtype="int16")[0].tobytes()
    assert recorded.strip(b"\0") == left.strip(b"\0")
    assert len(recorded) == len(left)


def test_a_call_whose_recording_cannot_be_written_is_moved_all_the_same(tmp_path: Path) -> None:
    stack, told = Stack(), list[tuple[str, Any]]()
    call: Any = SimpleNamespace(audio=stack, call_id="id")
    (tmp_path / "file").write_text("no folder")

    def report(event: str, **fields: Any) -> None:
        told.append((event, fields.get("why")))

    audio = CallAudio(call, tmp_path / "file" / "a", prompt(tmp_path), report)
    audio.move()
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)
    path = tmp_path / "file" / "a"
    assert [why for event, why in told if event == "RecordingEnded"] == [
        f"{path}-{way}.wav cannot be written: File exists" for way in ("rx", "tx")
    ]


def test_a_disk_that_is_full_ends_a_recording_once(tmp_path: Path) -> None:
    """/dev/full takes nothing, whoever asks."""
    told: list[str] = []
    clock: Any = SimpleNamespace(look=lambda *_: None)
    recording = Recording(Path("/dev/full"), RATE, 1, clock, told.append)
    for _ in range(3):
        recording.write(bytes(PACKET))
        recording.look(0.0, 1.0)
    recording.close()
    assert told == ["/dev/full cannot be written: No space left on device"]
