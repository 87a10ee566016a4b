"""What a call sends, beside a stack that drops what lies ready only with its next packet."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import soundfile

from BaresipLibrary.backends.embedded.worker.pump import CallAudio
from BaresipLibrary.backends.embedded.worker.recording import Recording

RATE, PACKET = 8000, 320


class Stack:
    """The audio of one call: a packet leaves when the test says so."""

    def __init__(self) -> None:
        self.ready = b""
        self.left = b""
        self.arrived = b""
        self.flushed = 0
        self.dropping = False
        self.sends = self.receives = True

    def packet(self) -> None:
        if self.dropping:
            self.flushed += len(self.ready)
            self.ready, self.dropping = b"", False
        self.left += self.ready[:PACKET]
        self.ready = self.ready[PACKET:]

    def info(self) -> SimpleNamespace:
        return SimpleNamespace(
            tx_ready=self.sends,
            rx_ready=self.receives,
            tx_sample_rate=RATE if self.sends else 0,
            rx_sample_rate=RATE if self.receives else 0,
            tx_channels=1,
            rx_channels=1,
            tx_ptime_ms=20,
            tx_buffered=len(self.ready),
            rx_buffered=len(self.arrived),
            rx_capacity=PACKET,
        )

    def stats(self) -> SimpleNamespace:
        return SimpleNamespace(tx_flushed_bytes=self.flushed, tx_silence_frames=0)

    def read(self, _size: int) -> bytes:
        arrived, self.arrived = self.arrived, b""
        return arrived

    def flush_tx(self) -> None:
        self.dropping = True

    def write(self, pcm: bytes) -> None:
        self.ready += pcm


def call_on(stack: Stack) -> Any:
    return SimpleNamespace(audio=stack, call_id="id", is_on_hold=False)


def sending(tmp_path: Path) -> tuple[Stack, CallAudio]:
    stack = Stack()
    call = call_on(stack)
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


def test_what_arrives_is_recorded_though_nothing_can_be_sent(tmp_path: Path) -> None:
    stack = Stack()
    stack.sends, stack.arrived = False, bytes(range(100, 200)) * 2
    audio = CallAudio(call_on(stack), tmp_path / "a", prompt(tmp_path), lambda *_, **__: None)
    assert audio.move()
    audio.close()
    heard, rate = soundfile.read(tmp_path / "a-rx.wav", dtype="int16")
    assert (heard.tobytes(), rate) == (bytes(range(100, 200)) * 2, RATE)
    assert soundfile.info(tmp_path / "a-tx.wav").frames == 0
    assert stack.ready == b""


def test_what_is_sent_leaves_though_nothing_can_arrive(tmp_path: Path) -> None:
    stack = Stack()
    stack.receives = False
    audio = CallAudio(call_on(stack), tmp_path / "a", prompt(tmp_path), lambda *_, **__: None)
    assert not audio.move()
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_a_direction_that_begins_later_goes_on_in_the_same_recordings(tmp_path: Path) -> None:
    stack, told = Stack(), list[str]()
    stack.sends = False
    audio = CallAudio(
        call_on(stack), tmp_path / "a", prompt(tmp_path), lambda event, **_: told.append(event)
    )
    audio.move()
    stack.sends = True
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)
    assert told.count("MediaStarted") == 1


def test_a_source_chosen_while_nothing_can_be_sent_is_sent_later(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.sends = False
    audio.move()
    audio.set_source(prompt(tmp_path))
    stack.sends = True
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_nothing_is_written_while_the_agent_holds_the_call(tmp_path: Path) -> None:
    """The stack would take it and throw it away, and the recording would say that it was sent."""
    _, audio = sending(tmp_path)
    audio._call.is_on_hold = True
    before = soundfile.info(tmp_path / "a-tx.wav").frames
    audio.set_source(prompt(tmp_path))
    for _ in range(5):
        audio.move()
    audio.close()
    assert soundfile.info(tmp_path / "a-tx.wav").frames == before


def test_a_call_whose_recording_cannot_be_written_is_moved_all_the_same(tmp_path: Path) -> None:
    stack, told = Stack(), list[tuple[str, Any]]()
    call = call_on(stack)
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
        recording.look(0.0, 1.0, closely=False)
    recording.close()
    assert told == ["/dev/full cannot be written: No space left on device"]


class Timed:
    """A call in which every packet that leaves is timed; the stack holds some before."""

    def __init__(self, tmp_path: Path) -> None:
        self.stack = Stack()
        self.packets, self.held = 100, 0
        self.asked: list[bool] = []
        self.told: list[tuple[int, float, float]] = []
        self.meanwhile = lambda: None
        call = call_on(self.stack)
        self.audio = CallAudio(call, tmp_path / "a", {"kind": "silence"}, self._report)
        self.audio.look_closely(True)
        self.audio.move()

    def _report(self, event: str, **fields: Any) -> None:
        if event == "AudioTimed" and fields["path"].endswith("tx.wav"):
            self.told.append((fields["frame"], fields["earliest"], fields["latest"]))

    async def _sent(self, _call_id: str, ask_held: bool) -> tuple[int, int | None]:
        self.asked.append(ask_held)
        self.meanwhile()
        return self.packets, self.held if ask_held else None

    def look(self) -> None:
        asyncio.run(self.audio.move_closely(self._sent))

    def flow(self) -> None:
        """One packet has left, and one has arrived."""
        self.stack.packet()
        self.packets += 1
        self.stack.arrived = bytes(PACKET)
        self.audio.move()
        self.look()
        self.told.clear()


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Timed]:
    timed = Timed(tmp_path)
    yield timed
    timed.audio.close()


def test_a_packet_leaves_when_it_is_sent_not_when_it_is_taken(timed: Timed) -> None:
    timed.flow()
    timed.stack.packet()
    timed.look()
    assert timed.told == []
    before = time.monotonic()
    timed.packets += 1
    timed.look()
    ((frame, earliest, latest),) = timed.told
    assert frame == PACKET // 2
    assert earliest < before < latest < time.monotonic()


def test_what_the_stack_holds_when_it_is_asked_has_not_left(timed: Timed) -> None:
    timed.stack.packet()
    timed.held = PACKET
    timed.stack.arrived = bytes(PACKET)
    timed.audio.move()
    timed.look()
    assert timed.told == []
    timed.packets += 1
    timed.look()
    assert [frame for frame, _, _ in timed.told] == [0]


def test_a_stack_is_asked_once_and_not_before_audio_flows(timed: Timed) -> None:
    timed.look()
    timed.flow()
    timed.look()
    assert timed.asked == [False, True, False]


def test_a_stack_that_takes_more_meanwhile_tells_nothing(timed: Timed) -> None:
    timed.flow()
    timed.packets += 1
    timed.stack.packet()
    timed.meanwhile = timed.stack.packet
    timed.look()
    assert timed.told == []
    timed.meanwhile = lambda: None
    timed.look()
    assert [frame for frame, _, _ in timed.told] == [PACKET // 2]
