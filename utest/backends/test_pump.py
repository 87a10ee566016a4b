"""What a call sends and records, beside a stack that drops what lies ready with its next packet."""

import asyncio
import sys
import time
import wave
from collections import deque
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import soundfile
from baresip.errors import AudioNotActive

from BaresipLibrary.backends.embedded.worker.call_audio import AHEAD, CallAudio, Recording
from BaresipLibrary.backends.embedded.worker.pump import AudioPump
from BaresipLibrary.backends.embedded.worker.sent_audio import SentAudio, SentFrame
from BaresipLibrary.backends.embedded.worker.stream_clock import (
    ENCODING,
    JITTER,
    LISTENED,
    RESTING,
    UNHEARD,
)

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


def test_a_new_source_begins_with_its_first_sample(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source(prompt(tmp_path))
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_a_prompt_is_followed_by_what_was_chosen_and_never_played_again(tmp_path: Path) -> None:
    ends: list[dict[str, Any]] = []
    stack = Stack()
    then = tmp_path / "then.pcm"
    then.write_bytes(bytes([7, 7]) * 1000)
    follower = {**prompt(tmp_path), "name": "then", "renderings": {str(RATE): str(then)}}
    source = {**prompt(tmp_path), "then": follower}

    def report(event: str, **fields: Any) -> None:
        if event == "PromptEnded":
            ends.append(fields)

    audio = audio_of(stack, tmp_path / "a", source, report)
    for _ in range(60):
        audio.move()
        stack.packet()
    assert bytes(range(1, 251)) * 4 + bytes([7, 7]) * 1000 + bytes(100) in stack.left
    assert ends == [{"call_id": "id", "name": "prompt"}, {"call_id": "id", "name": "then"}]
    audio.mute(True)
    audio.mute(False)
    stack.left = b""
    assert not any(sent_after(stack, audio))


def numbered(tmp_path: Path, rate: int, stride: int = 1) -> str:
    """A prompt of 0.5 s whose samples are their numbers at 8000 Hz, from 1 on."""
    path = tmp_path / f"numbered-{rate}.pcm"
    frames = range(1, 4001)
    path.write_bytes(b"".join(n.to_bytes(2, sys.byteorder) * stride for n in frames))
    return str(path)


def numbers(pcm: bytes, width: int = 2) -> list[int]:
    samples = [int.from_bytes(pcm[at : at + 2], sys.byteorder) for at in range(0, len(pcm), width)]
    return [sample for sample in samples if sample]


def numbered_source(tmp_path: Path) -> dict[str, Any]:
    renderings = {"8000": numbered(tmp_path, 8000), "16000": numbered(tmp_path, 16000, 2)}
    return {**prompt(tmp_path), "renderings": renderings}


def test_a_prompt_goes_on_while_it_is_muted_and_is_heard_again_at_its_place(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source(numbered_source(tmp_path))
    for muted in (False, True, False):
        audio.mute(muted)
        for _ in range(6):
            stack.packet()
            audio.move()
    packets = [stack.left[at : at + PACKET] for at in range(0, len(stack.left), PACKET)]
    heard = numbers(sent_after(stack, audio))
    first = next(n for n, packet in enumerate(packets) if any(packet))
    gap = next(n for n, packet in enumerate(packets) if n > first and not any(packet))
    back = next(n for n, packet in enumerate(packets) if n > gap and any(packet))
    assert 3 <= gap - first <= 6 and 4 <= back - gap <= 7
    assert heard[:160] == [*range(1, 161)] and heard[-1] == 4000
    missing = set(range(1, 4001)) - set(heard)
    assert len(heard) == 4000 - len(missing)
    # What left while it was muted, but for the packet with which the stack dropped what lay ready.
    assert (back - gap - 2) * 160 <= len(missing) <= (back - gap) * 160
    assert sorted(missing) == [*range(min(missing), max(missing) + 1)]


def test_a_prompt_goes_on_where_it_was_when_the_codec_changes(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    audio.set_source(numbered_source(tmp_path))
    for _ in range(8):
        stack.packet()
        audio.move()
    before = numbers(stack.left)
    stack.rate, stack.ready, stack.left = 16000, b"", b""
    for _ in range(30):
        audio.move()
        stack.packet()
    after = numbers(sent_after(stack, audio), 4)
    assert before[0] == 1 and after[-1] == 4000
    assert 0 <= before[-1] + 1 - after[0] <= 2 * 160  # nothing is missing, and hardly any is twice


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
    audio = audio_of(stack, tmp_path / "a", prompt(tmp_path))
    assert audio.move()
    audio.close()
    heard, rate = soundfile.read(tmp_path / "a-rx.wav", dtype="int16")
    assert (heard.tobytes(), rate) == (bytes(range(100, 200)) * 2, RATE)
    assert soundfile.info(tmp_path / "a-tx.wav").frames == 0
    assert stack.ready == b""


def test_what_is_sent_leaves_though_nothing_can_arrive(tmp_path: Path) -> None:
    stack = Stack()
    stack.receives = False
    audio = audio_of(stack, tmp_path / "a", prompt(tmp_path))
    assert not audio.move()
    stack.packet()
    assert audio.move()
    assert audio.timed[0] == 0 < audio.timed[1]
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_what_arrives_while_the_rest_is_read_is_recorded_at_once(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.arrived, stack.late = bytes([1] * PACKET), bytes([2] * 5 * PACKET)
    stack.arrived += stack.arrived  # the look before saw only half of it
    stack.info = lambda seen=stack.info: _half_of_what_arrived(seen())  # type: ignore[method-assign]
    audio.move()
    assert soundfile.info(tmp_path / "a-rx.wav").frames == 7 * PACKET // 2
    audio.close()


def _half_of_what_arrived(info: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(info), "rx_buffered": info.rx_buffered // 2})


def test_silence_is_left_to_the_stack(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    assert audio.rests and stack.ready == b""
    audio.set_source(numbered_source(tmp_path))
    assert not audio.rests
    audio.move()
    assert stack.ready and not audio.rests
    sent_after(stack, audio)
    assert audio.rests and stack.ready == b""


def test_a_call_that_only_receives_rests_when_it_has_nothing_to_send(tmp_path: Path) -> None:
    stack = Stack()
    stack.sends = False
    audio = audio_of(stack, tmp_path / "a", {"kind": "silence"})
    assert not audio.rests
    audio.move()
    assert audio.rests
    audio.set_source(prompt(tmp_path))
    assert not audio.rests
    audio.close()


@pytest.mark.parametrize(
    ("rests", "listened", "expected"),
    [
        ((True, True), set(), RESTING),
        ((True, False), set(), UNHEARD),
        ((True, True), {"0"}, LISTENED),
    ],
)
def test_the_pump_comes_back_as_soon_as_its_calls_need_it(
    rests: tuple[bool, ...], listened: set[str], expected: float
) -> None:
    pump = AudioPump(lambda *_, **__: None, Sent())
    calls: Any = {str(n): SimpleNamespace(rests=one) for n, one in enumerate(rests)}
    pump._calls, pump._listened = calls, listened
    assert pump._period == expected

    async def hurried() -> float:
        pump._hurry()
        return pump._period

    assert asyncio.run(hurried()) == LISTENED


def test_what_waits_for_a_round_is_done_after_it() -> None:
    done: list[str] = []
    pump = AudioPump(lambda *_, **__: None, Sent())

    def move() -> bool:
        done.append("moved")
        return False

    async def one_round() -> None:
        over = asyncio.Event()

        def go_on() -> None:
            done.append("counted")
            pump._calls.clear()
            over.set()

        audio: Any = SimpleNamespace(move=move, rests=True, tell_times=lambda **_: None)
        pump._calls, pump.after_round = {"id": audio}, go_on
        pump._hurry()
        await over.wait()

    asyncio.run(one_round())
    assert done == ["moved", "counted"]


def test_the_audio_that_lies_ready_outlasts_the_longest_pause_of_a_pump_that_sends() -> None:
    assert AHEAD > 2 * UNHEARD


def test_a_recording_is_a_wav_file_after_every_write(tmp_path: Path) -> None:
    clock: Any = SimpleNamespace(look=lambda *_: None)
    path = tmp_path / "folder" / "a.wav"
    recording = Recording(path, 16000, 2, clock, lambda why: pytest.fail(why))
    written = b""
    for pcm in (b"", bytes(range(100)), bytes(range(100, 180))):
        recording.write(pcm)
        written += pcm
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
        assert (samples.tobytes(), rate, samples.shape[1]) == (written, 16000, 2)
        assert recording.frames == len(written) // 4
        with wave.open(str(path)) as file:
            assert file.getnframes() == len(written) // 4
    recording.close()
    assert path.stat().st_size == 44 + len(written)


def test_a_direction_that_begins_later_goes_on_in_the_same_recordings(tmp_path: Path) -> None:
    stack, told = Stack(), list[str]()
    stack.sends = False
    audio = audio_of(stack, tmp_path / "a", prompt(tmp_path), lambda event, **_: told.append(event))
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


def test_the_stack_gets_no_audio_while_the_agent_holds_the_call(tmp_path: Path) -> None:
    """The stack would take it and throw it away."""
    stack, audio = sending(tmp_path)
    stack.sent.hold("id", True)
    stack.ready = b""
    audio.set_source(prompt(tmp_path))
    for _ in range(5):
        audio.move()
    assert stack.ready == b""
    stack.sent.hold("id", False)
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)


def test_a_call_whose_recording_cannot_be_written_is_moved_all_the_same(tmp_path: Path) -> None:
    stack, told = Stack(), list[tuple[str, Any]]()
    (tmp_path / "file").write_text("no folder")

    def report(event: str, **fields: Any) -> None:
        told.append((event, fields.get("why")))

    audio = audio_of(stack, tmp_path / "file" / "a", prompt(tmp_path), report)
    audio.move()
    assert bytes(range(1, 251)) * 4 in sent_after(stack, audio)
    path = tmp_path / "file" / "a"
    assert [why for event, why in told if event == "RecordingEnded"] == [
        f"{path}-{way}.wav cannot be written: Not a directory" for way in ("rx", "tx")
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


def test_a_wav_file_that_is_full_ends_a_recording_once() -> None:
    """Its header has room for 4 GiB. /dev/null takes that much at once."""
    told: list[str] = []
    clock: Any = SimpleNamespace(look=lambda *_: None)
    recording = Recording(Path("/dev/null"), RATE, 1, clock, told.append)
    for _ in range(6):
        recording.write(bytes(2**30))
    recording.close()
    assert told == ["/dev/null cannot be written: a WAV file cannot be longer than 4 GiB"]


def test_a_tone_that_no_sample_can_hold_is_told_and_silence_is_sent(tmp_path: Path) -> None:
    told: list[str] = []

    def report(event: str, **fields: Any) -> None:
        if event == "AudioTrouble":
            told.append(fields["text"])

    stack = Stack()
    source = {"kind": "tone", "frequency": 440.0, "level": 10.0}
    audio = audio_of(stack, tmp_path / "a", source, report)
    assert not any(sent_after(stack, audio)) and len(told) == 1


def test_the_silence_that_the_stack_sends_when_nothing_is_ready_is_recorded(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.ready = b""
    stack.packet()
    audio.close()
    recorded = soundfile.read(tmp_path / "a-tx.wav", dtype="int16")[0].tobytes()
    assert recorded == stack.left


def test_packets_of_another_format_go_to_the_next_recording(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    before = soundfile.info(tmp_path / "a-tx.wav").frames
    stack.sent.leave(bytes(PACKET))
    stack.sent.leave(bytes(2 * PACKET), rate=2 * RATE)
    audio.move()
    assert soundfile.info(tmp_path / "a-tx.wav").frames == before + PACKET // 2
    stack.rate = 2 * RATE
    audio.move()
    audio.close()
    second = soundfile.info(tmp_path / "a-part2-tx.wav")
    assert (second.samplerate, second.frames) == (2 * RATE, PACKET)


def test_a_format_that_came_and_went_between_two_looks_blocks_nothing(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    before = soundfile.info(tmp_path / "a-tx.wav").frames
    for rate in (RATE, 2 * RATE, RATE, 2 * RATE, RATE):
        stack.sent.leave(bytes(PACKET * rate // RATE), rate=rate)
    audio.move()
    audio.close()
    assert soundfile.info(tmp_path / "a-tx.wav").frames == before + 3 * PACKET // 2


LATE_THIRD = (0.0, 0.0, 0.004, 0.0, 0.0)


def times_of_packets(
    tmp_path: Path, *, closely: bool, lateness: tuple[float, ...] = LATE_THIRD
) -> list[tuple[int, float, float]]:
    """What is reported of packets that are moved together: of five the third leaves 4 ms late."""
    told: list[tuple[int, float, float]] = []

    def report(event: str, **fields: Any) -> None:
        if event == "AudioTimed":
            told.extend(tuple(one) for path, *one in fields["stretches"] if path.endswith("tx.wav"))

    stack = Stack()
    audio = audio_of(stack, tmp_path / "a", {"kind": "silence"}, report)
    audio.closely = closely
    for number, late in enumerate(lateness):
        stack.sent.leave(bytes(PACKET), at=1.0 + 0.02 * number + late)
    audio.close()
    return told


def test_each_packet_is_timed_when_it_left_while_somebody_measures(tmp_path: Path) -> None:
    frames = PACKET // 2
    assert times_of_packets(tmp_path, closely=True) == [
        (frames * number, at, at + ENCODING)
        for number, at in enumerate((1.0, 1.02, 1.044, 1.06, 1.08))
    ]


def test_packets_at_a_pace_are_one_stretch_while_nobody_measures(tmp_path: Path) -> None:
    [(frame, earliest, latest)] = times_of_packets(tmp_path, closely=False)
    assert frame == 0
    middle = (1.004 + 1.0 + ENCODING) / 2
    assert (earliest, latest) == pytest.approx((middle - JITTER, middle + JITTER))


def test_each_of_two_stretches_that_are_moved_together_is_timed_once(tmp_path: Path) -> None:
    told = times_of_packets(tmp_path, closely=False, lateness=(0.0, 0.0, 0.2, 0.2))
    frames = PACKET // 2
    assert [frame for frame, _, _ in told] == [0, 2 * frames]
    assert [(earliest + latest) / 2 for _, earliest, latest in told] == pytest.approx(
        [1.0, 1.24], abs=ENCODING
    )


def test_what_was_saved_before_the_stack_dropped_it_is_recorded(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.arrived = b"\1\0" * 3 * PACKET
    audio.save_arrived()
    stack.arrived += b"\2\0" * PACKET
    audio.save_arrived()
    stack.is_over = True
    audio.save_arrived()
    audio.close()
    samples, _ = soundfile.read(tmp_path / "a-rx.wav", dtype="int16")
    assert list(samples) == [1] * 3 * PACKET + [2] * PACKET


def test_what_was_saved_comes_before_what_arrived_later(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.arrived = b"\1\0" * PACKET
    audio.save_arrived()
    stack.arrived = b"\2\0" * PACKET
    assert audio.move()
    audio.close()
    samples, _ = soundfile.read(tmp_path / "a-rx.wav", dtype="int16")
    assert list(samples) == [1] * PACKET + [2] * PACKET


def test_what_was_saved_of_one_codec_is_not_in_the_recording_of_the_next(tmp_path: Path) -> None:
    stack, audio = sending(tmp_path)
    stack.arrived = b"\1\0" * PACKET
    audio.save_arrived()
    stack.rate, stack.arrived = 16000, b"\2\0" * PACKET
    audio.save_arrived()  # the recording of the new rate has not begun
    audio.move()
    audio.close()
    first, second = (
        soundfile.read(tmp_path / name, dtype="int16")[0] for name in ("a-rx.wav", "a-part2-rx.wav")
    )
    assert (list(first), list(second)) == ([1] * PACKET, [2] * PACKET)
